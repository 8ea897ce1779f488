"""Anthropic Messages: a top-level `system`, content blocks, tools with an `input_schema`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.values import objects
from rftkit.formats.draft import Draft
from rftkit.formats.shapes._drafts import broken, of_conversation, own

NAME = "anthropic"
DESCRIPTION = "Anthropic Messages: system text beside the messages, content blocks, tool_use and tool_result"

_BLOCKS = ("tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use")
_USED = ("system", "messages", "tools", "tool_choice")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is written for the Messages API.

    Examples
    --------
    >>> score({"system": "Be kind.", "messages": [{"role": "user", "content": "Hi"}]})
    0.96
    """
    messages = objects(row.get("messages"))
    if not messages or any(message.get("role") not in ("user", "assistant") for message in messages):
        return 0.0
    blocks = [block for message in messages for block in objects(message.get("content"))]
    if any("type" not in block for block in blocks) or "schemaVersion" in row:
        return 0.0  # Bedrock's Converse
    told = any(block["type"] in _BLOCKS or isinstance(block.get("source"), dict) for block in blocks)
    if told or any("input_schema" in tool for tool in objects(row.get("tools"))):
        return 0.98
    return 0.96 if isinstance(row.get("system"), str | list) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a row; a trailing assistant turn is the output.

    Examples
    --------
    >>> convert({"system": "Be kind.", "messages": [{"role": "user", "content": "Hi"}]}, {})[0].messages
    [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'Hi'}]
    """
    body = {key: row.get(key) for key in _USED}
    request = requests.read({"system": None, **body})
    if request is None:
        return [broken(row, _USED, own(row, _USED))]
    draft = of_conversation(request.messages, **own(row, _USED))
    draft.tools, draft.tool_choice = request.tools, request.tool_choice
    return [draft]
