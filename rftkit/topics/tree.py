"""The topic tree: a value that a person owns.

A tree never changes: every operation returns a new one, so undo is keeping the old value. A topic keeps its id
through renames and moves. What left the tree is remembered in `gone` with the topic its records went to, so that
`old.diff(new)` can always say where every record of the old tree belongs now.

A locked topic stays as it is, path included, until it is unlocked: neither a step nor an operation on one of its
ancestors changes it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from rftkit.errors import InputError, NotFoundError
from rftkit.topics import shapes

MAX_DEPTH = 5
GENERAL = shapes.GENERAL


@dataclass(frozen=True, slots=True)
class Topic:
    """One node of a tree.

    Attributes
    ----------
    id
        Stays the same through renames and moves.
    name
        Unique among its siblings, without a slash.
    parent
        Id of the parent, None at the first level.
    description
        One sentence, or empty.
    keywords
        Words and phrases that speak for the topic.
    locked
        Neither discovery nor an operation changes a locked topic.

    Examples
    --------
    >>> Topic("t1", "Cards").parent is None
    True
    """

    id: str
    name: str
    parent: str | None = None
    description: str = ""
    keywords: tuple[str, ...] = ()
    locked: bool = False


@dataclass(frozen=True)
class TreeChange:
    """What differs between two trees, and where the records of the first belong in the second.

    Attributes
    ----------
    added, removed
        Paths of topics that are only in the second, only in the first.
    renamed, moved
        Old path to new path of topics with another name, with another parent.
    described
        New paths of topics whose description, keywords or lock changed.
    moves
        Id of every removed topic to the id its records go to; None leaves them unassigned.
    paths
        Old path to new path (or None) wherever they differ.

    Examples
    --------
    >>> old = TopicTree().add("Cards/Lost")
    >>> old.diff(old.rename("Cards", "Bank cards")).paths
    {'Cards': 'Bank cards', 'Cards/Lost': 'Bank cards/Lost'}
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    described: tuple[str, ...] = ()
    moves: Mapping[str, str | None] = field(default_factory=dict)
    paths: Mapping[str, str | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.renamed, self.moved, self.described))

    def apply(self, paths: pl.Series) -> pl.Series:
        """Return the paths of the same records in the second tree.

        Examples
        --------
        >>> old = TopicTree().add("A").add("B")
        >>> old.diff(old.delete("B")).apply(pl.Series("topic", ["A", "B", None])).to_list()
        ['A', None, None]
        """
        if not self.paths:
            return paths
        old, new = list(self.paths), list(self.paths.values())
        return paths.replace_strict(old, new, default=paths, return_dtype=pl.String)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain values.

        Examples
        --------
        >>> TopicTree().diff(TopicTree().add("A")).to_dict()["added"]
        ['A']
        """
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": dict(self.renamed),
            "moved": dict(self.moved),
            "described": list(self.described),
            "moves": dict(self.moves),
        }


@dataclass(frozen=True)
class TopicTree:
    """A tree of topics, up to five levels deep.

    Attributes
    ----------
    topics
        In display order, parents before children.
    gone
        Id of every topic that left the tree to the id its records went to, None where they became unassigned.
    made
        Number of topics ever made; new ids are derived from it.

    Examples
    --------
    >>> tree = TopicTree().add("Cards/Lost or stolen", keywords=["lost card"]).add("Cards/Delivery")
    >>> [tree.path(topic.id) for topic in tree.leaves()]
    ['Cards/Lost or stolen', 'Cards/Delivery']
    """

    topics: tuple[Topic, ...] = ()
    gone: Mapping[str, str | None] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", shapes.ordered(tuple(self.topics)))
        if self.depth > MAX_DEPTH:
            raise InputError(f"the tree is {self.depth} levels deep; at most {MAX_DEPTH} are allowed")

    def __repr__(self) -> str:
        return f"TopicTree({len(self.topics)} topics, {len(self.leaves())} leaves, depth {self.depth})"

    def __len__(self) -> int:
        return len(self.topics)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.get(path) is not None

    def __hash__(self) -> int:
        return hash(self.topics)

    # -- reading -----------------------------------------------------------------------------------------------

    @cached_property
    def _by_id(self) -> dict[str, Topic]:
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def _children(self) -> dict[str | None, list[Topic]]:
        found: dict[str | None, list[Topic]] = {}
        for topic in self.topics:
            found.setdefault(topic.parent, []).append(topic)
        return found

    @cached_property
    def _paths(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for topic in self.topics:
            found[topic.id] = topic.name if topic.parent is None else f"{found[topic.parent]}/{topic.name}"
        return found

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {path.casefold(): id_ for id_, path in self._paths.items()}

    @property
    def depth(self) -> int:
        """Number of levels.

        Examples
        --------
        >>> TopicTree().add("A/B").depth
        2
        """
        return max((path.count("/") + 1 for path in self._paths.values()), default=0)

    def paths(self) -> dict[str, str]:
        """Return id to path of every topic, in display order.

        Examples
        --------
        >>> list(TopicTree().add("A/B").paths().values())
        ['A', 'A/B']
        """
        return dict(self._paths)

    def path(self, id: str) -> str:
        """Return the path of a topic by its id.

        Examples
        --------
        >>> tree = TopicTree().add("A/B")
        >>> tree.path(tree.id_of("A/B"))
        'A/B'
        """
        return self._paths[self.find(id).id]

    def id_of(self, path: str) -> str:
        """Return the id of the topic at a path.

        Examples
        --------
        >>> tree = TopicTree().add("A")
        >>> tree.id_of("A") == tree.topics[0].id
        True
        """
        return self.find(path).id

    def get(self, path_or_id: str) -> Topic | None:
        """Return the topic at a path or with an id, None where there is none.

        Examples
        --------
        >>> TopicTree().add("Cards").get("cards").name
        'Cards'
        >>> TopicTree().get("Cards") is None
        True
        """
        if path_or_id in self._by_id:
            return self._by_id[path_or_id]
        path = shapes.clean_path(path_or_id).removesuffix(f"/{GENERAL}")
        found = self._ids.get(path.casefold())
        return None if found is None else self._by_id[found]

    def find(self, path_or_id: str) -> Topic:
        """Return the topic at a path or with an id.

        Raises
        ------
        NotFoundError
            With the closest paths that there are.

        Examples
        --------
        >>> TopicTree().add("Cards").find("Card")
        Traceback (most recent call last):
        rftkit.errors.NotFoundError: there is no topic 'Card'; did you mean 'Cards'?
        """
        topic = self.get(path_or_id)
        if topic is not None:
            return topic
        known = list(self._paths.values())
        close = difflib.get_close_matches(str(path_or_id), known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(map(repr, close))}?" if close else f"the tree has {shapes.some(known)}"
        raise NotFoundError(f"there is no topic {path_or_id!r}; {hint}")

    def children(self, id: str | None = None) -> tuple[Topic, ...]:
        """Return the topics right below one, the first level without an id.

        Examples
        --------
        >>> [topic.name for topic in TopicTree().add("A/B").add("A/C").children()]
        ['A']
        """
        return tuple(self._children.get(None if id is None else self.find(id).id, ()))

    def leaves(self) -> tuple[Topic, ...]:
        """Return the topics without children, in display order.

        Examples
        --------
        >>> [topic.name for topic in TopicTree().add("A/B").leaves()]
        ['B']
        """
        return tuple(topic for topic in self.topics if topic.id not in self._children)

    def subtree(self, id: str) -> tuple[Topic, ...]:
        """Return a topic and all topics below it, parents first.

        Examples
        --------
        >>> [topic.name for topic in TopicTree().add("A/B/C").subtree("A/B")]
        ['B', 'C']
        """
        top = self.find(id)
        found = [top]
        for topic in found:
            found.extend(self._children.get(topic.id, ()))
        return tuple(found)

    def level(self, path: str, n: int) -> str:
        """Return the ancestor of a path at level `n` (1 is the first); a shallower path as it is.

        Examples
        --------
        >>> TopicTree().level("A/B/C", 2)
        'A/B'
        """
        return "/".join(path.split("/")[: max(n, 1)])

    def frame(self) -> pl.DataFrame:
        """Return one row per topic, in display order.

        Examples
        --------
        >>> TopicTree().add("A/B").frame().select("path", "level", "leaf").rows()
        [('A', 1, False), ('A/B', 2, True)]
        """
        rows = [
            {
                "id": topic.id,
                "path": self._paths[topic.id],
                "parent": topic.parent,
                "name": topic.name,
                "level": self._paths[topic.id].count("/") + 1,
                "leaf": topic.id not in self._children,
                "description": topic.description,
                "keywords": list(topic.keywords),
                "locked": topic.locked,
            }
            for topic in self.topics
        ]
        return pl.DataFrame(rows, schema=_FRAME)

    # -- changing: each returns a new tree ---------------------------------------------------------------------

    def add(self, path: str, description: str = "", keywords: Sequence[str] = (), *, locked: bool = False) -> TopicTree:
        """Return the tree with one more topic; parents that are missing are made.

        Examples
        --------
        >>> TopicTree().add("Cards/Lost").add("Cards/Lost")
        Traceback (most recent call last):
        rftkit.errors.InputError: there is a topic 'Cards/Lost' already; give the new one another name
        """
        names = [shapes.clean_name(name) for name in shapes.clean_path(path).split("/")]
        path = "/".join(names)
        if path in self:
            raise InputError(f"there is a topic {path!r} already; give the new one another name")
        if len(names) > MAX_DEPTH:
            raise InputError(f"{path!r} has {len(names)} levels; a tree has at most {MAX_DEPTH}")
        above = "/".join(names[:-1])
        tree = self.add(above) if above and above not in self else self
        parent = tree.find(above).id if above else None
        topic = Topic(tree._new_id(path), names[-1], parent, description, _words(keywords), locked)
        return replace(tree, topics=(*tree.topics, topic), made=tree.made + 1)

    def rename(self, path: str, name: str) -> TopicTree:
        """Return the tree with another name at a path; the id and everything below stay.

        Examples
        --------
        >>> [*TopicTree().add("A/B").rename("A/B", "C").paths().values()]
        ['A', 'A/C']
        """
        topic = self._free(path)
        new = shapes.clean_name(name)
        self._unique(new, topic.parent, besides=topic.id)
        return self._with(replace(topic, name=new))

    def describe(self, path: str, description: str | None = None, keywords: Sequence[str] | None = None) -> TopicTree:
        """Return the tree with another description or other keywords at a path.

        Examples
        --------
        >>> TopicTree().add("A").describe("A", keywords=["alpha"]).find("A").keywords
        ('alpha',)
        """
        topic = self.find(path)
        if topic.locked:
            raise _locked(self.path(topic.id))
        text = topic.description if description is None else " ".join(description.split())
        words = topic.keywords if keywords is None else _words(keywords)
        return self._with(replace(topic, description=text, keywords=words))

    def lock(self, path: str, locked: bool = True) -> TopicTree:
        """Return the tree with a topic locked, or unlocked.

        Examples
        --------
        >>> TopicTree().add("A").lock("A").delete("A")
        Traceback (most recent call last):
        rftkit.errors.InputError: 'A' is locked; unlock it first with lock('A', False)
        """
        return self._with(replace(self.find(path), locked=locked))

    def move(self, path: str, new_parent: str | None) -> TopicTree:
        """Return the tree with a topic and all below it under another parent, None for the first level.

        Examples
        --------
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

    def delete(self, path: str, *, into: str | None = None) -> TopicTree:
        """Return the tree without a topic and all below it; its records go to `into`, else become unassigned.

        Examples
        --------
        >>> tree = TopicTree().add("A/B").add("C")
        >>> tree.diff(tree.delete("A", into="C")).paths
        {'A': 'C', 'A/B': 'C'}
        """
        below = {topic.id for topic in self.subtree(self._free(path).id)}
        target = None if into is None else self.find(into).id
        if target in below:
            raise InputError(f"the records of {path!r} cannot go to {into!r}: it would be deleted too")
        topics = tuple(topic for topic in self.topics if topic.id not in below)
        return replace(self, topics=topics, gone={**self.gone, **dict.fromkeys(below, target)})

    def merge(self, paths: Iterable[str], into: str) -> TopicTree:
        """Return the tree with several topics made one; `into` is made when missing, children come along.

        Examples
        --------
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

    def reorder(self, parent: str | None, names: Sequence[str]) -> TopicTree:
        """Return the tree with the children of a topic in another order; those not named come last.

        Examples
        --------
        >>> [*TopicTree().add("A").add("B").reorder(None, ["B", "A"]).paths().values()]
        ['B', 'A']
        """
        siblings = self.children(parent)
        wanted = [shapes.clean_name(name).casefold() for name in names]
        known = {topic.name.casefold() for topic in siblings}
        if not set(wanted) <= known or len(set(wanted)) < len(wanted):
            raise InputError(
                f"an order needs each name once; given {list(names)}, there are {[t.name for t in siblings]}"
            )
        rank = {name: i for i, name in enumerate(wanted)}
        new = sorted(siblings, key=lambda topic: rank.get(topic.name.casefold(), len(rank)))
        ids = {topic.id for topic in siblings}
        queue = iter(new)
        return replace(self, topics=tuple(next(queue) if topic.id in ids else topic for topic in self.topics))

    def _make_into(self, ids: list[str], into: str) -> TopicTree:
        first = self._by_id[ids[0]] if ids else None
        path = shapes.clean_path(into)
        description = first.description if first else ""
        return self.add(path, description, first.keywords if first else ())

    def _merge_one(self, id_: str, target: str) -> TopicTree:
        below = {topic.id for topic in self.subtree(id_)}
        if target in below:
            raise InputError(f"{self.path(id_)!r} cannot merge into {self.path(target)!r}, which is below it")
        tree, kept = self, {topic.name.casefold(): topic.id for topic in self.children(target)}
        for child in self.children(id_):
            twin = kept.get(child.name.casefold())
            tree = tree.move(child.id, target) if twin is None else tree._merge_one(child.id, twin)
        into = tree._by_id[target]
        if not into.locked:
            words = _words((*into.keywords, *tree._by_id[id_].keywords))
            tree = tree._with(
                replace(into, keywords=words, description=into.description or tree._by_id[id_].description)
            )
        topics = tuple(topic for topic in tree.topics if topic.id != id_)
        return replace(tree, topics=topics, gone={**tree.gone, id_: target})

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
                raise _locked(self.path(each.id))
        return topic

    def _with(self, topic: Topic, last: bool = False) -> TopicTree:
        others = tuple(each for each in self.topics if each.id != topic.id)
        same = tuple(topic if each.id == topic.id else each for each in self.topics)
        return replace(self, topics=(*others, topic) if last else same)

    # -- between trees and files -------------------------------------------------------------------------------

    def diff(self, other: TopicTree) -> TreeChange:
        """Return what changed from this tree to the other.

        Examples
        --------
        >>> tree = TopicTree().add("A")
        >>> tree.diff(tree.rename("A", "B")).renamed
        {'A': 'B'}
        """
        both = [id_ for id_ in self._by_id if id_ in other._by_id]
        removed = [id_ for id_ in self._by_id if id_ not in other._by_id]
        moves = {id_: other._heir(id_) for id_ in removed}
        paths: dict[str, str | None] = {}
        for id_, path in self._paths.items():
            heir = moves.get(id_, id_)
            new = None if heir is None else other._paths[heir]
            if new != path:
                paths[path] = new
        pairs = [(self._by_id[id_], other._by_id[id_]) for id_ in both]
        return TreeChange(
            added=tuple(path for id_, path in other._paths.items() if id_ not in self._by_id),
            removed=tuple(self._paths[id_] for id_ in removed),
            renamed={self._paths[a.id]: other._paths[a.id] for a, b in pairs if a.name != b.name},
            moved={self._paths[a.id]: other._paths[a.id] for a, b in pairs if a.parent != b.parent},
            described=tuple(other._paths[a.id] for a, b in pairs if _said(a) != _said(b)),
            moves=moves,
            paths=paths,
        )

    def _heir(self, id_: str) -> str | None:
        seen: set[str] = set()
        current: str | None = id_
        while current is not None and current not in self._by_id and current not in seen:
            seen.add(current)
            current = self.gone.get(current)
        return current if current in self._by_id else None

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
        return tree

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

    def __getstate__(self) -> dict[str, Any]:
        return {"topics": self.topics, "gone": dict(self.gone), "made": self.made}


_FRAME: dict[str, Any] = {
    "id": pl.String,
    "path": pl.String,
    "parent": pl.String,
    "name": pl.String,
    "level": pl.Int64,
    "leaf": pl.Boolean,
    "description": pl.String,
    "keywords": pl.List(pl.String),
    "locked": pl.Boolean,
}


def _words(keywords: Iterable[str]) -> tuple[str, ...]:
    if isinstance(keywords, str):
        keywords = keywords.split(",")
    folded = (" ".join(str(word).split()) for word in keywords)
    return tuple(dict.fromkeys(word for word in folded if word))


def _said(topic: Topic) -> tuple[object, ...]:
    return topic.description, topic.keywords, topic.locked


def _locked(path: str) -> InputError:
    return InputError(f"{path!r} is locked; unlock it first with lock({path!r}, False)")
