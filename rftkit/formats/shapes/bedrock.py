"""Bedrock Converse, and the conversation schema of Nova: content as `[{"text"}]`, `toolUse`, `toolResult`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.values import objects
from rftkit.formats.draft import Draft
from rftkit.formats.shapes._drafts import broken, of_conversation, own

NAME = "bedrock"
DESCRIPTION = "Bedrock Converse and Nova's conversation schema: content blocks without a type"

_BLOCKS = ("text", "toolUse", "toolResult", "image", "document", "video", "reasoningContent", "cachePoint")
_USED = ("system", "messages", "toolConfig")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is written for Converse.

    Examples
    --------
    >>> score({"messages": [{"role": "user", "content": [{"text": "Hi"}]}]})
    0.98
    """
    blocks = [block for message in objects(row.get("messages")) for block in objects(message.get("content"))]
    if any("type" not in block and any(key in block for key in _BLOCKS) for block in blocks):
        return 0.98
    version = row.get("schemaVersion")
    return 0.9 if isinstance(version, str) and version.startswith("bedrock-conversation") else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a row; a trailing assistant turn is the output.

    Examples
    --------
    >>> row = {"system": [{"text": "Be kind."}], "messages": [{"role": "user", "content": [{"text": "Hi"}]}]}
    >>> convert(row, {})[0].messages
    [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'Hi'}]
    """
    request = requests.read({key: row.get(key) for key in _USED})
    if request is None:
        return [broken(row, _USED, own(row, _USED))]
    draft = of_conversation(request.messages, **own(row, _USED))
    draft.tools, draft.tool_choice = request.tools, request.tool_choice
    return [draft]
