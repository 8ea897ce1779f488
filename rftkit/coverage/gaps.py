"""What is missing: exact and joint, because a record that is added also makes every other share smaller.

Records are only ever added, so the topic that is furthest above its target decides: the dataset must grow until that
topic's share has come down to its target. If topic *k* has `n` records and the target `t`, this takes a total of
`T = max(n / t)` over all topics with a target, and topic *k* then has `t * T` of them. With uniform targets and one
huge topic that is a lot; `within` scales it down to what a limit allows and `driver` says who asks for it.

Topics with target 0 stay outside: no addition brings their share down to 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rftkit.coverage.scores import tolerance

_EPS = 1e-9


def needed(counts: Sequence[int], targets: Sequence[float], *, grow: float | None = None) -> list[int]:
    """Return how many records each topic lacks, so that with all of them every share is its target.

    Parameters
    ----------
    counts
        Records per topic.
    targets
        Target shares that sum to 1.
    grow
        Let the dataset grow by at least this part, 0.2 for 20 %.

    Returns
    -------
    list of int
        After adding them, each topic with a target is within one record of its share of all topics with a target.

    Examples
    --------
    >>> needed([892, 11_000], [0.2, 0.8])
    [1858, 0]
    >>> needed([50, 50], [0.5, 0.5], grow=0.2)
    [10, 10]
    """
    pairs = [(n, t) for n, t in zip(counts, targets, strict=True) if t > 0]
    have = sum(n for n, _ in pairs)
    if not have or (not grow and _there(pairs, have)):
        return [0] * len(counts)
    total = max(n / t for n, t in pairs)
    if grow:
        total = max(total, have * (1 + grow))
    wanted = apportion(targets, math.ceil(total * (1 - _EPS)))
    return [max(goal - n, 0) if t > 0 else 0 for n, t, goal in zip(counts, targets, wanted, strict=True)]


def _there(pairs: Sequence[tuple[int, float]], have: int) -> bool:
    """Whether no whole record is amiss and no status shows it; otherwise every fill would ask for a next, tiny one."""
    return all(abs(n - t * have) < 1 and abs(t - n / have) < tolerance(t) / 5 for n, t in pairs)


def apportion(shares: Sequence[float], total: int) -> list[int]:
    """Return whole numbers that sum to a total and are each within one of their share of it.

    Examples
    --------
    >>> apportion([0.5, 0.3, 0.2], 11)
    [6, 3, 2]
    """
    exact = [share * total for share in shares]
    whole = [math.floor(value + _EPS * max(1.0, value)) for value in exact]
    order = sorted(range(len(exact)), key=lambda k: whole[k] - exact[k])
    for k in order[: max(total - sum(whole), 0)]:
        whole[k] += 1
    return whole


def within(needs: Sequence[int], room: int | None) -> list[int]:
    """Return the needs scaled down evenly to what there is room for.

    Parameters
    ----------
    needs
        Records each topic lacks.
    room
        How many may be added; None for no limit.

    Examples
    --------
    >>> within([30, 10, 0], 20)
    [15, 5, 0]
    """
    total = sum(needs)
    if room is None or total <= room:
        return list(needs)
    if not room:
        return [0] * len(needs)
    return apportion([need / total for need in needs], room)


def room(records: int, generated: int, ratio: float | None) -> int | None:
    """Return how many generated records may still be added; None where there is no limit.

    Parameters
    ----------
    records
        Records of the whole dataset.
    generated
        How many of them were generated.
    ratio
        Largest allowed part of generated records in the whole dataset; None for no limit.

    Examples
    --------
    >>> room(700, 0, 0.3)
    300
    """
    if ratio is None or ratio >= 1:
        return None
    return max(math.floor((ratio * records - generated) / (1 - ratio) + _EPS), 0)


def driver(counts: Sequence[int], targets: Sequence[float]) -> int | None:
    """Return the place of the topic that is furthest above its target; None where none has a target.

    Examples
    --------
    >>> driver([10, 80, 10], [0.2, 0.4, 0.4])
    1
    """
    places = [k for k, target in enumerate(targets) if target > 0]
    return max(places, key=lambda k: counts[k] / targets[k], default=None)
