"""A tree from groups of records: named, around what stays, with the old topics recognised.

The groups come from `discover`; what stays and how an old topic is recognised is told in `past`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import joining, naming
from rftkit.topics import past as before
from rftkit.topics.names import clean_name
from rftkit.topics.past import Bools, Ints, Past
from rftkit.topics.topic import MAX_DEPTH, Topic, renumbered
from rftkit.topics.tree import TopicTree

Floats = npt.NDArray[np.float32]
Key = tuple[int, ...]  # the groups of a node from the first level down

_CENTRAL = 8


@dataclass(frozen=True)
class Material:
    """The records that were grouped.

    Attributes
    ----------
    texts, shown, vectors
        One per record; `shown` is how it is quoted.
    levels
        Group of each record on every level, the finest first.
    least
        Size below which a group is none of its own.

    Examples
    --------
    >>> Material(["a"], ["a"], np.ones((1, 1), np.float32), (np.zeros(1, np.int64),)).least
    1
    """

    texts: list[str]
    shown: list[str]
    vectors: Floats = field(repr=False)
    levels: tuple[Ints, ...] = field(repr=False)
    least: int = 1


@dataclass(frozen=True)
class Built:
    """A tree and the topic of each record.

    Examples
    --------
    >>> Built(TopicTree().add("A"), ["A"]).topics
    ['A']
    """

    tree: TopicTree
    topics: list[str]


def build(material: Material, past: Past, namer: naming.Namer | None = None, seed: int = 0) -> Built:
    """Return the tree of groups and the path of each record in it.

    Parameters
    ----------
    material
        The records and their groups.
    past
        Of the same records, in the same order.
    namer
        Names groups better than their keywords do.
    seed
        Chooses the texts that names are taken from.

    Examples
    --------
    >>> vectors = np.eye(2, dtype=np.float32)
    >>> stuff = Material(["lost card", "exchange rate"], ["", ""], vectors, (np.array([0, 1]),))
    >>> old = TopicTree().add("Old").rename("Old", "Plastic")
    >>> build(stuff, Past.of(old, [None, None], ["Plastic", None])).topics
    ['Plastic', 'Exchange rate']
    """
    return _Builder(material, past, namer, seed).build()


@dataclass(frozen=True)
class _Builder:
    material: Material
    past: Past
    namer: naming.Namer | None
    seed: int

    def build(self) -> Built:
        tree, paths = self._grown()
        if not len(self.finest):
            return Built(tree, [])
        known = self.past.held.paths()
        topics = [paths.get(group, "") for group in self.finest.tolist()]  # a group may be taken as a whole
        for row in np.flatnonzero(self.taken >= 0).tolist():
            topics[row] = known[self.past.ids[int(self.taken[row])]]
        return Built(replace(tree, gone=self._gone(tree, topics)), topics)

    @property
    def finest(self) -> Ints:
        return self.material.levels[0]

    @cached_property
    def taken(self) -> Ints:
        """Number of the held topic that takes each record, -1 for those that follow their group."""
        taken = np.where(self.past.fixed, self.past.had, -1)
        for group, number in before.claims(self.past, self.past.had, self.finest).items():
            rows = np.flatnonzero((self.finest == group) & ~self.past.fixed)
            had = self.past.had[rows]
            others = (had >= 0) & (had != number)
            # enough records that were elsewhere are a topic of their own, however near the held one is
            taken[rows if others.sum() < self.material.least else rows[~others]] = number
        return taken

    @cached_property
    def free(self) -> Bools:
        return np.asarray(self.taken < 0)

    @cached_property
    def lineages(self) -> list[Key]:
        """The groups of every finest group that has free records, from the first level down."""
        if not self.free.any():
            return []
        table = np.unique(np.stack([level[self.free] for level in self.material.levels[::-1]], axis=1), axis=0)
        return [tuple(row) for row in table.tolist()]

    @cached_property
    def nodes(self) -> dict[Key, Ints]:
        """The topics to make, with the rows of their free records; a parent with a single child is not made."""
        found: dict[Key, Ints] = {}
        for top in range(1, len(self.material.levels) + 1):
            for above, keys in self._siblings(top).items():
                if not above or len(keys) > 1:
                    found.update({key: self._rows(key) for key in keys})
        return found

    def _siblings(self, top: int) -> dict[Key, list[Key]]:
        found: dict[Key, list[Key]] = {}
        for key in dict.fromkeys(lineage[:top] for lineage in self.lineages):
            found.setdefault(key[:-1], []).append(key)
        return found

    def _rows(self, key: Key) -> Ints:
        depth = len(self.material.levels)
        return np.flatnonzero(self.free & (self.material.levels[depth - len(key)] == key[-1]))

    @cached_property
    def old(self) -> dict[Key, Topic]:
        """The old topic that each topic to make is."""
        found = before.recognised(self.past, self.nodes, self.past.had, self._fits)
        return {key: self.past.tree.topics[number] for key, number in found.items()}

    def _fits(self, key: Key, number: int) -> bool:
        """Return whether a topic to make may be this old one: a held one stays a leaf, or none."""
        id_ = self.past.ids[number]
        held = self.past.held.get(id_)
        if held is None:
            return True
        inner = any(len(other) > len(key) and other[: len(key)] == key for other in self.nodes)
        if not inner:
            return self.past.is_held_leaf(number)
        levels = max(len(other) - len(key) for other in self.nodes if other[: len(key)] == key)
        return bool(self.past.tree.children(id_)) and len(self.past.above[number]) + levels <= MAX_DEPTH

    def _grown(self) -> tuple[TopicTree, dict[int, str]]:
        tree = self.past.held
        paths: dict[Key, str] = {}
        ids: dict[str, str] = {}
        for key in self._in_order():
            above = self._parent(key, paths)
            old = self.old.get(key)
            if old is not None and self.past.held.get(old.id) is not None:
                paths[key] = tree.path(old.id)
                continue
            tree, paths[key] = self._added(tree, above, key, old)
            if old is not None:
                ids[tree.id_of(paths[key])] = old.id
        ranks = {id_: rank for rank, id_ in enumerate(self.past.ids)}
        topics = sorted(renumbered(tree.topics, ids), key=lambda topic: ranks.get(topic.id, len(ranks)))
        tree = TopicTree(tuple(topics), tree.gone, tree.made)  # siblings stand as they stood, what is new comes last
        return tree, {lineage[-1]: paths[self._made(lineage)] for lineage in self.lineages}

    def _in_order(self) -> list[Key]:
        """Return the topics to make, parents first, the largest group of each first."""
        return sorted(self.nodes, key=lambda key: (len(key), key))

    def _reserved(self, key: Key) -> list[str]:
        """Return the names that a person gave to siblings of a new topic: nothing else may take them."""
        beside = (other for other in self.old if other != key and other[:-1] == key[:-1])
        return [self.old[other].name for other in beside if "name" in self.old[other].by_hand]

    def _made(self, lineage: Key) -> Key:
        return max((lineage[:top] for top in range(1, len(lineage) + 1) if lineage[:top] in self.nodes), key=len)

    def _parent(self, key: Key, paths: dict[Key, str]) -> str | None:
        """Return the path of the topic that a new one stands below: a locked one that its records came from, else its group's."""
        own = paths[self._made(key[:-1])] if len(key) > 1 else None
        if any(len(other) > len(key) and other[: len(key)] == key for other in self.nodes):
            return own
        home = self._home(key)
        if home is None or (own is not None and (own == home or own.startswith(f"{home}/"))):
            return own
        return home

    def _home(self, key: Key) -> str | None:
        """Return the deepest locked topic with topics below it that most of the records of a new topic came from."""
        rows = self.nodes[key]
        told = self.past.had[rows][self.past.had[rows] >= 0]
        shared = before.sizes(self.past, told)
        found = [
            number
            for number, count in shared.items()
            if count * 2 > len(told)
            and self.past.tree.topics[number].locked
            and self.past.tree.children(self.past.ids[number])
            and len(self.past.above[number]) < MAX_DEPTH
        ]
        deepest = max(found, key=lambda number: len(self.past.above[number]), default=None)
        return None if deepest is None else self.past.tree.path(self.past.ids[deepest])

    def _added(self, tree: TopicTree, above: str | None, key: Key, old: Topic | None) -> tuple[TopicTree, str]:
        label = self.labels[len(self.material.levels) - len(key)][key[-1]]
        hand = old.by_hand if old is not None else ()
        if old is not None:
            said = {part: getattr(old, part) for part in hand}
            label = replace(label, **said)
        taken = [topic.name for topic in tree.children(above)]
        label = naming.distinct([label], taken if "name" in hand else [*taken, *self._reserved(key)])[0]
        path = f"{above}/{label.name}" if above else label.name
        tree = tree.add(path, label.description, label.keywords, by_hand=False)
        if hand:
            tree = tree._with(replace(tree.find(path), by_hand=hand))
        return tree, tree.path(tree.id_of(path))

    @cached_property
    def labels(self) -> list[list[naming.Label]]:
        """What the groups of each level are called, the finest level first."""
        return [self._labels(level) for level in self.material.levels]

    def _labels(self, level: Ints) -> list[naming.Label]:
        central = central_rows(self.material.vectors, level, _CENTRAL)
        found = naming.describe(self.material.texts, level, central, seed=self.seed, shown=self.material.shown)
        said = found if self.namer is None else list(self.namer(found))
        return [_nameable(label, own) for label, own in zip(said, found, strict=True)]

    def _gone(self, tree: TopicTree, topics: Sequence[str]) -> dict[str, str | None]:
        """Return what left the tree, each with the topic that most of its records have now."""
        now = tree.paths()
        gone = {id_: heir for id_, heir in tree.gone.items() if id_ not in now}
        ids = {path: id_ for id_, path in now.items()}
        votes = pl.DataFrame({"had": self.past.had, "path": topics}).group_by("had", "path").len()
        counted: dict[int, dict[str, int]] = {}
        for number, path, count in votes.filter(pl.col("had") >= 0).rows():
            for each in self.past.above[number]:
                told = counted.setdefault(each, {})
                told[path] = told.get(path, 0) + count
        for number, told in counted.items():
            if self.past.ids[number] not in now:
                gone[self.past.ids[number]] = ids[max(told, key=lambda path: (told[path], path))]
        return gone


def _nameable(label: naming.Label, own: naming.Label) -> naming.Label:
    """Return a label whose name a topic can have; where a model's cannot be used, the name from the keywords."""
    try:
        return replace(label, name=clean_name(label.name))
    except InputError:
        return replace(label, name=clean_name(own.name))


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
    near = np.einsum("ij,ij->i", vectors, joining.centres(vectors, labels)[labels])
    order = np.lexsort((-near, labels))
    edges = np.searchsorted(labels[order], np.arange(int(labels.max()) + 2))
    return [order[a : min(b, a + count)].tolist() for a, b in itertools.pairwise(edges)]
