"""Alpaca: `{"instruction", "input", "output", "system", "history"}`, and Dolly's names for the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import calls
from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.shapes._drafts import broken, column, of_messages, own

NAME = "alpaca"
DESCRIPTION = "instruction, input and output, with system text and history"

_INPUT = ("input", "context")
_OUTPUT = ("output", "response", "chosen")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is an instruction with its input or output.

    Examples
    --------
    >>> score({"instruction": "Add.", "input": "1, 2", "output": "3"})
    0.95
    """
    if not isinstance(row.get("instruction"), str) or "messages" in row or "instances" in row:
        return 0.0
    if any(name in row for name in ("input", "output", "history")):
        return 0.95
    return 0.9 if any(name in row for name in (*_INPUT, *_OUTPUT)) else 0.4


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    r"""Return the one prompt of a row: the instruction, a blank line, the input.

    Examples
    --------
    >>> draft = convert({"instruction": "Add.", "input": "1, 2", "output": "3"}, {})[0]
    >>> draft.messages, draft.output
    ([{'role': 'user', 'content': 'Add.\n\n1, 2'}], {'role': 'assistant', 'content': '3'})
    """
    asked_key, asked = column(row, mapping, "instruction", "instruction")
    given_key, given = column(row, mapping, "input", *_INPUT)
    answer_key, answer = column(row, mapping, "output", *_OUTPUT)
    lead = [{"role": "system", "content": row["system"]}] if row.get("system") not in (None, "") else []
    messages = [*lead, *_history(row.get("history")), {"role": "user", "content": _prompt(asked, given)}]
    output = UNSET if answer in (None, "") else calls.assistant(answer) if isinstance(answer, str) else answer
    facts = own(row, [asked_key, given_key, answer_key, "system", "history"])
    if asked is None and given is None:
        return [broken(row, [asked_key, given_key], facts)]
    return [of_messages(messages, output, **facts)]


def _prompt(asked: Any, given: Any) -> Any:
    said = [text for text in (asked, given) if text not in (None, "")]
    if len(said) == 2 and all(isinstance(text, str) for text in said):
        return f"{asked}\n\n{given}"
    return said[0] if said else ""


def _history(history: Any) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    for pair in history if isinstance(history, list) else []:
        both = pair if isinstance(pair, list) else [pair]
        turns.extend({"role": role, "content": text} for role, text in zip(("user", "assistant"), both, strict=False))
    return turns
