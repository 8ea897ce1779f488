"""The formula of a `multi`: weights that do not sum to 1, and graders that it leaves out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rftkit.grade.formula import Formula, FormulaError, parsed
from rftkit.grade.kinds.score_model import bounds
from rftkit.grade.lint.walk import Spec
from rftkit.grade.problem import Problem, warning
from rftkit.grade.shape import at

_EXACT = 1e-9


def problems(spec: Spec) -> Iterator[Problem]:
    """Yield what is odd about a formula that can be read.

    Parameters
    ----------
    spec
        The grader.

    Examples
    --------
    >>> spec = {"type": "multi", "graders": {"a": {}, "b": {}}, "calculate_output": "0.5 * a + 0.4 * b"}
    >>> [problem.message for problem in problems(spec)]
    ['with every grader at its best the reward is 0.9 and not 1']
    """
    inner, text = spec.get("graders"), spec.get("calculate_output")
    if spec.get("type") != "multi" or not isinstance(inner, Mapping) or not isinstance(text, str):
        return
    try:
        formula = parsed(text)
    except FormulaError:
        return
    if set(formula.names) <= set(inner):
        yield from _sum(formula, {name: _best(part) for name, part in inner.items()})
    for name in inner:
        if name not in formula.names:
            said = f"{name!r} is graded, and paid for, and the formula does not use it"
            yield warning(
                at("", "graders", name), "unused_grader", said, "name it in calculate_output, or leave it out"
            )


def _best(part: object) -> float:
    try:
        return bounds(part)[1] if isinstance(part, Mapping) and part.get("type") == "score_model" else 1.0
    except (TypeError, ValueError):
        return 1.0


def _sum(formula: Formula, best: Mapping[str, float]) -> Iterator[Problem]:
    total = _weights(formula, best)
    if total is not None and not math.isclose(total, 1.0, abs_tol=1e-6):
        said = f"with every grader at its best the reward is {total:g} and not 1"
        yield warning("calculate_output", "weights", said, "choose weights that sum to 1")


def _weights(formula: Formula, best: Mapping[str, float]) -> float | None:
    """Return the sum of the weights where the formula is a weighted sum: found by trying it out."""
    names: Sequence[str] = formula.names
    zero = dict.fromkeys(names, 0.0)
    try:
        alone = [formula.value({**zero, name: best[name]}) for name in names]
        twice = [formula.value({**zero, name: 2 * best[name]}) for name in names]
        whole = formula.value({name: best[name] for name in names})
        none = formula.value(zero)
    except FormulaError:
        return None
    linear = all(abs(2 * one - two) < _EXACT for one, two in zip(alone, twice, strict=True))
    return whole if names and linear and abs(none) < _EXACT and abs(sum(alone) - whole) < _EXACT else None
