"""The five strategies as a person chooses among them: what each is good for, and why one cannot serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rftkit import schema
from rftkit.widgets._choices import Choices

#: Name, what it does, what it is best for, quality, cost. The words are those of the guide to generation.
ABOUT: dict[str, dict[str, str]] = {
    "message_variation": {
        "title": "Message variation",
        "does": "Keeps the conversation as it is, byte for byte, and writes the last user message anew.",
        "best": "multi-turn records",
        "quality": "highest",
        "cost": "lowest",
    },
    "few_shot": {
        "title": "Few-shot",
        "does": "Writes new prompts in the manner of diverse examples of the topic.",
        "best": "topics with some records",
        "quality": "high",
        "cost": "low",
    },
    "topic_description": {
        "title": "Topic description",
        "does": "Writes from the topic's description and keywords, at the difficulties you name.",
        "best": "topics with few records or none",
        "quality": "medium",
        "cost": "low",
    },
    "scenario_expansion": {
        "title": "Scenario expansion",
        "does": "Changes one scenario along the aspects you name.",
        "best": "edge cases",
        "quality": "high",
        "cost": "medium",
    },
    "tool_chain": {
        "title": "Tool chain",
        "does": "Writes prompts that need the records' own tools, in the order you name.",
        "best": "use of tools",
        "quality": "high",
        "cost": "high",
    },
}


def about() -> list[dict[str, str]]:
    """Return the strategies in the order they are offered.

    Examples
    --------
    >>> [one["name"] for one in about()][:2]
    ['message_variation', 'few_shot']
    """
    return [{"name": name, **ABOUT[name]} for name in schema.STRATEGIES if name in ABOUT]


def fits(ds: Any, chosen: Choices) -> dict[str, Any]:
    """Return for how many topics each strategy can serve and why not for the others, and which one is recommended.

    Parameters
    ----------
    ds
        The dataset.
    chosen
        What for; its own strategy does not matter here.
    """
    asked = replace(chosen, overrides={}, strategy=None)
    plan = ds.plan(**asked.wanted())
    counts: dict[str, int] = {}
    for line in plan.lines:
        counts[line.strategy] = counts.get(line.strategy, 0) + line.count
    best = max(counts, key=lambda name: counts[name], default="")
    each = {name: _fit(ds.plan(**replace(asked, strategy=name).wanted()).to_dict()) for name in ABOUT}
    return {"recommended": best, "mixed": len(counts) > 1, "fits": each}


def _fit(told: Mapping[str, Any]) -> dict[str, Any]:
    problems = told["problems"]
    served = len(told["topics"])
    reason = str(problems[0]["reason"]) if problems else ""
    return {"served": served, "of": served + len(problems), "reason": reason}
