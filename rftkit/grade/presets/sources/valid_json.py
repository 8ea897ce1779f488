"""1.0 when the answer is one JSON object or list and nothing else, else 0.0."""

import json
from typing import Any


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return 1.0 for JSON, else 0.0."""
    try:
        return float(isinstance(json.loads(sample.get("output_text") or ""), dict | list))
    except (ValueError, RecursionError):
        return 0.0
