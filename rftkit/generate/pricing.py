"""What a plan takes: calls, tokens and money, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rftkit.generate.jobs import Learned, job_of
from rftkit.generate.judge import BATCH, judgings
from rftkit.generate.planned import GenerationPlan
from rftkit.generate.pool import Pool
from rftkit.generate.strategies import STRATEGIES
from rftkit.llm import OFFLINE, Estimate, estimate

if TYPE_CHECKING:
    import polars as pl


def estimate_of(draft: GenerationPlan, pool: Pool, tree: Any, prices: tuple[float, float] | None) -> Estimate:
    """Return calls, tokens and cost from the first request of every line, times its calls.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> pool = Pool(pl.DataFrame([pl.Series("id", [], dtype=pl.String), messages.pack([])]))
    >>> estimate_of(GenerationPlan(()), pool, None, None).calls
    0
    """
    learned = Learned(pool, draft.model, mined=False)
    totals: list[Estimate] = []
    for line in draft.lines:
        job = job_of(line, pool, tree, learned, line.count, 0, draft.seed)
        every = STRATEGIES[line.strategy].calls(job)
        first = STRATEGIES[line.strategy].tasks(job, most=2)
        part = estimate([task.request for task in first], draft.model, price_per_million=prices)
        totals.append(_times(part, every / max(1, len(first)), every))
    totals += _judging(draft, pool, prices)
    return _sum(totals, draft.model, priced=prices is not None or draft.model == OFFLINE)


def _judging(draft: GenerationPlan, pool: Pool, prices: tuple[float, float] | None) -> list[Estimate]:
    """Return what judging at high strictness takes, beside the writing."""
    strict = any(line.options.strictness == "high" for line in draft.lines)
    if not strict or not draft.requested or draft.model == OFFLINE:
        return []
    texts = pool.texts(range(min(BATCH, pool.frame.height))) or [" ".join(["word"] * 40)]
    part = estimate(judgings(texts, [draft.lines[0].topic] * len(texts)), draft.model, price_per_million=prices)
    return [_times(part, draft.requested / len(texts), -(-draft.requested // BATCH))]


def estimated(
    draft: GenerationPlan, frame: pl.DataFrame, tree: Any = None, price_per_million: tuple[float, float] | None = None
) -> GenerationPlan:
    """Return a plan with the estimate that its lines have, for plans that were put together from others.

    Parameters
    ----------
    draft
        A plan.
    frame, tree, price_per_million
        As `plan` takes them.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "How do I block my card?"}]])
    >>> frame = pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("topic", ["Cards"])])
    >>> from rftkit.generate.planned import PlanLine
    >>> estimated(GenerationPlan((PlanLine("Cards", 5, "few_shot"),)), frame).estimate.calls
    1
    """
    return replace(draft, estimate=estimate_of(draft, Pool(frame), tree, price_per_million))


def _times(part: Estimate, factor: float, calls: int) -> Estimate:
    money = [None if one is None else one * factor for one in (part.cost_usd, part.low_usd, part.high_usd)]
    return Estimate(
        part.model, calls, round(part.prompt_tokens * factor), round(part.completion_tokens * factor), *money
    )


def _sum(parts: Sequence[Estimate], model: str, *, priced: bool) -> Estimate:
    if not parts:
        return Estimate(model, 0, 0, 0, 0.0 if priced else None, 0.0 if priced else None, 0.0 if priced else None)
    money = []
    for name in ("cost_usd", "low_usd", "high_usd"):
        known = [getattr(part, name) for part in parts]
        money.append(None if None in known else sum(known))
    counts = [sum(getattr(part, name) for part in parts) for name in ("calls", "prompt_tokens", "completion_tokens")]
    return Estimate(model, *counts, *money)
