"""Whether the right tools are called.

With `item.reference_tool_calls`: how far the names of the calls are those of the reference (twice the common ones,
divided by all). Without it: the share of calls whose tool is offered in `item.tools`, and 1.0 for an answer in words
without a call.
"""

import json
from collections import Counter
from typing import Any

REFERENCE = "reference_tool_calls"  # option


def names(value: Any) -> list[str]:
    """Return the names of calls or of offered tools."""
    value = json.loads(value) if isinstance(value, str) else value or []
    return [str((entry.get("function") or entry).get("name")) for entry in value]


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return whether the right tools are called."""
    made = names(sample.get("output_tools"))
    if item.get(REFERENCE) is not None:
        wanted = names(item[REFERENCE])
        if made or wanted:
            return 2 * sum((Counter(made) & Counter(wanted)).values()) / (len(made) + len(wanted))
    if not made:
        return float(bool((sample.get("output_text") or "").strip()))
    offered = set(names(item.get("tools")))
    return sum(name in offered for name in made) / len(made)
