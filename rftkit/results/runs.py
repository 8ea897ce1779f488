"""Several runs beside each other: which gained most, on which topics, and from what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import render
from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.render import Html
    from rftkit.results.result import Results

_SAID = ("before", "after", "change", "change_relative", "low", "high", "prompts", "verdict")


@dataclass(frozen=True)
class Runs:
    """Several results beside each other.

    Attributes
    ----------
    frame
        One row for each run, the best first: job, base, backend, before, after, change, ..., verdict.
    topics
        One row for each topic, one column for each run: the reward after training.
    notes
        Why runs may not be comparable, in sentences.

    Examples
    --------
    >>> Runs(pl.DataFrame({"job": ["job-1"]}), pl.DataFrame())
    Runs(job-1)
    """

    frame: pl.DataFrame
    topics: pl.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Runs({', '.join(self.frame['job'])})"

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {"runs": self.frame.to_dicts(), "topics": self.topics.to_dicts(), "notes": list(self.notes)}

    def _repr_html_(self) -> Html:
        return self.to_html()

    def to_html(self) -> Html:
        """Return the page: runs, topics, and why they may not be comparable."""
        notices = [render.notice(text, "near") for text in self.notes]
        return render.card(
            "Runs", render.table(self.frame), *notices, render.head("After, by topic"), render.table(self.topics)
        )


def side_by_side(results: Sequence[Results]) -> Runs:
    """Return several runs beside each other, the one with the highest reward after training first.

    Parameters
    ----------
    results
        Of each run.

    Examples
    --------
    >>> from rftkit.results import compare
    >>> side = pl.DataFrame({"id": ["a", "b"], "reward": [0.0, 0.5]})
    >>> better = side.with_columns(pl.col("reward") + 0.5)
    >>> runs = side_by_side([compare(side, side, about={"job": "job-1"}), compare(side, better, about={"job": "job-2"})])
    >>> runs.frame["job"].to_list()
    ['job-2', 'job-1']
    """
    if not results:
        raise InputError("there is no run to compare; name at least one job")
    told = [one.to_dict() for one in results]
    names = [str(one.get("job") or f"run {place}") for place, one in enumerate(told, 1)]
    rows = [
        {"job": name, **_about(one), **{key: one[key] for key in _SAID}} for name, one in zip(names, told, strict=True)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None).sort("after", "job", descending=[True, False])
    return Runs(frame, _topics(names, told), tuple(_notes(results, told)))


def _about(one: dict[str, Any]) -> dict[str, Any]:
    return {key: one.get(key) for key in ("backend", "base", "grader", "seed")}


def _topics(names: list[str], told: list[dict[str, Any]]) -> pl.DataFrame:
    every = sorted({topic for one in told for topic in one["by_topic"]})
    columns = {
        name: [one["by_topic"].get(topic, {}).get("after") for topic in every]
        for name, one in zip(names, told, strict=True)
    }
    return pl.DataFrame({"topic": every, **columns}, infer_schema_length=None)


def _notes(results: Sequence[Results], told: list[dict[str, Any]]) -> list[str]:
    found = []
    if len({one.get("grader_fingerprint") for one in told}) > 1:
        found.append("the runs were measured with different graders: their rewards are no common scale")
    if len({frozenset(one.frame["id"]) for one in results}) > 1:
        found.append("the runs were measured on different prompts: compare them on the prompts that they share")
    return found
