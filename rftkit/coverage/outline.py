"""Which topics are counted at a level of the tree, and under which of them a record falls.

Works on paths alone, so that a frame without a tree is counted by the very same rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rftkit.errors import InputError
from rftkit.topics.tree import GENERAL, TopicTree


@dataclass(frozen=True)
class Outline:
    """The paths of a tree in display order, parents before children.

    Attributes
    ----------
    nodes
        Every path, inner ones too.
    tree
        The tree they come from; None where the paths of the records are all there is.

    Examples
    --------
    >>> Outline(("Cards", "Cards/Lost", "Loans")).topics()
    ['Cards/Lost', 'Loans']
    """

    nodes: tuple[str, ...]
    tree: TopicTree | None = None

    @cached_property
    def _inner(self) -> frozenset[str]:
        return frozenset(path.rpartition("/")[0] for path in self.nodes if "/" in path)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.nodes)

    def topics(self, level: int | None = None) -> list[str]:
        """Return the topics of a level in display order: the leaves, or nodes of level `n` and shallower leaves.

        Examples
        --------
        >>> Outline(("Cards", "Cards/Lost", "Loans")).topics(1)
        ['Cards', 'Loans']
        """
        return [path for path in self.nodes if self._counted(path, level)]

    def _counted(self, path: str, level: int | None) -> bool:
        depth, leaf = path.count("/") + 1, path not in self._inner
        return leaf if level is None else depth == level or (leaf and depth < level)

    def fold(self, node: str, level: int | None = None) -> str:
        """Return the topic under which the records of a node are counted.

        Examples
        --------
        >>> outline = Outline(("Cards", "Cards/Lost"))
        >>> outline.fold("Cards/Lost", 1), outline.fold("Cards")
        ('Cards', 'Cards/__general')
        """
        names = node.split("/")
        if level is not None and len(names) >= level:
            return "/".join(names[:level])
        return f"{node}/{GENERAL}" if node in self._inner else node

    def resolve(self, path: str) -> str | None:
        """Return the node that a path or an id names; None where there is none.

        Examples
        --------
        >>> Outline(("Cards", "Cards/Lost")).resolve("Cards/__general")
        'Cards'
        """
        plain = path.removesuffix(f"/{GENERAL}")
        if plain in self._known:
            return plain
        topic = self.tree.get(plain) if self.tree is not None else None
        return None if topic is None or self.tree is None else self.tree.path(topic.id)

    def below(self, node: str, topics: Iterable[str]) -> list[str]:
        """Return those of the topics that are below a node.

        Examples
        --------
        >>> Outline(("Cards", "Cards/Lost")).below("Cards", ["Cards/Lost", "Loans"])
        ['Cards/Lost']
        """
        return [path for path in topics if path.startswith(f"{node}/")]


def outline_of(tree: TopicTree | None, found: Iterable[str]) -> Outline:
    """Return the outline of a tree, or of the paths found in the records where there is no tree.

    Parameters
    ----------
    tree
        The tree; None or an empty one where there is none yet.
    found
        The distinct topics of the records.

    Examples
    --------
    >>> outline_of(None, ["Loans", "Cards/Lost"]).nodes
    ('Cards', 'Cards/Lost', 'Loans')
    """
    if tree is not None and len(tree):
        return Outline(tuple(tree.paths().values()), tree)
    paths: set[tuple[str, ...]] = set()
    for path in found:
        names = tuple(path.removesuffix(f"/{GENERAL}").split("/"))
        paths.update(names[:depth] for depth in range(1, len(names) + 1))
    return Outline(tuple("/".join(names) for names in sorted(paths)))


def check_level(level: int | None) -> int | None:
    """Return the level if it can be one.

    Examples
    --------
    >>> check_level(0)
    Traceback (most recent call last):
    rftkit.errors.InputError: level 0 is no level of a tree; give 1 for the first, 2 for the second, None for the leaves
    """
    if level is not None and (isinstance(level, bool) or not isinstance(level, int) or level < 1):
        raise InputError(
            f"level {level!r} is no level of a tree; give 1 for the first, 2 for the second, None for the leaves"
        )
    return level
