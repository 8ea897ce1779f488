"""score_model: a model gives the reward, within a range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rftkit.grade.graded import Graded
from rftkit.grade.kinds import judge
from rftkit.llm.request import Request

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Means
    from rftkit.grade.pairs import Item, Sample


def grade(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], means: Means) -> list[Graded]:
    """Return what the model says of every pair; a result outside of the range becomes its nearest bound.

    Parameters
    ----------
    spec
        `model`, `input`, maybe `range` and `sampling_params`.
    samples, items
        The pairs.
    means
        Has the asker of the model.

    Examples
    --------
    >>> from rftkit.grade.means import Means
    >>> from rftkit.llm.request import Answer
    >>> class Fond:
    ...     def run(self, requests):
    ...         return [Answer(one, value={"steps": [], "result": 7}) for one in requests]
    >>> spec = {"model": "m", "input": [{"role": "user", "content": "Rate {{sample.output_text}}"}]}
    >>> grade(spec, [{"output_text": "Hi"}], [{}], Means(Fond()))[0].reward
    1.0
    """
    low, high = bounds(spec)

    def read(value: Any) -> tuple[float, str] | None:
        result = value.get("result") if isinstance(value, dict) else None
        if isinstance(result, bool) or not isinstance(result, int | float) or math.isnan(result):
            return None
        return min(high, max(low, float(result))), judge.steps(value)

    return judge.answered(requests(spec, samples, items, means.repeat), spec["model"], means, read)


def bounds(spec: Spec) -> tuple[float, float]:
    """Return the range of the rewards; 0 to 1 where the JSON has none.

    Parameters
    ----------
    spec
        The grader.

    Examples
    --------
    >>> bounds({"range": [0, 10]}), bounds({})
    ((0.0, 10.0), (0.0, 1.0))
    """
    low, high = spec.get("range") or (0, 1)
    return float(low), float(high)


def requests(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], repeat: int = 0) -> list[Request | Graded]:
    """Return what the model would be asked about every pair.

    Parameters
    ----------
    spec
        The grader.
    samples, items
        The pairs.
    repeat
        Number of this repetition.
    """
    low, high = bounds(spec)
    ask = (
        "You are a grader. Answer with one JSON object and nothing else: "
        '{"steps": [{"description": "...", "conclusion": "..."}], "result": NUMBER}, '
        f"where NUMBER is your score from {low:g} to {high:g}."
    )
    return judge.requests(spec, samples, items, judge.schema({"type": "number"}), ask, repeat)
