"""The page of a dry run: static and escaped, readable with no kernel and no network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rftkit import render
from rftkit.dryrun.diagnosis import Finding
from rftkit.dryrun.heat import CLASSES, MEANINGS

if TYPE_CHECKING:
    from rftkit.dryrun.result import DryRun
    from rftkit.render import Html

_SHORT, _IDS, _TOPICS = 300, 10, 200


def page(run: DryRun) -> Html:
    """Return the page.

    Parameters
    ----------
    run
        The dry run.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.dryrun import DryRun
    >>> shown = page(DryRun.of(pl.DataFrame({"id": ["<b>"], "topic": ["<i>"], "reward": [1.0]})))
    >>> "<b>" in shown, "&lt;i&gt;" in shown
    (False, True)
    """
    return render.card(
        f"Dry run: {run.verdict}",
        render.facts(_facts(run)),
        render.head("Rules"),
        render.table([_rule(rule.to_dict()) for rule in run.rules]),
        *_diagnosis(run.diagnosis),
        render.head("Rewards"),
        render.bars(_bars(run), label="reward"),
        render.head("Topics"),
        render.table(list(_topics(run)), limit=_TOPICS),
        *_heat(run),
        render.head("Samples"),
        render.table(list(_samples(run))),
        note=_note(run),
    )


def _note(run: DryRun) -> str:
    about = run.about
    model, grader = about.get("model"), about.get("grader_name")
    said = (
        f"{model} on {about.get('source')}, grader {grader}, seed {about.get('seed')}"
        if model
        else "rewards of a frame"
    )
    return said + (f"; {about['missing']:,} answers are missing: {about['reason']}" if about.get("missing") else "")


def _facts(run: DryRun) -> dict[str, Any]:
    found = run.measures
    if found is None:
        return {"answers": run.frame.height, "with a reward": 0}
    learnable = _with_ends(found.learnable.to_dict()) if found.learnable.value is not None else "needs two rollouts"
    within = "needs two rollouts" if found.std_within is None else render.score(found.std_within)
    return {
        "prompts": found.prompts,
        "answers": found.rollouts,
        "mean reward": _with_ends(found.mean.to_dict()),
        "spread over prompts": _with_ends(found.std.to_dict()),
        "spread within a prompt": within,
        "above zero": _with_ends(found.above_zero.to_dict()),
        "perfect": _with_ends(found.perfect.to_dict()),
        "learnable": learnable,
        "cost": "not known" if run.about.get("cost_usd") is None else render.money(run.about["cost_usd"]),
    }


def _with_ends(seen: dict[str, float | None]) -> str:
    value, low, high = (seen[name] for name in ("value", "low", "high"))
    if value is None:
        return "not known"
    return f"{value:.3f}" + (f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else "")


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    shown = _with_ends(rule)
    return {
        "rule": rule["name"],
        "outcome": rule["outcome"],
        "seen": shown,
        "threshold": rule["threshold"],
        "": rule["text"],
    }


def _diagnosis(findings: tuple[Finding, ...]) -> Iterator[Html]:
    if not findings:
        return
    yield render.head("Diagnosis")
    yield render.table(
        [
            {
                "cause": one.cause,
                "weight": one.severity,
                "evidence": one.evidence,
                "what to do": one.advice,
                "prompts": one.count,
                "such as": ", ".join(one.records[:_IDS]),
            }
            for one in findings
        ]
    )


def _bars(run: DryRun) -> list[dict[str, Any]]:
    return [
        {"path": row["bucket"], "count": row["count"], "share": row["share"] or 0.0} for row in run.buckets.to_dicts()
    ]


def _topics(run: DryRun) -> Iterator[dict[str, Any]]:
    for name, one in run.topics.items():
        learnable = "" if one.learnable.value is None else _with_ends(one.learnable.to_dict())
        mean = _with_ends(one.mean.to_dict())
        yield {"topic": name, "prompts": one.prompts, "mean reward": mean, "learnable": learnable}


def _heat(run: DryRun) -> Iterator[Html]:
    if run.heat_map.is_empty():
        return
    yield render.head("Topic by learnability")
    rows: dict[str, dict[str, Any]] = {}
    for row in run.heat_map.to_dicts():
        rows.setdefault(row["topic"], {"topic": row["topic"]})[row["class"]] = row["prompts"]
    yield render.table(list(rows.values()), limit=_TOPICS)
    yield render.bullets([f"{name}: {MEANINGS[name]}" for name in CLASSES])


def _samples(run: DryRun) -> Iterator[dict[str, Any]]:
    for row in run.samples().to_dicts():
        answer = row["output_text"] or row["output_tools"] or row["refusal"] or ""
        yield {
            "": row["group"],
            "reward": row["reward"],
            "topic": row["topic"] or "",
            "prompt": _cut(row["text"] or row["id"]),
            "answer": _cut(answer),
        }


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
