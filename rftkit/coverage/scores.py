"""Scores and statuses, each with its definition."""

from __future__ import annotations

import math
from collections.abc import Sequence

EXCELLENT, GOOD = 0.8, 0.5
TOLERANCE = 0.05
_EPS = 1e-9

#: What the words on a screen mean, for whoever points at them.
DEFINITIONS = {
    "balance": "records in the smallest topic / records in the largest, of topics with a target; 0.8 is excellent, "
    "0.5 good",
    "target fit": "1 - half the sum of the differences between share and target; 1 when every share is its target",
    "share": "valid records of the topic / valid records that have a topic",
    "gap": "target share minus share, in percentage points",
    "needed": "records to add so that, all needs together, every share is its target within one record",
    "fill": "the part of needed that the limit on generated records allows, scaled down evenly",
    "synthetic share": "valid generated records / valid records",
}


def balance(counts: Sequence[int], targets: Sequence[float]) -> float:
    """Return the smallest by the largest count of the topics with a target; 0 without records.

    Examples
    --------
    >>> balance([40, 30, 20, 10], [0.25] * 4)
    0.25
    """
    meant = [count for count, target in zip(counts, targets, strict=True) if target > 0]
    largest = max(meant, default=0)
    return min(meant) / largest if largest else 0.0


def rating(value: float) -> str:
    """Return the word for a balance.

    Examples
    --------
    >>> rating(0.8), rating(0.5), rating(0.49)
    ('excellent', 'good', 'poor')
    """
    return "excellent" if value >= EXCELLENT else "good" if value >= GOOD else "poor"


def target_fit(shares: Sequence[float], targets: Sequence[float]) -> float:
    """Return 1 - half the sum of absolute differences; 0 without records.

    Examples
    --------
    >>> round(target_fit([0.4, 0.3, 0.2, 0.1], [0.25] * 4), 3)
    0.8
    """
    if not any(shares):
        return 0.0
    apart = math.fsum(abs(share - target) for share, target in zip(shares, targets, strict=True))
    return min(max(1 - apart / 2, 0.0), 1.0)


def tolerance(target: float) -> float:
    """Return how far a share may be from its target: 5 points, or half the target where that is less.

    Examples
    --------
    >>> tolerance(0.2), tolerance(0.04)
    (0.05, 0.02)
    """
    return min(TOLERANCE, target / 2)


def status(share: float, target: float) -> str:
    """Return over, under, slightly_under or ok.

    Examples
    --------
    >>> [status(share, 0.2) for share in (0.26, 0.2, 0.19, 0.15, 0.14)]
    ['over', 'ok', 'slightly_under', 'slightly_under', 'under']
    """
    gap, allowed = target - share, tolerance(target)
    if gap < -allowed - _EPS:
        return "over"
    if gap > allowed + _EPS:
        return "under"
    return "slightly_under" if target > 0 and gap >= allowed / 5 - _EPS else "ok"
