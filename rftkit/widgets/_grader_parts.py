"""The parts of a grader that is being built: presets with their options, kinds written by hand, and their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rftkit.errors import InputError
from rftkit.grade import Grader
from rftkit.grade.presets import described, preset_spec
from rftkit.grade.weights import weighted

#: What each kind does, for whoever chooses one.
ABOUT = {
    "string_check": "Compare two texts: alike, unlike, or one inside the other.",
    "text_similarity": "Measure how alike two texts are.",
    "python": "Grade with a function of your own.",
    "score_model": "Have a model give a number.",
}
#: What a grader of each kind looks like before anything is changed in it.
KINDS: dict[str, dict[str, Any]] = {
    "string_check": {
        "type": "string_check",
        "name": "string_check",
        "input": "{{sample.output_text}}",
        "reference": "{{item.reference_answer}}",
        "operation": "ilike",
    },
    "text_similarity": {
        "type": "text_similarity",
        "name": "text_similarity",
        "input": "{{sample.output_text}}",
        "reference": "{{item.reference_answer}}",
        "evaluation_metric": "fuzzy_match",
    },
    "python": {
        "type": "python",
        "name": "python",
        "source": "def grade(sample, item):\n    return 1.0 if sample['output_text'].strip() else 0.0\n",
    },
    "score_model": {
        "type": "score_model",
        "name": "score_model",
        "model": "openai/gpt-4.1-mini",
        "input": [
            {
                "role": "user",
                "content": "How good is this answer, from 0 to 1?\n\nQuestion and reference: {{item.reference_answer}}\n\n"
                "Answer: {{sample.output_text}}",
            }
        ],
        "range": [0, 1],
    },
}
_ROUNDED = 4


@dataclass(frozen=True)
class Part:
    """One part of a grader.

    Attributes
    ----------
    name
        In the formula.
    spec
        Its JSON.
    weight
        How much it counts; made into a share of all parts.
    preset, options
        What it was made of; "" for one that was written by hand.

    Examples
    --------
    >>> Part.of_preset("numeric_answer").spec["type"]
    'python'
    """

    name: str
    spec: dict[str, Any]
    weight: float = 1.0
    preset: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_preset(cls, preset: str, **options: Any) -> Part:
        """Return a preset as a part.

        Parameters
        ----------
        preset
            One of `rftkit.grade.presets.PRESETS`.
        **options
            Its options.
        """
        return cls(preset, preset_spec(preset, **options), preset=preset, options=options)

    @classmethod
    def of_spec(cls, spec: Mapping[str, Any]) -> Part:
        """Return JSON as a part.

        Parameters
        ----------
        spec
            A grader.
        """
        return cls(str(spec.get("name") or "grader"), dict(spec))

    def to_dict(self) -> dict[str, Any]:
        """Return what a screen shows of it."""
        known = next((row for row in described() if row["name"] == self.preset), None)
        return {
            "name": self.name,
            "type": self.spec.get("type"),
            "weight": self.weight,
            "preset": self.preset,
            "about": "" if known is None else known["about"],
            "options": {} if known is None else {**known["options"], **self.options},
            "models": Grader.from_dict(self.spec).models,
        }


def shares(weights: Sequence[float]) -> list[float]:
    """Return weights as shares that sum to 1 exactly, with four digits.

    Parameters
    ----------
    weights
        Each above 0.

    Examples
    --------
    >>> shares([1, 1, 1])
    [0.3333, 0.3333, 0.3334]
    """
    whole = sum(weights)
    if not weights or min(weights) <= 0:
        raise InputError("a weight is a number above 0; take a part out that should not count")
    rounded = [round(weight / whole, _ROUNDED) for weight in weights[:-1]]
    return [*rounded, round(1 - sum(rounded), _ROUNDED)]


def whole(parts: Sequence[Part], name: str = "") -> Grader | None:
    """Return the grader that parts make; None for none.

    Parameters
    ----------
    parts
        The parts.
    name
        Of the whole; that of the part where there is one, else ``weighted``.

    Examples
    --------
    >>> both = whole([Part.of_preset("exact_match"), Part.of_preset("numeric_answer")])
    >>> both.to_dict()["calculate_output"]
    '0.5 * exact_match + 0.5 * numeric_answer'
    """
    if not parts:
        return None
    if len(parts) == 1:
        return Grader.from_dict({**parts[0].spec, "name": name or parts[0].name})
    given = zip(parts, shares([part.weight for part in parts]), strict=True)
    named = {part.name: (Grader.from_dict(part.spec), share) for part, share in given}
    return weighted(named, name or "weighted")


def added(parts: Sequence[Part], part: Part) -> list[Part]:
    """Return parts with another one, under a name that none has yet.

    Parameters
    ----------
    parts
        Those there are.
    part
        The new one.

    Examples
    --------
    >>> [one.name for one in added([Part.of_preset("exact_match")], Part.of_preset("exact_match"))]
    ['exact_match', 'exact_match_2']
    """
    names, name, number = {one.name for one in parts}, part.name, 2
    while name in names:
        name, number = f"{part.name}_{number}", number + 1
    return [*parts, replace(part, name=name, weight=sum(one.weight for one in parts) / len(parts) if parts else 1.0)]
