"""Topics found in data: communities of the neighbour graph, their levels, their names.

What a person has decided stays. Hand-made labels keep their records and their topics, locked topics stay where they
are, and a group of records that mostly belongs to such a topic becomes part of it instead of a new one.

The rule for outliers: every record with text gets the topic that most of its neighbours have, and its confidence is
the share of its neighbours that agree; only records without text stay unassigned. Groups smaller than the least size
merge into the group they are tied to most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import communities, joining, naming, neighbours
from rftkit.topics.building import Built, Material, build
from rftkit.topics.past import Past
from rftkit.topics.tree import MAX_DEPTH, TopicTree, TreeChange

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

RULE = (
    "every record with text has the topic that most of its nearest neighbours have; its confidence is the share of "
    "them that agree; records without text stay unassigned; groups below {least} records merged into the nearest"
)
_RESOLUTION = 1.65  # communities finer than topics are; what is alike is joined afterwards
_DEAREST = 0.165  # the cost of a join, as a share of an average group, at which topics are told apart
_LARGEST_GRAPH = 30_000  # beyond it a sample makes the groups and the others follow their neighbours in it


@dataclass(frozen=True)
class Discovery:
    """A tree found in data, with the topic of each record.

    Attributes
    ----------
    tree
        The topics, named.
    topics
        Path of the leaf per text, null where it stays unassigned.
    confidence
        Share of a record's neighbours with the same topic, 1 for hand-made labels.
    counts
        Number of groups per level, first level first.
    rule
        What became of outliers, in a sentence.
    kept
        Paths of locked topics and of topics with hand-made labels.
    before
        The tree so far.
    fixed
        Whether a record kept its topic because of a person: it was assigned by hand, or its topic is locked.

    Examples
    --------
    >>> discover(["a card", "my card"], np.eye(2, dtype=np.float32)).topics.null_count()
    0
    """

    tree: TopicTree
    topics: pl.Series = field(repr=False)
    confidence: pl.Series = field(repr=False)
    counts: tuple[int, ...] = ()
    rule: str = ""
    kept: tuple[str, ...] = ()
    before: TopicTree = field(default_factory=TopicTree, repr=False)
    fixed: pl.Series = field(default_factory=lambda: pl.Series("fixed", [], dtype=pl.Boolean), repr=False)

    @property
    def change(self) -> TreeChange:
        """What is new, kept and gone beside the tree so far.

        Examples
        --------
        >>> discover(["a card", "my card"], np.eye(2, dtype=np.float32)).change
        TreeChange(1 new, 0 kept, 0 gone)
        """
        return self.before.diff(self.tree)

    def _repr_html_(self) -> str:
        from rftkit import render
        from rftkit.topics import view

        sizes = dict(self.topics.value_counts().iter_rows())
        ids = {path: id_ for id_, path in self.tree.paths().items()}
        tree = self.tree.counted({None if path is None else ids[path]: count for path, count in sizes.items()})
        change = view.change(self.change) if self.before.topics else ""
        return render.join(view.tree(tree), change, render.card(None, render.note(self.rule)))

    def __repr__(self) -> str:
        found = len(self.topics) - self.topics.null_count()
        return f"Discovery({' > '.join(map(str, self.counts))} topics, {found} of {len(self.topics)} records)"

    def to_dict(self) -> dict[str, Any]:
        """Return the tree and the number of records of each topic as plain values.

        Examples
        --------
        >>> discover(["a card"], np.eye(1, dtype=np.float32)).to_dict()["unassigned"]
        0
        """
        sizes = dict(self.topics.drop_nulls().value_counts().iter_rows())
        rows = [{**row, "count": sizes.get(row["path"], 0)} for row in self.tree.frame().to_dicts()]
        return {"topics": rows, "unassigned": self.topics.null_count(), "counts": list(self.counts), "rule": self.rule}


def discover(
    texts: pl.Series | Sequence[str],
    vectors: Floats,
    *,
    depth: int = 2,
    count: int | None = None,
    seed: int = 0,
    locked: TopicTree | None = None,
    labels: pl.Series | Sequence[str | None] | None = None,
    before: pl.Series | Sequence[str | None] | None = None,
    keep: Sequence[str] = (),
    least: int | None = None,
    namer: naming.Namer | None = None,
    shown: Sequence[str | None] | None = None,
) -> Discovery:
    """Find the topics of texts.

    Parameters
    ----------
    texts
        One per record, as `rftkit.embed.texts` makes them.
    vectors
        One row of length 1 per text.
    depth
        Number of levels, 1 to 5.
    count
        Number of leaf topics; found by itself when not given.
    seed
        The same texts, vectors and seed give the same tree.
    locked
        The tree so far: its locked topics stay, with their records, and those that have hand-made labels.
    labels
        Hand-made topic (a path in `locked`) per text, null where there is none; these records keep it.
    before
        Topic (a path in `locked`) that each text had so far. A topic that is found again keeps its id, and the name,
        description and keywords that a person gave it; `rftkit.topics.past` has the rule.
    keep
        More topics that stay, for example because records that are not here were assigned to them by hand.
    least
        Size below which a group is merged; from the number of texts when not given.
    namer
        Names groups better than their keywords do, for example by a model.
    shown
        How each record is quoted in descriptions, for example its last user turn; its text by default.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], dtype=np.float32)
    >>> found = discover(["lost card", "card lost", "exchange rate", "rate of exchange"], vectors, depth=1, count=2)
    >>> found.topics.to_list()
    ['Card lost', 'Card lost', 'Exchange rate', 'Exchange rate']
    """
    rows = [text or "" for text in texts]
    _check(rows, vectors, depth, count)
    past = Past.of(locked, _labels(labels, len(rows)), None if before is None else list(before), keep)
    usable = np.array([bool(text.strip()) for text in rows], dtype=bool) & (np.abs(vectors).sum(axis=1) > 0)
    at = np.flatnonzero(usable)
    groups = _groups([rows[i] for i in at], vectors[at], depth, count, seed, least)
    quoted = rows if shown is None else [text or "" for text in shown]
    material = Material([rows[i] for i in at], [quoted[i] for i in at], vectors[at], groups.levels, groups.least)
    built = build(material, past.only(at), namer, seed)
    return _told(built, groups, past, at)


def _told(built: Built, groups: Groups, past: Past, at: Ints) -> Discovery:
    """Return what was found for all texts, also for those that were not grouped: fixed ones keep their topic."""
    known = past.held.paths()
    found = np.full(len(past.had), None, dtype=object)
    found[at] = built.topics
    for row in np.flatnonzero(past.fixed).tolist():
        found[row] = known[past.ids[int(past.had[row])]]
    sure = np.zeros(len(found))
    sure[at] = groups.confidence
    sure[past.hand] = 1.0
    topics = pl.Series("topic", found.tolist(), dtype=pl.String)
    confidence = pl.select(pl.when(topics.is_not_null()).then(pl.Series("topic_confidence", sure))).to_series()
    tree = built.tree
    counts = tuple(sum(path.count("/") == level for path in tree.paths().values()) for level in range(tree.depth))
    kept = tuple(known[topic.id] for topic in past.held.leaves())
    rule = RULE.format(least=groups.least)
    fixed = pl.Series("fixed", past.fixed)
    return Discovery(tree, topics, confidence.alias("topic_confidence"), counts, rule, kept, past.tree, fixed)


def _labels(labels: Any, total: int) -> list[str | None]:
    found = [None if path is None else str(path) for path in ([None] * total if labels is None else labels)]
    if len(found) != total:
        raise InputError(f"there must be one label (or null) per text; given {len(found)} labels and {total} texts")
    return found


def _check(texts: Sequence[str], vectors: Floats, depth: int, count: int | None) -> None:
    if not 1 <= depth <= MAX_DEPTH:
        raise InputError(f"a tree has 1 to {MAX_DEPTH} levels; given depth={depth}")
    if count is not None and count < 1:
        raise InputError(f"the number of topics is at least 1; given count={count}")
    if len(texts) != len(vectors):
        raise InputError(f"there must be one vector per text; given {len(texts)} texts and {len(vectors)} vectors")


@dataclass(frozen=True)
class Groups:
    """Groups of records on every level, the finest first, and how sure each membership is.

    Examples
    --------
    >>> Groups((np.array([0, 1]),), np.ones(2, np.float32)).levels[0].tolist()
    [0, 1]
    """

    levels: tuple[Ints, ...]
    confidence: Floats
    least: int = 1
    view: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32), repr=False)


def least_size(total: int) -> int:
    """Return the size below which a group is merged, for so many records.

    Examples
    --------
    >>> least_size(100), least_size(10_000)
    (3, 15)
    """
    return int(np.clip(round(0.0015 * total), 3 if total >= 30 else 2, 100))


def neighbours_for(total: int) -> int:
    """Return how many neighbours each record is tied to: fewer in small sets, where groups are small.

    Examples
    --------
    >>> neighbours_for(20), neighbours_for(450), neighbours_for(10_000)
    (5, 11, 20)
    """
    return int(np.clip(round(0.5 * total**0.5), min(5, max(2, total // 4)), neighbours.NEIGHBOURS))


def _groups(texts: list[str], vectors: Floats, depth: int, count: int | None, seed: int, least: int | None) -> Groups:
    """Return the groups of all texts; of a very large set through a sample."""
    total = len(texts)
    if total <= _LARGEST_GRAPH:
        return grouped(texts, vectors, depth, count, seed, least)
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(total, _LARGEST_GRAPH, replace=False))
    size = None if least is None else max(2, round(least * _LARGEST_GRAPH / total))
    found = grouped([texts[i] for i in sample], vectors[sample], depth, count, seed, size)
    return _followed(vectors, sample, found)


def _followed(vectors: Floats, sample: Ints, found: Groups) -> Groups:
    """Return the groups of all rows: those outside the sample go where their nearest neighbours in it are."""
    centre = vectors[sample].mean(axis=0)
    near = neighbours.nearest_in(vectors - centre, vectors[sample] - centre, neighbours.NEIGHBOURS)
    finest, sure = neighbours.vote(near, found.levels[0])
    finest[sample], sure[sample] = found.levels[0], found.confidence
    above = []
    for level in found.levels[1:]:
        parent = np.zeros(int(found.levels[0].max()) + 1, dtype=np.int64)
        parent[found.levels[0]] = level
        above.append(parent[finest])
    return Groups((finest, *above), sure, found.least)


def grouped(
    texts: Sequence[str], vectors: Floats, depth: int, count: int | None, seed: int, least: int | None = None
) -> Groups:
    """Return the groups of texts on every level, the finest first.

    Examples
    --------
    >>> grouped(["a", "b"], np.array([[1, 0], [0, 1]], dtype=np.float32), 1, 2, 0).levels[0].tolist()
    [0, 1]
    """
    total = len(texts)
    smallest = least_size(total) if least is None else least
    if total <= 2 or (count == 1 and depth == 1):
        return _trivial(total, depth, count, smallest, vectors)
    view = neighbours.view(vectors, texts)
    near = neighbours.nearest(view, neighbours_for(total))
    graph = communities.build(near)
    finest = _finest(graph, view, near, count, seed, smallest)
    levels = [finest]
    for _ in range(depth - 1):
        levels.append(_coarser(graph, view, levels[-1]))
    return Groups(tuple(levels), neighbours.shares(near, finest), smallest, view)


def _trivial(total: int, depth: int, count: int | None, least: int, vectors: Floats) -> Groups:
    apart = count is not None and count >= total
    labels = np.arange(total, dtype=np.int64) if apart else np.zeros(total, dtype=np.int64)
    return Groups((labels,) * depth, np.ones(total, dtype=np.float32), least, vectors)


def _finest(graph: Any, view: Floats, near: neighbours.Neighbours, count: int | None, seed: int, least: int) -> Ints:
    """Return the leaf groups: communities on which several runs agree, alike ones joined, every record settled."""
    labels = _communities(graph, count, seed)
    if count is not None and int(labels.max()) + 1 < count:
        return communities.settled(graph, np.arange(len(view), dtype=np.int64))  # more wanted than there are groups
    labels = joining.merged(graph, labels, joining.centres(view, labels), least=2)
    smooth = neighbours.smoothed(view, near)
    labels = (
        joining.joined(smooth, labels, dearest=_DEAREST) if count is None else joining.joined(smooth, labels, count)
    )
    labels = communities.settled(graph, labels)
    return labels if count is not None else joining.merged(graph, labels, joining.centres(view, labels), least=least)


def _communities(graph: Any, count: int | None, seed: int) -> Ints:
    """Return fine communities that runs agree on; finer ones where more topics are wanted than they are."""
    resolution = _RESOLUTION
    if count is not None:
        while int(communities.louvain(graph, resolution, seed).max()) + 1 < 1.4 * count and resolution < 1000:
            resolution *= 1.5
    return communities.louvain(communities.agreed(graph, seed, resolution), resolution, seed)


def _coarser(graph: Any, view: Floats, labels: Ints) -> Ints:
    """Return the next level up: about the square root of the groups, more where they are not tied to each other."""
    groups = int(labels.max()) + 1
    if groups <= 3:
        return labels if groups <= 1 else labels.copy()
    low, high = int(np.ceil(np.sqrt(groups))), max(2, groups // 2)
    centres = joining.centres(view, labels)
    natural = joining.merged(graph, labels, centres, count=high, loosest=0.15)
    if int(natural.max()) + 1 >= low:
        return natural
    return joining.merged(graph, labels, centres, count=low)
