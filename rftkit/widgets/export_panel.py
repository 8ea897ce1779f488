"""Records into files for a trainer: whether they are ready, how they are divided, what each file would hold."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.acts import reading
from rftkit.errors import InputError, NotFoundError
from rftkit.formats import writing
from rftkit.jobs import Control, Job
from rftkit.widgets._base import act
from rftkit.widgets._export_state import (
    SETS,
    page,
    paths_of,
    shown_formats,
    shown_part,
    shown_readiness,
    shown_reports,
    shown_split,
    shown_state,
)
from rftkit.widgets._later import Later
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.render import Html

#: Options of a split and of an export, with what they are before anybody chooses.
SPLIT = {
    "train": 0.9,
    "stratify": "topic",
    "generated_in_validation": False,
    "min_validation": None,
    "seed": 0,
    "keep": None,
}
FILE = {"split": None, "path": "", "format": "openai-rft", "columns": None, "licence": "", "excel_safe": False}
#: Bytes of a piece of a download, and of the largest file that is handed to a browser.
PIECE, MOST = 768 * 1024, 100_000_000
PATIENCE = 0.1


class ExportPanel(Working, bundle_name="export_panel"):
    """Divide the records of a dataset and write them to files.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> told = ds.import_([{"messages": [{"role": "user", "content": "Where is my parcel?"}]}])
    >>> panel = ExportPanel(ds)
    >>> panel.choose(path=tempfile.mkdtemp() + "/all.csv", format="csv")
    >>> panel.export(); [report.written for report in panel.wait()]
    [1]
    >>> panel
    ExportPanel(1 record, not divided)
    """

    kind = "export"

    readiness = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="ready, counts, the rules that fail and those that pass; None while it is worked out; written by Python.",
    ).tag(sync=True)
    split: Any = traitlets.Dict(
        help="`state` of the split there is, `options`, `preview` of what they would do, `problem`; written by Python."
    ).tag(sync=True)
    choices = traitlets.Dict(help="split, path, format, columns, licence, excel_safe; written by Python.").tag(
        sync=True
    )
    draft = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="`parts`: each file as it would be, `problem`; None while it is worked out; written by Python.",
    ).tag(sync=True)
    known = traitlets.Dict(help="Formats, columns, folder, name of the dataset; written by Python.").tag(sync=True)
    written: Any = traitlets.List(help="What the last export from here wrote; written by Python.").tag(sync=True)
    python = traitlets.Dict(help="The lines that do the same: `split` and `export`; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._split: dict[str, Any] | None = None
        self._file: dict[str, Any] = dict(FILE)
        self._looked: Later[tuple[Any, ...]] = Later(PATIENCE)
        self._drafted: Later[list[dict[str, Any]]] = Later(PATIENCE)
        super().__init__(dataset)

    # -- the split -----------------------------------------------------------------------------------------------

    @property
    def split_options(self) -> dict[str, Any]:
        """The options of the next split: those chosen here, else those of the last split, else the usual ones."""
        stored = self.dataset.store.get("split.json", self.dataset.line)
        last = {} if stored is None else {k: v for k, v in stored["configuration"].items() if k in SPLIT}
        return {**SPLIT, **last, "keep": None, **(self._split or {})}

    @act
    def choose_split(self, **options: Any) -> None:
        """Choose how to divide, and see what would come out; nothing is divided.

        Parameters
        ----------
        **options
            train, stratify, generated_in_validation, min_validation, seed, keep, as `Dataset.split` takes them.
        """
        _known(options, SPLIT)
        self._split = {**(self._split or {}), **options}
        self._look()

    @act
    def make_split(self) -> None:
        """Divide the records as it was shown; Undo takes it back."""
        options = self.split_options
        self._start(
            lambda: Job(lambda control: self.dataset.split(**options), name="split").start(),
            can_stop=False,
        )

    # -- the files -----------------------------------------------------------------------------------------------

    @property
    def file_options(self) -> dict[str, Any]:
        """What is written and where; both sets where there is a split, all records where there is none."""
        usual = "both" if "split.json" in self.dataset.line.files else "all"
        return {**self._file, "split": self._file["split"] or usual}

    @act
    def choose(self, **options: Any) -> None:
        """Choose what is written and where, and see what the files would hold; nothing is written.

        Parameters
        ----------
        **options
            split (both, train, validation, all), path (``{split}`` in it becomes the name of the set; nothing names
            the file by its set), format, columns, licence, excel_safe, as `Dataset.export` takes them.
        """
        _known(options, FILE)
        wanted = {**self._file, **options}
        target = writing.target_of(wanted["format"])
        if wanted["split"] not in (None, *SETS):
            raise InputError(f"split is {wanted['split']!r}; give one of {', '.join(SETS)}")
        if options.get("format") and not target.columns:
            wanted["columns"] = None
        self._file = wanted
        self._plan()

    @act
    def export(self, replace: bool = False) -> None:
        """Write the files as they were shown; the notebook stays usable.

        Parameters
        ----------
        replace
            Whether files of the same name may be replaced.
        """
        chosen = self.file_options
        paths = paths_of(chosen)
        there = [file for part in self._parts(chosen) for file in part["exists"]]
        if there and not replace:
            raise InputError(f"{there[0]['path']} is there already; name another file, or say that it may be replaced")
        options = {name: chosen[name] for name in ("format", "columns", "excel_safe")}
        options |= {"licence": chosen["licence"] or None, "overwrite": replace}
        self._start(lambda: self._writing(paths, options))

    def _writing(self, paths: dict[str, Path], options: dict[str, Any]) -> Job[list[writing.WriteReport]]:
        def work(control: Control) -> list[writing.WriteReport]:
            def told(done: int, total: int) -> None:
                control.report(done, total, note=note)
                control.go_on("The export was stopped; the file it was writing was left as it was before.")

            reports = []
            for split, path in paths.items():
                note = path.name
                reports.append(self.dataset.export(path, split=split, told=told, **options))
            return reports

        return Job(work, name="export").start()

    @act
    def piece(self, path: str, offset: int = 0) -> dict[str, Any]:
        """Return a piece of a file that was written from here, for a browser to keep.

        Parameters
        ----------
        path
            The file.
        offset
            Where the piece begins.

        Returns
        -------
        dict
            `data` in base 64 and `bytes` of the whole file.
        """
        if path not in {file["path"] for report in self.written for file in report["files"]}:
            raise NotFoundError(f"{path} was not written from here; choose a file of the list")
        file = Path(path)
        size = file.stat().st_size
        if size > MOST:
            raise InputError(
                f"{file.name} has {render.size(size)}, too much for a browser to take over; it lies at {path}"
            )
        with file.open("rb") as source:
            source.seek(offset)
            return {"data": base64.b64encode(source.read(PIECE)).decode(), "bytes": size}

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        if name != "split":
            return "", ""
        text = f"Divided: {render.plural(report.train, 'record')} in train, {render.count(report.validation)} in validation."
        line = _split_line(self.split_options)
        self._split = None
        return text, line

    def _finished(self, job: Job[Any]) -> None:
        super()._finished(job)
        if job.name == "export" and job.result is not None:
            reports = shown_reports(job.result)
            count = render.plural(sum(report["written"] for report in reports), "record")
            names = " and ".join(report["files"][0]["name"] for report in reports)
            told = {"sentence": f"Wrote {count} to {names}.", "python": self.python["export"], "undo": False}
            self.publish(written=reports, done=told)
            self._plan()

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now; what takes longer follows."""
        known = {
            "formats": shown_formats(),
            "columns": self.dataset.export_columns(),
            "folder": str(Path.cwd()),
            "name": self.dataset.name,
            "records": len(self.dataset),
        }
        self._look()  # both go on beside this and would slow it down
        self._plan()
        return {"known": known, "done": self._undo.told()}

    def _look(self) -> None:
        """Work out readiness, the split there is, and what the options would make of it."""
        options = self.split_options
        with self._lock:
            self.publish(
                split={**self.split, "options": options, "changed": bool(self._split)},
                python={**self.python, "split": _split_line(options)},
            )
            self._looked.ask(
                lambda: self._look_now(options), lambda found, error: self._show_look(options, found, error)
            )

    def _look_now(self, options: dict[str, Any]) -> tuple[Any, ...]:
        readiness = shown_readiness(self.dataset.summary())
        state = self.dataset.split_state()
        if not readiness["valid"]:
            return readiness, state, None, ""
        try:
            return readiness, state, shown_split(self.dataset.preview_split(**options).to_dict()), ""
        except InputError as error:
            return readiness, state, None, str(error)

    def _show_look(self, options: dict[str, Any], found: tuple[Any, ...] | None, error: BaseException | None) -> None:
        with self._lock:
            if options != self.split_options:
                return  # something else was chosen while this answer was on its way
            if found is None:
                self.error = f"The state of the dataset could not be worked out: {error}"
                return
            readiness, state, preview, problem = found
            shown = {"state": shown_state(state), "preview": preview, "problem": problem}
            self.publish(readiness=readiness, split={**self.split, **shown})

    def _plan(self) -> None:
        """Work out what the files would hold."""
        chosen = self.file_options
        with self._lock:
            self.publish(choices=chosen, python={**self.python, "export": _export_line(chosen)})
            if not self._drafted.ask(
                lambda: self._parts(chosen), lambda parts, error: self._draw(chosen, parts, error)
            ):
                self.publish(draft=None)

    def _parts(self, chosen: dict[str, Any]) -> list[dict[str, Any]]:
        options = {name: chosen[name] for name in ("format", "columns", "excel_safe")}
        lost = chosen["format"] == "records" and reading.unreadable(self.dataset).height > 0
        return [
            shown_part(
                name, path, self.dataset.preview_export(split=name, **options), format=chosen["format"], lost=lost
            )
            for name, path in paths_of(chosen).items()
        ]

    def _draw(self, chosen: dict[str, Any], parts: list[dict[str, Any]] | None, error: BaseException | None) -> None:
        with self._lock:
            if chosen == self.file_options:  # else something else was chosen while this answer was on its way
                self.publish(draft={"parts": parts or [], "problem": "" if error is None else str(error)})

    def to_html(self) -> Html:
        """Return readiness, split and files as static HTML, escaped and without script."""
        return page(self.readiness, self.split, self.written)

    def __repr__(self) -> str:
        divided = "split.json" in self.dataset.line.files
        return f"ExportPanel({render.plural(len(self.dataset), 'record')}, {'divided' if divided else 'not divided'})"


def _known(options: dict[str, Any], usual: dict[str, Any]) -> None:
    unknown = [name for name in options if name not in usual]
    if unknown:
        raise InputError(f"{unknown[0]!r} cannot be chosen; choose {', '.join(usual)}")


def _split_line(options: dict[str, Any]) -> str:
    given = ", ".join(f"{name}={options[name]!r}" for name, usual in SPLIT.items() if options[name] != usual)
    return f"ds.split({given})"


def _export_line(chosen: dict[str, Any]) -> str:
    given = "".join(
        f", {name}={chosen[name]!r}"
        for name in ("format", "columns", "licence", "excel_safe")
        if chosen[name] != FILE[name]
    )
    paths = paths_of(chosen)
    if len(paths) == 1:
        ((name, path),) = paths.items()
        return f"ds.export({str(path)!r}{'' if name == 'all' else f', split={name!r}'}{given})"
    return "; ".join(f"ds.export({str(path)!r}, split={name!r}{given})" for name, path in paths.items())
