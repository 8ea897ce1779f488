"""What the numbers mean, in the words that every screen, page and report uses."""

from __future__ import annotations

from typing import Final

DEFINITIONS: Final[dict[str, str]] = {
    "balance": (
        "Balance: records of the smallest topic divided by records of the largest. "
        "1 means equally many in every topic; from 0.8 excellent, from 0.5 good, below that poor."
    ),
    "target fit": (
        "Target fit: 1 minus half the sum of the differences between share and target share. "
        "1 means every topic has exactly its target; it also counts empty topics and uneven targets."
    ),
    "synthetic share": "Synthetic share: generated records divided by all valid records.",
    "gap": "Gap: target share minus share, in percentage points; plus means that records are missing.",
    "to add": "To add: records that are missing, all topics filled together, for every share to be its target.",
}
