"""Grades that were given, kept by content: the same answer to the same record is never graded twice by one grader.

`grades/` has a folder for each grader (its fingerprint) with files of rows: a key of the answer and the record as the
grader sees it, the reward, and what else is known. They belong to no version: a record or an answer that changes has
another key, and undoing a step makes nothing of what was paid for worthless.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import xxhash

from rftkit import messages
from rftkit.grade import Graded, Grader
from rftkit.grade.names import PASSING

SCHEMA: dict[str, pl.DataType] = {
    "key": pl.Binary(),
    "reward": pl.Float64(),
    "sub_rewards": pl.String(),  # JSON text
    "error": pl.String(),
    "detail": pl.String(),
    "seconds": pl.Float64(),
    "usage": pl.String(),  # JSON text
    "model": pl.String(),
    "explanation": pl.String(),
}
_COMPACT_AT, _TRIES = 24, 5


def keys(samples: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]]) -> list[bytes]:
    """Return the key of every pair: 16 bytes of what the answer and its record say.

    Parameters
    ----------
    samples, items
        The pairs; an item that several pairs share is read once.

    Examples
    --------
    >>> both = [{"output_text": "4"}, {"output_text": "5"}]
    >>> one, other = keys(both, [{"a": 1}, {"a": 1}])
    >>> one == other, one == keys(both[:1], [{"a": 1}])[0]
    (False, True)
    """
    read: dict[int, bytes] = {}
    found = []
    for sample, item in zip(samples, items, strict=True):
        digest = read.get(id(item))
        if digest is None:
            digest = read[id(item)] = xxhash.xxh3_128_digest(_bytes(item))
        said = _bytes([sample.get("output_text"), sample.get("output_tools")])
        found.append(xxhash.xxh3_128_digest(digest + said))
    return found


def _bytes(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (OverflowError, UnicodeEncodeError, RecursionError):
        return repr(value).encode("utf-8", "backslashreplace")  # numbers beyond 64 bits, lone surrogates


class Grades:
    """The grades that one grader gave.

    Parameters
    ----------
    folder
        `grades/` of a dataset.
    grader
        The grader.

    Examples
    --------
    >>> grader = Grader({"type": "python", "name": "one", "source": "..."})
    >>> kept = Grades(Path(tempfile.mkdtemp()), grader)
    >>> kept.keep([b"k"], [Graded(0.5)])
    1
    >>> kept.known([b"k", b"other"])[b"k"].reward
    0.5
    """

    def __init__(self, folder: Path, grader: Grader) -> None:
        self.folder = folder / grader.fingerprint
        self.grader = grader

    def known(self, wanted: Iterable[bytes]) -> dict[bytes, Graded]:
        """Return the grades that are kept for these keys.

        Parameters
        ----------
        wanted
            Of `keys`.
        """
        if not self.folder.is_dir():
            return {}
        asked = pl.Series("key", list(wanted), dtype=pl.Binary).unique().to_frame()
        rows = self._rows().join(asked, on="key", how="semi").unique("key", keep="last")
        return {row["key"]: self._grade(row) for row in rows.iter_rows(named=True)}

    def _rows(self) -> pl.DataFrame:
        for _ in range(_TRIES):
            try:
                parts = [pl.read_parquet(path) for path in sorted(self.folder.glob("*.parquet"), key=_written)]
                return pl.concat([pl.DataFrame(schema=SCHEMA), *parts])
            except FileNotFoundError:
                continue  # another process has just put small files into a larger one
        return pl.DataFrame(schema=SCHEMA)

    def _grade(self, row: dict[str, Any]) -> Graded:
        told = {name: row[name] for name in ("reward", "error", "detail", "seconds", "model", "explanation")}
        more = {name: messages.load(row[name]) for name in ("sub_rewards", "usage")}
        return Graded(**told, **more, name=self.grader.name, type=self.grader.type)

    def keep(self, new: Sequence[bytes], graded: Sequence[Graded]) -> int:
        """Keep grades, and return how many; errors of the moment are not kept, so that they are tried again.

        Parameters
        ----------
        new
            Of `keys`.
        graded
            One grade for each.
        """
        pairs = [(key, one) for key, one in zip(new, graded, strict=True) if one.error not in PASSING]
        if pairs:
            self._append(pl.DataFrame([_row(key, one) for key, one in pairs], schema=SCHEMA, orient="row"))
        return len(pairs)

    def _append(self, frame: pl.DataFrame) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        before = sorted(self.folder.glob("*.parquet"), key=_written)
        full = len(before) >= _COMPACT_AT
        whole = pl.concat([self._rows(), frame]) if full else frame
        _write(self.folder, whole.unique("key", keep="last", maintain_order=True))
        for path in before if full else ():
            path.unlink(missing_ok=True)


def _row(key: bytes, one: Graded) -> tuple[Any, ...]:
    sub, usage = messages.dump(dict(one.sub_rewards)), messages.dump(dict(one.usage))
    return (key, one.reward, sub, one.error, one.detail, one.seconds, usage, one.model, one.explanation)


def _written(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


def _write(folder: Path, frame: pl.DataFrame) -> None:
    # written aside and renamed: a kill leaves whole files only, and two writers never touch the same one
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        frame.write_parquet(part, compression="zstd", compression_level=1)
    Path(part.name).replace(folder / f"{Path(part.name).stem}.parquet")
