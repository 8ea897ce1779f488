"""Rewards of answers by the same graders as everywhere: their mean, by grader, and what could not be graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rftkit.errors import ModelError
from rftkit.grade import Grader, sample
from rftkit.train.replies import read

if TYPE_CHECKING:
    from rftkit.grade.graded import Graded


@dataclass(frozen=True)
class Scores:
    """The rewards of some answers.

    Attributes
    ----------
    rewards
        One for each answer; None where it could not be graded.
    by_grader
        Mean of each part of a `multi`, or of the grader itself.
    errors
        Name of the error -> answers.

    Examples
    --------
    >>> Scores([1.0, None, 0.0]).mean
    0.5
    """

    rewards: Sequence[float | None]
    by_grader: Mapping[str, float] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)

    @property
    def mean(self) -> float | None:
        """Mean of what could be graded; None where nothing could."""
        return mean(self.rewards)


class Scorer:
    """Grades what a model said.

    Parameters
    ----------
    grader
        The grader.
    runner
        Asks the models of its parts, as `rftkit.Grader.grade` takes it.
    embedder
        For cosines.
    """

    def __init__(self, grader: Grader, runner: Any = None, embedder: Any = None) -> None:
        self.grader, self.runner, self.embedder = grader, runner, embedder

    def score(self, texts: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Scores:
        """Return the rewards of answers.

        Parameters
        ----------
        texts
            What the model generated.
        rows
            The record of each.

        Raises
        ------
        ModelError
            Not one of them could be graded.
        """
        samples = [sample(*read(text)) for text in texts]
        graded = self.grader.grade(samples, list(rows), runner=self.runner, embedder=self.embedder)
        errors = Counter(one.error for one in graded if one.error)
        if graded and errors.total() == len(graded):
            raise ModelError(f"the grader {self.grader.name} could grade no answer: {graded[0].detail}")
        return Scores([one.reward for one in graded], _parts(self.grader.name, graded), dict(errors))


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of the values that are there; None where none is.

    Parameters
    ----------
    values
        Numbers and gaps.

    Examples
    --------
    >>> mean([1.0, None, 0.0]), mean([])
    (0.5, None)
    """
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def _parts(name: str, graded: Sequence[Graded]) -> dict[str, float]:
    names = dict.fromkeys(part for one in graded for part in one.sub_rewards)
    columns = {part: [one.sub_rewards.get(part) for one in graded] for part in names}
    means = {part: mean(values) for part, values in (columns or {name: [one.reward for one in graded]}).items()}
    return {part: value for part, value in means.items() if value is not None}
