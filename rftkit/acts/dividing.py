"""One topic divided by its own records; the rest of the tree stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from rftkit.acts import gathering, reading, taxonomy
from rftkit.acts.gathering import Material
from rftkit.errors import InputError
from rftkit.schema import HAND_MADE
from rftkit.topics.splitting import Division, divide
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context


def split_topic(
    ds: Context, path: str, *, count: int | None = None, embedder: str = "auto", seed: int = 0
) -> TopicTree:
    """Divide one topic into topics below it by its own records; the rest of the tree stays.

    Parameters
    ----------
    ds
        The dataset.
    path
        The topic.
    count
        Into how many; found by itself by default.
    embedder
        Chosen by size by default.
    seed
        The same records and seed give the same topics.
    """
    with ds.step("topics split", {"path": path, "count": count, "embedder": embedder, "seed": seed}) as step:
        said = of_topic(ds, path)
        found = division(ds, path, gathering.gathered(ds, said, embedder), count=count, seed=seed)
        step.put("topics.json", found.tree.to_dict())
        step.replace("labels", divided(reading.labels(ds), said, found))
        step.counts = {"topics": found.topics.n_unique(), "records": said.height}
    return taxonomy.counted(ds)


def of_topic(ds: Context, path: str) -> pl.DataFrame:
    """Return the labels of the valid records right under a topic, topics as paths; refuse what cannot be split.

    Parameters
    ----------
    ds
        The dataset.
    path
        The topic.
    """
    tree = reading.tree(ds)
    where = tree.path(tree.find(path).id)
    said = gathering.living(ds).filter(pl.col("topic") == where)
    if said.height < 2:
        raise InputError(f"{where!r} has {said.height} valid records of its own; splitting a topic needs at least two")
    return said


def division(ds: Context, path: str, material: Material, *, count: int | None = None, seed: int = 0) -> Division:
    """Return a topic in its parts, without saving them.

    Parameters
    ----------
    ds
        The dataset.
    path
        The topic.
    material
        Its own records.
    count, seed
        See `split_topic`.
    """
    tree = reading.tree(ds)
    texts, made, shown = material.texts, material.vectors, material.shown
    return divide(tree, tree.path(tree.find(path).id), texts, made, count=count, seed=seed, shown=shown)


def divided(labels: pl.DataFrame, said: pl.DataFrame, found: Division) -> pl.DataFrame:
    """Return labels with the records of a topic in its parts, topics as ids.

    Parameters
    ----------
    labels
        All labels, topics as paths.
    said
        Those of the topic.
    found
        Its parts.
    """
    return reading.with_ids(_divided(labels, said, found), found.tree)


def _divided(labels: pl.DataFrame, said: pl.DataFrame, found: Division) -> pl.DataFrame:
    """Return labels with the records of a topic in its parts; what was assigned by hand stays so, the rest was found."""
    result = said.select("row").with_columns(new=found.topics, sure=found.confidence)
    joined = labels.join(result, on="row", how="left", maintain_order="left")
    here = pl.col("new").is_not_null()
    by_hand = pl.col("topic_method").is_in(HAND_MADE).fill_null(value=False)
    return joined.with_columns(
        topic=pl.coalesce("new", "topic"),
        topic_confidence=pl.when(here & ~by_hand).then("sure").otherwise("topic_confidence"),
        topic_method=pl.when(here & ~by_hand).then(pl.lit("discovered")).otherwise("topic_method"),
        secondary_topics=pl.when(~here).then("secondary_topics"),
        updated_at=pl.when(here).then(pl.lit(datetime.now(UTC))).otherwise("updated_at"),
    ).select(labels.columns)
