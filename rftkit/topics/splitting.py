"""Split one topic: its records are clustered again, nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import naming
from rftkit.topics.discover import discover
from rftkit.topics.tree import MAX_DEPTH, TopicTree


@dataclass(frozen=True)
class Division:
    """A topic in its parts.

    Attributes
    ----------
    tree
        With the parts below the topic.
    topics, confidence
        Path per record of the topic, and the share of its neighbours in the same part.

    Examples
    --------
    >>> Division(TopicTree(), pl.Series(), pl.Series()).tree
    TopicTree(0 topics, 0 leaves, depth 0)
    """

    tree: TopicTree
    topics: pl.Series = field(repr=False)
    confidence: pl.Series = field(repr=False)


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
    found = divide(tree, path, texts, vectors, count=count, seed=seed, namer=namer)
    return found.tree, found.topics


def divide(
    tree: TopicTree,
    path: str,
    texts: Sequence[str],
    vectors: npt.NDArray[np.float32],
    *,
    count: int | None = None,
    seed: int = 0,
    namer: naming.Namer | None = None,
    shown: Sequence[str | None] | None = None,
) -> Division:
    """Return a leaf split into topics below it, with the confidence of each record.

    Parameters
    ----------
    tree, path, texts, vectors, count, seed, namer
        See `split_topic`.
    shown
        How each record is quoted in descriptions; its text by default.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], dtype=np.float32)
    >>> texts = ["lost card", "card lost", "exchange rate", "rate of exchange"]
    >>> divide(TopicTree().add("Bank"), "Bank", texts, vectors, count=2).confidence.len()
    4
    """
    where = _divisible(tree, path)
    found = discover(texts, vectors, depth=1, count=count, seed=seed, namer=namer, shown=shown)
    if len(found.tree) < 2:
        more = "; give a count to insist" if count is None else ""
        raise InputError(f"the {len(texts)} records of {where!r} are too alike to be split{more}")
    for part in found.tree.topics:
        tree = tree.add(f"{where}/{part.name}", part.description, part.keywords, by_hand=False)
    return Division(tree, (where + "/" + found.topics).alias("topic"), found.confidence)


def _divisible(tree: TopicTree, path: str) -> str:
    topic = tree.find(path)
    where = tree.path(topic.id)
    if topic.locked:
        raise InputError(f"{where!r} is locked; unlock it first with lock({where!r}, False)")
    if tree.children(topic.id):
        raise InputError(f"{where!r} has topics below it already; split one of these")
    if where.count("/") + 1 >= MAX_DEPTH:
        raise InputError(f"{where!r} is at level {MAX_DEPTH}, the deepest there is; it cannot be split")
    return where
