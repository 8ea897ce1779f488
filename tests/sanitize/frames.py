"""Small frames for the tests of sanitizing."""

from __future__ import annotations

from typing import Any

import polars as pl

from rftkit.messages import dump, pack
from rftkit.sanitize import SanitizeReport, sanitize

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
TOOLS = dump([WEATHER])
ASK = "What is the weather in Lima?"


def user(text: Any = ASK) -> dict[str, Any]:
    return {"role": "user", "content": text}


def call(id: str = "a", name: str = "weather", arguments: Any = "{}") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def result(id: str | None = "a", content: str = "Sunny") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id, "content": content}


def frame(*chats: list[Any] | None, **columns: list[Any]) -> pl.DataFrame:
    """Return records with these messages; `tools` declares the weather unless given."""
    columns.setdefault("tools", [TOOLS] * len(chats))
    columns.setdefault("id", [f"r{at}" for at in range(len(chats))])
    return pl.DataFrame([pack(chats), *(pl.Series(name, values) for name, values in columns.items())])


def judged(*chats: list[Any] | None, **columns: list[Any]) -> SanitizeReport:
    return sanitize(frame(*chats, **columns))


def codes(*chats: list[Any] | None, **columns: list[Any]) -> list[tuple[str, ...]]:
    """Return the errors and warnings of each record."""
    labels = judged(*chats, **columns).labels
    return [(*errors, *warnings) for errors, warnings in labels.select("errors", "warnings").iter_rows()]
