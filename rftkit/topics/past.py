"""What discovery must respect: the tree so far, the topic each record had, and what a person decided.

Two kinds of things stay. A *held* topic is locked, or has records that were assigned to it by hand, or stands above
such a topic: it keeps its id, its place and all it says. A *fixed* record was assigned by hand, or is under a locked
topic: it keeps its topic.

Everything else is found anew, and what is found is recognised by its members: a new topic is an old one, and takes
over its id, when more than half of its members that had a topic had that one, and these are more than half of the new
or more than half of the old topic. Where several would fit, the pairs that share most (by Jaccard) go first, and each
topic is used once. A recognised topic keeps the name, description and keywords that a person wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rftkit.errors import InputError
from rftkit.topics.adopt import held_ids, lineage
from rftkit.topics.tree import TopicTree

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Past:
    """The tree so far and what it says about each record.

    Attributes
    ----------
    tree
        The tree so far.
    held
        Its topics that stay.
    had
        Number of the topic (its place in `tree.topics`) that each record had, -1 for none.
    hand
        Whether that was a person's decision.

    Examples
    --------
    >>> past = Past.of(TopicTree().add("A").add("B"), ["A", None], ["A", "B"])
    >>> past.had.tolist(), past.fixed.tolist(), [topic.name for topic in past.held]
    ([0, 1], [True, False], ['A'])
    """

    tree: TopicTree
    held: TopicTree
    had: Ints
    hand: Bools

    @classmethod
    def of(
        cls,
        tree: TopicTree | None,
        labels: Sequence[str | None],
        before: Sequence[str | None] | None = None,
        keep: Iterable[str] = (),
    ) -> Past:
        """Return the past of records.

        Parameters
        ----------
        tree
            The tree so far.
        labels
            Topic (path) given by hand per record, null where there is none; paths that the tree lacks are added.
        before
            Topic (path) that each record had, however it came by it.
        keep
            More paths or ids of topics that stay.

        Examples
        --------
        >>> Past.of(None, ["Cards"]).tree.path(Past.of(None, ["Cards"]).tree.topics[0].id)
        'Cards'
        """
        if before is not None and len(before) != len(labels):
            raise InputError(f"there must be one topic (or null) per text; given {len(before)}, not {len(labels)}")
        known = tree or TopicTree()
        for path in dict.fromkeys(path for path in labels if path is not None):
            if path not in known:
                known = known.add(path)
        places = {topic.id: at for at, topic in enumerate(known.topics)}
        find = {path: places[known.id_of(path)] for path in dict.fromkeys(labels) if path is not None}
        olds = {path: _place(known, path, places) for path in dict.fromkeys(before or ()) if path is not None}
        hand = np.array([path is not None for path in labels], dtype=bool)
        said = np.array([-1 if path is None else find[path] for path in labels], dtype=np.int64)
        if before is not None:
            was = np.array([-1 if path is None else olds[path] for path in before], dtype=np.int64)
            said = np.where(hand, said, was)
        held = held_ids(known, [*find, *keep])
        topics = tuple(topic for topic in known.topics if topic.id in held)
        gone = {**known.gone, **{topic.id: None for topic in known.topics if topic.id not in held}}
        return cls(known, TopicTree(topics, gone, known.made), said, hand)

    def only(self, rows: Ints) -> Past:
        """Return the past of some of the records.

        Examples
        --------
        >>> Past.of(TopicTree().add("A"), [None, "A"]).only(np.array([1])).had.tolist()
        [0]
        """
        return replace(self, had=self.had[rows], hand=self.hand[rows])

    @property
    def ids(self) -> list[str]:
        """Ids of the topics by their number."""
        return [topic.id for topic in self.tree.topics]

    @cached_property
    def fixed(self) -> Bools:
        """Whether each record keeps its topic."""
        locked = np.array([*(topic.locked for topic in self.tree.topics), False], dtype=bool)
        return np.asarray(self.hand | locked[self.had])

    @cached_property
    def above(self) -> list[list[int]]:
        """Numbers of a topic and all above it, by its number."""
        places = {id_: at for at, id_ in enumerate(self.ids)}
        return [[places[each] for each in lineage(self.tree, id_)] for id_ in self.ids]

    def is_held_leaf(self, number: int) -> bool:
        """Return whether a topic stays and is a leaf; one with topics below it takes records through these.

        Examples
        --------
        >>> Past.of(TopicTree().add("A").lock("A"), [None]).is_held_leaf(0)
        True
        """
        id_ = self.ids[number]
        return self.held.get(id_) is not None and not self.tree.children(id_)


def _place(tree: TopicTree, path: str, places: Mapping[str, int]) -> int:
    topic = tree.get(path)
    return -1 if topic is None else places[topic.id]


def claims(past: Past, had: Ints, groups: Ints) -> dict[int, int]:
    """Return the groups that are part of a held leaf: more than half of its members that had a topic had that one.

    Parameters
    ----------
    past
        The past.
    had
        Number of the topic that each member had.
    groups
        Group of each member.

    Examples
    --------
    >>> past = Past.of(TopicTree().add("A").lock("A").add("B"), [None] * 3, ["A", "A", "B"])
    >>> claims(past, past.had, np.array([0, 0, 1]))
    {0: 0}
    """
    told = had >= 0
    pairs, counts = np.unique(np.stack([groups[told], had[told]]), axis=1, return_counts=True)
    totals = np.bincount(groups[told], minlength=int(groups.max(initial=-1)) + 1)
    most = counts * 2 > totals[pairs[0]] if len(counts) else np.zeros(0, dtype=bool)
    return {int(g): int(t) for g, t in pairs[:, most].T.tolist() if past.is_held_leaf(int(t))}


def recognised(
    past: Past, nodes: Mapping[Any, Ints], free: Ints, fits: Any = lambda node, number: True
) -> dict[Any, int]:
    """Return the old topic that each new one is, by the members they share; the rule is in the text of this module.

    Parameters
    ----------
    past
        The past.
    nodes
        Members of each new topic, as rows of `free`.
    free
        Number of the topic that each record had, for the records that are not fixed.
    fits
        Whether a new topic may be this old one.

    Examples
    --------
    >>> past = Past.of(TopicTree().add("A").add("B"), [None] * 4, ["A", "A", "B", None])
    >>> recognised(past, {"x": np.array([2]), "y": np.array([0, 1, 3])}, past.had)
    {'y': 0, 'x': 1}
    """
    large = sizes(past, free)
    found: list[tuple[float, int, int, int, Any]] = []
    for order, (node, rows) in enumerate(nodes.items()):
        told = free[rows][free[rows] >= 0]
        for number, shared in sizes(past, told).items():
            mostly = shared * 2 > len(told) and (shared * 2 > len(rows) or shared * 2 > large[number])
            if mostly and fits(node, number):
                found.append((-shared / (len(told) + large[number] - shared), -shared, order, number, node))
    result: dict[Any, int] = {}
    for *_, number, node in sorted(found, key=lambda row: row[:4]):
        if node not in result and number not in result.values():
            result[node] = number
    return result


def sizes(past: Past, had: Ints) -> dict[int, int]:
    """Return how many of these records had each topic or one below it, by the number of the topic.

    Examples
    --------
    >>> past = Past.of(TopicTree().add("A/B"), [None], ["A/B"])
    >>> sizes(past, past.had)
    {0: 1, 1: 1}
    """
    found: dict[int, int] = {}
    numbers, counts = np.unique(had[had >= 0], return_counts=True)
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        for each in past.above[number]:
            found[each] = found.get(each, 0) + count
    return found
