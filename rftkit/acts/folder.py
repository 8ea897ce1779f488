"""The datasets of a folder at a glance: from their journals at once, with scores as far as they were worked out.

What a dataset looks like is kept beside it for its version (`.glance.json`), so that a folder of hundreds is quick to
look at again. The file is a copy that may be lost at any time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from rftkit.errors import InputError, RftkitError
from rftkit.store import journal

_JOURNAL, _KEPT = "log.jsonl", ".glance.json"
#: What is said of a dataset beside its name, version and last step.
SCORES = {
    "records": pl.Int64(),
    "valid": pl.Int64(),
    "generated": pl.Int64(),
    "topics": pl.Int64(),
    "balance": pl.Float64(),
    "target_fit": pl.Float64(),
    "ready": pl.Boolean(),
    "next_act": pl.String(),
}
_COLUMNS = {
    "name": pl.String(),
    "path": pl.String(),
    "version": pl.Int64(),
    "when": pl.String(),
    "step": pl.String(),
    **SCORES,
    "problem": pl.String(),
}


@dataclass(frozen=True)
class Glance:
    """A dataset of a folder.

    Attributes
    ----------
    path
        Its folder.
    version, when, step
        Of its newest journal line; 0 and empty where there is none.
    scores
        `SCORES`; None where nobody has worked them out for this version.
    problem
        Why it cannot be read, in a sentence; empty where it can.

    Examples
    --------
    >>> Glance(Path("support.rft")).name
    'support'
    """

    path: Path
    version: int = 0
    when: str = ""
    step: str = ""
    scores: dict[str, Any] | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """The folder's name without its suffix."""
        return self.path.stem


def datasets(folder: str | os.PathLike[str]) -> pl.DataFrame:
    """Return the datasets of a folder, the one that changed last first.

    Parameters
    ----------
    folder
        The folder that they lie in.

    Returns
    -------
    polars.DataFrame
        name, path, version, when, step, records, valid, generated, topics, balance, target_fit, ready, next_act, and
        problem: a sentence where a dataset cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> datasets(tempfile.mkdtemp()).height
    0
    """
    rows = [scored(glance(path)) for path in found(folder)]
    made = [{**vars(row), "name": row.name, "path": str(row.path), **(row.scores or {})} for row in rows]
    frame = pl.DataFrame([{name: row.get(name) for name in _COLUMNS} for row in made], schema=_COLUMNS)
    return frame.sort("when", "name", descending=[True, False])


def found(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield the folders of datasets that lie in a folder; what ends in .rft counts although it is empty or damaged.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    InputError
        There is no such folder.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be looked into ({error.strerror}); name a folder with datasets") from None
    for entry in entries:
        if entry.name[0] != "." and entry.is_dir():
            path = Path(entry.path)
            if path.suffix == ".rft" or (path / _JOURNAL).is_file():
                yield path


def sizes(folder: str | os.PathLike[str]) -> int:
    """Return a number that changes when a dataset of a folder comes, goes or changes.

    Parameters
    ----------
    folder
        The folder.
    """
    return hash(tuple((path.name, _size(path / _JOURNAL)) for path in found(folder)))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1


def glance(path: Path) -> Glance:
    """Return what the journal says of a dataset, and its scores where they are known for its version.

    Parameters
    ----------
    path
        Its folder.

    Examples
    --------
    >>> import tempfile
    >>> glance(Path(tempfile.mkdtemp())).version
    0
    """
    from rftkit.store import Store

    try:
        head = Store(path).head()
    except (RftkitError, OSError) as error:
        return Glance(path, problem=_sentence(error))
    return Glance(path, head.version, head.when, head.step, _kept(path, head))


def scored(row: Glance) -> Glance:
    """Return a dataset with its scores, worked out and kept where they are not known yet.

    Parameters
    ----------
    row
        The dataset.
    """
    if row.scores is not None or row.problem:
        return row
    try:
        scores = _scores(row)
    except Exception as error:  # noqa: BLE001 - whatever is damaged in one dataset, the others are still shown
        return Glance(row.path, row.version, row.when, row.step, None, _sentence(error))
    _keep(row, scores)
    return Glance(row.path, row.version, row.when, row.step, scores)


def _scores(row: Glance) -> dict[str, Any]:
    from rftkit.dataset import Dataset

    told = Dataset(row.path, version=row.version).summary()
    return {
        "records": told.total,
        "valid": told.valid,
        "generated": told.generated,
        "topics": told.topics,
        "balance": told.balance,
        "target_fit": told.target_fit,
        "ready": told.ready,
        "next_act": str(told.coverage.next_act["sentence"]),
    }


def _sentence(error: Exception) -> str:
    if isinstance(error, RftkitError):
        return str(error)
    return f"It cannot be read ({type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''})"


def _kept(path: Path, head: journal.Version) -> dict[str, Any] | None:
    import msgspec

    try:
        told = msgspec.json.decode((path / _KEPT).read_bytes())
        right = told["version"] == head.version and told["when"] == head.when and set(told["scores"]) == set(SCORES)
        return dict(told["scores"]) if right else None
    except (OSError, msgspec.MsgspecError, KeyError, TypeError):
        return None


def _keep(row: Glance, scores: dict[str, Any]) -> None:
    import msgspec

    if row.version == 0:
        return
    told = msgspec.json.encode({"version": row.version, "when": row.when, "scores": scores})
    part = row.path / f"{_KEPT}.{os.getpid()}"
    try:
        part.write_bytes(told)
        part.replace(row.path / _KEPT)
    except OSError:
        part.unlink(missing_ok=True)  # a folder that cannot be written to is looked at anew each time
