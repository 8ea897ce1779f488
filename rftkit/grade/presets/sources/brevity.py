"""Points for the length of the answer in characters: the first band whose limit is above it decides."""

from typing import Any

BANDS: list[list[float]] = [[50, 0.5], [500, 1.0], [1000, 0.7]]  # option
LONGER = 0.3  # option


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return the points of the answer's length; an answer of nothing has none."""
    length = len((sample.get("output_text") or "").strip())
    if length == 0:
        return 0.0
    return float(next((points for limit, points in BANDS if length < limit), LONGER))
