"""Fixtures of every foreign format, and what a shape makes of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rftkit.formats.draft import Draft, NotUnderstood
from rftkit.formats.shapes import shapes

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

ASK = "Milan to Rome tomorrow at 9"
SYSTEM = {"role": "system", "content": "You book trains."}
USER = {"role": "user", "content": ASK}
ANSWER = {"role": "assistant", "content": "There is a 09:05."}
LIMA = {"role": "assistant", "content": "Lima."}
PERU = {"role": "user", "content": "Capital of Peru?"}
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
LOOK = {"role": "user", "content": [{"type": "text", "text": "What is on it?"}, IMAGE]}
PARAMETERS = {
    "type": "object",
    "properties": {"from": {"type": "string"}, "to": {"type": "string"}},
    "required": ["from", "to"],
}
TOOL = {
    "type": "function",
    "function": {"name": "find_train", "description": "Look up departures", "parameters": PARAMETERS},
}


def called(call_id: str, arguments: str = '{"from":"Milan","to":"Rome"}', name: str = "find_train") -> dict[str, Any]:
    """Return the assistant turn that only calls a tool."""
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def returned(call_id: str, content: str = '["09:05"]', **name: str) -> dict[str, Any]:
    """Return the result of a tool call."""
    return {"role": "tool", "tool_call_id": call_id, **name, "content": content}


def rows(shape: str, file: str) -> list[dict[str, Any]]:
    """Return the rows of a fixture, as a container would hand them to the shape."""
    text = (FIXTURES / shape / file).read_text(encoding="utf-8")
    if file.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines()]
    document = json.loads(text)
    if isinstance(document, list):
        return document
    unfold = getattr(shapes()[shape], "rows", None)
    return list(unfold(document)) if unfold else [document]


def everything() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every row of every fixture: its shape, its file, itself."""
    for path in sorted(FIXTURES.glob("*/*.json*")):
        for row in rows(path.parent.name, path.name):
            yield path.parent.name, path.name, row


def read(shape: str, file: str) -> tuple[list[Draft], Counter[str]]:
    """Return the drafts of a fixture and the reasons of the rows that have none."""
    drafts: list[Draft] = []
    reasons: Counter[str] = Counter()
    for row in rows(shape, file):
        try:
            drafts += shapes()[shape].convert(row, {})
        except NotUnderstood as reason:
            reasons[str(reason)] += 1
    return drafts, reasons


def roles(draft: Draft) -> list[str]:
    """Return the roles of a draft's messages."""
    return [message["role"] for message in draft.messages or []]
