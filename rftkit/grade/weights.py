"""Several graders as one: each with its weight."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.grade.grader import Grader

_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_WORD = re.compile(r"[A-Za-z_]\w*(?!\w*\s*\()")


def weighted(parts: Mapping[str, tuple[Grader, float]], name: str = "weighted") -> Grader:
    """Return one grader that gives the weighted sum of several.

    A part that is itself a `multi` is taken apart, because a `multi` holds no other: its graders get its name before
    theirs, and its formula stands in parentheses.

    Parameters
    ----------
    parts
        Name in the formula -> grader and weight; the weights sum to 1.
    name
        Of the whole.

    Raises
    ------
    InputError
        A weight is no share, they do not sum to 1, or a name cannot stand in a formula.

    Examples
    --------
    >>> from rftkit.grade import Grader
    >>> parts = {"acc": (Grader.preset("numeric_answer"), 0.8), "fmt": (Grader.preset("format_compliance"), 0.2)}
    >>> both = weighted(parts)
    >>> both.to_dict()["calculate_output"]
    '0.8 * acc + 0.2 * (0.5 * fmt_valid_json + 0.5 * fmt_required_fields)'
    """
    from rftkit.grade.grader import Grader

    return Grader.from_dict(multi(name, {key: (grader.to_dict(), weight) for key, (grader, weight) in parts.items()}))


def multi(name: str, parts: Mapping[str, tuple[dict[str, Any], float]]) -> dict[str, Any]:
    """Return the JSON of a weighted sum.

    Parameters
    ----------
    name
        Of the whole.
    parts
        Name in the formula -> the JSON of a grader, and its weight.

    Examples
    --------
    >>> multi("both", {"a": ({"type": "python", "name": "a", "source": ""}, 1.0)})["calculate_output"]
    '1.0 * a'
    """
    _checked({key: weight for key, (_, weight) in parts.items()})
    graders: dict[str, Any] = {}
    terms = []
    for key, (spec, weight) in parts.items():
        inner, term = _taken_apart(key, spec)
        graders.update(inner)
        terms.append(f"{weight!r} * {term}")
    if len(graders) < sum(len(_taken_apart(key, spec)[0]) for key, (spec, _) in parts.items()):
        raise InputError(f"two graders of {name!r} would have the same name; rename one of {', '.join(parts)}")
    return {"type": "multi", "name": name, "graders": graders, "calculate_output": " + ".join(terms)}


def _taken_apart(key: str, spec: dict[str, Any]) -> tuple[dict[str, Any], str]:
    if spec.get("type") != "multi":
        return {key: {**spec, "name": key}}, key
    inner = {f"{key}_{part}": {**grader, "name": f"{key}_{part}"} for part, grader in spec["graders"].items()}

    def named(found: re.Match[str]) -> str:
        return f"{key}_{found.group()}" if found.group() in spec["graders"] else found.group()

    return inner, f"({_WORD.sub(named, spec['calculate_output'])})"


def _checked(weights: Mapping[str, float]) -> None:
    from rftkit.grade.formula import FUNCTIONS

    for key, weight in weights.items():
        if not _NAME.match(key) or key in FUNCTIONS:
            raise InputError(
                f"{key!r} cannot be the name of a grader in a formula; use letters, digits and _, as in 'accuracy'"
            )
        if not 0 < weight <= 1:
            raise InputError(f"the weight of {key!r} is {weight}; give a share above 0 and up to 1, all together 1")
    if abs(sum(weights.values()) - 1) > 1e-9:
        told = " + ".join(f"{weight:g}" for weight in weights.values())
        raise InputError(f"the weights {told} sum to {sum(weights.values()):g}; let them sum to 1")
