"""How far the rewards of a grader agree with the labels of people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rftkit.errors import InputError

Numbers = npt.NDArray[np.float64]
#: Value, and the interval that holds 95 % of the values of samples drawn from these answers.
Interval = tuple[float, float, float]

_DRAWS: Final = 1000


@dataclass(frozen=True)
class Agreement:
    """How far rewards agree with labels of people; each number with its interval of 95 %.

    Attributes
    ----------
    answers
        How many have both.
    accuracy
        Share of answers on the same side of the threshold; value, low, high.
    kappa
        Cohen's kappa: the accuracy beyond chance.
    pearson, spearman
        Correlation of the values and of their ranks.
    threshold
        From here on an answer counts as good.
    errors
        Answers that have a label and no reward.

    Examples
    --------
    >>> agreement([1.0, 0.9, 0.2, 0.0], [1, 1, 0, 0]).accuracy
    (1.0, 1.0, 1.0)
    """

    answers: int
    accuracy: Interval | None
    kappa: Interval | None
    pearson: Interval | None
    spearman: Interval | None
    threshold: float = 0.5
    errors: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: each number as value, low, high."""
        told = {name: getattr(self, name) for name in ("answers", "threshold", "errors")}
        for name in ("accuracy", "kappa", "pearson", "spearman"):
            value = getattr(self, name)
            told[name] = None if value is None else dict(zip(("value", "low", "high"), value, strict=True))
        return told

    def __repr__(self) -> str:
        names = ("accuracy", "kappa", "pearson", "spearman")
        told = [f"{name} {_told(getattr(self, name))}" for name in names]
        return f"Agreement({self.answers} answers: {', '.join(told)})"


def _told(value: Interval | None) -> str:
    return "-" if value is None else f"{value[0]:.2f} [{value[1]:.2f}, {value[2]:.2f}]"


def agreement(
    rewards: Sequence[float | None], labels: Sequence[float], *, threshold: float = 0.5, seed: int = 0
) -> Agreement:
    """Return how far rewards agree with labels.

    Parameters
    ----------
    rewards
        Of the grader; None for an error.
    labels
        Of people: 0 or 1, or anything between.
    threshold
        From here on an answer counts as good.
    seed
        Of the draws for the intervals.

    Raises
    ------
    InputError
        There are fewer than two answers with both.
    """
    pairs = [(r, label) for r, label in zip(rewards, labels, strict=True) if r is not None]
    if len(pairs) < 2:
        raise InputError(f"{len(pairs)} answers have a reward and a label; label at least 2, better 50")
    given, said = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    drawn = np.random.default_rng(seed).integers(0, len(pairs), (_DRAWS, len(pairs)))
    good, right = (given >= threshold).astype(float), (said >= threshold).astype(float)
    return Agreement(
        len(pairs),
        _interval(_accuracy, good, right, drawn),
        _interval(_kappa, good, right, drawn),
        _interval(_correlation, given, said, drawn),
        _interval(_ranks, given, said, drawn),
        threshold,
        len(rewards) - len(pairs),
    )


def _interval(
    measure: Callable[[Numbers, Numbers], float], left: Numbers, right: Numbers, drawn: npt.NDArray[np.int64]
) -> Interval | None:
    value = measure(left, right)
    if np.isnan(value):
        return None  # one side never differs: there is nothing to agree about
    values = np.array([measure(left[row], right[row]) for row in drawn])
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(value), float(low), float(high)


def _accuracy(left: Numbers, right: Numbers) -> float:
    return float((left == right).mean())


def _kappa(left: Numbers, right: Numbers) -> float:
    chance = left.mean() * right.mean() + (1 - left.mean()) * (1 - right.mean())
    return float("nan") if chance == 1 else float(((left == right).mean() - chance) / (1 - chance))


def _correlation(left: Numbers, right: Numbers) -> float:
    left, right = left - left.mean(), right - right.mean()
    size = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return float("nan") if size < 1e-12 else float((left * right).sum() / size)


def _ranks(left: Numbers, right: Numbers) -> float:
    from scipy.stats import rankdata

    return _correlation(rankdata(left), rankdata(right))
