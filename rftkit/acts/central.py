"""What a topic is about, by its own records: those nearest its centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rftkit import embed
from rftkit.acts import gathering, reading
from rftkit.embed import static
from rftkit.messages import last_user_text
from rftkit.topics.building import central_rows

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_LOOKED_AT = 500  # records of a topic: quick also where none was embedded before


def central_records(ds: Context, path: str, limit: int = 5, *, embedder: str = "auto", seed: int = 0) -> pl.DataFrame:
    """Return the valid records of a topic, and of those below it, that are nearest to its centre.

    Of a topic with more than 500 records a sample is looked at; in a dataset that is large enough for static vectors
    these are compared as they are, since a topic's own records need no space that topics share.

    Parameters
    ----------
    ds
        The dataset.
    path
        The topic.
    limit
        How many.
    embedder
        Chosen by size by default.
    seed
        Of the sample.

    Returns
    -------
    polars.DataFrame
        id, topic and the last user turn, the most central first.
    """
    tree = reading.tree(ds)
    below = [tree.path(topic.id) for topic in tree.subtree(tree.find(path).id)]
    # both at once, so that only what is left is copied of a million rows
    valid = pl.col("valid").fill_null(value=True)
    said = reading.labels(ds).filter(pl.col("topic").is_in(below) & valid)
    if said.height > _LOOKED_AT:
        chosen = np.random.default_rng(seed).choice(said.height, _LOOKED_AT, replace=False)
        said = said[np.sort(chosen)]
    if said.is_empty():
        return said.select("id", "topic", pl.lit("").alias("last_user_text"))
    frame = reading.frame(ds, said, ["messages"])
    vectors = _vectors(ds, embed.texts(frame).to_list(), embedder)
    rows = central_rows(vectors, np.zeros(said.height, np.int64), limit)[0]
    shown = frame.select(last_user_text()).to_series().alias("last_user_text")
    return said.select("id", "topic").with_columns(shown)[rows]


def _vectors(ds: Context, texts: list[str], embedder: str) -> embed.Array:
    if embed.choose(embedder, count=reading.count(ds)).name == "static":
        return static.means(texts)
    return gathering.vectors(ds, texts, embedder).array
