"""Whole conversations in one text column, with the marks of a chat template (ChatML, Llama, `Human:` and `Assistant:`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects.marked import turns
from rftkit.formats.draft import Draft
from rftkit.formats.shapes._drafts import broken, column, of_conversation, own

NAME = "chat-text"
DESCRIPTION = "whole conversations in one text with the marks of a chat template (ChatML, Llama, Human and Assistant)"

#: Columns that such a text is in.
TEXTS = ("text", "prompt", "conversation", "chat", "content", "input", "messages")


def score(row: dict[str, Any]) -> float:
    r"""Return how sure it is that a column of the row is a whole conversation.

    Examples
    --------
    >>> score({"text": "<|im_start|>user\nHi<|im_end|>\n"}), score({"text": "Hi"})
    (0.95, 0.0)
    """
    held = next((row[name] for name in TEXTS if isinstance(row.get(name), str)), None)
    return 0.95 if turns(held) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    r"""Return the one prompt of a text; its trailing assistant turn is the output.

    Examples
    --------
    >>> draft = convert({"text": "\n\nHuman: Hi\n\nAssistant: Hello!"}, {})[0]
    >>> draft.messages, draft.output
    ([{'role': 'user', 'content': 'Hi'}], {'role': 'assistant', 'content': 'Hello!'})
    """
    name, text = column(row, mapping, "text", *TEXTS)
    facts = own(row, [name])
    messages = turns(text)
    return [broken(row, [name], facts) if messages is None else of_conversation(messages, **facts)]
