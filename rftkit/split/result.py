"""`Split`: which record is in train, which in validation, and what that means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from rftkit import render

UNASSIGNED = "__unassigned"
_FEW = 10


@dataclass(frozen=True)
class Split:
    """A division of the valid records without leaks.

    Attributes
    ----------
    frame
        `id` (and `row` where the records had it) and `split`: train, validation, or null for records that are in
        neither.
    train, validation
        Number of records.
    by_topic
        Topic to its records in train and validation; records without a topic under ``__unassigned``.
    generated_share
        Part of generated records of each set; the rest are real.
    straddling_groups
        Groups with members on both sides: 0, counted and not assumed.
    left_out
        Valid records in neither set: generated from a record that validation took, or tied to a frozen one.
    invalid
        Records that are not split because they are invalid.
    groups
        Number of groups.
    kept
        Records of validation that stayed there from the split before; None where none were to stay.
    gone
        Records that were to stay in validation and cannot: they are deleted, invalid, or may not be there any more.
    asked
        What was asked for.

    Examples
    --------
    >>> from rftkit.split import split
    >>> split(pl.DataFrame({"id": [f"r{i}" for i in range(100)]}))
    Split(90 train, 10 validation, 0 left out, 0 straddling groups)
    """

    frame: pl.DataFrame
    train: int
    validation: int
    by_topic: Mapping[str, Mapping[str, int]]
    generated_share: Mapping[str, float]
    straddling_groups: int = 0
    left_out: int = 0
    invalid: int = 0
    groups: int = 0
    kept: int | None = None
    gone: int = 0
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Train by train and validation together, as it came out."""
        whole = self.train + self.validation
        return self.train / whole if whole else 0.0

    @property
    def without_validation(self) -> tuple[str, ...]:
        """Topics that validation says nothing about."""
        return tuple(topic for topic, n in self.by_topic.items() if topic != UNASSIGNED and not n["validation"])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know, in sentences."""
        return tuple(_warnings(self))

    def ids(self, part: str) -> list[str]:
        """Return the ids of a set, in the order of the records.

        Examples
        --------
        >>> from rftkit.split import split
        >>> len(split(pl.DataFrame({"id": list("abcdefghij")})).ids("validation"))
        1
        """
        return self.frame.filter(pl.col("split") == part)["id"].to_list()

    def __repr__(self) -> str:
        return (
            f"Split({render.count(self.train)} train, {render.count(self.validation)} validation, "
            f"{render.count(self.left_out)} left out, {self.straddling_groups} straddling groups)"
        )

    def _repr_html_(self) -> str:
        facts = {
            "train": self.train,
            "validation": self.validation,
            "share of validation": render.share(1 - self.ratio if self.validation else 0.0),
            "generated in train": render.share(self.generated_share["train"]),
            "generated in validation": render.share(self.generated_share["validation"]),
            "left out": self.left_out,
            "straddling groups": self.straddling_groups,
        }
        return render.card(
            "Split",
            render.facts(facts, _DEFINITIONS),
            render.table(self._rows(), limit=40),
            *(render.notice(text, "near") for text in self.warnings),
        )

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {
                "topic": topic,
                "train": n["train"],
                "validation": n["validation"],
                "share of validation": render.share(n["validation"] / max(n["train"] + n["validation"], 1)),
            }
            for topic, n in self.by_topic.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values, without the records.

        Examples
        --------
        >>> from rftkit.split import split
        >>> split(pl.DataFrame({"id": list("abcdefghij"), "topic": ["Cards"] * 10})).to_dict()["by_topic"]
        {'Cards': {'train': 9, 'validation': 1}}
        """
        return {
            "train": self.train,
            "validation": self.validation,
            "ratio": self.ratio,
            "by_topic": {topic: dict(n) for topic, n in self.by_topic.items()},
            "straddling_groups": self.straddling_groups,
            "left_out": self.left_out,
            "invalid": self.invalid,
            "groups": self.groups,
            "kept": self.kept,
            "gone": self.gone,
            "generated_share": dict(self.generated_share),
            "real_share": {part: 1 - share for part, share in self.generated_share.items()},
            "without_validation": list(self.without_validation),
            "warnings": list(self.warnings),
            "asked": dict(self.asked),
        }


_DEFINITIONS = {
    "left out": "valid records in neither set: they were generated from a record that validation took",
    "straddling groups": "groups (a source with its variations, near duplicates) with members on both sides",
}


def _warnings(result: Split) -> list[str]:
    found = []
    if not result.validation and result.train and result.generated_share["train"] == 1:
        found.append(
            "validation is empty, because every record is generated: let it take generated records with "
            "generated_in_validation=True (--generated-in-validation), which says nothing yet about real prompts"
        )
    missing = result.without_validation
    if missing:
        shown = ", ".join(map(repr, missing[:3])) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        found.append(f"{render.plural(len(missing), 'topic')} without a record in validation: {shown}")
    if min(result.train, result.validation) < _FEW:
        found.append(f"train has {result.train} and validation {result.validation} records; {_FEW} each is the least")
    frozen = bool(result.asked.get("frozen"))
    if result.left_out and frozen:
        found.append(
            f"{render.plural(result.left_out, 'record')} left out of both sets, because validation is frozen and holds "
            "records that they belong to"
        )
    elif result.left_out:
        found.append(
            f"{render.plural(result.left_out, 'generated record')} left out of both sets, because validation took the "
            "records they were made from; generated_in_validation=True keeps them"
        )
    if result.gone:
        found.append(
            f"{render.plural(result.gone, 'record')} of the validation before {'is' if result.gone == 1 else 'are'} no "
            "longer in it: deleted, invalid, or generated where generated records may not be"
        )
    asked, whole = result.asked.get("train"), result.train + result.validation
    if asked and whole and not frozen and abs(result.validation - (1 - asked) * whole) > max(0.02 * whole, 1):
        found.append(f"train has {render.share(result.ratio)} of the records; {render.share(asked)} was asked for")
    return found
