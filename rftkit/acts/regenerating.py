"""Regenerate: other candidates in the place of rejected ones, whose writer is told what was wrong with those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from rftkit import messages
from rftkit.acts import drawing, generating, reading
from rftkit.acts.generation_job import GenerationJob
from rftkit.acts.reviewing import candidates, decide
from rftkit.errors import ApprovalError, InputError
from rftkit.generate import GenerationPlan, PlanLine
from rftkit.generate.pricing import estimated
from rftkit.generate.strategies.common import Rejected
from rftkit.llm import OFFLINE

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_BY_PERSON = "a person turned it down"


def regenerate(
    ds: Context,
    ids: Sequence[str],
    *,
    model: str | None = None,
    seed: int | None = None,
    reason: str | None = None,
    base_url: str | None = None,
    budget_usd: float | None = None,
    price_per_million: tuple[float, float] | None = None,
) -> GenerationJob:
    """Reject candidates and make as many anew for the same topics and sources.

    Who writes is told each text with the reason why it was turned down. `candidates` says of the new ones which they replace.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Candidates.
    model
        Who writes; the model of the first of them by default.
    seed
        Another seed gives other candidates; the number of the version by default.
    reason
        What is wrong with them, in a person's words; by default what validation said.
    base_url, budget_usd, price_per_million
        As `generate` takes them.
    """
    again = candidates(ds, ids=list(ids))
    if again.is_empty():
        raise InputError("no candidate was named; list them with: rftkit review DATASET list")
    who = model or again["model"][0]
    if who != OFFLINE and model is None:
        raise ApprovalError(f"making them anew asks {who}, which may cost money; approve it by naming model=")
    told = again.with_columns(
        pl.col("topic").fill_null(""), pl.col("source_record_id").fill_null(""), messages.last_user_text().alias("text")
    )
    chosen = ds.version if seed is None else seed
    groups = told.group_by("topic", "strategy", maintain_order=True)
    made = [_line(ds, str(topic), str(strategy), part, reason, chosen) for (topic, strategy), part in groups]
    lines = tuple(one for one in made if isinstance(one, PlanLine))
    if not lines:
        raise InputError(f"nothing can be made anew: {made[0]}")
    plan = GenerationPlan(lines, model=who, seed=chosen, notes=tuple(one for one in made if isinstance(one, str)))
    named = [one for line in lines for one in line.from_ids]
    priced = estimated(plan, drawing.pool(ds, seed=chosen, ids=named), reading.tree(ds), price_per_million)
    decide(ds, reject=again["candidate_id"].to_list())
    return generating.generate(
        ds, priced, base_url=base_url, budget_usd=budget_usd, price_per_million=price_per_million
    )


def _line(ds: Context, topic: str, strategy: str, part: pl.DataFrame, reason: str | None, seed: int) -> PlanLine | str:
    """Return the line that makes as many anew from the same records, or why that cannot be."""
    sources = tuple(part["source_record_id"].unique(maintain_order=True).to_list())
    what = {"from_ids": list(sources)} if all(sources) else {"topic": topic, "count": part.height}
    made = generating.plan(ds, strategy=strategy, seed=seed, **what)
    if not made.lines:
        return f"{topic}: {made.problems[0]['reason']}" if made.problems else f"{topic}: its source records are gone"
    gone = tuple(_rejected(row, reason) for row in part.iter_rows(named=True))
    return replace(made.lines[0], topic=topic, count=part.height, replaces=gone)


def _rejected(row: dict[str, object], reason: str | None) -> Rejected:
    details = messages.load(str(row["details"])) if row["details"] else None
    said = "; ".join(str(one) for one in details.values()) if isinstance(details, dict) else ""
    why = reason or said or _BY_PERSON
    return Rejected(str(row["text"] or ""), why, str(row["source_record_id"]), str(row["candidate_id"]))
