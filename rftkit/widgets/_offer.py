"""A plan as the generation modal shows it: what comes out, what it costs, how the data would look, and a pilot of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from rftkit import messages
from rftkit.generate import GenerationPlan
from rftkit.llm import OFFLINE, Estimate
from rftkit.widgets._choices import Choices
from rftkit.widgets._sentences import sentence

#: Above this many candidates a pilot comes first, of this many, over at most so many topics.
MANY, PILOT, PILOT_TOPICS = 20, 8, 3
#: So many lines of a plan reach the page, so many source records are quoted, so much of each.
LINES, QUOTED, QUOTE = 120, 6, 280

#: Seconds per candidate as runs of this process took them, by model; nothing else is known of time.
_PACE: dict[str, float] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Offer:
    """A plan, its pilot, and both as plain values.

    Attributes
    ----------
    plan, pilot
        The whole, and a few of it where it is large.
    told
        What the browser is given.

    Examples
    --------
    >>> Offer(GenerationPlan(()), None, {}).pilot is None
    True
    """

    plan: GenerationPlan
    pilot: GenerationPlan | None
    told: Mapping[str, Any]


def offer(ds: Any, chosen: Choices) -> Offer:
    """Return what the choices amount to; nothing is sent.

    Parameters
    ----------
    ds
        The dataset.
    chosen
        What for, and how.
    """
    plan = ds.plan(**chosen.wanted())
    pilot = _pilot(ds, chosen, plan) if plan.requested > MANY else None
    cap = chosen.run() | {"base_url": None}
    told = _money(ds.priced(plan, **cap), plan.requested)
    small = None if pilot is None else _money(ds.priced(pilot, **cap), pilot.requested)
    rows = _rows(ds, plan, chosen.level if chosen.mode == "gaps" else None)
    shown = {**told, **rows, "pilot": small, "python": chosen.python(), "sources": sources(ds, chosen, plan)}
    return Offer(plan, pilot, shown)


def _money(told: dict[str, Any], requested: int) -> dict[str, Any]:
    names = ("id", "requested", "model", "calls", "prompt_tokens", "completion_tokens", "cap_usd", "before", "after")
    cost = {"cost_usd": told["cost_usd"], "low_usd": told["cost_usd_low"], "high_usd": told["cost_usd_high"]}
    said = {"problems": told["problems"][:LINES], "notes": [sentence(one) for one in told["notes"]]}
    free = told["model"] == OFFLINE or told["cost_usd"] == 0
    return {
        **{name: told[name] for name in names},
        **cost,
        **said,
        "free": free,
        "seconds": seconds(told["model"], requested),
    }


def pace(model: str, candidates: int, took: float) -> None:
    """Remember how long a run took, so that the next plan can say how long it will.

    Parameters
    ----------
    model
        Who wrote.
    candidates
        How many were made.
    took
        Seconds.

    Examples
    --------
    >>> pace("ollama/none", 20, 10.0)
    >>> seconds("ollama/none", 100)
    50.0
    """
    if candidates and took > 0:
        with _lock:
            _PACE[model] = took / candidates


def seconds(model: str, candidates: int) -> float | None:
    """Return how long so many take at the pace of the last run with the model; None before there was one.

    Examples
    --------
    >>> seconds("never/used", 5) is None
    True
    """
    each = _PACE.get(model)
    return None if each is None else each * candidates


def _pilot(ds: Any, chosen: Choices, plan: GenerationPlan) -> GenerationPlan | None:
    """Return a plan of a few candidates for the topics that the plan makes most for, settled the same way."""
    if chosen.mode == "records":
        few = max(1, round(PILOT / max(1, _variations(chosen))))
        return _of(ds, replace(chosen, ids=chosen.ids[:few]))
    lines = sorted(plan.lines, key=lambda line: (-line.count, line.topic))[:PILOT_TOPICS]
    shares = [PILOT // len(lines) + (place < PILOT % len(lines)) for place in range(len(lines))] if lines else []
    parts = [
        _of(ds, replace(chosen, mode="topic", topic=line.topic, count=count, strategy=line.strategy))
        for line, count in zip(lines, shares, strict=True)
    ]
    return _together([part for part in parts if part.lines])


def _variations(chosen: Choices) -> int:
    return int(chosen.settings.get("variations") or 3)


def _of(ds: Any, chosen: Choices) -> GenerationPlan:
    made: GenerationPlan = ds.plan(**chosen.wanted())
    return made


def _together(parts: Sequence[GenerationPlan]) -> GenerationPlan | None:
    if not parts:
        return None
    lines = tuple(line for part in parts for line in part.lines)
    known = [part.estimate for part in parts if part.estimate is not None]
    return replace(parts[0], lines=lines, estimate=_sum(known), notes=(), problems=())


def _sum(parts: Sequence[Estimate]) -> Estimate | None:
    if not parts:
        return None
    counts = [sum(getattr(part, name) for part in parts) for name in ("calls", "prompt_tokens", "completion_tokens")]
    money = [[getattr(part, name) for part in parts] for name in ("cost_usd", "low_usd", "high_usd")]
    sums = [None if None in some else sum(some) for some in money]
    return Estimate(parts[0].model, *counts, *sums)


def _rows(ds: Any, plan: GenerationPlan, level: int | None) -> dict[str, Any]:
    """Return one row per topic of the plan with its bar before and after, the largest first; the rest is counted."""
    now = ds.coverage(level=level)
    then = now.after({line.topic: line.count for line in plan.lines if line.topic})
    standing = now.topics.select("path", "count", "share").to_dicts()
    aims = then.topics.select("path", "target", "count").to_dicts()
    whole = sum(row["count"] for row in aims)
    rows = [
        {
            "path": line.topic,
            "strategy": line.strategy,
            "why": line.why,
            "added": line.count,
            "count": _below(standing, line.topic, "count"),
            "aim": whole * _below(aims, line.topic, "target"),
        }
        for line in sorted(plan.lines, key=lambda line: (-line.count, line.topic))
    ]
    rest = rows[LINES:]
    return {"lines": rows[:LINES], "rest": {"topics": len(rest), "added": sum(row["added"] for row in rest)}}


def _below(rows: Sequence[Mapping[str, Any]], path: str, name: str) -> Any:
    """Return the sum over a topic and those below it."""
    inside = f"{path}/"
    return sum(row[name] for row in rows if row["path"] == path or (path and row["path"].startswith(inside)))


def sources(ds: Any, chosen: Choices, plan: GenerationPlan | None = None) -> dict[str, Any]:
    """Return what goes in: how many records there are to work from, and the words of some.

    Parameters
    ----------
    ds
        The dataset.
    chosen
        The mode and its ids.
    plan
        Where the records are not named, those of its topics.
    """
    labels = ds.labels().filter(pl.col("valid").fill_null(value=True))
    if chosen.mode == "records":
        found = labels.filter(pl.col("id").is_in(list(chosen.ids)))
        return {"total": found.height, "records": quoted(ds, found["id"].head(QUOTED).to_list())}
    topics = sorted(plan.lines, key=lambda line: -line.count) if plan is not None else []
    first = [labels.filter(_in(line.topic)) for line in topics[: QUOTED // 3]]
    some = [one for part in first for one in part["id"].sample(min(2, part.height), seed=chosen.seed).to_list()]
    counts = labels.group_by("topic").len("count").rename({"topic": "path"}).fill_null("").to_dicts()
    total = sum(_below(counts, line.topic, "count") for line in topics)
    return {"total": total, "records": quoted(ds, some)}


def _in(topic: str) -> pl.Expr:
    path = pl.col("topic")
    return (path == topic) | path.str.starts_with(f"{topic}/") if topic else path.is_null()


def quoted(ds: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return records as a line each: id, topic, turns, stars, and the last thing the user said.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Which.
    """
    if not ids:
        return []
    found: pl.DataFrame = ds.records(list(ids), columns=["id", "topic", "quality", "generated", "messages"])
    shown = found.select(
        "id",
        "topic",
        "quality",
        "generated",
        messages.turns().alias("turns"),
        messages.last_user_text().fill_null("").str.head(QUOTE).alias("text"),
    )
    return shown.to_dicts()
