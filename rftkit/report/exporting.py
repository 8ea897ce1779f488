"""From a notebook and a dataset to a file: resolve, run, write."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit import render
from rftkit.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from rftkit.dataset import Dataset

StrPath = str | os.PathLike[str]


@dataclass(frozen=True)
class ReportResult:
    """A report that was written.

    Attributes
    ----------
    path
        The HTML file.
    bytes
        Its size.
    dataset_version
        The version that the notebook was run on; None for a notebook without a dataset.

    Examples
    --------
    >>> ReportResult(Path("report.html"), 1_200_000, 7)
    ReportResult(report.html, 1.2 MB, version 7)
    """

    path: Path
    bytes: int
    dataset_version: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as ``--json`` prints it."""
        return {"path": str(self.path), "bytes": self.bytes, "dataset_version": self.dataset_version}

    def __repr__(self) -> str:
        of = "" if self.dataset_version is None else f", version {self.dataset_version}"
        return f"ReportResult({self.path.name}, {render.size(self.bytes)}{of})"

    def _repr_html_(self) -> str:
        return render.report("Report", self.to_dict())


def export(
    notebook: StrPath,
    *,
    dataset: StrPath | Dataset | None = None,
    version: int | None = None,
    output: StrPath | None = None,
    timeout: float | None = None,
) -> ReportResult:
    """Run a notebook on a pinned version of a dataset and write it as one self-contained HTML file.

    In the notebook, ``rftkit.open(os.environ["RFTKIT_DATASET"])`` gives the dataset at that version; it can be read
    and not changed.

    Parameters
    ----------
    notebook
        The notebook; a bare name such as ``20_report.ipynb`` also finds those that come with rftkit.
    dataset
        The dataset, or its folder; the notebook is run without one by default.
    version
        Its version; the newest by default.
    output
        The HTML file; named after the dataset or the notebook, in the current folder, by default.
    timeout
        Seconds that a cell may take; without end by default.

    Raises
    ------
    NotFoundError
        There is no such notebook, dataset or version.
    NotebookError
        A cell failed; nothing is written.

    Examples
    --------
    >>> export("no_such.ipynb")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    rftkit.errors.NotFoundError: there is no notebook no_such.ipynb; ...
    """
    from rftkit.report.page import page
    from rftkit.report.running import run

    source = find_notebook(notebook)
    pinned = _pin(dataset, version)
    target = Path(output) if output is not None else Path(_name(source, pinned))
    ran = run(
        source, dataset=pinned.path if pinned else None, version=pinned.version if pinned else None, timeout=timeout
    )
    html = page(
        ran, name=source.stem, dataset=pinned.name if pinned else None, version=pinned.version if pinned else None
    )
    return _write(html, target, pinned)


def find_notebook(notebook: StrPath) -> Path:
    """Return where a notebook lies: at its path, or among those that come with rftkit.

    Parameters
    ----------
    notebook
        A path or a name.

    Examples
    --------
    >>> find_notebook("01_quickstart.ipynb").name
    '01_quickstart.ipynb'
    """
    from rftkit.lab import notebooks

    path = Path(notebook)
    if path.is_file():
        return path
    bundled = notebooks()
    if path.name == str(notebook):
        for found in (bundled / path.name, bundled / f"{path.name}.ipynb"):
            if found.is_file():
                return found
    names = ", ".join(sorted(found.name for found in bundled.glob("*.ipynb")))
    raise NotFoundError(f"there is no notebook {notebook}; give a path, or one that comes with rftkit: {names}")


def _pin(dataset: StrPath | Dataset | None, version: int | None) -> Dataset | None:
    if dataset is None:
        if version is not None:
            raise InputError(f"version {version} of which dataset? give dataset= (--dataset) too")
        return None
    from rftkit.dataset import Dataset

    folder = dataset.path if isinstance(dataset, Dataset) else Path(dataset)
    if not folder.is_dir():
        raise NotFoundError(f"there is no dataset {folder}; make one with rftkit import {folder} FILE")
    wanted = version or (dataset if isinstance(dataset, Dataset) else Dataset(folder)).version
    if not wanted:
        raise InputError(f"{folder} holds no version yet; import records first")
    return Dataset(folder.resolve(), version=wanted)


def _name(source: Path, pinned: Dataset | None) -> str:
    if pinned is None:
        return f"{source.stem}.html"
    return f"{pinned.name}-v{pinned.version}-{source.stem}.html"


def _write(html: str, target: Path, pinned: Dataset | None) -> ReportResult:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = html.encode("utf-8")
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(target)  # a reader never sees half a report
    return ReportResult(target, len(content), pinned.version if pinned else None)
