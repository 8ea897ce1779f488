"""OpenAI Responses: `{"input": text or items, "instructions", "output": items, "tools"}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.messages import is_conversation
from rftkit.formats.dialects.values import first, name_of, without
from rftkit.formats.draft import Draft, NotUnderstood
from rftkit.formats.shapes._drafts import call_log, identity, of_call

NAME = "responses"
DESCRIPTION = "calls of the OpenAI Responses API: input, instructions and output items"

_ITEMS = ("message", "function_call", "function_call_output", "reasoning", "item_reference")
_HOSTED = ("web_search_call", "file_search_call", "code_interpreter_call", "computer_call", "mcp_call")
_USED = (*requests.USED, "id", "output", "output_text", "conversation")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a call of the Responses API.

    Examples
    --------
    >>> score({"input": "Hi", "output": [{"type": "message", "role": "assistant", "content": []}]})
    0.97
    """
    given = row.get("input")
    if not isinstance(given, str | list) or "messages" in row or "type" in row:
        return 0.0
    if row.get("object") == "response" or _is_items(row.get("output")):
        return 0.97
    if _is_items(given) or ("instructions" in row and (isinstance(given, str) or is_conversation(given))):
        return 0.96
    return 0.8 if isinstance(given, list) and is_conversation(given) else 0.0


def _is_items(value: Any) -> bool:
    listed = value if isinstance(value, list) else []
    return any(isinstance(item, dict) and item.get("type") in (*_ITEMS, *_HOSTED) for item in listed)


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a call.

    Examples
    --------
    >>> convert({"input": "Hi", "instructions": "Be kind."}, {})[0].messages
    [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'Hi'}]
    """
    request = requests.read(row)
    if request is None:
        raise NotUnderstood("a response without its input")
    held = row.get("conversation")
    tie = name_of(held.get("id") if isinstance(held, dict) else held) or _session(row)
    answer = first(row, "output", "output_text")
    facts = {**without(row, _USED), **_hosted(row)}
    return [of_call(request, answer, facts, id=identity(row, "id"), conversation=tie or call_log(request.messages))]


def _session(row: Mapping[str, Any]) -> str | None:
    metadata = row.get("metadata")
    held = metadata if isinstance(metadata, dict) else {}
    return name_of(first(held, "conversation_id", "session_id", "thread_id"))


def _hosted(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the items that the chat form has no place for: calls that OpenAI's own servers made."""
    both = [item for key in ("input", "output") for item in (row[key] if isinstance(row.get(key), list) else [])]
    hosted = [item for item in both if isinstance(item, dict) and item.get("type") in _HOSTED[:-1]]
    return {"hosted_calls": hosted} if hosted else {}
