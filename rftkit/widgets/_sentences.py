"""Advice of steps as a screen shows it: a sentence, and the line of Python that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def sentence(text: str) -> str:
    """Return a text as a sentence: a capital in front, a full stop at the end.

    Examples
    --------
    >>> sentence("generate 12 records for loans")
    'Generate 12 records for loans.'
    """
    shown = text.strip().replace(" %", "\N{NO-BREAK SPACE}%")
    return shown[:1].upper() + shown[1:] + ("" if shown.endswith((".", "!", "?")) or not shown else ".")


def advice(value: Any) -> dict[str, str]:
    """Return a piece of advice of a step as sentence and Python.

    Examples
    --------
    >>> advice({"code": "small_topic", "sentence": "loans has 12 records", "python": None})
    {'sentence': 'Loans has 12 records.', 'python': ''}
    """
    if isinstance(value, Mapping):
        return {"sentence": sentence(str(value["sentence"])), "python": str(value.get("python") or "")}
    return {"sentence": sentence(str(value)), "python": ""}


def advices(values: Iterable[Any] | None) -> list[dict[str, str]]:
    """Return several pieces of advice.

    Examples
    --------
    >>> advices(None)
    []
    """
    return [advice(value) for value in values or ()]
