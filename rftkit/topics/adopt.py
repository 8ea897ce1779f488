"""A tree from elsewhere becomes the next state of the one in use: the same topics keep their ids, what is held stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from rftkit.topics.topic import Topic, renumbered
from rftkit.topics.tree import TopicTree


def adopted(mine: TopicTree, other: TopicTree, keep: Iterable[str] = (), *, by_id: bool = True) -> TopicTree:
    """Return the other tree with the ids of mine where a topic is the same, and with what must stay.

    Parameters
    ----------
    mine
        The tree in use.
    other
        The tree that comes.
    keep
        Paths or ids of topics of mine that stay beside the locked ones.
    by_id
        Whether equal ids mean the same topic. They do in a tree that was saved from mine; those of a template or of a
        file without ids mean nothing, and there the paths decide alone.

    Examples
    --------
    >>> mine = TopicTree().add("Cards/Lost").add("Loans")
    >>> new = adopted(mine, TopicTree().add("Transfers").add("Loans"), by_id=False)
    >>> mine.diff(new)
    TreeChange(1 new, 1 kept, 2 gone)
    """
    same = _same(mine, other, by_id=by_id)
    held = held_ids(mine, keep)
    stay = {topic.id: topic for topic in mine.topics if topic.id in held}
    came = renumbered(other.topics, same)
    topics = [stay.pop(topic.id, topic) for topic in came]
    tree = TopicTree((*topics, *stay.values()), {}, max(mine.made, other.made))
    heirs = other.gone if by_id else {}
    gone = {**mine.gone, **heirs, **{id_: heirs.get(id_) for id_ in mine.paths()}}
    return replace(tree, gone={id_: heir for id_, heir in gone.items() if id_ not in tree.paths()})


def _same(mine: TopicTree, other: TopicTree, *, by_id: bool) -> dict[str, str]:
    """Return the id in the new tree of every topic of the other."""
    found: dict[str, str] = {id_: id_ for id_ in other.paths() if by_id and id_ in mine.paths()}
    known = {path.casefold(): id_ for id_, path in mine.paths().items() if id_ not in found}
    spoken = {*mine.paths(), *mine.gone}
    for id_, path in other.paths().items():
        if id_ in found:
            continue
        twin = known.get(path.casefold())
        found[id_] = twin or (id_ if by_id or id_ not in spoken else _fresh(id_, spoken))
        spoken.add(found[id_])
    return found


def _fresh(id_: str, taken: set[str]) -> str:
    while id_ in taken:
        id_ = "t" + hashlib.blake2b(id_.encode(), digest_size=5).hexdigest()
    return id_


def held_ids(tree: TopicTree, keep: Iterable[str] = ()) -> set[str]:
    """Return the ids of the topics that must stay: locked ones, those named, and all above them.

    Examples
    --------
    >>> tree = TopicTree().add("Cards/Lost").lock("Cards/Lost")
    >>> len(held_ids(tree))
    2
    """
    wanted = [topic.id for topic in tree.topics if topic.locked]
    wanted += [topic.id for path in keep if (topic := tree.get(path)) is not None]
    return {id_ for each in wanted for id_ in lineage(tree, each)}


def lineage(tree: TopicTree, id_: str) -> list[str]:
    """Return the ids from the first level down to a topic.

    Examples
    --------
    >>> tree = TopicTree().add("A/B")
    >>> [tree.path(each) for each in lineage(tree, tree.id_of("A/B"))]
    ['A', 'A/B']
    """
    found: list[str] = []
    topic: Topic | None = tree.find(id_)
    while topic is not None:
        found.append(topic.id)
        topic = None if topic.parent is None else tree.find(topic.parent)
    return found[::-1]
