"""A dry run as the browser gets it: numbers with their intervals, rules, causes, topics, samples; never the whole frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rftkit.dryrun.heat import CLASSES, MEANINGS
from rftkit.dryrun.measure import histogram

if TYPE_CHECKING:
    from rftkit.dryrun import Comparison, DryRun

#: So many topics, records behind a cause, samples of a kind, and characters of a text reach the page.
TOPICS, RECORDS, SAMPLES, TEXT = 200, 6, 5, 600
BINS = 20
_ABOUT = (
    "run",
    "model",
    "grader_name",
    "judge",
    "seed",
    "source",
    "cost_usd",
    "calls",
    "cached_calls",
    "missing",
    "reason",
)


def shown_run(run: DryRun) -> dict[str, Any]:
    """Return what the browser needs of a dry run.

    Parameters
    ----------
    run
        The run.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.dryrun import DryRun
    >>> frame = pl.DataFrame({"id": ["a", "a"], "topic": ["x", "x"], "reward": [0.0, 1.0]})
    >>> shown = shown_run(DryRun.of(frame))
    >>> shown["verdict"], shown["topics"][0]["topic"], sum(bar["count"] for bar in shown["bars"])
    ('GO', 'x', 2)
    """
    told = run.to_dict()
    numbers = {
        name: value for name, value in told.items() if name not in ("by_topic", "diagnosis", "buckets", "settings")
    }
    return {
        **{name: numbers.get(name) for name in (*_ABOUT, *_NUMBERS)},
        "answers": run.frame.height,
        "rules": [_rule(rule) for rule in told["rules"]],
        "diagnosis": _causes(run),
        "bars": histogram(run.frame, BINS).to_dicts(),
        "topics": topics(run),
        "samples": _samples(run),
        "classes": [{"name": name, "meaning": MEANINGS[name]} for name in CLASSES],
    }


_NUMBERS = (
    "verdict",
    "prompts",
    "rollouts_per_prompt",
    "mean",
    "mean_low",
    "mean_high",
    "std",
    "std_low",
    "std_high",
    "std_within",
    "share_above_zero",
    "share_above_zero_low",
    "share_above_zero_high",
    "share_perfect",
    "share_perfect_low",
    "share_perfect_high",
    "learnable",
    "thresholds",
)
#: The threshold behind each rule, for the field that moves it.
THRESHOLDS = {
    "mean_low": "mean_low",
    "mean_high": "mean_high",
    "std_low": "std_low",
    "std_high": "std_high",
    "above_zero": "above_zero",
    "perfect": "perfect",
    "topic_mean": "topic_mean",
    "learnable": "learnable",
    "errors": "errors",
    "unsteady": "unsteady",
}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, "moves": THRESHOLDS.get(str(rule["name"]))}


def _causes(run: DryRun) -> list[dict[str, Any]]:
    texts = dict(run.facts.select("id", "text").iter_rows())
    found = []
    for one in run.diagnosis:
        told = one.to_dict()
        records = [{"id": id_, "text": _cut(texts.get(id_))} for id_ in one.records[:RECORDS]]
        found.append({**told, "records": records})
    return found


def topics(run: DryRun) -> list[dict[str, Any]]:
    """Return one row for each topic, the lowest mean first, with its prompts by learnability.

    Parameters
    ----------
    run
        The run.
    """
    heat: dict[str, dict[str, int]] = {}
    for row in run.heat_map.to_dicts():
        heat.setdefault(row["topic"], {})[row["class"]] = row["prompts"]
    rows = [
        {
            "topic": name,
            "prompts": one.prompts,
            "mean": one.mean.value,
            "low": one.mean.low,
            "high": one.mean.high,
            "learnable": one.learnable.value,
            "heat": [heat.get(name, {}).get(kind, 0) for kind in CLASSES],
        }
        for name, one in run.topics.items()
    ]
    return sorted(rows, key=lambda row: (row["mean"] is None, row["mean"], row["topic"]))[:TOPICS]


def _samples(run: DryRun) -> list[dict[str, Any]]:
    return [
        {
            "group": row["group"],
            "id": row["id"],
            "topic": row["topic"],
            "reward": row["reward"],
            "prompt": _cut(row["text"]),
            "answer": _cut(row["output_text"] or row["output_tools"] or row["refusal"]),
        }
        for row in run.samples(SAMPLES).to_dicts()
    ]


def _cut(text: str | None) -> str:
    return "" if text is None else text if len(text) <= TEXT else text[:TEXT].rstrip() + " …"


def shown_comparison(found: Comparison, before: str, after: str) -> dict[str, Any]:
    """Return what the browser needs of a comparison.

    Parameters
    ----------
    found
        The comparison.
    before, after
        Names of the runs.
    """
    told = found.to_dict()
    names = ("mean", "share_above_zero", "share_perfect", "learnable_share")
    rows = [{"name": name.replace("_", " "), **told[name]} for name in names if name in told]
    moved = [{"name": topic, **row} for topic, row in told["by_topic"].items() if row["clear"]]
    return {"before": before, "after": after, "prompts": told["prompts"], "rows": rows, "topics": moved[:TOPICS]}
