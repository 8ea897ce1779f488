"""What differs between two trees, and where the records of the first belong in the second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from rftkit.topics.lookup import Lookup
from rftkit.topics.topic import Topic


@dataclass(frozen=True, repr=False)
class TreeChange:
    """What differs between two trees, and where the records of the first belong in the second.

    Attributes
    ----------
    added, removed
        Paths of topics that are only in the second, only in the first.
    renamed, moved
        Old path to new path of topics with another name, with another parent.
    kept
        Paths, in the second, of the topics that both have.
    described
        New paths of topics whose description, keywords or lock changed.
    reordered
        Paths of topics whose children stand in another order; an empty path is the first level.
    moves
        Id of every removed topic to the id its records go to; None leaves them unassigned.
    paths
        Old path to new path (or None) wherever they differ.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> old = TopicTree().add("Cards/Lost")
    >>> old.diff(old.rename("Cards", "Bank cards")).paths
    {'Cards': 'Bank cards', 'Cards/Lost': 'Bank cards/Lost'}
    >>> old.diff(old.rename("Cards", "Bank cards"))
    TreeChange(0 new, 2 kept, 0 gone, 1 renamed)
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    reordered: tuple[str, ...] = ()
    moves: Mapping[str, str | None] = field(default_factory=dict)
    paths: Mapping[str, str | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.renamed, self.moved, self.described, self.reordered))

    def __repr__(self) -> str:
        more = ("renamed", "moved", "described", "reordered")
        told = [f"{len(getattr(self, name))} {name}" for name in more if getattr(self, name)]
        always = [f"{len(self.added)} new", f"{len(self.kept)} kept", f"{len(self.removed)} gone"]
        return f"TreeChange({', '.join([*always, *told])})"

    def _repr_html_(self) -> str:
        from rftkit.topics import view

        return view.change(self)

    @property
    def vanished(self) -> dict[str, str | None]:
        """Path of every topic that is gone to the path its records belong to now, None where there is none.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> old = TopicTree().add("A").add("B")
        >>> old.diff(old.delete("A", into="B")).vanished
        {'A': 'B'}
        """
        return {path: self.paths.get(path, path) for path in self.removed}

    def apply(self, paths: pl.Series) -> pl.Series:
        """Return the paths of the same records in the second tree.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> old = TopicTree().add("A").add("B")
        >>> old.diff(old.delete("B")).apply(pl.Series("topic", ["A", "B", None])).to_list()
        ['A', None, None]
        """
        if not self.paths:
            return paths
        old, new = list(self.paths), list(self.paths.values())
        return paths.replace_strict(old, new, default=paths, return_dtype=pl.String)

    def lines(self) -> list[str]:
        """Return the change as sentences, one per topic.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> old = TopicTree().add("A").add("B")
        >>> old.diff(old.delete("A").add("C")).lines()
        ['new: C', 'gone: A (nothing took its place)']
        """
        told = [f"new: {path}" for path in self.added]
        told += [
            f"gone: {path} ({'nothing took its place' if heir is None else f'its records belong to {heir}'})"
            for path, heir in self.vanished.items()
        ]
        told += [f"renamed: {old} is now {new}" for old, new in self.renamed.items()]
        told += [f"moved: {old} is now {new}" for old, new in self.moved.items() if self.renamed.get(old) != new]
        told += [f"changed: the description, keywords or lock of {path}" for path in self.described]
        return told + [
            f"reordered: the topics {f'below {path}' if path else 'of the first level'}" for path in self.reordered
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain values.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().diff(TopicTree().add("A")).to_dict()["added"]
        ['A']
        """
        return {
            "added": list(self.added),
            "kept": list(self.kept),
            "removed": list(self.removed),
            "vanished": self.vanished,
            "renamed": dict(self.renamed),
            "moved": dict(self.moved),
            "described": list(self.described),
            "reordered": list(self.reordered),
            "moves": dict(self.moves),
        }


def between(old: Lookup, new: Lookup) -> TreeChange:
    """Return what changed from one tree to another; a topic is the same where its id is.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> between(TopicTree(), TopicTree().add("A")).added
    ('A',)
    """
    was, is_ = old.paths(), new.paths()
    moves = {id_: heir(new, id_) for id_ in was if id_ not in is_}
    pairs = [(topic, new.find(topic.id)) for topic in old.topics if topic.id in is_]
    return TreeChange(
        added=tuple(path for id_, path in is_.items() if id_ not in was),
        removed=tuple(was[id_] for id_ in moves),
        renamed={was[a.id]: is_[a.id] for a, b in pairs if a.name != b.name},
        moved={was[a.id]: is_[a.id] for a, b in pairs if a.parent != b.parent},
        kept=tuple(is_[b.id] for _, b in pairs),
        described=tuple(is_[a.id] for a, b in pairs if _said(a) != _said(b)),
        reordered=tuple("" if id_ is None else is_[id_] for id_ in _reordered(old, new)),
        moves=moves,
        paths=_paths(was, is_, moves),
    )


def heir(tree: Lookup, id_: str) -> str | None:
    """Return the topic that the records of a topic belong to now: itself, or what it went to; None where nothing.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> old = TopicTree().add("A").add("B")
    >>> heir(old.delete("A", into="B"), old.id_of("A")) == old.id_of("B")
    True
    """
    there = tree.paths()
    seen: set[str] = set()
    current: str | None = id_
    while current is not None and current not in there and current not in seen:
        seen.add(current)
        current = tree.gone.get(current)
    return current if current in there else None


def _paths(was: dict[str, str], is_: dict[str, str], moves: Mapping[str, str | None]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for id_, path in was.items():
        now = moves.get(id_, id_)
        new = None if now is None else is_[now]
        if new != path:
            found[path] = new
    return found


def _reordered(old: Lookup, new: Lookup) -> list[str | None]:
    """Return the topics (None is above the first level) whose children, those in both trees, changed their order."""
    there = {None, *new.paths()}
    parents = [None, *old.paths()]
    return [id_ for id_ in parents if id_ in there and _order(old, new, id_) != _order(new, old, id_)]


def _order(tree: Lookup, other: Lookup, parent: str | None) -> list[str]:
    both = {topic.id for topic in other.children(parent)}
    return [topic.id for topic in tree.children(parent) if topic.id in both]


def _said(topic: Topic) -> tuple[object, ...]:
    return topic.description, topic.keywords, topic.locked
