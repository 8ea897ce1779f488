"""Preference files (DPO): a prompt, a better and a worse answer. The prompt is taken, the better answer its output.

OpenAI's form is `{"input": {"messages"}, "preferred_output", "non_preferred_output"}`, TRL's `prompt`, `chosen`,
`rejected`; without a `prompt` the turns that both answers begin with are the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from rftkit.formats.dialects.marked import turns
from rftkit.formats.draft import Draft
from rftkit.formats.prompts import answer_of, of_messages, of_prompt, take

NAME = "preference"
DESCRIPTION = "a prompt with a better and a worse answer (DPO of OpenAI and of TRL); gives the prompts"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row has two answers to compare.

    Examples
    --------
    >>> score({"prompt": "Hi", "chosen": "Hello!", "rejected": "What?"})
    1.0
    """
    pairs = (("preferred_output", "non_preferred_output"), ("chosen", "rejected"))
    if "conversations" in row or "instruction" in row:
        return 0.0  # pairs of ShareGPT and Alpaca, which keep their prompt elsewhere
    return 1.0 if any(better in row and worse in row for better, worse in pairs) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a row; the worse answer stays beside it.

    Examples
    --------
    >>> draft = convert({"prompt": "Hi", "chosen": "Hello!", "rejected": "What?"}, {})[0]
    >>> draft.output, draft.extra
    ({'role': 'assistant', 'content': 'Hello!'}, {'rejected': 'What?'})
    """
    if "preferred_output" in row:
        draft = take(of_prompt(row.get("input")), row, ("input", "preferred_output"))
        draft.output = answer_of(row["preferred_output"])
        return [draft]
    if row.get("prompt") is not None:
        draft = take(of_messages(row["prompt"], row.get("tools")), row, ("prompt", "chosen", "tools"))
        draft.output = answer_of(row.get("chosen"))
        return [draft]
    return [_of_pair(row)]


def _of_pair(row: dict[str, Any]) -> Draft:
    chosen, rejected = (turns(row.get(name)) or row.get(name) for name in ("chosen", "rejected"))
    if not isinstance(chosen, list) or not isinstance(rejected, list):
        return take(of_messages(None), row, ())
    same = takewhile(lambda pair: pair[0] == pair[1], zip(chosen, rejected, strict=False))
    prompt = [message for message, _ in same]
    draft = take(of_messages(prompt, row.get("tools")), row, ("chosen", "tools"))
    draft.output = answer_of(chosen[len(prompt) :])
    return draft
