"""Looking things up in a tree: topics by path and id, children, leaves, subtrees, levels, a frame."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from rftkit.errors import InputError, NotFoundError
from rftkit.topics.names import GENERAL, clean_path, some
from rftkit.topics.topic import MAX_DEPTH, Topic, ordered


@dataclass(frozen=True)
class Lookup:
    """The topics of a tree and how they are found; `TopicTree` adds what changes it.

    Attributes
    ----------
    topics
        In display order, parents before children.
    gone
        Id of every topic that left the tree to the id its records went to, None where they became unassigned.
    made
        Number of topics ever made; new ids are derived from it.
    counts
        Records right under each topic id (None for the unassigned), where they are known: only for looking at, no part
        of what the tree is, and dropped by every operation.

    Examples
    --------
    >>> Lookup((Topic("t1", "Cards"),)).path("t1")
    'Cards'
    """

    topics: tuple[Topic, ...] = ()
    gone: Mapping[str, str | None] = field(default_factory=dict)
    made: int = 0
    counts: Mapping[str | None, int] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", ordered(tuple(self.topics)))
        if self.depth > MAX_DEPTH:
            raise InputError(f"the tree is {self.depth} levels deep; at most {MAX_DEPTH} are allowed")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.topics)} topics, {len(self.leaves())} leaves, depth {self.depth})"

    def __len__(self) -> int:
        return len(self.topics)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.get(path) is not None

    def __hash__(self) -> int:
        return hash(self.topics)

    def __getstate__(self) -> dict[str, Any]:
        return {"topics": self.topics, "gone": dict(self.gone), "made": self.made, "counts": self.counts}

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
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().add("A/B").depth
        2
        """
        return max((path.count("/") + 1 for path in self._paths.values()), default=0)

    def paths(self) -> dict[str, str]:
        """Return id to path of every topic, in display order.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> list(TopicTree().add("A/B").paths().values())
        ['A', 'A/B']
        """
        return dict(self._paths)

    def path(self, id: str) -> str:
        """Return the path of a topic by its id.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> tree = TopicTree().add("A/B")
        >>> tree.path(tree.id_of("A/B"))
        'A/B'
        """
        return self._paths[self.find(id).id]

    def id_of(self, path: str) -> str:
        """Return the id of the topic at a path.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> tree = TopicTree().add("A")
        >>> tree.id_of("A") == tree.topics[0].id
        True
        """
        return self.find(path).id

    def get(self, path_or_id: str) -> Topic | None:
        """Return the topic at a path or with an id, None where there is none.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().add("Cards").get("cards").name
        'Cards'
        >>> TopicTree().get("Cards") is None
        True
        """
        if path_or_id in self._by_id:
            return self._by_id[path_or_id]
        path = clean_path(path_or_id).removesuffix(f"/{GENERAL}")
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
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().add("Cards").find("Card")
        Traceback (most recent call last):
        rftkit.errors.NotFoundError: there is no topic 'Card'; did you mean 'Cards'?
        """
        topic = self.get(path_or_id)
        if topic is not None:
            return topic
        known = list(self._paths.values())
        close = difflib.get_close_matches(str(path_or_id), known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(map(repr, close))}?" if close else f"the tree has {some(known)}"
        raise NotFoundError(f"there is no topic {path_or_id!r}; {hint}")

    def children(self, id: str | None = None) -> tuple[Topic, ...]:
        """Return the topics right below one, the first level without an id.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> [topic.name for topic in TopicTree().add("A/B").add("A/C").children()]
        ['A']
        """
        return tuple(self._children.get(None if id is None else self.find(id).id, ()))

    def leaves(self) -> tuple[Topic, ...]:
        """Return the topics without children, in display order.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
        >>> [topic.name for topic in TopicTree().add("A/B").leaves()]
        ['B']
        """
        return tuple(topic for topic in self.topics if topic.id not in self._children)

    def subtree(self, id: str) -> tuple[Topic, ...]:
        """Return a topic and all topics below it, parents first.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
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
        >>> from rftkit.topics.tree import TopicTree
        >>> TopicTree().level("A/B/C", 2)
        'A/B'
        """
        return "/".join(path.split("/")[: max(n, 1)])

    def frame(self) -> pl.DataFrame:
        """Return one row per topic, in display order.

        Examples
        --------
        >>> from rftkit.topics.tree import TopicTree
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
