"""1.0 when the answer is the reference answer, else 0.0; case and white space count unless an option says otherwise."""

from typing import Any

REFERENCE = "reference_answer"  # option
IGNORE_CASE = False  # option
IGNORE_SPACE = False  # option


def folded(text: str) -> str:
    """Return a text without what is not to count."""
    text = text.casefold() if IGNORE_CASE else text
    return " ".join(text.split()) if IGNORE_SPACE else text


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return 1.0 when both are the same, else 0.0."""
    reference = item.get(REFERENCE)
    if reference is None:
        raise ValueError(f"item.{REFERENCE} is missing, and there is nothing to compare with")
    return float(folded(sample.get("output_text") or "") == folded(str(reference)))
