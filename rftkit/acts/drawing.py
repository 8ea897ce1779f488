"""The records that generation learns from: all where there are not many, else some of each topic, drawn by a seed.

What a plan needs of a million records is how many each topic has and a few hundred of them, for prices and for what each
strategy needs. How many there are is counted exactly. Those with several user turns or with tools are drawn on their
own, so that what one record of a topic could serve for is never missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rftkit import messages
from rftkit.acts import comparing, reading
from rftkit.acts.comparing import SEEN
from rftkit.generate.pool import UNASSIGNED, Census, Pool, declares_tools

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Of a topic's records of one kind at most so many are drawn; fewer where topics are many, and never less than the fewest.
EACH, FEWEST = 240, 40
#: Records that are drawn in all, where the topics are not too many for that.
MOST = 60_000
#: Draws that are kept: a plan and its pilot look at the same one.
_KEPT = 3


def pool(ds: Context, *, seed: int = 0, only_valid: bool = True, ids: Sequence[str] = ()) -> Pool:
    """Return the records to learn from.

    Parameters
    ----------
    ds
        The dataset.
    seed
        Decides which records stand for a topic with many, in a dataset of more than `comparing.ALL` records.
    only_valid
        Leaves out records that are known to be invalid.
    ids
        Records that have to be among them.
    """
    few = reading.labels(ds).height <= comparing.ALL
    known: dict[tuple[int, bool], Pool] = ds.remember("pools", ("records", "labels", "topics.json"), dict)
    key = (0 if few else seed, only_valid)
    if key not in known:
        for old in list(known)[: max(0, len(known) + 1 - _KEPT)]:
            known.pop(old, None)
        known[key] = Pool(reading.frame(ds, columns=SEEN), only_valid=only_valid) if few else _drawn(ds, *key)
    return known[key] if few or not ids else _with(ds, known[key], ids, only_valid=only_valid)


def _drawn(ds: Context, seed: int, only_valid: bool) -> Pool:
    said = _kinds(ds, only_valid=only_valid)
    frame = reading.frame(ds, reading.labels(ds).filter(pl.col("row").is_in(_rows(said, seed).implode())), SEEN)
    return Pool(frame, only_valid=only_valid, census=_census(said))


def _with(ds: Context, drawn: Pool, ids: Sequence[str], *, only_valid: bool) -> Pool:
    """Return the same records and some more."""
    there = set(drawn.frame["id"])
    missing = pl.Series("id", [one for one in ids if one not in there], dtype=pl.String)
    said = reading.labels(ds).filter(pl.col("id").is_in(missing.implode()))
    if said.is_empty():
        return drawn
    more = reading.frame(ds, said, SEEN).select(drawn.frame.columns)
    return Pool(pl.concat([drawn.frame, more]), only_valid=only_valid, census=drawn.census)


def _kinds(ds: Context, *, only_valid: bool) -> pl.DataFrame:
    """Return row, topic, and of which kind a record is: generated, of several user turns, with tools."""
    said = reading.labels(ds).select("row", pl.col("topic").fill_null(UNASSIGNED), "valid")
    came = ds.remember("kinds", ("records",), lambda: _came(ds))
    same = came.height == said.height and came["row"].equals(said["row"])
    known = said.hstack(came.drop("row")) if same else said.join(came, on="row", maintain_order="left")
    return known.filter(pl.col("valid").fill_null(value=True)) if only_valid else known


def _came(ds: Context) -> pl.DataFrame:
    several = (messages.turns() > 1).alias("several")
    scan = ds.store.scan("records", ds.line).filter(pl.col("messages").is_not_null())
    return scan.select("row", "generated", several, tools=declares_tools()).collect(engine="streaming").sort("row")


def _census(said: pl.DataFrame) -> Census:
    counts = said.group_by("topic").agg(pl.len(), pl.col("several").sum())
    topics = {topic: (records, several) for topic, records, several in counts.sort("topic").iter_rows()}
    return Census(said.height, int(said["generated"].sum()), topics)


def _rows(said: pl.DataFrame, seed: int) -> pl.Series:
    """Return the rows that are drawn: of every kind of every topic those with the smallest numbers of a fixed shuffle."""
    topics = said["topic"].unique().sort()
    places = said["topic"].replace_strict(topics, np.arange(topics.len()), return_dtype=pl.UInt64).to_numpy()
    flags = said.select(pl.col("several", "tools").cast(pl.UInt64))
    kinds = places * np.uint64(4) + flags["several"].to_numpy() * np.uint64(2) + flags["tools"].to_numpy()
    # The kind in the upper bits: one sort puts the kinds beside each other and shuffles each of them.
    mixed = (kinds << np.uint64(40)) | (_shuffled(said["row"].to_numpy(), seed) >> np.uint64(24))
    order = pl.Series(mixed).arg_sort().to_numpy()
    sizes = np.bincount(kinds.astype(np.int64))
    firsts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    each = max(FEWEST, min(EACH, MOST // max(1, topics.len())))
    return said["row"].gather(np.sort(order[np.arange(len(order)) - firsts < each]))


def _shuffled(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return numbers that depend on nothing but row and seed: a record keeps its luck whatever comes after it."""
    with np.errstate(over="ignore"):
        mixed = (rows.astype(np.uint64) + np.uint64(seed) * np.uint64(0xD1B54A32D192ED03)) * np.uint64(
            0x9E3779B97F4A7C15
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
