"""Intervals of shares and means from prompts that were sampled by topic and answered several times each.

What is estimated is the value that all prompts of the data would have on average at this number of rollouts. Two things
make a sample differ from it: which prompts were taken, and what the model happened to answer. The first goes away as the
sample nears the whole data, the second does not; so the variance has both parts, added up by topic. The interval is
Wilson's, with the number of prompts replaced by the number of independent ones that would vary as much: it stays
within 0 and 1 and holds near them and for a few prompts, where a normal or a bootstrap interval does not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Z = 1.959963984540054  # 95 % lies within so many standard deviations
_FEW = 4  # topics with fewer prompts are taken together: their spread says nothing
_STEPS, _ROUNDS = 41, 200
_TINY = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A number and the interval that it stands for, at 95 %.

    Attributes
    ----------
    value
        Seen in the sample; None where nothing can be said.
    low, high
        Ends of the interval.

    Examples
    --------
    >>> Estimate(0.5, 0.4, 0.6).to_dict()
    {'value': 0.5, 'low': 0.4, 'high': 0.6}
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        """Return the three numbers."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Plan:
    """How the prompts were drawn.

    Parameters
    ----------
    topics
        Of each prompt.
    sizes
        Topic -> prompts in the data; None where they are a sample of endlessly many.

    Examples
    --------
    >>> Plan(["a", "a"], {"a": 4}).taken(["a"], 2)
    0.5
    """

    topics: Sequence[str]
    sizes: Mapping[str, int] | None = None

    def taken(self, topics: Sequence[str], count: int) -> float:
        """Return which share of the prompts of some topics was drawn.

        Parameters
        ----------
        topics
            Which topics.
        count
            Prompts of theirs that were drawn.
        """
        there = sum(self.sizes.get(topic, 0) for topic in topics) if self.sizes else 0
        return min(1.0, count / there) if there else 0.0


def share(values: Any, noise: Any, plan: Plan, rollouts: float = 1.0) -> Estimate:
    """Return the mean of values between 0 and 1, one for each prompt, with its interval.

    Parameters
    ----------
    values
        Of each prompt.
    noise
        How much each value would vary if the model answered the same prompt again (a variance); None where that is
        not known, which makes the interval of a sample that is much of the data too wide, never too narrow.
    plan
        How the prompts were drawn.
    rollouts
        Answers behind each value; says how much is known where all values are equal.

    Examples
    --------
    >>> share([1.0, 0.0, 1.0, 0.0], None, Plan(["a"] * 4)).value
    0.5
    >>> share([1.0] * 4, None, Plan(["a"] * 4)).high
    1.0
    """
    import numpy as np

    seen = np.asarray(values, dtype=float)
    if not seen.size:
        return Estimate(None)
    mean = round(math.fsum(seen) / seen.size, 12)  # a mean of equal values is that value
    spread, least = _variance(seen, None if noise is None else np.asarray(noise, dtype=float), plan, rollouts)
    if not float(seen.min()) >= -_TINY or float(seen.max()) > 1 + _TINY:
        return _normal(mean, spread, seen.size)
    both = mean * (1 - mean)
    alike = both / spread if both > _TINY and spread > _TINY else least
    return _wilson(mean, alike, _reach(seen))


def _reach(seen: Floats) -> float:
    """Return the quantile: larger where few prompts decide how much the values vary, which is then known less well.

    How well depends on their kurtosis; where values are 0 and 1 alone, their mean says how much they vary.
    """
    import numpy as np

    apart = (seen - seen.mean()) ** 2
    square = float(apart.mean())
    if square < _TINY or bool(np.isin(seen, (0.0, 1.0)).all()):
        return Z
    tail = float((apart**2).mean()) / square**2
    return quantile(round(2 * seen.size / max(tail - 1, _TINY)))


def _variance(seen: Floats, noise: Floats | None, plan: Plan, rollouts: float) -> tuple[float, float]:
    """Return the variance of the mean, and the number of independent values where all are equal."""
    import numpy as np

    total, spread, least = seen.size, 0.0, 0.0
    for topics, chosen in strata(plan.topics):
        count = len(chosen)
        taken, part = plan.taken(topics, count), seen[chosen]
        within = float(part.var(ddof=1)) if count > 1 else float(seen.mean() * (1 - seen.mean()))
        again = within if noise is None else float(np.mean(noise[chosen]))
        spread += (count / total) ** 2 * ((1 - taken) * within + taken * again) / count
        least += count / total * ((1 - taken) + taken / rollouts)
    return spread, total / max(least, _TINY)


def strata(topics: Sequence[str]) -> list[tuple[list[str], list[int]]]:
    """Return the topics with the places of their prompts; those with a few prompts are taken together.

    Parameters
    ----------
    topics
        Of each prompt.

    Examples
    --------
    >>> strata(["a", "b", "a", "a", "a", "c"])
    [(['a'], [0, 2, 3, 4]), (['b', 'c'], [1, 5])]
    """
    places: dict[str, list[int]] = {}
    for place, topic in enumerate(topics):
        places.setdefault(topic, []).append(place)
    large = [([topic], found) for topic, found in places.items() if len(found) >= _FEW]
    small = [topic for topic, found in places.items() if len(found) < _FEW]
    rest = sorted(place for topic in small for place in places[topic])
    return [*large, (small, rest)] if small else large


def _wilson(mean: float, count: float, z: float) -> Estimate:
    middle = (mean + z * z / 2 / count) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(mean * (1 - mean) / count + z * z / 4 / count**2)
    low = 0.0 if mean <= _TINY else max(0.0, middle - half)
    high = 1.0 if mean >= 1 - _TINY else min(1.0, middle + half)
    return Estimate(mean, low, high)


def _normal(mean: float, variance: float, count: int) -> Estimate:
    """Return the interval of values that are no shares: rewards below 0 or above 1, differences."""
    half = quantile(count - 1) * math.sqrt(variance)
    return Estimate(mean, mean - half, mean + half)


def quantile(freedom: int) -> float:
    """Return Student's quantile for 95 %; by its series, good to a thousandth from 3 degrees of freedom on.

    Parameters
    ----------
    freedom
        Degrees of freedom.

    Examples
    --------
    >>> [round(quantile(n), 2) for n in (1, 2, 5, 30, 1000)]
    [12.71, 4.3, 2.57, 2.04, 1.96]
    """
    exact = {0: 12.7062, 1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764}
    if freedom < len(exact):
        return exact[max(freedom, 0)]
    z, v = Z, float(freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / v**power for power, term in enumerate(terms, 1))


def mean(values: Any, plan: Plan) -> Estimate:
    """Return the mean of any numbers, one for each prompt, with Student's interval; for paired differences.

    Parameters
    ----------
    values
        Of each prompt.
    plan
        How the prompts were drawn.

    Examples
    --------
    >>> mean([0.1, 0.3, 0.2, 0.2], Plan(["a"] * 4)).value
    0.2
    """
    import numpy as np

    seen = np.asarray(values, dtype=float)
    if seen.size < 2:
        return Estimate(float(seen.mean()) if seen.size else None)
    spread, _ = _variance(seen, None, Plan(plan.topics), 1.0)
    return _normal(round(float(seen.mean()), 12), spread, seen.size)


def deviation(values: Any) -> Estimate:
    """Return the standard deviation over prompts, with an interval by the delta method on its logarithm.

    Parameters
    ----------
    values
        Of each prompt.

    Examples
    --------
    >>> deviation([0.0, 1.0] * 20).value
    0.5
    """
    import numpy as np

    seen = np.asarray(values, dtype=float)
    if seen.size < 2:
        return Estimate(None)
    apart = (seen - seen.mean()) ** 2
    variance = float(apart.mean())
    if variance < _TINY:
        return Estimate(0.0, 0.0, 0.0)
    unsure = math.sqrt(max(float(apart.var()), 2 * variance**2 / seen.size) / (seen.size - 1)) / variance
    value, factor = math.sqrt(variance), math.exp(quantile(seen.size - 1) * unsure / 2)
    return Estimate(value, value / factor, value * factor)


def flip_noise(rollouts: Any, fewer: Any) -> Floats:
    """Return how much it varies whether a prompt shows both outcomes, if it were answered again as often.

    One look at a prompt says nothing of that, all prompts together do: the spread of chances that makes the outcomes
    seen most likely is found (nonparametric maximum likelihood), and each prompt's variance is its mean over the chances
    that its own outcomes leave open.

    Parameters
    ----------
    rollouts
        Answers of each prompt.
    fewer
        How many of them are of the outcome that came less often.

    Examples
    --------
    >>> [round(float(noise), 2) for noise in flip_noise([8, 8], [0, 0])]
    [0.0, 0.0]
    """
    import numpy as np

    pairs = np.stack([np.asarray(rollouts, dtype=int), np.asarray(fewer, dtype=int)])
    kinds, place, counts = np.unique(pairs, axis=1, return_inverse=True, return_counts=True)
    chances = np.linspace(0, 0.5, _STEPS)
    likely = np.stack([_likelihood(int(k), int(d), chances) for k, d in kinds.T])
    flips = np.stack([1 - chances**k - (1 - chances) ** k for k, _ in kinds.T])
    weights = np.full(_STEPS, 1 / _STEPS)
    for _ in range(_ROUNDS):
        weights = (_posterior(likely, weights) * counts[:, None]).sum(0) / counts.sum()
    noise = (_posterior(likely, weights) * flips * (1 - flips)).sum(1)
    found: Floats = noise[np.ravel(place)]
    return found


def _posterior(likely: Floats, weights: Floats) -> Floats:
    both = likely * weights
    found: Floats = both / both.sum(1, keepdims=True)
    return found


def _likelihood(rollouts: int, fewer: int, chances: Floats) -> Floats:
    more = rollouts - fewer
    one = math.comb(rollouts, fewer) * chances**fewer * (1 - chances) ** more
    other = math.comb(rollouts, fewer) * chances**more * (1 - chances) ** fewer
    found: Floats = one + other if fewer != more else one
    return found
