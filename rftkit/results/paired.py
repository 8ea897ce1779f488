"""How much rewards changed on the same prompts: the mean of the differences, its interval and its chance.

Each prompt counts once, with the mean of its answers: answers to one prompt are alike, so taking them for independent
would make every interval too narrow. The interval is that of a paired t test. Where all differences are equal, that
interval has no width, which a few prompts do not prove: there it is the exact bound on the share of prompts that may
behave otherwise without one of them having been seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: Probability that the interval misses the truth.
ALPHA = 0.05
_SAME = 1e-12


@dataclass(frozen=True)
class Change:
    """Mean rewards of some prompts before and after.

    Attributes
    ----------
    prompts
        How many, each with a reward on both sides.
    before, after
        Mean rewards; None without a prompt.
    low, high
        Ends of the 95 % interval of the change; None for fewer than two prompts.
    p
        Probability of a change at least as large where training changes nothing; None for fewer than two prompts.

    Examples
    --------
    >>> Change(10, 0.4, 0.5).difference, Change(10, 0.4, 0.5).relative
    (0.1, 0.25)
    """

    prompts: int
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def difference(self) -> float | None:
        """After minus before."""
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 12)

    @property
    def relative(self) -> float | None:
        """The difference as a share of before; None where before is 0."""
        if self.difference is None or not self.before:
            return None
        return round(self.difference / self.before, 12)

    @property
    def outcome(self) -> str:
        """One of better, worse (the interval excludes 0), unclear."""
        if self.low is None or self.high is None:
            return "unclear"
        return "better" if self.low > 0 else "worse" if self.high < 0 else "unclear"

    def to_dict(self) -> dict[str, Any]:
        """Return the values with what follows from them."""
        more = {"change": self.difference, "change_relative": self.relative, "outcome": self.outcome}
        return {**vars(self), **more}


def change(before: Any, after: Any) -> Change:
    """Return how the rewards of prompts changed.

    Parameters
    ----------
    before, after
        Of each prompt, in the same order; between 0 and 1.

    Examples
    --------
    >>> seen = change([0.2, 0.4, 0.3, 0.5], [0.6, 0.7, 0.8, 0.7])
    >>> seen.outcome, round(seen.difference, 2)
    ('better', 0.35)
    >>> change([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]).outcome
    'unclear'
    """
    import numpy as np

    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not old.size:
        return Change(0)
    differences = new - old
    known = Change(old.size, float(old.mean()), float(new.mean()))
    if old.size < 2:
        return known
    low, high, p = _tested(differences)
    return Change(known.prompts, known.before, known.after, low, high, p)


def _tested(differences: Floats) -> tuple[float, float, float]:
    """Return the interval of a mean of differences, and the probability of one as large by chance."""
    from scipy.special import stdtr, stdtrit

    count, mean = differences.size, float(differences.mean())
    error = float(differences.std(ddof=1)) / math.sqrt(count)
    if error < _SAME:
        return _alike(mean, count)
    reach = float(stdtrit(count - 1, 1 - ALPHA / 2)) * error
    return max(-1.0, mean - reach), min(1.0, mean + reach), 2 * float(stdtr(count - 1, -abs(mean) / error))


def _alike(mean: float, count: int) -> tuple[float, float, float]:
    """Return the same for equal differences: so many others may exist unseen, and lie at -1 or at 1."""
    unseen = 1 - (ALPHA / 2) ** (1 / count)
    chance = 1.0 if abs(mean) < _SAME else 2 * 0.5**count
    return mean - unseen * (mean + 1), mean + unseen * (1 - mean), chance


def holm(chances: dict[str, float]) -> dict[str, float]:
    """Return probabilities corrected for how many were looked at (Holm): among many topics, some look bad by luck.

    Parameters
    ----------
    chances
        Name to probability.

    Examples
    --------
    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'c': 0.06, 'b': 0.06}
    """
    corrected, highest = {}, 0.0
    for place, (name, p) in enumerate(sorted(chances.items(), key=lambda pair: pair[1])):
        highest = max(highest, min(1.0, p * (len(chances) - place)))
        corrected[name] = highest
    return corrected
