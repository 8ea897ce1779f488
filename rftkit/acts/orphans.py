"""Records whose topic is gone: written down when it happens, with where they could go, until they have a topic again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rftkit.acts import reading
from rftkit.messages import last_user_text
from rftkit.store.layout import SCHEMAS
from rftkit.topics.change import heir
from rftkit.topics.orphans import closest

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.store import Transaction
    from rftkit.topics.tree import TopicTree

#: One row each time that a record lost its topic; the latest row of a record counts.
SCHEMAS["orphans"] = {
    "id": pl.String(),  # of the record
    "topic": pl.String(),  # the path that its topic had
    "suggestion": pl.String(),  # id of a topic that could take it, null where nothing is near
    "version": pl.Int64(),  # that did it
}


def orphans(ds: Context) -> pl.DataFrame:
    """Return the records that lost their topic and have none yet, with a suggestion for each.

    A record is an orphan when a topic was deleted, or was no longer found, and nothing else took the record. It stays
    one until it is assigned, by hand (`Dataset.assign`) or by `Dataset.categorize`.

    Parameters
    ----------
    ds
        The dataset.

    Returns
    -------
    polars.DataFrame
        id, the topic it had, suggestion (a path, null where nothing is near), and the last user turn.
    """
    found = lost(ds)
    texts = reading.rows(ds, found["row"], ["messages"]).select("row", last_user_text())
    return found.join(texts, on="row", how="left", maintain_order="left").drop("row")


def lost(ds: Context) -> pl.DataFrame:
    """Return row, id, topic and suggestion of the same records, without what they say.

    Parameters
    ----------
    ds
        The dataset.
    """
    noted = ds.store.scan("orphans", ds.line).collect().sort("version").unique("id", keep="last", maintain_order=True)
    bare = pl.col("topic").is_null() & pl.col("topic_method").is_null()
    said = reading.labels(ds).select("row", "id", "topic", "topic_method").filter(bare).select("row", "id")
    said = said.join(noted, on="id", how="inner", maintain_order="left")
    tree = reading.tree(ds)
    known = said["suggestion"].drop_nulls().unique().to_list()
    there = {id_: tree.path(now) for id_ in known if (now := heir(tree, id_)) is not None}
    shown = pl.col("suggestion").replace_strict(there, default=None, return_dtype=pl.String)
    return said.with_columns(shown).drop("version")


def note(step: Transaction, was: pl.DataFrame, now: pl.DataFrame, old: TopicTree, new: TopicTree) -> int:
    """Write down the records that lose their topic in a step; return how many.

    Parameters
    ----------
    step
        The step.
    was, now
        The labels before and after it, topics as ids.
    old, new
        The trees before and after it.
    """
    bare = pl.col("topic").is_null() & pl.col("topic_method").is_null()
    lost = now.select("id", "topic", "topic_method").filter(bare)["id"]  # few of many: nothing else of them is copied
    had = was.select("id", "topic").filter(pl.col("id").is_in(lost.implode()), pl.col("topic").is_in(list(old.paths())))
    if had.is_empty():
        return 0
    suggested = {id_: suggestion(id_, old, new) for id_ in had["topic"].unique().to_list()}
    rows = had.with_columns(
        pl.col("topic").replace_strict(old.paths(), return_dtype=pl.String),
        suggestion=pl.col("topic").replace_strict(suggested, return_dtype=pl.String),
        version=pl.lit(step.version, dtype=pl.Int64),
    )
    step.append("orphans", rows)
    return rows.height


def suggestion(id_: str, old: TopicTree, new: TopicTree) -> str | None:
    """Return the topic that could take the records of one that is gone: its heir, else the one named most alike.

    Parameters
    ----------
    id_
        Id of a topic of the old tree.
    old, new
        The trees before and after.
    """
    now = heir(new, id_)
    if now is not None:
        return now
    near = closest(old.path(id_), [new.path(topic.id) for topic in new.leaves()])
    return None if near is None else new.id_of(near)
