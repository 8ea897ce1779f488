"""Graders that are ready to use, in the common JSON."""

from __future__ import annotations

import inspect
from typing import Any

from rftkit.errors import InputError
from rftkit.grade.presets.catalogue import PRESETS, unknown

__all__ = ["PRESETS", "described", "preset_spec"]


def preset_spec(name: str, /, **options: Any) -> dict[str, Any]:
    """Return the JSON of a preset.

    Parameters
    ----------
    name
        One of `PRESETS`.
    options
        Its options (`described`).

    Raises
    ------
    InputError
        There is no such preset or option.

    Examples
    --------
    >>> preset_spec("exact_match", reference="answer")["reference"]
    '{{item.answer}}'
    >>> preset_spec("exact_match", refrence="answer")
    Traceback (most recent call last):
        ...
    rftkit.errors.InputError: the preset exact_match has no option 'refrence'; it has reference, ignore_case, ignore_space
    """
    if name not in PRESETS:
        raise unknown(name)
    known = inspect.signature(PRESETS[name]).parameters
    wrong = next((option for option in options if option not in known), None)
    if wrong is not None:
        raise InputError(f"the preset {name} has no option {wrong!r}; it has {', '.join(known)}")
    return PRESETS[name](**options)


def described() -> list[dict[str, Any]]:
    """Return what each preset measures, its options with their defaults, and whether it asks a model.

    Examples
    --------
    >>> described()[4]["name"], described()[4]["asks_a_model"]
    ('exact_match', False)
    """
    return [_described(name) for name in PRESETS]


def _described(name: str) -> dict[str, Any]:
    made = PRESETS[name]
    spec = preset_spec(name)
    parts = list(spec["graders"].values()) if spec["type"] == "multi" else [spec]
    return {
        "name": name,
        "about": (inspect.getdoc(made) or "").partition("\n")[0],
        "type": spec["type"],
        "options": {key: value.default for key, value in inspect.signature(made).parameters.items()},
        "parts": list(spec.get("graders", {})),
        "asks_a_model": any(part["type"] == "score_model" for part in parts),
    }
