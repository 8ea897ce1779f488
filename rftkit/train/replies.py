"""What a model said, taken apart: its words and its calls of tools."""

from __future__ import annotations

import json
import re
from typing import Any

_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


def read(text: str) -> tuple[str | None, list[dict[str, Any]]]:
    """Return the words and the calls of an answer, in OpenAI's shape.

    Calls are read as the open models of the Hermes and Qwen families write them: JSON with `name` and `arguments`
    between tags. What is no such JSON stays text.

    Parameters
    ----------
    text
        What the model generated.

    Returns
    -------
    tuple
        The words, None where there are only calls; the calls.

    Examples
    --------
    >>> read('<tool_call>{"name": "track", "arguments": {"id": 7}}</tool_call>')[1][0]["function"]
    {'name': 'track', 'arguments': '{"id": 7}'}
    >>> read("It is on its way.")
    ('It is on its way.', [])
    """
    calls: list[dict[str, Any]] = []

    def take(found: re.Match[str]) -> str:
        call = _call(found.group(1), len(calls))
        if call is None:
            return found.group(0)
        calls.append(call)
        return ""

    words = _CALL.sub(take, text)
    return (words.strip() or None if calls else words), calls


def _call(text: str, place: int) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", value.get("parameters", {}))
    told = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {"id": f"call_{place}", "type": "function", "function": {"name": value["name"], "arguments": told}}
