"""What a run of a plan made, and how far it is while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import polars as pl

from rftkit.generate.planned import GenerationPlan

#: A fall of so much between the first and the last third of the batches is drift.
_FALLS = {"valid": 0.15, "stars": 0.3}
_CALLED = {"valid": "valid share", "stars": "stars"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    topics
        Accepted and wanted, by topic; accepted counts once a round was judged.
    answered, asked
        Requests.
    cost_usd
        Spent so far; None where the price is unknown.
    topic, sample
        What was written last, and for which topic.

    Examples
    --------
    >>> Progress({"Cards": (1, 2)}, 1, 2, 0.0).share
    0.5
    """

    topics: Mapping[str, tuple[int, int]]
    answered: int
    asked: int
    cost_usd: float | None
    topic: str = ""
    sample: str = ""

    @property
    def share(self) -> float:
        """Share of the requests that were answered."""
        return self.answered / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class GenerationReport:
    """What a run made.

    Attributes
    ----------
    plan
        What was asked for.
    candidates
        Columns of `schema.CANDIDATES`, rejected ones with their reasons among them.
    by_topic
        requested, generated, valid, rejected and strategy by topic.
    gave_up
        Why a topic has fewer than requested.
    calls, cached_calls, prompt_tokens, completion_tokens, cost_usd
        What it took; cost is None where the price is unknown.
    stopped
        Whether a person stopped it.
    unjudged
        A sentence where the judge of high strictness left candidates without a mark; empty where it did not.

    Examples
    --------
    >>> from rftkit import schema
    >>> GenerationReport(GenerationPlan(()), schema.empty(schema.CANDIDATES)).valid
    0
    """

    plan: GenerationPlan
    candidates: pl.DataFrame
    by_topic: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    gave_up: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    stopped: bool = False
    unjudged: str = ""

    @property
    def requested(self) -> int:
        """Number of candidates that were asked for."""
        return self.plan.requested

    @property
    def generated(self) -> int:
        """Number of candidates that were made, rejected ones included."""
        return self.candidates.height

    @property
    def valid(self) -> int:
        """Number of candidates with nothing against them."""
        return int(self.candidates["valid"].sum())

    @property
    def rejected(self) -> int:
        """Number of candidates with a reason against them."""
        return self.generated - self.valid

    @property
    def rejection_reasons(self) -> dict[str, int]:
        """How often each reason was given, the most frequent first."""
        return dict(Counter(self.candidates["reasons"].explode().drop_nulls().to_list()).most_common())

    @property
    def batches(self) -> pl.DataFrame:
        """Quality in the order of making, so that drift shows: the first batch of every topic, the second, and so on.

        Columns: batch, candidates, valid (share), stars (mean of the valid ones).
        """
        size = max((line.options.batch for line in self.plan.lines), default=10)
        place = pl.col("position").rank("ordinal").over("topic") - 1
        return (
            self.candidates.with_columns((place // size + 1).cast(pl.Int64).alias("batch"))
            .group_by("batch")
            .agg(
                pl.len().cast(pl.Int64).alias("candidates"),
                pl.col("valid").mean(),
                pl.col("quality").filter("valid").mean().round(2).alias("stars"),
            )
            .sort("batch")
        )

    @property
    def drift(self) -> str:
        """A sentence where later batches are worse than the first third of them; empty where they are not."""
        told = self.batches
        third = told.height // 3
        if not third:
            return ""
        said = []
        for name, most in _FALLS.items():
            first, last = (_mean(part[name]) for part in (told.head(third), told.tail(third)))
            if first - last > most and told[name].tail(third).null_count() < third:
                said.append(f"{_CALLED[name]} {first:.2f} at first, {last:.2f} at last")
        advice = "make fewer at a time or show other examples"
        return f"quality falls as the run goes on ({'; '.join(said)}); {advice}" if said else ""

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and the plan as plain values."""
        counts = ("requested", "generated", "valid", "rejected", "rejection_reasons")
        spent = ("calls", "cached_calls", "prompt_tokens", "completion_tokens", "cost_usd", "stopped")
        return {
            "plan": self.plan.to_dict(),
            "model": self.plan.model,
            **{name: getattr(self, name) for name in counts},
            "by_topic": {topic: dict(told) for topic, told in self.by_topic.items()},
            **{name: getattr(self, name) for name in spent},
            "gave_up": dict(self.gave_up),
            "batches": self.batches.to_dicts(),
            "drift": self.drift,
            "unjudged": self.unjudged,
        }

    def __repr__(self) -> str:
        cost = "cost unknown" if self.cost_usd is None else f"${self.cost_usd:.4f}"
        return (
            f"GenerationReport({self.valid} of {self.requested} requested candidates valid, {self.rejected} rejected, "
            f"by {self.plan.model}, {self.calls} calls, {cost})"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(topic)}</td><td>{told['requested']}</td><td>{told['valid']}</td><td>{told['rejected']}</td>"
            f"<td>{escape(self.gave_up.get(topic, ''))}</td></tr>"
            for topic, told in self.by_topic.items()
        )
        head = "<tr><th>topic</th><th>requested</th><th>valid</th><th>rejected</th><th>note</th></tr>"
        reasons = ", ".join(f"{escape(code)} {number}" for code, number in self.rejection_reasons.items())
        notes = [f"rejected for: {reasons}" if reasons else "", escape(self.drift)]
        said = "".join(f"<p>{note}</p>" for note in notes if note)
        return f"<p>{escape(repr(self))}</p><table>{head}{rows}</table>{said}"


def _mean(column: pl.Series) -> float:
    mean = column.mean()
    return float(mean) if isinstance(mean, int | float) else 0.0
