"""Changing a tree: each operation returns a new one, and refuses with a sentence what would break it.

A locked topic stays as it is, path included: neither an operation on it nor one on a topic above it changes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from rftkit.errors import InputError
from rftkit.topics import topic as one
from rftkit.topics.lookup import Lookup
from rftkit.topics.names import clean_name, clean_path
from rftkit.topics.topic import MAX_DEPTH, Topic


@dataclass(frozen=True, repr=False, eq=True)
class Operations(Lookup):
    """What a person can do to a tree.

    Examples
    --------
    >>> Operations().add("Cards").rename("Cards", "Bank cards").path("Bank cards")
    'Bank cards'
    """

    __hash__ = Lookup.__hash__

    def add(
        self,
        path: str,
        description: str = "",
        keywords: Sequence[str] = (),
        *,
        locked: bool = False,
        by_hand: bool = True,
    ) -> Self:
        """Return the tree with one more topic; parents that are missing are made.

        Parameters
        ----------
        path
            Names from the first level down, separated by slashes.
        description, keywords, locked
            See `Topic`.
        by_hand
            Whether a person says so; discovery says no.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().add("Cards/Lost").add("Cards/Lost")
        Traceback (most recent call last):
        rftkit.errors.InputError: there is a topic 'Cards/Lost' already; give the new one another name
        """
        names = [clean_name(name) for name in clean_path(path).split("/")]
        path = "/".join(names)
        if path in self:
            raise InputError(f"there is a topic {path!r} already; give the new one another name")
        if len(names) > MAX_DEPTH:
            raise InputError(f"{path!r} has {len(names)} levels; a tree has at most {MAX_DEPTH}")
        above = "/".join(names[:-1])
        tree = self.add(above, by_hand=by_hand) if above and above not in self else self
        parent = tree.find(above).id if above else None
        said, told = one.words(keywords), " ".join(description.split())
        hand = one.written(told, said) if by_hand else ()
        topic = Topic(tree._new_id(path), names[-1], parent, told, said, locked, hand)
        return tree._changed(topics=(*tree.topics, topic), made=tree.made + 1)

    def rename(self, path: str, name: str) -> Self:
        """Return the tree with another name at a path; the id and everything below stay.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> [*TopicTree().add("A/B").rename("A/B", "C").paths().values()]
        ['A', 'A/C']
        """
        topic = self._free(path)
        new = clean_name(name)
        self._unique(new, topic.parent, besides=topic.id)
        return self._with(replace(topic, name=new, by_hand=one.parts(*topic.by_hand, "name")))

    def describe(self, path: str, description: str | None = None, keywords: Sequence[str] | None = None) -> Self:
        """Return the tree with another description or other keywords at a path.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().add("A").describe("A", keywords=["alpha"]).find("A").keywords
        ('alpha',)
        """
        topic = self.find(path)
        if topic.locked:
            raise one.locked(self.path(topic.id))
        text = topic.description if description is None else " ".join(description.split())
        words = topic.keywords if keywords is None else one.words(keywords)
        said = [name for name, value in (("description", description), ("keywords", keywords)) if value is not None]
        hand = one.parts(*topic.by_hand, *said)
        return self._with(replace(topic, description=text, keywords=words, by_hand=hand))

    def lock(self, path: str, locked: bool = True) -> Self:
        """Return the tree with a topic locked, or unlocked.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().add("A").lock("A").delete("A")
        Traceback (most recent call last):
        rftkit.errors.InputError: 'A' is locked; unlock it first with lock('A', False)
        """
        return self._with(replace(self.find(path), locked=locked))

    def move(self, path: str, new_parent: str | None) -> Self:
        """Return the tree with a topic and all below it under another parent, None for the first level.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> [*TopicTree().add("A/B").add("C").move("A/B", "C").paths().values()]
        ['A', 'C', 'C/B']
        """
        topic = self._free(path)
        parent = None if new_parent is None else self.find(new_parent)
        below = {each.id for each in self.subtree(topic.id)}
        if parent is not None and parent.id in below:
            raise InputError(f"{path!r} cannot move under {self.path(parent.id)!r}: that is itself or below it")
        self._unique(topic.name, parent.id if parent else None, besides=topic.id)
        return self._with(replace(topic, parent=parent.id if parent else None), last=True)

    def delete(self, path: str, *, into: str | None = None) -> Self:
        """Return the tree without a topic and all below it; its records go to `into`, else become unassigned.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> tree = TopicTree().add("A/B").add("C")
        >>> tree.diff(tree.delete("A", into="C")).paths
        {'A': 'C', 'A/B': 'C'}
        """
        below = {topic.id for topic in self.subtree(self._free(path).id)}
        target = None if into is None else self.find(into).id
        if target in below:
            raise InputError(f"the records of {path!r} cannot go to {into!r}: it would be deleted too")
        topics = tuple(topic for topic in self.topics if topic.id not in below)
        return self._changed(topics=topics, gone={**self.gone, **dict.fromkeys(below, target)})

    def merge(self, paths: Iterable[str], into: str) -> Self:
        """Return the tree with several topics made one; `into` is made when missing, children come along.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> tree = TopicTree().add("A/Lost").add("A/Stolen")
        >>> tree.diff(tree.merge(["A/Lost", "A/Stolen"], "A/Lost or stolen")).paths
        {'A/Lost': 'A/Lost or stolen', 'A/Stolen': 'A/Lost or stolen'}
        """
        ids = [self._free(path).id for path in ([paths] if isinstance(paths, str) else paths)]
        tree = self if into in self else self._make_into(ids, into)
        target = tree.find(into).id
        for id_ in ids:
            if id_ != target and id_ in tree._by_id:
                tree = tree._merge_one(id_, target)
        return tree

    def reorder(self, parent: str | None, names: Sequence[str]) -> Self:
        """Return the tree with the children of a topic in another order; those not named come last.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> [*TopicTree().add("A").add("B").reorder(None, ["B", "A"]).paths().values()]
        ['B', 'A']
        """
        siblings = self.children(parent)
        wanted = [clean_name(name).casefold() for name in names]
        known = {topic.name.casefold() for topic in siblings}
        if not set(wanted) <= known or len(set(wanted)) < len(wanted):
            raise InputError(
                f"an order needs each name once; given {list(names)}, there are {[t.name for t in siblings]}"
            )
        rank = {name: i for i, name in enumerate(wanted)}
        new = sorted(siblings, key=lambda topic: rank.get(topic.name.casefold(), len(rank)))
        ids = {topic.id for topic in siblings}
        queue = iter(new)
        return self._changed(topics=tuple(next(queue) if topic.id in ids else topic for topic in self.topics))

    def _make_into(self, ids: list[str], into: str) -> Self:
        first = self._by_id[ids[0]] if ids else None
        path = clean_path(into)
        description = first.description if first else ""
        return self.add(path, description, first.keywords if first else ())

    def _merge_one(self, id_: str, target: str) -> Self:
        below = {topic.id for topic in self.subtree(id_)}
        if target in below:
            raise InputError(f"{self.path(id_)!r} cannot merge into {self.path(target)!r}, which is below it")
        tree, kept = self, {topic.name.casefold(): topic.id for topic in self.children(target)}
        for child in self.children(id_):
            twin = kept.get(child.name.casefold())
            tree = tree.move(child.id, target) if twin is None else tree._merge_one(child.id, twin)
        into = tree._by_id[target]
        if not into.locked:
            tree = tree._with(_told_of_both(into, tree._by_id[id_]))
        topics = tuple(topic for topic in tree.topics if topic.id != id_)
        return tree._changed(topics=topics, gone={**tree.gone, id_: target})

    def _new_id(self, path: str) -> str:
        taken = self._by_id.keys() | self.gone.keys()
        for n in range(self.made, self.made + len(taken) + 1):
            id_ = "t" + hashlib.blake2b(f"{path}\0{n}".encode(), digest_size=5).hexdigest()
            if id_ not in taken:
                return id_
        raise InputError(f"no free id for {path!r}")  # unreachable: more tries than ids

    def _unique(self, name: str, parent: str | None, besides: str) -> None:
        for topic in self.children(parent):
            if topic.id != besides and topic.name.casefold() == name.casefold():
                raise InputError(f"there is a topic {self.path(topic.id)!r} already; merge them or choose another name")

    def _free(self, path: str) -> Topic:
        topic = self.find(path)
        for each in self.subtree(topic.id):
            if each.locked:
                raise one.locked(self.path(each.id))
        return topic

    def _with(self, topic: Topic, last: bool = False) -> Self:
        others = tuple(each for each in self.topics if each.id != topic.id)
        same = tuple(topic if each.id == topic.id else each for each in self.topics)
        return self._changed(topics=(*others, topic) if last else same)

    def _changed(self, **values: Any) -> Self:
        return replace(self, **{"counts": None, **values})


def _told_of_both(into: Topic, other: Topic) -> Topic:
    """Return a topic that took another in: with the keywords of both, and a description where it had none."""
    hand = set(into.by_hand) | ({"keywords"} & set(other.by_hand))
    if not into.description:
        hand |= {"description"} & set(other.by_hand)
    return replace(
        into,
        keywords=one.words((*into.keywords, *other.keywords)),
        description=into.description or other.description,
        by_hand=one.parts(*hand),
    )
