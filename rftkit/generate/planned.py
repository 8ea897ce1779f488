"""What a plan is: lines of topics, what they cost, and how the data would look afterwards; its pilot and the rest."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rftkit import messages
from rftkit.errors import InputError
from rftkit.generate.options import Options
from rftkit.generate.strategies.common import Rejected
from rftkit.llm import OFFLINE, Estimate

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a plan makes for one topic.

    Examples
    --------
    >>> PlanLine("Cards", 5, "few_shot").count
    5
    """

    topic: str
    count: int
    strategy: str
    why: str = ""
    options: Options = field(default_factory=Options)
    from_ids: tuple[str, ...] = ()
    replaces: tuple[Rejected, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return topic, count, strategy, why and what differs from the defaults."""
        usual = Options().to_dict()
        own = {name: value for name, value in self.options.to_dict().items() if value != usual[name]}
        said = {"topic": self.topic, "count": self.count, "strategy": self.strategy, "why": self.why, "options": own}
        ids = {"from_ids": list(self.from_ids), "replaces": [one.id for one in self.replaces]}
        return {**said, **{name: value for name, value in ids.items() if value}}


@dataclass(frozen=True)
class GenerationPlan:
    """What would be generated.

    Attributes
    ----------
    lines
        One per topic.
    problems
        What cannot be served as asked: ``{topic, strategy, reason, proposal}``.
    notes
        Sentences a person should read before approving.
    estimate
        Calls, tokens, cost.
    before, after
        balance, target_fit and synthetic_share now, and when everything was made and added.
    model
        Who would write.
    seed
        Decides every choice.

    Examples
    --------
    >>> GenerationPlan((PlanLine("Cards", 5, "few_shot"),)).requested
    5
    """

    lines: tuple[PlanLine, ...]
    problems: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    estimate: Estimate | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    model: str = OFFLINE
    seed: int = 0

    @property
    def requested(self) -> int:
        """Number of candidates that would be made."""
        return sum(line.count for line in self.lines)

    @property
    def id(self) -> str:
        """Name of the plan: the same plan has the same name."""
        lines = [line.to_dict() for line in self.lines]
        return hashlib.sha256(messages.dump([lines, self.model, self.seed]).encode()).hexdigest()[:10]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        cost = self.estimate.to_dict() if self.estimate else {}
        return {
            "id": self.id,
            "requested": self.requested,
            "model": self.model,
            "seed": self.seed,
            "topics": [line.to_dict() for line in self.lines],
            "calls": cost.get("calls", 0),
            "prompt_tokens": cost.get("prompt_tokens", 0),
            "completion_tokens": cost.get("completion_tokens", 0),
            "cost_usd": cost.get("cost_usd"),
            "cost_usd_low": cost.get("low_usd"),
            "cost_usd_high": cost.get("high_usd"),
            "before": dict(self.before),
            "after": dict(self.after),
            "problems": [dict(problem) for problem in self.problems],
            "notes": list(self.notes),
        }

    def pilot(self, count: int = 8) -> GenerationPlan:
        """Return a plan of a few candidates of this one, spread evenly over its topics, to look at before the rest is paid for.

        Examples
        --------
        >>> whole = GenerationPlan((PlanLine("Cards", 50, "few_shot"), PlanLine("Loans", 30, "few_shot")))
        >>> [(line.topic, line.count) for line in whole.pilot(8).lines]
        [('Cards', 4), ('Loans', 4)]
        """
        if count < 1:
            raise InputError(f"a pilot of {count} candidates shows nothing; ask for 5 to 10")
        sizes = [0] * len(self.lines)
        for _ in range(min(count, self.requested)):
            open_ = [place for place, line in enumerate(self.lines) if sizes[place] < line.count]
            sizes[min(open_, key=lambda place: sizes[place])] += 1
        note = f"a pilot of {sum(sizes)} of {self.requested} candidates"
        return self._part(sizes, self.seed, note)

    def rest(self, pilot: GenerationPlan) -> GenerationPlan:
        """Return what remains to be made after a pilot, with another seed, so that it does not repeat it.

        Examples
        --------
        >>> whole = GenerationPlan((PlanLine("Cards", 50, "few_shot"),))
        >>> whole.rest(whole.pilot(8)).requested
        42
        """
        done = {line.topic: line.count for line in pilot.lines}
        sizes = [max(0, line.count - done.get(line.topic, 0)) for line in self.lines]
        return self._part(sizes, self.seed + 1, f"the rest after a pilot of {pilot.requested}")

    def _part(self, sizes: Sequence[int], seed: int, note: str) -> GenerationPlan:
        lines = tuple(replace(line, count=size) for line, size in zip(self.lines, sizes, strict=True) if size)
        share = sum(sizes) / self.requested if self.requested else 0.0
        cost = _times(self.estimate, share, len(lines)) if self.estimate else None
        records, generated = (self.before.get("records") or 0), (self.before.get("synthetic_share") or 0.0)
        after = {"records": records + sum(sizes)}
        if after["records"]:
            after["synthetic_share"] = (generated * records + sum(sizes)) / after["records"]
        return replace(self, lines=lines, notes=(note, *self.notes), estimate=cost, after=after, seed=seed)

    def frame(self) -> pl.DataFrame:
        """Return one row per topic: topic, count, strategy, why."""
        import polars as pl

        rows = [(line.topic, line.count, line.strategy, line.why) for line in self.lines]
        types = {"topic": pl.String(), "count": pl.Int64(), "strategy": pl.String(), "why": pl.String()}
        return pl.DataFrame(rows, schema=types, orient="row")

    def __repr__(self) -> str:
        cost = self.estimate.cost_usd if self.estimate else None
        price = "price unknown" if cost is None else "free" if cost == 0 else f"about ${cost:.4f}"
        calls = self.estimate.calls if self.estimate else 0
        return f"GenerationPlan({self.requested} candidates for {len(self.lines)} topics by {self.model}, {calls} calls, {price})"

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(line.topic)}</td><td>{line.count}</td><td>{line.strategy}</td><td>{escape(line.why)}</td></tr>"
            for line in self.lines
        )
        problems = [f"{one['topic']}: {one['reason']}; {one['proposal']}" for one in self.problems]
        said = "".join(f"<li>{escape(one)}</li>" for one in (*self.notes, *problems))
        head = "<tr><th>topic</th><th>candidates</th><th>strategy</th><th>why</th></tr>"
        return f"<p>{escape(repr(self))}</p><table>{head}{rows}</table><ul>{said}</ul>"


def _times(whole: Estimate, share: float, least: int) -> Estimate:
    money = [None if one is None else one * share for one in (whole.cost_usd, whole.low_usd, whole.high_usd)]
    calls, asked, told = (math.ceil(one * share) for one in (whole.calls, whole.prompt_tokens, whole.completion_tokens))
    calls = max(calls, least)  # every topic is asked for on its own
    return Estimate(whole.model, calls, asked, told, *money)
