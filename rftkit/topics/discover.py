"""Topics found in data: communities of the neighbour graph, their levels, their names.

What a person has decided stays. Hand-made labels keep their records and their topics, locked topics stay where they
are, and a group of records that mostly belongs to such a topic becomes part of it instead of a new one.

The rule for outliers: every record with text gets the topic that most of its neighbours have, and its confidence is
the share of its neighbours that agree; only records without text stay unassigned. Groups smaller than the least size
merge into the group they are tied to most.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import graph as g
from rftkit.topics import naming
from rftkit.topics.tree import MAX_DEPTH, TopicTree

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

RULE = (
    "every record with text has the topic that most of its nearest neighbours have; its confidence is the share of "
    "them that agree; records without text stay unassigned; groups below {least} records merged into the nearest"
)
_CENTRAL = 8
_RESOLUTION = 1.1
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
        The tree so far: its locked topics stay, and those that have hand-made labels.
    labels
        Hand-made topic (a path in `locked`) per text, null where there is none; these records keep it.
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
    hand = _hand(labels, locked, len(rows))
    kept = _kept(locked, hand)
    usable = np.array([bool(text.strip()) for text in rows], dtype=bool) & (np.abs(vectors).sum(axis=1) > 0)
    at = np.flatnonzero(usable)
    groups = _groups([rows[i] for i in at], vectors[at], depth, count, seed, least)
    quoted = rows if shown is None else [text or "" for text in shown]
    return _Builder(rows, quoted, vectors, at, groups, kept, hand, depth, seed, namer).build()


def _check(texts: Sequence[str], vectors: Floats, depth: int, count: int | None) -> None:
    if not 1 <= depth <= MAX_DEPTH:
        raise InputError(f"a tree has 1 to {MAX_DEPTH} levels; given depth={depth}")
    if count is not None and count < 1:
        raise InputError(f"the number of topics is at least 1; given count={count}")
    if len(texts) != len(vectors):
        raise InputError(f"there must be one vector per text; given {len(texts)} texts and {len(vectors)} vectors")


def _hand(labels: Any, locked: TopicTree | None, total: int) -> list[str | None]:
    found = [None] * total if labels is None else list(labels)
    if len(found) != total:
        raise InputError(f"there must be one label (or null) per text; given {len(found)} labels and {total} texts")
    if locked is None:
        return [None if path is None else str(path) for path in found]
    return [
        None if path is None else (locked.path(topic.id) if (topic := locked.get(path)) else path) for path in found
    ]


def _kept(locked: TopicTree | None, hand: Sequence[str | None]) -> TopicTree:
    """Return the topics that stay: locked ones, those with hand-made labels, and all above them."""
    tree = locked or TopicTree()
    for path in dict.fromkeys(path for path in hand if path is not None):
        if path not in tree:
            tree = tree.add(path)
    stay: set[str] = set()
    for topic in tree.topics:
        if topic.locked:
            stay.update(_lineage(tree, topic.id))
    for path in {path for path in hand if path is not None}:
        stay.update(_lineage(tree, tree.id_of(path)))
    gone = {topic.id: None for topic in tree.topics if topic.id not in stay}
    topics = tuple(topic for topic in tree.topics if topic.id in stay)
    return TopicTree(topics, {**tree.gone, **gone}, tree.made)


def _lineage(tree: TopicTree, id_: str) -> list[str]:
    path = tree.path(id_)
    return [tree.id_of(tree.level(path, n)) for n in range(1, path.count("/") + 2)]


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
    return int(np.clip(round(0.5 * total**0.5), min(5, max(2, total // 4)), g.NEIGHBOURS))


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
    near = g.nearest_in(vectors - centre, vectors[sample] - centre, g.NEIGHBOURS)
    finest, sure = g.vote(near, found.levels[0])
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
    view = g.view(vectors, texts)
    near = g.nearest(view, neighbours_for(total))
    graph = g.build(near)
    finest = _finest(graph, view, near, count, seed, smallest)
    levels = [finest]
    for _ in range(depth - 1):
        levels.append(_coarser(graph, view, levels[-1]))
    return Groups(tuple(levels), g.shares(near, finest), smallest, view)


def _trivial(total: int, depth: int, count: int | None, least: int, vectors: Floats) -> Groups:
    apart = count is not None and count >= total
    labels = np.arange(total, dtype=np.int64) if apart else np.zeros(total, dtype=np.int64)
    return Groups((labels,) * depth, np.ones(total, dtype=np.float32), least, vectors)


def _finest(graph: Any, view: Floats, near: g.Neighbours, count: int | None, seed: int, least: int) -> Ints:
    """Return the leaf groups: communities on which several runs agree, small ones merged, every record settled."""
    resolution = _RESOLUTION
    labels = g.communities(graph, resolution, seed)
    while count is not None and int(labels.max()) + 1 < 1.4 * count and resolution < 1000:
        resolution *= 1.5
        labels = g.communities(graph, resolution, seed)
    firm = g.agreed(graph, seed, resolution)
    labels = g.communities(firm, resolution, seed)
    if count is not None and int(labels.max()) + 1 < count:
        labels = np.arange(len(view), dtype=np.int64)  # more topics wanted than there are groups
    else:
        labels = g.merged(graph, labels, g.centres(view, labels), least=least if count is None else 2)
    if count is not None and int(labels.max()) + 1 > count:
        labels = g.joined(g.smoothed(view, near), labels, count)
    labels = g.settled(graph, labels)
    return labels if count is not None else g.merged(graph, labels, g.centres(view, labels), least=least)


def _coarser(graph: Any, view: Floats, labels: Ints) -> Ints:
    """Return the next level up: about the square root of the groups, more where they are not tied to each other."""
    groups = int(labels.max()) + 1
    if groups <= 3:
        return labels if groups <= 1 else labels.copy()
    low, high = int(np.ceil(np.sqrt(groups))), max(2, groups // 2)
    centres = g.centres(view, labels)
    natural = g.merged(graph, labels, centres, count=high, loosest=0.15)
    if int(natural.max()) + 1 >= low:
        return natural
    return g.merged(graph, labels, centres, count=low)


@dataclass(frozen=True)
class _Builder:
    """Turns groups into a tree around the topics that stay."""

    texts: list[str]
    shown: list[str]
    vectors: Floats
    at: Ints
    groups: Groups
    kept: TopicTree
    hand: list[str | None]
    depth: int
    seed: int
    namer: naming.Namer | None

    def build(self) -> Discovery:
        claimed = self._claimed()
        tree, paths = self._named(claimed)
        topics: list[str | None] = [None] * len(self.texts)
        sure = np.zeros(len(self.texts))
        for row, group, share in zip(self.at, self.groups.levels[0], self.groups.confidence, strict=True):
            topics[row], sure[row] = paths[group], share
        for row, path in enumerate(self.hand):
            if path is not None:
                topics[row], sure[row] = tree.path(self.kept.id_of(path)), 1.0
        series = pl.Series("topic", topics, dtype=pl.String)
        confidence = pl.select(pl.when(series.is_not_null()).then(pl.Series("topic_confidence", sure))).to_series()
        counts = tuple(len([t for t in tree if tree.path(t.id).count("/") == n]) for n in range(tree.depth))
        rule = RULE.format(least=self.groups.least)
        kept = tuple(tree.path(t.id) for t in self.kept.leaves())
        return Discovery(tree, series, confidence.alias("topic_confidence"), counts, rule, kept)

    def _claimed(self) -> dict[int, str]:
        """Return the groups that are part of a topic that stays: most of their hand-made labels say so."""
        found: dict[int, str] = {}
        finest = self.groups.levels[0]
        votes: dict[int, dict[str, int]] = {}
        for row, group in zip(self.at, finest, strict=True):
            path = self.hand[row]
            if path is not None:
                votes.setdefault(int(group), {}).setdefault(path, 0)
                votes[int(group)][path] += 1
        for group, counted in votes.items():
            best = max(counted, key=lambda path: (counted[path], path))
            if counted[best] * 2 > sum(counted.values()):
                found[group] = self.kept.id_of(best)
        return found

    def _named(self, claimed: dict[int, str]) -> tuple[TopicTree, dict[int, str]]:
        levels = [self._labels(level) for level in self.groups.levels]
        tree, place = self.kept, {group: self.kept.path(id_) for group, id_ in claimed.items()}
        finest = self.groups.levels[0]
        paths: dict[int, str] = {}
        for lineage in _lineages(self.groups.levels):
            group = lineage[-1]
            if group in place:
                paths[group] = place[group]
        tree, made = self._grow(tree, levels, set(paths))
        return tree, {**made, **paths} if len(finest) else {}

    def _grow(
        self, tree: TopicTree, levels: list[list[naming.Label]], done: set[int]
    ) -> tuple[TopicTree, dict[int, str]]:
        """Add one topic per group, level by level from the first; a parent with a single child is not made."""
        paths: dict[int, str] = {}
        nodes: dict[tuple[int, ...], str] = {}
        order = [lineage for lineage in _lineages(self.groups.levels) if lineage[-1] not in done]
        for top in range(1, len(self.groups.levels) + 1):
            fresh = list(dict.fromkeys(lineage[:top] for lineage in order))
            by_parent: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
            for key in fresh:
                by_parent.setdefault(key[:-1], []).append(key)
            for parent, keys in by_parent.items():
                if parent and len(keys) == 1:
                    nodes[keys[0]] = nodes[parent]
                    continue
                above = nodes.get(parent)
                taken = [topic.name for topic in tree.children(above)]
                found = naming.distinct([levels[-top][key[-1]] for key in keys], taken)
                for key, label in zip(keys, found, strict=True):
                    path = f"{above}/{label.name}" if above else label.name
                    tree = tree.add(path, label.description, label.keywords)
                    nodes[key] = path
        for lineage in order:
            paths[lineage[-1]] = nodes[lineage]
        return tree, paths

    def _labels(self, level: Ints) -> list[naming.Label]:
        texts = [self.texts[row] for row in self.at]
        central = central_rows(self.vectors[self.at], level, _CENTRAL)
        shown = [self.shown[row] for row in self.at]
        found = naming.describe(texts, level, central, seed=self.seed, shown=shown)
        return list(self.namer(found)) if self.namer is not None else found


def _lineages(levels: tuple[Ints, ...]) -> list[tuple[int, ...]]:
    """Return, for every finest group, its groups from the first level down, largest first."""
    if not len(levels[0]):
        return []
    table = np.unique(np.stack(levels[::-1], axis=1), axis=0)
    return [tuple(int(group) for group in row) for row in table]


def central_rows(vectors: Floats, labels: Ints, count: int) -> list[list[int]]:
    """Return the rows of the most central texts of each group, the most central first.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [0.6, 0.8], [0.9, 0.4]], dtype=np.float32)
    >>> central_rows(vectors, np.array([0, 0, 0]), 1)
    [[2]]
    """
    if not len(labels):
        return []
    near = np.einsum("ij,ij->i", vectors, g.centres(vectors, labels)[labels])
    order = np.lexsort((-near, labels))
    edges = np.searchsorted(labels[order], np.arange(int(labels.max()) + 2))
    return [order[a : min(b, a + count)].tolist() for a, b in itertools.pairwise(edges)]
