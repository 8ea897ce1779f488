"""Advice of steps as the sentences that a screen shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def sentence(value: Any) -> str:
    """Return the sentence of a piece of advice: its text, or what is under `sentence` or `message`.

    Examples
    --------
    >>> sentence({"code": "small", "sentence": "loans has 12 records."})
    'loans has 12 records.'
    """
    if isinstance(value, Mapping):
        return str(value.get("sentence") or value.get("message") or value)
    return str(value)


def sentences(values: Iterable[Any] | None) -> list[str]:
    """Return the sentences of a list of advice.

    Examples
    --------
    >>> sentences(["a", {"sentence": "b"}])
    ['a', 'b']
    """
    return [sentence(value) for value in values or ()]


def next_act(value: Any) -> str:
    """Return the sentence of the next act; nothing where there is none.

    Examples
    --------
    >>> next_act({"act": "generate", "sentence": "Generate 12 records for loans."}), next_act(None)
    ('Generate 12 records for loans.', '')
    """
    return "" if value is None else sentence(value)
