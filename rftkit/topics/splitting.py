"""Split one topic: its records are clustered again, nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import naming
from rftkit.topics.discover import discover
from rftkit.topics.tree import MAX_DEPTH, TopicTree


def split_topic(
    tree: TopicTree,
    path: str,
    texts: Sequence[str],
    vectors: npt.NDArray[np.float32],
    *,
    count: int | None = None,
    seed: int = 0,
    namer: naming.Namer | None = None,
) -> tuple[TopicTree, pl.Series]:
    """Return the tree with a leaf split into topics below it, and the new path of each of its records.

    Parameters
    ----------
    tree, path
        The leaf that is split.
    texts, vectors
        Of the records of that leaf only.
    count
        Number of parts; found by itself when not given.
    seed
        The same records and seed give the same parts.
    namer
        Names the parts better than their keywords do.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], dtype=np.float32)
    >>> texts = ["lost card", "card lost", "exchange rate", "rate of exchange"]
    >>> tree, topics = split_topic(TopicTree().add("Bank"), "Bank", texts, vectors, count=2)
    >>> topics.to_list()
    ['Bank/Card lost', 'Bank/Card lost', 'Bank/Exchange rate', 'Bank/Exchange rate']
    """
    topic = tree.find(path)
    where = tree.path(topic.id)
    if topic.locked:
        raise InputError(f"{where!r} is locked; unlock it first with lock({where!r}, False)")
    if tree.children(topic.id):
        raise InputError(f"{where!r} has topics below it already; split one of these")
    if where.count("/") + 1 >= MAX_DEPTH:
        raise InputError(f"{where!r} is at level {MAX_DEPTH}, the deepest there is; it cannot be split")
    found = discover(texts, vectors, depth=1, count=count, seed=seed, namer=namer)
    if len(found.tree) < 2:
        raise InputError(f"the {len(texts)} records of {where!r} are too alike to be split; give a count to insist")
    for part in found.tree.topics:
        tree = tree.add(f"{where}/{part.name}", part.description, part.keywords)
    return tree, (where + "/" + found.topics).alias("topic")
