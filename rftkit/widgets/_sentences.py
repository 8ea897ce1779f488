"""Advice of steps as a screen shows it: a sentence, and the line of Python that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rftkit import render


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


def many(ids: Sequence[str]) -> str:
    """Return records as words: the one by its id, several by their number.

    Examples
    --------
    >>> many(["a"]), many(["a", "b"])
    ('a', '2 records')
    """
    return ids[0] if len(ids) == 1 else render.plural(len(ids), "record")


def listed(ids: Sequence[str]) -> str:
    """Return ids as Python writes them; many as a name for them.

    Examples
    --------
    >>> listed(["a", "b"]), listed(["a", "b", "c", "d"])
    ("['a', 'b']", 'ids')
    """
    return repr(list(ids)) if len(ids) <= 3 else "ids"
