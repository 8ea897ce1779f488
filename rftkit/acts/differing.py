"""What differs between two versions of a dataset: its records, what is said of them, its topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts.between import counts
from rftkit.store.journal import Version
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: What a record is compared by, and the name of a difference in it.
_COMPARED = {"row": "edited", "topic": "other_topic", "valid": "other_verdict", "split": "other_split"}


def version_diff(ds: Context, before: int, after: int | None = None) -> dict[str, Any]:
    """Return what differs between two versions.

    Parameters
    ----------
    ds
        The dataset.
    before, after
        Versions; `after` is the one that is read by default.

    Returns
    -------
    dict
        `before` and `after` (version, records, valid, topics), `records` (added, removed, edited, other_topic,
        other_verdict, other_split), `topics` (added, removed, renamed, moved) and `by_topic` (path, before, after of
        the topics whose number of valid records differs, most first).

    Raises
    ------
    NotFoundError
        There is no such version.
    """
    first, second = ds.store.at(before), ds.line if after is None else ds.store.at(after)
    trees = [_tree(ds, line) for line in (first, second)]
    labels = [_labels(ds, line) for line in (first, second)]
    change = trees[0].diff(trees[1])
    return {
        "before": {"version": first.version, **counts(ds, first)},
        "after": {"version": second.version, **counts(ds, second)},
        "records": _records(*labels),
        "topics": {
            "added": list(change.added),
            "removed": list(change.removed),
            "renamed": dict(change.renamed),
            "moved": dict(change.moved),
        },
        "by_topic": _by_topic(labels, trees),
    }


def _tree(ds: Context, line: Version) -> TopicTree:
    stored = ds.store.get("topics.json", line)
    return TopicTree() if stored is None else TopicTree.from_dict(stored)


def _labels(ds: Context, line: Version) -> pl.DataFrame:
    return ds.store.scan("labels", line).select("id", *_COMPARED).collect()


def _records(first: pl.DataFrame, second: pl.DataFrame) -> dict[str, int]:
    both = first.join(second, on="id", suffix="_after")
    differ = [pl.col(name).ne_missing(pl.col(f"{name}_after")).sum().alias(text) for name, text in _COMPARED.items()]
    found = both.select(differ).row(0, named=True)
    return {"added": second.height - both.height, "removed": first.height - both.height, **found}


def _by_topic(labels: list[pl.DataFrame], trees: list[TopicTree]) -> list[dict[str, Any]]:
    """Return the topics whose valid records differ in number; a topic has its newer name."""
    paths = {**trees[0].paths(), **trees[1].paths()}
    first, second = (
        frame.filter(pl.col("valid").fill_null(value=True)).group_by("topic").agg(pl.len().alias(name))
        for frame, name in zip(labels, ("before", "after"), strict=True)
    )
    joined = first.join(second, on="topic", how="full", coalesce=True, nulls_equal=True)
    joined = joined.with_columns(pl.col("before", "after").fill_null(0))
    moved = joined.filter(pl.col("before") != pl.col("after"))
    named = moved.with_columns(
        pl.col("topic").replace_strict(list(paths), list(paths.values()), default=None, return_dtype=pl.String)
    )
    grouped = named.group_by("topic").agg(pl.col("before", "after").sum().cast(pl.Int64))
    size = (pl.col("after") - pl.col("before")).abs()
    rows = grouped.sort(size, "topic", descending=[True, False], nulls_last=True)
    return [{"path": topic, "before": old, "after": new} for topic, old, new in rows.iter_rows()]
