"""Fireworks RFT: chat messages and a `ground_truth`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import tools
from rftkit.formats.dialects.values import parsed
from rftkit.formats.draft import UNSET, Draft, NotUnderstood
from rftkit.formats.shapes._drafts import column, of_conversation, own

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
    said_key, said = column(row, mapping, "messages", "messages")
    truth_key, truth = column(row, mapping, "reference_answer", "ground_truth")
    said = parsed(said)
    if not isinstance(said, list):
        raise NotUnderstood("a row without a list of messages")
    facts = own(row, [said_key, truth_key, "tools", "tool_choice"])
    facts["extra"] = {**({"reference_answer": truth} if truth_key in row else {}), **(facts["extra"] or {})} or None
    draft = of_conversation(said, **facts)
    draft.tools = UNSET if row.get("tools") is None else tools.fold(row["tools"])
    draft.tool_choice = row.get("tool_choice", UNSET)
    return [draft]
