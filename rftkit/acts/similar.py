"""Which records can have a user text like a few new ones: told by outlines, which are kept in memory.

Outlines belong to a file of the `facts` table. What is in a file never changes, so they stay right whatever this or
another process writes: only files that were not there before are read. A million records take 75 MB.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from rftkit.sanitize import Outlines
from rftkit.sanitize.grams import GRAM
from rftkit.sanitize.near import direct

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_COLUMNS = ("row", "text_key", "text")
#: Files of earlier versions that are kept, so that an undo reads nothing.
_SPARE = 8
#: Rows of a file that are read together.
_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class _Part:
    """Some rows of a file, and the outlines of their texts."""

    rows: pl.Series
    outlines: Outlines


def _read(path: Path) -> list[_Part]:
    """Return the outlines of a file, made some rows at a time: its texts can be longer than memory is large."""
    scan = pl.scan_parquet(path, hive_partitioning=False, glob=False)
    count = int(scan.select(pl.len()).collect().item())
    said = (scan.slice(first, _AT_ONCE).select("row", "text").collect() for first in range(0, count, _AT_ONCE))
    return [_Part(part["row"], Outlines.of(part["text"])) for part in said]


def to(ds: Context, new: pl.DataFrame, keys: pl.DataFrame, floor: float) -> pl.DataFrame | None:
    """Return the facts of all records that a few new ones can be in a pair with, and of some more.

    Parameters
    ----------
    ds
        The dataset.
    new
        Facts of the new records.
    keys
        `row` and `text_key` of the records that there were and still are.
    floor
        The similarity of a pair.

    Returns
    -------
    polars.DataFrame or None
        `row, text_key, text`; None where they are too many to be compared one by one.
    """
    said = new.drop_nulls("text").unique("text_key", maintain_order=True)
    same = keys.filter(pl.col("text_key").is_in(said["text_key"].implode()))
    # what another record says was compared when that came
    texts = said.filter(~pl.col("text_key").is_in(same["text_key"].implode()))["text"]
    near = [
        part.rows.filter(pl.Series(part.outlines.near(text, floor))) for part in _parts(ds, texts) for text in texts
    ]
    rows = pl.concat([same["row"], *near]).unique()
    if not direct(texts.len(), rows.len() + texts.len(), 0):
        return None
    scan = ds.store.scan("facts", ds.line).select(_COLUMNS).filter(pl.col("row").is_in(rows.implode()))
    read = scan.collect()
    read = read.filter(read["row"].is_in(keys["row"].implode()))
    characters = int(pl.concat([read["text"], texts]).str.len_chars().clip(GRAM).sum())
    return read if direct(texts.len(), read.height + texts.len(), characters) else None


def _parts(ds: Context, texts: pl.Series) -> list[_Part]:
    """Return the outlines of all records; none where there is nothing to look for."""
    if texts.is_empty():
        return []
    known: dict[Path, list[_Part]] = ds.remember("outlines", (), dict)
    paths = ds.store.files("facts", ds.line)
    found = {path: known[path] if path in known else _read(path) for path in paths}
    spare = [path for path in list(known) if path not in found]
    for path in spare[: max(0, len(spare) - _SPARE)]:
        known.pop(path, None)
    known.update(found)
    return [part for parts in found.values() for part in parts]
