"""multi: several graders, and a formula that makes one reward of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rftkit.grade.formula import Formula, FormulaError, parsed
from rftkit.grade.graded import Graded, Usage
from rftkit.grade.kinds import kind_of

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Means
    from rftkit.grade.pairs import Item, Sample


def grade(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], means: Means) -> list[Graded]:
    """Return the value of the formula for every pair; an error of a part that it names is an error of the whole.

    Parameters
    ----------
    spec
        `graders` (name -> grader) and `calculate_output`.
    samples, items
        The pairs.
    means
        For the parts.

    Examples
    --------
    >>> from rftkit.grade.means import Means
    >>> said = {"type": "string_check", "name": "s", "input": "{{sample.output_text}}", "reference": "4", "operation": "eq"}
    >>> spec = {"graders": {"said": said}, "calculate_output": "0.5 * said"}
    >>> grade(spec, [{"output_text": "4"}], [{}], Means())[0].reward
    0.5
    """
    formula = parsed(spec["calculate_output"])
    parts = {name: kind_of(part["type"])(part, samples, items, means) for name, part in spec["graders"].items()}
    return [_whole(formula, {name: grades[at] for name, grades in parts.items()}) for at in range(len(samples))]


def _whole(formula: Formula, parts: Mapping[str, Graded]) -> Graded:
    rewards = {name: part.reward for name, part in parts.items()}
    told: dict[str, Any] = {"sub_rewards": rewards, "usage": _usage(parts), "model": _model(parts)}
    broken = next((name for name, part in parts.items() if not part.ok), None)
    if broken is not None:
        return Graded(None, error=parts[broken].error, detail=f"{broken}: {parts[broken].detail}", **told)
    try:
        known = {name: reward for name, reward in rewards.items() if reward is not None}
        return Graded(formula.value(known), **told)
    except FormulaError as wrong:
        return Graded(None, error=wrong.error, detail=str(wrong), **told)


def _usage(parts: Mapping[str, Graded]) -> dict[str, Usage]:
    """Return the tokens of all parts, those of one model together."""
    found: dict[str, dict[str, int]] = {}
    for part in parts.values():
        for model, tokens in part.usage.items():
            mine = found.setdefault(model, {})
            mine.update({name: mine.get(name, 0) + count for name, count in tokens.items()})
    return dict(found)


def _model(parts: Mapping[str, Graded]) -> str | None:
    return next((part.model for part in parts.values() if part.model), None)
