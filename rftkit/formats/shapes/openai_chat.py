"""OpenAI chat files: finished conversations under `messages`, the reply last (supervised fine-tuning).

Also read: batch files (`{"custom_id", "body": {"messages"}}`), language modelling files of TRL, and the `functions` of
old files. The reply becomes the output; what then does not end with a user turn is for `sanitize` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.draft import Draft
from rftkit.formats.prompts import PROMPT_KEYS, answer_of, of_prompt, role_of, take, trailing

NAME = "openai-chat"
DESCRIPTION = "finished conversations under `messages` (OpenAI chat, TRL language modelling, batch files)"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a finished conversation.

    Examples
    --------
    >>> score({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]})
    0.9
    >>> score({"messages": [{"role": "user", "content": "Hi"}]})
    0.8
    """
    return score_of(row, ends_with="assistant")


def score_of(row: dict[str, Any], *, ends_with: str) -> float:
    """Return how sure it is that a row has `messages` in the chat form, surer where they end with this role.

    Examples
    --------
    >>> score_of({"messages": "Hi"}, ends_with="user"), score_of({"text": "Hi"}, ends_with="user")
    (0.6, 0.0)
    """
    messages = body_of(row).get("messages")
    if isinstance(messages, str):
        return 0.6
    if not isinstance(messages, list):
        return 0.0
    chat = all(isinstance(message, dict) and "role" in message for message in messages)
    if not messages or not chat:
        return 0.6
    return 0.9 if role_of(messages[-1]) == ends_with else 0.8


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a conversation, its reply as the output.

    Examples
    --------
    >>> turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    >>> convert({"messages": turns}, {})[0].output
    {'role': 'assistant', 'content': 'Hello!'}
    """
    return [trailing(chat(row))]


def chat(row: dict[str, Any]) -> Draft:
    """Return the draft of a row with `messages`, the trailing turn still in them.

    Examples
    --------
    >>> chat({"custom_id": "a", "body": {"model": "nova-lite", "messages": [{"role": "user", "content": "Hi"}]}}).id
    'a'
    """
    body = body_of(row)
    present = {key: body[key] for key in PROMPT_KEYS if key in body}
    draft = of_prompt(present)
    beside = body if body is row else {**{key: value for key, value in row.items() if key != "body"}, **body}
    take(draft, beside, (*PROMPT_KEYS, "output"), ids=("id", "rftkit_id", "custom_id"))
    draft.output = answer_of(beside.get("output"))
    return draft


def body_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return where the messages of a row are: the row, or the body of a batch request.

    Examples
    --------
    >>> body_of({"custom_id": "a", "body": {"messages": []}})
    {'messages': []}
    """
    body = row.get("body")
    return body if "custom_id" in row and isinstance(body, dict) else row
