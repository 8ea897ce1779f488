"""What a topic is about, by its own records: those nearest its centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rftkit.acts import gathering, reading
from rftkit.topics.building import central_rows

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_LOOKED_AT = 500  # records of a topic: quick also where none was embedded before


def central_records(ds: Context, path: str, limit: int = 5, *, embedder: str = "auto", seed: int = 0) -> pl.DataFrame:
    """Return the valid records of a topic, and of those below it, that are nearest to its centre.

    Of a topic with more than 500 records a sample is looked at.

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
    said = gathering.living(ds).filter(pl.col("topic").is_in(below))
    if said.height > _LOOKED_AT:
        chosen = np.random.default_rng(seed).choice(said.height, _LOOKED_AT, replace=False)
        said = said[np.sort(chosen)]
    if said.is_empty():
        return said.select("id", "topic", pl.lit("").alias("last_user_text"))
    material = gathering.gathered(ds, said, embedder)
    rows = central_rows(material.vectors, np.zeros(said.height, np.int64), limit)[0]
    shown = pl.Series("last_user_text", material.shown, dtype=pl.String)
    return said.select("id", "topic").with_columns(shown)[rows]
