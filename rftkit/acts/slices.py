"""The labels as they lie on the disk, file by file: after a change only the files that it wrote are read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from rftkit.store.layout import SCHEMAS
from rftkit.store.transaction import conform
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Files of earlier versions that are kept in memory, so that an undo reads nothing.
_SPARE = 8


def stored(ds: Context) -> pl.DataFrame:
    """Return the `labels` table in the order of the records, topics as ids.

    Parameters
    ----------
    ds
        The dataset.
    """
    known: dict[Path, pl.DataFrame] = ds.remember("files", (), dict)
    return together(_kept(known, _files(ds), _read))


def named(ds: Context, topics: TopicTree, swap: Callable[[pl.DataFrame, TopicTree], pl.DataFrame]) -> pl.DataFrame:
    """Return the same with topics as paths.

    Parameters
    ----------
    ds
        The dataset.
    topics
        Its tree.
    swap
        Replaces ids by paths.
    """
    paths = _files(ds)
    # with ids first: the two share all columns but that of topics, and the first step finds them read
    plain = dict(zip(paths, _kept(ds.remember("files", (), dict), paths, _read), strict=True))
    known: dict[Path, pl.DataFrame] = ds.remember("named files", ("topics.json",), dict)
    return together(_kept(known, paths, lambda path: swap(plain[path], topics)))


def _files(ds: Context) -> list[Path]:
    return ds.remember("files of the labels", ("labels",), lambda: ds.store.files("labels", ds.line))


def _read(path: Path) -> pl.DataFrame:
    return conform(pl.read_parquet(path, hive_partitioning=False), SCHEMAS["labels"])


def _kept(
    known: dict[Path, pl.DataFrame], paths: list[Path], read: Callable[[Path], pl.DataFrame]
) -> list[pl.DataFrame]:
    """Return what is in some files; what was read before is not read again."""
    found = {path: known[path] if path in known else read(path) for path in paths}
    spare = [path for path in list(known) if path not in found]
    for path in spare[: max(0, len(spare) - _SPARE)]:
        known.pop(path, None)
    known.update(found)
    return list(found.values())


def together(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return parts of the labels as one frame in the order of the records.

    Parameters
    ----------
    parts
        Frames with a column `position`.

    Examples
    --------
    >>> together([pl.DataFrame({"position": [3, 4]}), pl.DataFrame({"position": [1]})])["position"].to_list()
    [1, 3, 4]
    """
    full = [part for part in parts if part.height]
    if not full:
        return pl.DataFrame(schema=SCHEMAS["labels"])
    whole = pl.concat(sorted(full, key=lambda part: part["position"][0]), rechunk=False)
    return whole if whole["position"].is_sorted() else whole.sort("position")
