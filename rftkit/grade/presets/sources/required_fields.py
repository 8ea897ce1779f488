"""The share of the required fields that the answer, a JSON object, has and has filled.

The fields are those of the option, else `item.required_fields`, else the keys of a reference answer that is a JSON
object. Where none of them names a field, a JSON object is enough. A dot goes deeper: "address.city".
"""

import json
from typing import Any

FIELDS: list[str] = []  # option
REFERENCE = "reference_answer"  # option


def parsed(text: Any) -> Any:
    """Return a JSON value, or None where there is none."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return None


def filled(value: Any, path: str) -> bool:
    """Return whether something stands at a path: null, empty texts, lists and objects are nothing."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value is not None and value not in ("", [], {})


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return the share of the required fields that are there."""
    answer = parsed(sample.get("output_text") or "")
    if not isinstance(answer, dict):
        return 0.0
    reference = parsed(item.get(REFERENCE))
    fields = FIELDS or item.get("required_fields") or (list(reference) if isinstance(reference, dict) else [])
    return sum(filled(answer, field) for field in fields) / len(fields) if fields else 1.0
