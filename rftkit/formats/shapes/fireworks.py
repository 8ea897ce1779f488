"""Fireworks RFT: chat messages and a `ground_truth`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects.values import parsed
from rftkit.formats.draft import Draft
from rftkit.formats.prompts import trailing
from rftkit.formats.shapes._drafts import column
from rftkit.formats.shapes.openai_chat import chat

NAME = "fireworks"
DESCRIPTION = "Fireworks RFT: messages and `ground_truth`"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a prompt with its ground truth.

    Examples
    --------
    >>> score({"messages": [{"role": "user", "content": "3 x 4"}], "ground_truth": "12"})
    0.99
    """
    return 0.99 if "ground_truth" in row and isinstance(parsed(row.get("messages")), list) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a row; the ground truth is its reference.

    Examples
    --------
    >>> convert({"messages": [{"role": "user", "content": "3 x 4"}], "ground_truth": "12"}, {})[0].extra
    {'reference_answer': '12'}
    """
    key, truth = column(row, mapping, "answer", "ground_truth")
    draft = trailing(chat({name: value for name, value in row.items() if name != key}))
    if key in row:
        draft.extra = {"reference_answer": truth, **(draft.extra or {})}
    return [draft]
