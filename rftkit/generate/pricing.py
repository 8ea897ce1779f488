"""What a plan takes: calls, tokens and money, before anything is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rftkit.generate.jobs import Learned, job_of
from rftkit.generate.judge import BATCH, judgings
from rftkit.generate.planned import GenerationPlan, PlanLine
from rftkit.generate.pool import Pool
from rftkit.generate.strategies import STRATEGIES
from rftkit.generate.strategies.common import Job
from rftkit.generate.strategies.few_shot import BATCHES
from rftkit.generate.wanted import paths
from rftkit.llm import OFFLINE, Estimate, estimate

if TYPE_CHECKING:
    import polars as pl

_FIRST = 2  # requests of a line that are looked at
_LOOKED_AT = 24  # lines, where a sample stands for the records


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
    around = hashlib.sha256(repr([(path, tree.find(path)) for path in paths(tree)]).encode()).hexdigest()
    shown = _looked_at(draft, pool)
    for line in shown:
        every = STRATEGIES[line.strategy].calls(_bare(line, pool, learned.many))
        made = partial(_first, line, draft, pool, tree, learned, prices)
        part, first = pool.remember((*_key(line, draft, prices), around), made)
        totals.append(_times(part, every / max(1, first), every))
    if len(shown) < len(draft.lines):
        totals = [_grown(totals, shown, draft, pool, many=learned.many)]
    totals += _judging(draft, pool, prices)
    return _sum(totals, draft.model, priced=prices is not None or draft.model == OFFLINE)


def _looked_at(draft: GenerationPlan, pool: Pool) -> list[PlanLine]:
    """Return the lines whose requests are made to be priced: all, or in a sample of many records some, always the same."""
    if pool.census is None or len(draft.lines) <= _LOOKED_AT:
        return list(draft.lines)
    by_luck = sorted(draft.lines, key=lambda line: hashlib.sha256(f"{draft.seed}:{line.topic}".encode()).digest())
    return by_luck[:_LOOKED_AT]


def _grown(
    totals: Sequence[Estimate], shown: Sequence[PlanLine], draft: GenerationPlan, pool: Pool, *, many: bool
) -> Estimate:
    """Return what all lines take, by what some of them take for a candidate; calls are counted, not estimated."""
    part = _sum(totals, draft.model, priced=False)
    calls = sum(STRATEGIES[line.strategy].calls(_bare(line, pool, many)) for line in draft.lines)
    return _times(part, draft.requested / sum(line.count for line in shown), calls)


def _bare(line: PlanLine, pool: Pool, many: bool) -> Job:
    return Job(line.topic, pool, line.options, line.count, many=many)


def _first(
    line: PlanLine, draft: GenerationPlan, pool: Pool, tree: Any, learned: Learned, prices: tuple[float, float] | None
) -> tuple[Estimate, int]:
    """Return what the first requests of a line take, and how many they are."""
    job = job_of(line, pool, tree, learned, line.count, 0, draft.seed)
    first = STRATEGIES[line.strategy].tasks(job, most=_FIRST)
    return estimate([task.request for task in first], draft.model, price_per_million=prices), len(first)


def _key(line: PlanLine, draft: GenerationPlan, prices: tuple[float, float] | None) -> tuple[Hashable, ...]:
    """Return what decides beside the tree what the first requests of a line hold: other counts are priced at once.

    A count matters only as far as the first requests do not have their full number of prompts yet, or where every prompt
    has facets of its own.
    """
    options = line.options
    count = line.count
    if not options.facets and line.strategy not in ("topic_description", "scenario_expansion"):
        count = min(count, _FIRST * max(BATCHES * options.batch, options.variations))
    return (line.topic, line.strategy, count, line.from_ids, repr(options), draft.model, draft.seed, prices)


def _judging(draft: GenerationPlan, pool: Pool, prices: tuple[float, float] | None) -> list[Estimate]:
    """Return what judging at high strictness takes, beside the writing."""
    strict = any(line.options.strictness == "high" for line in draft.lines)
    if not strict or not draft.requested or draft.model == OFFLINE:
        return []
    texts = pool.texts(range(min(BATCH, pool.frame.height))) or [" ".join(["word"] * 40)]
    part = estimate(judgings(texts, [draft.lines[0].topic] * len(texts)), draft.model, price_per_million=prices)
    return [_times(part, draft.requested / len(texts), -(-draft.requested // BATCH))]


def estimated(
    draft: GenerationPlan,
    frame: pl.DataFrame | Pool,
    tree: Any = None,
    price_per_million: tuple[float, float] | None = None,
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
    pool = frame if isinstance(frame, Pool) else Pool(frame)
    return replace(draft, estimate=estimate_of(draft, pool, tree, price_per_million))


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
