"""The record that a person decides now: its conversation, short enough to send, and the topics to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.topics.choices import Choice
from rftkit.widgets._talk import talk

#: Characters and messages that are sent; the whole record is asked for where it is longer.
LAST, EARLIER, MESSAGES = 6000, 500, 12
_METHODS = {
    "embedding": "by meaning",
    "keyword": "by keywords",
    "llm": "by the model",
    "discovered": "found with the topic",
    "manual": "by hand",
    "imported": "came with the data",
    "generated": "written for it",
}


def card(told: Mapping[str, Any], offered: Sequence[Choice], leaves: Sequence[str]) -> dict[str, Any]:
    """Return what is shown of a record that waits.

    Parameters
    ----------
    told
        What `rftkit.acts.browsing.whole` gives.
    offered
        What it could be; empty as long as that is not known.
    leaves
        The topics, offered where there are few of them and nothing else is known.
    """
    turns = talk(told["messages"])
    at = max((place for place, turn in enumerate(turns) if turn["role"] == "user"), default=len(turns) - 1)
    before = turns[max(0, at - MESSAGES) : at]
    return {
        "id": told["id"],
        "topic": told["topic"] or "",
        "confidence": told["topic_confidence"],
        "method": _METHODS.get(told["topic_method"] or "", (told["topic_method"] or "").replace("_", " ")),
        "secondary": list(told["secondary_topics"] or ())[:5],
        "choices": _choices(told, offered, leaves),
        "before": [_cut(turn, EARLIER) for turn in before],
        "messages": len(turns),
        "turn": _cut(turns[at], LAST) if turns else None,
        "whole": len(before) == len(turns) - 1 and not any(_long(turn, EARLIER) for turn in before),
    }


def _choices(told: Mapping[str, Any], offered: Sequence[Choice], leaves: Sequence[str]) -> list[dict[str, Any]]:
    """Return up to nine topics: that of the record first where it is the likeliest, and always among them."""
    now = told["topic"]
    found = [{"topic": one.topic, "confidence": one.confidence, "why": one.why} for one in offered]
    if found and found[0]["topic"] == now and told["topic_confidence"] is not None:
        found[0]["confidence"] = told["topic_confidence"]  # as it stands in the dataset
    paths = {one["topic"] for one in found}
    if now is not None and now not in paths:
        method = _METHODS.get(told["topic_method"] or "", "")
        found = [{"topic": now, "confidence": told["topic_confidence"], "why": f"its topic now, {method}"}, *found]
    if not offered:
        others = [*(told["secondary_topics"] or ()), *(leaves if len(leaves) <= 9 else ())]
        known = dict.fromkeys(path for path in others if path != now)
        found += [{"topic": path, "confidence": None, "why": ""} for path in known]
    return [{**one, "now": one["topic"] == now} for one in found[:9]]


def _long(turn: Mapping[str, Any], most: int) -> bool:
    return len(turn["text"]) > most or any(len(call["arguments"]) > most for call in turn["calls"])


def _cut(turn: Mapping[str, Any], most: int) -> dict[str, Any]:
    calls = [{**call, "arguments": _short(call["arguments"], most)} for call in turn["calls"][:10]]
    return {**turn, "text": _short(turn["text"], most), "calls": calls, "editable": False}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\N{HORIZONTAL ELLIPSIS}"
