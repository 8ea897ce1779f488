"""Gemini and Vertex: `{"systemInstruction", "contents": [{"role", "parts"}], "tools", "references"}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.dialects.values import name_of, objects, without
from rftkit.formats.draft import Draft
from rftkit.formats.shapes._drafts import broken, of_conversation, own

NAME = "gemini"
DESCRIPTION = "Gemini on Vertex: contents of parts, a system instruction, references"

_SYSTEM = ("systemInstruction", "system_instruction")
_CONFIG = ("toolConfig", "tool_config")
_USED = (*_SYSTEM, *_CONFIG, "contents", "tools")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is written for Gemini.

    Examples
    --------
    >>> score({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]})
    0.98
    """
    contents = row.get("contents")
    if any("parts" in content for content in objects(contents)):
        return 0.98
    return 0.8 if contents is not None and any(key in row for key in (*_SYSTEM, "references")) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a row; `references.answer` is the reference, a trailing turn of the model the output.

    Examples
    --------
    >>> row = {"contents": [{"role": "user", "parts": [{"text": "3 x 4"}]}], "references": {"answer": "12"}}
    >>> convert(row, {})[0].extra
    {'reference_answer': '12'}
    """
    request = requests.read({key: row.get(key) for key in _USED})
    if request is None:
        return [broken(row, _USED, own(row, _USED))]
    facts = own(row, _USED)
    facts |= _referred(facts)
    draft = of_conversation(request.messages, **facts)
    draft.tools, draft.tool_choice = request.tools, request.tool_choice
    return [draft]


def _referred(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return id and extra keys with the references in their place; those that rftkit's export wrote are keys again."""
    extra = facts["extra"] or {}
    references = object_of(extra.get("references"))
    others = without(references, ["answer", "rftkit_id"])
    own_id = name_of(references.get("rftkit_id"))
    found: dict[str, Any] = {}
    for key, value in extra.items():
        if key != "references" or not references:
            found[key] = value
            continue
        found |= {"reference_answer": references["answer"]} if "answer" in references else {}
        found |= others if own_id else {"references": others} if others else {}
    return {"id": facts["id"] or own_id, "extra": found or None}
