"""The thresholds of a dry run: numbers that a person can see and move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from rftkit.errors import InputError


@dataclass(frozen=True)
class Thresholds:
    """What the rules of a dry run compare with.

    Attributes
    ----------
    mean_low, mean_high
        The mean reward should lie between.
    std_low, std_high
        So should the spread over prompts of their mean rewards.
    above_zero
        At least this share of the answers has some reward.
    perfect
        At most this share of the answers has the whole reward.
    topic_mean, topic_prompts
        Least mean of each topic that has so many prompts.
    learnable, learnable_warn
        Share of prompts whose answers differ in reward: from the first on it passes, below the second it fails.
    spread
        A prompt is learnable where its rewards have a standard deviation above this.
    errors
        At most this share of the answers has no reward.
    unsteady
        At most this share of the answers that are graded twice gets another reward.
    sft, unneeded
        Below the first mean, show the model answers before (SFT); above the second there is nothing to learn.

    Examples
    --------
    >>> Thresholds().moved(mean_low=0.2).mean_low
    0.2
    """

    mean_low: float = 0.25
    mean_high: float = 0.65
    std_low: float = 0.10
    std_high: float = 0.25
    above_zero: float = 0.10
    perfect: float = 0.50
    topic_mean: float = 0.15
    topic_prompts: int = 20
    learnable: float = 0.30
    learnable_warn: float = 0.15
    spread: float = 0.05
    errors: float = 0.05
    unsteady: float = 0.05
    sft: float = 0.05
    unneeded: float = 0.95

    def moved(self, **values: float) -> Thresholds:
        """Return the thresholds with some of them at other values.

        Parameters
        ----------
        **values
            Name -> number.

        Raises
        ------
        InputError
            There is no such threshold, or a value is no number.
        """
        known = [one.name for one in fields(self)]
        unknown = [name for name in values if name not in known]
        if unknown:
            raise InputError(f"there is no threshold {unknown[0]!r}; the thresholds are {', '.join(known)}")
        wrong = [
            name for name, value in values.items() if isinstance(value, bool) or not isinstance(value, int | float)
        ]
        if wrong:
            raise InputError(f"the threshold {wrong[0]} is {values[wrong[0]]!r}; give a number such as 0.25")
        return replace(self, **values)  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> Thresholds:
        """Return the thresholds of plain values; what is missing is as by default.

        Parameters
        ----------
        values
            Name -> number.
        """
        return cls().moved(**dict(values or {}))

    def to_dict(self) -> dict[str, Any]:
        """Return the thresholds as plain values."""
        return asdict(self)
