"""How far the tool calls of the answer are the reference calls, from 0.0 to 1.0.

`item.reference_tool_calls` has the reference: a list of calls (or its JSON text), each with a name and arguments, in
OpenAI's shape or plain. Calls are compared in their order. One call is worth NAME_SHARE for the right tool, and the rest by
the share of arguments that are right: the same name, value and type, down to the last nested one; case counts, and
2 is 2.0 but not "2". An argument too many or too few counts as one that is wrong, a call too many or too few as a
call that is wrong. Calls in another order are worth DISORDER of what they would be.

No call expected (an empty list): 1.0 for an answer in words without a call, 0.0 for a call or for nothing at all;
what the words say is not judged, so weigh this with a grader that judges them.
No reference (the field is missing): an error, because nobody knows what would be right.
"""

import json
import unicodedata
from typing import Any

REFERENCE = "reference_tool_calls"  # option
NAME_SHARE = 0.3  # option
DISORDER = 0.5  # option
IGNORE: list[str] = []  # option
BINARY = False  # option

NOTHING = object()


def calls(value: Any) -> list[tuple[str, Any]]:
    """Return calls as names with arguments; arguments that are no JSON object are None."""
    value = json.loads(value) if isinstance(value, str) else value
    value = [value] if isinstance(value, dict) else value or []
    return [one(call.get("function") or call) for call in value]


def one(function: dict[str, Any]) -> tuple[str, Any]:
    """Return the name and the arguments of a call."""
    arguments = function.get("arguments", {})
    try:
        arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        arguments = None
    return str(function.get("name")), arguments if isinstance(arguments, dict) else None


def normal(text: str) -> str:
    """Return a text in the one of its spellings that Unicode prefers: é is one sign or two."""
    return unicodedata.normalize("NFC", text)


def same(left: Any, right: Any) -> bool:
    """Return whether two values are the same in value and type."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    numbers = (int, float)
    if (
        isinstance(left, bool)
        or isinstance(right, bool)
        or not (isinstance(left, numbers) and isinstance(right, numbers))
    ):
        return type(left) is type(right) and (
            normal(left) == normal(right) if isinstance(left, str) else bool(left == right)
        )
    return bool(left == right)


def likeness(made: tuple[str, Any], wanted: tuple[str, Any]) -> float:
    """Return how far one call is another."""
    if made[0] != wanted[0] or made[1] is None:
        return 0.0
    names = {*made[1], *(wanted[1] or {})} - set(IGNORE)
    right = sum(same(made[1].get(name, NOTHING), (wanted[1] or {}).get(name, NOTHING)) for name in names)
    return NAME_SHARE + (1 - NAME_SHARE) * (right / len(names) if names else 1.0)


def in_order(made: list[tuple[str, Any]], wanted: list[tuple[str, Any]]) -> float:
    """Return the likeness of calls place by place."""
    return sum(map(likeness, made, wanted)) / max(len(made), len(wanted))


def in_any_order(made: list[tuple[str, Any]], wanted: list[tuple[str, Any]]) -> float:
    """Return the likeness of calls, each with the most alike that is left."""
    left, total = list(made), 0.0
    for call in wanted:
        best = max(left, key=lambda other: likeness(other, call), default=None)
        if best is not None and likeness(best, call) > 0:
            total += likeness(best, call)
            left.remove(best)
    return total / max(len(made), len(wanted))


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return how far the calls are the reference calls."""
    if item.get(REFERENCE) is None:
        raise ValueError(f"item.{REFERENCE} is missing, and nobody knows which call would be right")
    wanted = calls(item[REFERENCE])
    try:
        made = calls(sample.get("output_tools") or [])
    except (AttributeError, TypeError, ValueError):
        return 0.0  # no list of calls, whatever it is
    if not wanted:
        return float(not made and bool((sample.get("output_text") or "").strip()))
    if not made:
        return 0.0
    ordered = in_order(made, wanted)
    reward = ordered if len(wanted) == 1 else max(ordered, DISORDER * in_any_order(made, wanted))
    return float(reward == 1.0) if BINARY else reward
