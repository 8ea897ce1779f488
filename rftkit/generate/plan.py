"""Plans: what would be made, how, at what price, and how the data would look after it. Nothing is sent by planning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rftkit.errors import InputError
from rftkit.generate.jobs import node_of
from rftkit.generate.options import Options
from rftkit.generate.planned import GenerationPlan, PlanLine
from rftkit.generate.pool import Pool
from rftkit.generate.pricing import estimate_of
from rftkit.generate.strategies import STRATEGIES
from rftkit.generate.wanted import paths, wanted
from rftkit.llm import check_model, default_model

__all__ = ["GenerationPlan", "PlanLine", "plan"]
_PROPOSED = ("message_variation", "few_shot", "topic_description")


def plan(
    frame: pl.DataFrame | Pool,
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
        The records: ``id``, ``messages``, ``topic``; or a `Pool` of them, which remembers what was worked out for the
        plan before.
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
    pool = frame if isinstance(frame, Pool) else Pool(frame, only_valid=base.only_valid)
    asked, notes, ids = wanted(pool, tree, coverage, topic, count, fill_gaps, from_ids, base)
    _check_overrides(overrides, asked, pool, tree)
    made = [
        _line(pool, path, number, base.but((overrides or {}).get(path, {})), ids.get(path, ()), node_of(tree, path))
        for path, number in asked.items()
    ]
    lines = tuple(one for one in made if isinstance(one, PlanLine))
    problems = tuple(one for one in made if not isinstance(one, PlanLine))
    draft = GenerationPlan(lines, problems, tuple(notes), model=who, seed=seed)
    before, after = _before_after(pool, coverage, lines, notes, base)
    priced = estimate_of(draft, pool, tree, price_per_million)
    return GenerationPlan(lines, problems, tuple(notes), priced, before, after, who, seed)


def _check_overrides(overrides: Mapping[str, Any] | None, asked: Mapping[str, int], pool: Pool, tree: Any) -> None:
    known = {*asked, *paths(tree), *pool.topics()}
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
    rows = pool.find(ids) if ids else []
    count, multi = (len(rows), len(pool.multi_turn(rows))) if ids else pool.sizes(topic)
    if count and multi * 2 > count:
        return "message_variation", f"{multi} of {count} records have more than one user turn"
    if count:
        return "few_shot", f"{count - multi} of {count} records have a single user turn"
    fitting = _fitting(pool, topic, options, node)
    return fitting, "the topic has no records" if fitting else "the topic has no records and no description"


def _before_after(
    pool: Pool, coverage: Any, lines: Sequence[PlanLine], notes: list[str], base: Options
) -> tuple[dict[str, Any], dict[str, Any]]:
    total, generated = pool.total, pool.generated
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
