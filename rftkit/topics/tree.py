"""The topic tree: a value that a person owns.

A tree never changes: every operation returns a new one, so undo is keeping the old value. A topic keeps its id
through renames and moves. What left the tree is remembered in `gone` with the topic its records went to, so that
`old.diff(new)` can always say where every record of the old tree belongs now.

Where to look: `lookup` finds topics, `operations` changes them, `change` compares two trees, `shapes` reads and
writes files, `adopt` brings a tree from elsewhere into one that is in use, `view` shows a tree on a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rftkit.topics import change, shapes
from rftkit.topics.change import TreeChange
from rftkit.topics.lookup import Lookup
from rftkit.topics.names import GENERAL
from rftkit.topics.operations import Operations
from rftkit.topics.topic import MAX_DEPTH, Topic, renumbered

__all__ = ["GENERAL", "MAX_DEPTH", "Topic", "TopicTree", "TreeChange"]


@dataclass(frozen=True, repr=False)
class TopicTree(Operations):
    """A tree of topics, up to five levels deep.

    Attributes
    ----------
    topics
        In display order, parents before children.
    gone
        Id of every topic that left the tree to the id its records went to, None where they became unassigned.
    made
        Number of topics ever made; new ids are derived from it.
    counts
        Records right under each topic id (None for the unassigned), where they are known: only for looking at.

    Examples
    --------
    >>> tree = TopicTree().add("Cards/Lost or stolen", keywords=["lost card"]).add("Cards/Delivery")
    >>> [tree.path(topic.id) for topic in tree.leaves()]
    ['Cards/Lost or stolen', 'Cards/Delivery']
    """

    __hash__ = Lookup.__hash__

    def _repr_html_(self) -> str:
        from rftkit.topics import view

        return view.tree(self)

    def counted(self, counts: Mapping[str | None, int]) -> TopicTree:
        """Return the tree with the records right under each topic id, which its page then shows.

        Parameters
        ----------
        counts
            Id of a topic to its records; None for the unassigned.

        Examples
        --------
        >>> tree = TopicTree().add("Cards/Lost")
        >>> tree.counted({tree.id_of("Cards/Lost"): 3}).total("Cards")
        3
        """
        return replace(self, counts=dict(counts))

    def total(self, path: str) -> int | None:
        """Return the records under a topic and all below it; None where they are not known.

        Examples
        --------
        >>> TopicTree().add("Cards").total("Cards") is None
        True
        """
        if self.counts is None:
            return None
        return sum(self.counts.get(topic.id, 0) for topic in self.subtree(path))

    def empty(self) -> tuple[str, ...]:
        """Return the paths of the leaves without a record; none where the counts are not known.

        Examples
        --------
        >>> TopicTree().add("Cards").add("Loans").counted({}).empty()
        ('Cards', 'Loans')
        """
        if self.counts is None:
            return ()
        return tuple(self.path(topic.id) for topic in self.leaves() if not self.counts.get(topic.id))

    def diff(self, other: TopicTree) -> TreeChange:
        """Return what changed from this tree to the other.

        Examples
        --------
        >>> tree = TopicTree().add("A")
        >>> tree.diff(tree.rename("A", "B")).renamed
        {'A': 'B'}
        """
        return change.between(self, other)

    def adopt(self, other: TopicTree, keep: Iterable[str] = (), *, by_id: bool = True) -> TopicTree:
        """Return another tree as the next state of this one: what is the same topic keeps its id.

        A topic of the other tree is one of this tree where it has its id, else where it has its path. Locked topics of
        this tree, those named in `keep`, and all above them stay as they are.

        Parameters
        ----------
        other
            For example a template, or a tree that was read from a file.
        keep
            Paths or ids of topics that stay, for example those that records were assigned to by hand.
        by_id
            False where equal ids mean nothing, as in a template.

        Examples
        --------
        >>> mine = TopicTree().add("Cards").add("Safety").lock("Safety")
        >>> new = mine.adopt(TopicTree().add("Loans").add("Cards", "Of plastic."))
        >>> [*new.paths().values()], new.id_of("Cards") == mine.id_of("Cards")
        (['Loans', 'Cards', 'Safety'], True)
        """
        from rftkit.topics.adopt import adopted

        return adopted(self, other, keep, by_id=by_id)

    def to_dict(self, shape: str = "rftkit") -> dict[str, Any] | list[dict[str, Any]]:
        """Return the tree as plain values.

        Parameters
        ----------
        shape
            `rftkit` (everything), `map` (by name, with subtopics) or `nodes` (nested lists).

        Examples
        --------
        >>> TopicTree().add("A/B").to_dict("map")["topics"]["A"]["subtopics"]
        ['B']
        """
        return shapes.write(self, shape)

    @classmethod
    def from_dict(cls, value: Any) -> TopicTree:
        """Return the tree that plain values describe, in any of the shapes of `to_dict`.

        Examples
        --------
        >>> TopicTree.from_dict([{"name": "A", "children": [{"name": "B"}]}])
        TopicTree(2 topics, 1 leaves, depth 2)
        """
        tree = cls()
        found = shapes.read(value)
        if found.topics is not None:
            return cls(tuple(Topic(**topic) for topic in found.topics), found.gone, found.made)
        for node in found.nodes:
            tree = tree.add(node.path, node.description, node.keywords, locked=node.locked)
        ids = {tree.id_of(node.path): node.id for node in found.nodes if node.id}
        whole = len(ids) == len(tree)  # where only some have ids, those made here could be among them
        return cls(renumbered(tree.topics, ids if whole else {}), {}, tree.made)

    @classmethod
    def template(cls, name: str) -> TopicTree:
        """Return one of the trees that come with rftkit; `rftkit.topics.TEMPLATES` lists them.

        Examples
        --------
        >>> TopicTree.template("banking").depth
        2
        """
        from rftkit.topics.templates import load

        return cls.from_dict(load(name))
