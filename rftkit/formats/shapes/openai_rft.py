"""OpenAI and Azure RFT, Amazon Nova, Fireworks: prompts under `messages`, a reference beside them.

Every key but `messages` and `tools` is for the grader and is kept as it is. Nothing is moved out of the messages: what
does not end with a user turn is no prompt, and `sanitize` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.draft import Draft
from rftkit.formats.shapes.openai_chat import chat, score_of

NAME = "openai-rft"
DESCRIPTION = "prompts under `messages` with a reference beside them (OpenAI and Azure RFT, Nova, Fireworks)"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a prompt: its messages end with the user.

    Examples
    --------
    >>> score({"messages": [{"role": "user", "content": "Hi"}], "reference_answer": {"total": 12.15}})
    0.9
    """
    return score_of(row, ends_with="user")


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a row.

    Examples
    --------
    >>> convert({"messages": [{"role": "user", "content": "Hi"}], "reference_answer": "12"}, {})[0].extra
    {'reference_answer': '12'}
    """
    return [chat(row)]
