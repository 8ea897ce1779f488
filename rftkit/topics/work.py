"""The records of a run of `categorize`: which are judged, which teach, which are only listened to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics.tree import Topic, TopicTree

if TYPE_CHECKING:
    from rftkit.embed.protocol import Embedder, Fittable

HAND_MADE = ("manual", "imported")

_STEPS = ("discovered", "generated")  # what steps have assigned teaches too, but less
_WEAK = 0.5
_EACH = 40  # examples a topic
_TAUGHT = 6000  # examples in all
_LISTENED = 6000  # so many records are compared where a few are added to many
_PART = 12_000  # so many are compared at once

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Examples:
    """Rows whose topic is known.

    Attributes
    ----------
    rows, topics
        Rows and the column of their topic.
    weights
        1 for hand-made labels, less for what a step has assigned.

    Examples
    --------
    >>> Examples(np.array([0]), np.array([1]), np.array([1.0])).rows.tolist()
    [0]
    """

    rows: Ints
    topics: Ints
    weights: npt.NDArray[np.float64]

    def only(self, keep: Bools) -> Examples:
        """Return some of the examples.

        Examples
        --------
        >>> len(Examples(np.array([0]), np.array([1]), np.array([1.0])).only(np.array([False])).rows)
        0
        """
        return Examples(self.rows[keep], self.topics[keep], self.weights[keep])

    def within(self, rows: Ints) -> Examples:
        """Return the examples with their places among sorted rows, which have them all.

        Examples
        --------
        >>> Examples(np.array([7]), np.array([0]), np.array([1.0])).within(np.array([3, 7])).rows.tolist()
        [1]
        """
        return Examples(np.searchsorted(rows, self.rows), self.topics, self.weights)

    @property
    def by_hand(self) -> Bools:
        """Which of them are hand-made."""
        return np.asarray(self.weights == 1.0)


@dataclass
class Work:
    """The records of a run.

    Attributes
    ----------
    frame, tree, leaves, paths
        What was given; the leaves are the topics a record can have.
    current, methods, hand
        Per record: the path it has, how it came to it, whether a person gave it one.
    at
        Rows that are judged.
    use
        Rows that are looked at at all: judged, taught by, or listened to. Sorted.
    known
        What teaches.
    texts
        Per row of `use`.
    vectors, topics
        Per row of `use`, and per leaf, once embedded.
    embedder, why
        What made the vectors, and why that.

    Examples
    --------
    >>> from rftkit import messages
    >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": "my card"}]])})
    >>> Work.of(frame, TopicTree().add("Cards"), again=False).at.tolist()
    [0]
    """

    frame: pl.DataFrame
    tree: TopicTree
    leaves: list[Topic]
    paths: list[str]
    current: list[str | None]
    methods: list[str | None]
    hand: Bools
    at: Ints
    use: Ints
    known: Examples
    texts: list[str]
    vectors: npt.NDArray[np.float32] | None = None
    topics: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    embedder: Embedder | None = None
    why: str = ""

    @classmethod
    def of(cls, frame: pl.DataFrame, tree: TopicTree, *, again: bool, only: Bools | None = None, seed: int = 0) -> Work:
        """Return the records of a run; `again` judges what has a topic, too, `only` says which may be judged at all.

        Examples
        --------
        >>> from rftkit import messages
        >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": " "}]])})
        >>> Work.of(frame, TopicTree().add("Cards"), again=True).at.tolist()
        []
        """
        from rftkit.embed.text import texts

        if "messages" not in frame.columns:
            raise InputError(f"the frame needs a column 'messages'; it has {', '.join(frame.columns) or 'none'}")
        given, methods = column(frame, "topic"), column(frame, "topic_method")
        path = {each: known_path(tree, each) for each in set(given)}
        current = [path[each] for each in given]
        hand = np.array([m in HAND_MADE and p is not None for m, p in zip(methods, current, strict=True)], dtype=bool)
        aside = np.array(put_aside(given, methods), dtype=bool)
        free = np.array([again or each is None for each in current], dtype=bool) & ~hand & ~aside
        open_ = np.flatnonzero(free if only is None else free & only)
        leaves = list(tree.leaves())
        paths = [tree.path(topic.id) for topic in leaves]
        known = _some(_examples(paths, current, methods, hand, again), len(leaves), seed)
        use = _looked_at(frame.height, open_, known, seed)
        words = texts(frame if len(use) == frame.height else frame[use]).to_list()
        said = np.array([bool(text.strip()) for text in words], dtype=bool)
        at = open_[said[np.searchsorted(use, open_)]]
        return cls(frame, tree, leaves, paths, current, methods, hand, at, use, known, words)

    def text(self, row: int) -> str:
        """Return the text of a row of `use`."""
        return self.texts[int(np.searchsorted(self.use, row))]

    def embed(self, embedder: str | Embedder | Fittable, vectors: npt.NDArray[np.float32] | None) -> None:
        """Have vectors of what is looked at, and of the topics.

        Parameters
        ----------
        embedder
            A name, or an embedder.
        vectors
            One per record of the frame, where they exist already.
        """
        from rftkit import embed
        from rftkit.topics.space import topic_vectors

        if vectors is None:
            made = embed.vectors(self.texts, embedder)
            self.vectors, self.embedder, self.why = made.array, made.embedder, f"{made.embedder.name}: {made.why}"
        else:
            known = embed.get(embedder, count=self.frame.height) if isinstance(embedder, str) else embedder
            self.embedder = embed.fitted(known, self.texts)
            self.vectors, self.why = self._given(vectors), f"{self.embedder.name}: handed in"
        self.topics = topic_vectors(self.leaves, self.tree, self.embedder)
        if self.topics.shape[1] != self.vectors.shape[1]:
            raise InputError(
                f"the vectors have {self.vectors.shape[1]} numbers and those of {self.embedder.name!r} "
                f"{self.topics.shape[1]}; name the embedder that made them"
            )

    def _given(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if len(vectors) != self.frame.height:
            raise InputError(f"there must be one vector per record: {self.frame.height} and {len(vectors)}")
        return vectors if len(self.use) == len(vectors) else vectors[self.use]

    def parts(self, seed: int) -> Iterator[Ints]:
        """Yield sorted rows of `use` that are compared together: all, or some of many, what teaches always.

        Examples
        --------
        >>> from rftkit import messages
        >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": "my card"}]])})
        >>> [part.tolist() for part in Work.of(frame, TopicTree().add("Cards"), again=False).parts(0)]
        [[0]]
        """
        if len(self.use) <= _PART + len(self.known.rows):
            yield self.use
            return
        mixed = np.random.default_rng(seed).permutation(self.at)
        for part in np.array_split(mixed, -(-len(mixed) // _PART)):
            yield np.union1d(part, self.known.rows)


def put_aside(given: list[str | None], methods: list[str | None]) -> list[bool]:
    """Return which records a person has left without a topic; a topic that left the tree is not meant by that.

    Examples
    --------
    >>> put_aside([None, "Gone", None], ["manual", "manual", None])
    [True, False, False]
    """
    return [path is None and method in HAND_MADE for path, method in zip(given, methods, strict=True)]


def column(frame: pl.DataFrame, name: str) -> list[str | None]:
    """Return a column of a frame, nothing but None where it has none.

    Examples
    --------
    >>> column(pl.DataFrame({"id": ["a"]}), "topic")
    [None]
    """
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def known_path(tree: TopicTree, path: str | None) -> str | None:
    """Return the path as the tree has it, None where the tree does not have it.

    Examples
    --------
    >>> known_path(TopicTree().add("Cards"), "Rates") is None
    True
    """
    topic = None if path is None else tree.get(path)
    return None if topic is None else tree.path(topic.id)


def _examples(
    paths: list[str], current: list[str | None], methods: list[str | None], hand: Bools, again: bool
) -> Examples:
    place = {path: i for i, path in enumerate(paths)}
    topics = np.array([place.get(path, -1) if path is not None else -1 for path in current], dtype=np.int64)
    by_step = np.array([not again and method in _STEPS for method in methods], dtype=bool)
    rows = np.flatnonzero((topics >= 0) & (hand | by_step))
    return Examples(rows, topics[rows], np.where(hand[rows], 1.0, _WEAK))


def _some(known: Examples, topics: int, seed: int) -> Examples:
    """Return at most so many examples a topic: hand-made ones first, then a sample."""
    most = int(np.clip(_TAUGHT // max(topics, 1), 4, _EACH))
    order = np.random.default_rng(seed).permutation(len(known.rows))
    order = order[np.lexsort((-known.weights[order], known.topics[order]))]
    sizes = np.bincount(known.topics, minlength=1)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return known.only(np.isin(np.arange(len(order)), order[rank < most]))


def _looked_at(total: int, open_: Ints, known: Examples, seed: int) -> Ints:
    if total <= _PART:
        return np.arange(total)
    needed = np.union1d(open_, known.rows)
    others = np.setdiff1d(np.arange(total), needed)
    more = min(max(_LISTENED - len(needed), 0), len(others))
    return np.union1d(needed, np.random.default_rng(seed).choice(others, more, replace=False))
