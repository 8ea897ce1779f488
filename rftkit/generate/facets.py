"""Dimensions of systematic variation, filled evenly."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

#: Facets that a plan can name without giving values.
FACETS: dict[str, tuple[str, ...]] = {
    "phrasing": ("question", "command", "statement"),
    "expertise": ("beginner", "intermediate", "expert"),
    "context": ("minimal", "rich", "error"),
    "difficulty": ("easy", "medium", "hard"),
    "edge_case": ("no", "no", "no", "yes"),  # one in four, between the 20 and 30 % that serve training best
    "response_detail": ("brief", "standard", "detailed"),
    "persona": (
        "in a hurry",
        "careful and detailed",
        "frustrated",
        "friendly and chatty",
        "new to all this",
        "a professional",
        "writing in a second language",
        "writing on a phone",
        "sceptical",
        "acting for somebody else",
    ),
}


def spread(facets: Mapping[str, Sequence[str]], count: int, seed: int | str) -> list[dict[str, str]]:
    """Return one set of facet values per prompt: every value of a facet comes as often as every other, within one.

    Parameters
    ----------
    facets
        Values by name; a known name without values takes those of `FACETS`.
    count
        Number of prompts.
    seed
        Decides the combinations.

    Examples
    --------
    >>> sorted(item["phrasing"] for item in spread({"phrasing": ()}, 3, 0))
    ['command', 'question', 'statement']
    """
    items: list[dict[str, str]] = [{} for _ in range(count)]
    for name, given in facets.items():
        values = list(given or FACETS.get(name, ()))
        rng = random.Random(f"{seed}:{name}")
        for item, value in zip(items, _dealt(values, count, rng), strict=False):
            item[name] = value
    return items


def _dealt(values: list[str], count: int, rng: random.Random) -> list[str]:
    dealt: list[str] = []
    while values and len(dealt) < count:
        rng.shuffle(values)
        dealt.extend(values)
    return dealt[:count]
