"""How far a grader can be relied on: known answers, the same answer again, and the labels of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from rftkit import render
from rftkit.errors import InputError

#: What answers of known quality should get, and how far off is allowed.
LEVELS: Final = {"perfect": 0.9, "mediocre": 0.5, "terrible": 0.1}
TOLERANCE: Final = 0.2
#: A judge whose rewards of one answer differ by more is no steady judge.
STEADY: Final = 0.05


@dataclass(frozen=True)
class CaseReport:
    """What a grader gives to answers whose quality is known.

    Attributes
    ----------
    frame
        One row per case: id, level, expected, reward, error, passed.
    in_order
        Whether better answers of a record never get less than worse ones.

    Examples
    --------
    >>> cases([{"id": "a", "level": "perfect"}, {"id": "a", "level": "terrible"}], [1.0, 0.0], [None, None])
    CaseReport(2 of 2 as expected, better ones never below worse ones)
    """

    frame: pl.DataFrame = field(repr=False)
    in_order: bool

    @property
    def passed(self) -> bool:
        """Whether every case is as expected and in order."""
        return bool(self.frame["passed"].all()) and self.in_order

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"passed": self.passed, "in_order": self.in_order, "cases": self.frame.to_dicts()}

    def __repr__(self) -> str:
        order = "better ones never below worse ones" if self.in_order else "some better ones below worse ones"
        return f"CaseReport({self.frame['passed'].sum()} of {self.frame.height} as expected, {order})"

    def _repr_html_(self) -> str:
        return render.report(repr(self), self.to_dict())


def cases(
    known: Sequence[Mapping[str, Any]], rewards: Sequence[float | None], errors: Sequence[str | None]
) -> CaseReport:
    """Return whether answers of known quality get what they should.

    Parameters
    ----------
    known
        Each with `level` (one of `LEVELS`) or `expected` (a number), and the `id` of its record.
    rewards, errors
        What the grader gave.

    Raises
    ------
    InputError
        A case has neither a level nor a number.
    """
    rows = [_case(case, reward, error) for case, reward, error in zip(known, rewards, errors, strict=True)]
    frame = pl.DataFrame(rows, schema=_CASES)
    return CaseReport(frame, _in_order(frame))


_CASES = {
    "id": pl.String,
    "level": pl.String,
    "expected": pl.Float64,
    "reward": pl.Float64,
    "error": pl.String,
    "passed": pl.Boolean,
}


def _case(case: Mapping[str, Any], reward: float | None, error: str | None) -> dict[str, Any]:
    level = case.get("level")
    expected = case.get("expected", LEVELS.get(str(level)))
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        raise InputError(f"a known answer has level {level!r}; give {', '.join(LEVELS)}, or expected: a number")
    # Rounded, so that 0.7 for a perfect answer is inside and not outside by the last bit.
    passed = reward is not None and round(abs(reward - expected), 9) <= TOLERANCE
    return {
        "id": case.get("id"),
        "level": level,
        "expected": float(expected),
        "reward": reward,
        "error": error,
        "passed": passed,
    }


def _in_order(frame: pl.DataFrame) -> bool:
    known = frame.drop_nulls("reward")
    both = known.join(known, on="id", suffix="_other", nulls_equal=True)
    wrong = both.filter((pl.col("expected") > pl.col("expected_other")) & (pl.col("reward") < pl.col("reward_other")))
    return wrong.is_empty()


@dataclass(frozen=True)
class Repeatability:
    """How much the rewards of the same answers differ from one time to the next.

    Attributes
    ----------
    answers, times
        How many answers, graded how often.
    identical
        Share of answers whose rewards are all the same.
    spread
        Mean standard deviation of the rewards of one answer.
    widest
        Largest difference between two rewards of one answer.
    errors
        Grades that are an error.

    Examples
    --------
    >>> repeatability([[1.0, 1.0], [0.0, 0.5]])
    Repeatability(2 answers, 2 times each: 50 % identical, spread 0.125, widest 0.500; not steady)
    """

    answers: int
    times: int
    identical: float | None
    spread: float | None
    widest: float | None
    errors: int = 0

    @property
    def steady(self) -> bool:
        """Whether the spread is small enough to learn from."""
        return self.spread is not None and self.spread <= STEADY

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        names = ("answers", "times", "identical", "spread", "widest", "errors", "steady")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        if self.spread is None:
            return f"Repeatability({self.answers} answers, {self.times} times each: nothing but errors)"
        told = f"{100 * (self.identical or 0):.0f} % identical, spread {self.spread:.3f}, widest {self.widest:.3f}"
        tail = "" if self.steady else "; not steady"
        return f"Repeatability({self.answers} answers, {self.times} times each: {told}{tail})"


def repeatability(rewards: Sequence[Sequence[float | None]]) -> Repeatability:
    """Return how much rewards of the same answers differ.

    Parameters
    ----------
    rewards
        For each answer its rewards; None for an error.
    """
    table = np.array([[np.nan if value is None else value for value in row] for row in rewards], dtype=float)
    full = table[~np.isnan(table).any(axis=1)] if table.size else table
    times = table.shape[1] if table.ndim == 2 else 0
    errors = int(np.isnan(table).sum())
    if not full.size:
        return Repeatability(len(rewards), times, None, None, None, errors)
    wide = full.max(axis=1) - full.min(axis=1)
    same, spread = float((wide <= 1e-9).mean()), float(full.std(axis=1).mean())
    return Repeatability(len(rewards), times, same, spread, float(wide.max()), errors)
