"""Plans: what would be made, how, at what price, and how the data would look after it. Nothing is sent by planning."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError, NotFoundError
from rftkit.generate.jobs import Learned, job_of, node_of
from rftkit.generate.judge import BATCH, judgings
from rftkit.generate.options import Options
from rftkit.generate.planned import GenerationPlan, PlanLine
from rftkit.generate.pool import Pool
from rftkit.generate.strategies import STRATEGIES
from rftkit.llm import OFFLINE, Estimate, check_model, default_model, estimate

if TYPE_CHECKING:
    import polars as pl

__all__ = ["GenerationPlan", "PlanLine", "estimated", "plan"]
_PROPOSED = ("message_variation", "few_shot", "topic_description")


def plan(
    frame: pl.DataFrame,
    tree: Any = None,
    coverage: Any = None,
    *,
    topic: str | None = None,
    count: int | None = None,
    fill_gaps: bool = False,
    from_ids: Sequence[str] | None = None,
    strategy: str | None = None,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    model: str | None = None,
    price_per_million: tuple[float, float] | None = None,
    seed: int = 0,
    options: Options | None = None,
    **settings: Any,
) -> GenerationPlan:
    """Return a plan; exactly one of a topic with a count, ``fill_gaps`` or ``from_ids`` says what for.

    Parameters
    ----------
    frame
        The records: ``id``, ``messages``, ``topic``.
    tree
        The topic tree, for descriptions, keywords and topics without records.
    coverage
        The coverage whose gaps are filled; also used to show the data before and after.
    topic, count
        Make so many for a topic.
    fill_gaps
        Make what the coverage needs.
    from_ids
        Make variations of these records.
    strategy
        One of `schema.STRATEGIES`; None chooses by the records.
    overrides
        Options by topic.
    model
        Who writes; None takes ``RFTKIT_MODEL``, else the keyless writer.
    price_per_million
        Where litellm does not know the model's price.
    seed
        Decides every choice.
    options, settings
        `Options`, whole or one by one.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "How do I block my card?"}]])
    >>> frame = pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("topic", ["Cards"])])
    >>> plan(frame, topic="Cards", count=5)
    GenerationPlan(5 candidates for 1 topics by rftkit/offline, 1 calls, free)
    """
    who = default_model(model)
    check_model(who)
    base = (options or Options()).but({**settings, **({"strategy": strategy} if strategy else {})})
    pool = Pool(frame, only_valid=base.only_valid)
    wanted, notes, ids = _wanted(pool, tree, coverage, topic, count, fill_gaps, from_ids, base)
    _check_overrides(overrides, wanted, pool, tree)
    made = [
        _line(pool, path, number, base.but((overrides or {}).get(path, {})), ids.get(path, ()), node_of(tree, path))
        for path, number in wanted.items()
    ]
    lines = tuple(one for one in made if isinstance(one, PlanLine))
    problems = tuple(one for one in made if not isinstance(one, PlanLine))
    draft = GenerationPlan(lines, problems, tuple(notes), model=who, seed=seed)
    before, after = _before_after(pool, coverage, lines, notes, base)
    priced = _estimate(draft, pool, tree, price_per_million)
    return GenerationPlan(lines, problems, tuple(notes), priced, before, after, who, seed)


def _wanted(
    pool: Pool,
    tree: Any,
    coverage: Any,
    topic: str | None,
    count: int | None,
    fill_gaps: bool,
    from_ids: Sequence[str] | None,
    base: Options,
) -> tuple[dict[str, int], list[str], dict[str, tuple[str, ...]]]:
    ways = [topic is not None or count is not None, fill_gaps, from_ids is not None]
    if sum(ways) != 1:
        raise InputError(
            "say what for: a topic with a count, or fill_gaps=True, or from_ids=[...], and one of them only"
        )
    if from_ids is not None:
        return _from_ids(pool, from_ids, count, base)
    if fill_gaps:
        return (*_gaps(pool, coverage, base), {})
    if topic is None or count is None or count < 1:
        raise InputError(
            f"topic={topic!r} with count={count!r} is no order; give a topic and how many, such as count=20"
        )
    return {_known(pool, tree, topic): count}, [], {}


def _known(pool: Pool, tree: Any, topic: str) -> str:
    paths = _paths(tree)
    if topic in paths or pool.rows(topic):
        return topic
    matches = [path for path in (*paths, *pool.topics()) if path.rsplit("/", 1)[-1] == topic]
    if len(set(matches)) == 1:
        return matches[0]
    known = sorted({*paths, *pool.topics()})
    raise NotFoundError(
        f"there is no topic {topic!r}; there are {', '.join(known[:12]) or 'none'}{' ...' if len(known) > 12 else ''}"
    )


def _paths(tree: Any) -> list[str]:
    return [] if tree is None else list(tree.paths().values())


def _from_ids(
    pool: Pool, from_ids: Sequence[str], count: int | None, base: Options
) -> tuple[dict[str, int], list[str], dict[str, tuple[str, ...]]]:
    rows = pool.find(from_ids)
    if not rows:
        raise NotFoundError(
            f"none of the {len(from_ids)} ids is a valid record; see records list for the ids there are"
        )
    notes = (
        []
        if len(rows) == len(from_ids)
        else [f"{len(from_ids) - len(rows)} of the ids are no valid records and are left out"]
    )
    topics = pool.facts["topic"].gather(rows).to_list()
    ids: dict[str, tuple[str, ...]] = {}
    for row, path in zip(rows, topics, strict=True):
        ids[path] = (*ids.get(path, ()), str(pool.frame["id"][row]))
    return {path: len(own) * base.variations for path, own in ids.items()}, notes, ids


def _gaps(pool: Pool, coverage: Any, base: Options) -> tuple[dict[str, int], list[str]]:
    if coverage is None:
        raise InputError("fill_gaps=True needs a coverage; compute it with rftkit.coverage(frame, tree) and pass it")
    if pool.frame.is_empty():
        raise InputError("there is no valid record to learn from; import some with: rftkit import DATASET FILE")
    needs = {path: int(number) for path, number in coverage.needs().items() if number > 0}
    if not needs and not pool.topics():
        raise InputError(
            "no record has a topic yet, so there are no gaps to fill; make topics with: rftkit topics DATASET discover"
        )
    total, generated = pool.frame.height, int(pool.facts["generated"].sum())
    ratio = base.synthetic_ratio
    room = math.inf if ratio >= 1 else max(0, math.floor((ratio * total - generated) / (1 - ratio) + 1e-9))
    needed = sum(needs.values())
    if needed <= room:
        return needs, [] if needs else ["the coverage has no gaps to fill"]
    scaled = _scaled(needs, int(room))
    note = (
        f"{needed} records are needed, {int(room)} keep the generated share at {ratio:.0%} of the whole dataset: every gap is "
        f"filled to the same degree and {needed - sum(scaled.values())} remain; raise synthetic_ratio to fill more"
    )
    return {path: number for path, number in scaled.items() if number}, [note]


def _scaled(needs: Mapping[str, int], room: int) -> dict[str, int]:
    """Return the needs scaled down evenly to a sum: whole numbers, the largest remainders rounded up."""
    whole = sum(needs.values())
    exact = {path: number * room / whole for path, number in needs.items()}
    floors = {path: math.floor(number) for path, number in exact.items()}
    by_remainder = sorted(exact, key=lambda path: (floors[path] - exact[path], path))
    for path in by_remainder[: room - sum(floors.values())]:
        floors[path] += 1
    return floors


def _check_overrides(overrides: Mapping[str, Any] | None, wanted: Mapping[str, int], pool: Pool, tree: Any) -> None:
    known = {*wanted, *_paths(tree), *pool.topics()}
    unknown = [path for path in overrides or {} if path not in known]
    if unknown:
        raise InputError(
            f"an override names the topic {unknown[0]!r}, which does not exist; topics are {', '.join(sorted(known)[:12])}"
        )


def _line(
    pool: Pool, topic: str, count: int, options: Options, ids: tuple[str, ...], node: Any
) -> PlanLine | dict[str, str]:
    if options.strategy is not None:
        reason = STRATEGIES[options.strategy].unfit(topic, pool, options, node)
        if reason is None:
            return PlanLine(topic, count, options.strategy, "as asked for", options, ids)
        fitting = _fitting(pool, topic, options, node)
        proposal = f"use {fitting} for it" if fitting else "give the topic a description or an example first"
        return {"topic": topic, "strategy": options.strategy, "reason": reason, "proposal": proposal}
    chosen, why = _chosen(pool, topic, options, ids, node)
    if chosen is None:
        return {
            "topic": topic,
            "strategy": "",
            "reason": why,
            "proposal": "give the topic a description or an example first",
        }
    return PlanLine(topic, count, chosen, why, options, ids)


def _fitting(pool: Pool, topic: str, options: Options, node: Any) -> str | None:
    return next(
        (
            name
            for name in _PROPOSED
            if name in STRATEGIES and STRATEGIES[name].unfit(topic, pool, options, node) is None
        ),
        None,
    )


def _chosen(pool: Pool, topic: str, options: Options, ids: tuple[str, ...], node: Any) -> tuple[str | None, str]:
    rows = pool.find(ids) if ids else pool.rows(topic)
    multi = len(pool.multi_turn(rows))
    if rows and multi * 2 > len(rows):
        return "message_variation", f"{multi} of {len(rows)} records have more than one user turn"
    if rows:
        return "few_shot", f"{len(rows) - multi} of {len(rows)} records have a single user turn"
    fitting = _fitting(pool, topic, options, node)
    return fitting, "the topic has no records" if fitting else "the topic has no records and no description"


def _before_after(
    pool: Pool, coverage: Any, lines: Sequence[PlanLine], notes: list[str], base: Options
) -> tuple[dict[str, Any], dict[str, Any]]:
    total, generated = pool.frame.height, int(pool.facts["generated"].sum())
    adding = sum(line.count for line in lines)
    before: dict[str, Any] = {"records": total, "synthetic_share": generated / total if total else 0.0}
    share = (generated + adding) / (total + adding) if total + adding else 0.0
    after: dict[str, Any] = {"records": total + adding, "synthetic_share": share}
    if share > base.synthetic_ratio + 1e-9:
        notes.append(f"{share:.0%} of the dataset would be generated, above the limit of {base.synthetic_ratio:.0%}")
    if coverage is None:
        return before, after
    then = coverage.after({line.topic: line.count for line in lines if line.topic})
    for name in ("balance", "target_fit"):
        before[name], after[name] = getattr(coverage, name), getattr(then, name)
    return before, after


def _estimate(draft: GenerationPlan, pool: Pool, tree: Any, prices: tuple[float, float] | None) -> Estimate:
    """Return calls, tokens and cost from the first request of every line, times its calls."""
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
    >>> estimated(GenerationPlan((PlanLine("Cards", 5, "few_shot"),)), frame).estimate.calls
    1
    """
    return replace(draft, estimate=_estimate(draft, Pool(frame), tree, price_per_million))


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
