"""A tree that is proposed and not taken yet, and new topics that records without one suggest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from rftkit.topics.building import Floats, central_rows
from rftkit.topics.change import TreeChange
from rftkit.topics.tree import TopicTree

SAMPLES = 5  # texts that a topic is shown with


@dataclass(frozen=True)
class TopicProposal:
    """A tree that somebody may take, beside the one that is there.

    Attributes
    ----------
    kind
        `discover`, `split`, `template` or `load`.
    tree
        The proposed tree, with counts where the records are assigned already.
    before
        The tree that is there, with counts.
    options
        What it was made with.
    samples
        Id of a topic to texts of its most central records.
    moved
        Number of records that would have another topic than now; None where they are assigned only when it is taken.
    orphans
        Number of records that would lose their topic.
    labels
        The labels as they would be, topics as ids; None where they are assigned only when it is taken.
    basis
        What of the dataset it was made from; it can be taken as long as that is the same.

    Examples
    --------
    >>> TopicProposal("template", TopicTree().add("Cards"), TopicTree())
    TopicProposal(template: 1 new, 0 kept, 0 gone)
    """

    kind: str
    tree: TopicTree
    before: TopicTree
    options: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    moved: int | None = None
    orphans: int = 0
    labels: pl.DataFrame | None = field(default=None, repr=False, compare=False)
    basis: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def change(self) -> TreeChange:
        """What would be new, kept and gone."""
        return self.before.diff(self.tree)

    def __repr__(self) -> str:
        return f"TopicProposal({self.kind}: {repr(self.change).removeprefix('TreeChange(')}"

    def _repr_html_(self) -> str:
        from rftkit import render
        from rftkit.topics import view

        change = view.change(self.change) if self.before.topics else ""
        return render.join(view.tree(self.tree), change)

    def to_dict(self) -> dict[str, Any]:
        """Return what is proposed as plain values.

        Examples
        --------
        >>> TopicProposal("template", TopicTree().add("Cards"), TopicTree()).to_dict()["change"]["added"]
        ['Cards']
        """
        rows = [{**row, "count": self.tree.total(row["id"])} for row in self.tree.frame().to_dicts()]
        told = {"kind": self.kind, "options": dict(self.options), "moved": self.moved, "orphans": self.orphans}
        return {**told, "topics": rows, "change": self.change.to_dict()}


@dataclass(frozen=True)
class TopicSuggestion:
    """A new topic that records without one suggest.

    Attributes
    ----------
    name, description, keywords
        Of the topic.
    records
        `id` of its records and how `sure` each is.
    samples
        Texts of the most central ones.

    Examples
    --------
    >>> TopicSuggestion("Rates", "", ("rate",), pl.DataFrame({"id": ["a"], "sure": [1.0]})).count
    1
    """

    name: str
    description: str
    keywords: tuple[str, ...]
    records: pl.DataFrame = field(repr=False)
    samples: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of its records."""
        return self.records.height


def samples(
    paths: Sequence[str | None], vectors: Floats, shown: Sequence[str | None], each: int = SAMPLES
) -> dict[str, tuple[str, ...]]:
    """Return texts of the most central records of every topic, by its path.

    Parameters
    ----------
    paths
        Topic of each record.
    vectors, shown
        Of the same records.
    each
        How many texts.

    Examples
    --------
    >>> samples(["A", None], np.eye(2, dtype=np.float32), ["lost card", "hm"])
    {'A': ('lost card',)}
    """
    rows = np.flatnonzero([path is not None for path in paths])
    names = sorted({str(paths[row]) for row in rows.tolist()})
    place = {name: number for number, name in enumerate(names)}
    labels = np.array([place[str(paths[row])] for row in rows.tolist()], dtype=np.int64)
    central = central_rows(vectors[rows], labels, each)
    return {name: tuple(shown[int(rows[at])] or "" for at in some) for name, some in zip(names, central, strict=True)}
