"""rftkit's own rows, and any row that keeps its prompt under `input`: `{"id", "input": {"messages", "tools"}, ...}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.draft import UNSET, Draft

NAME = "records"
DESCRIPTION = "one record per row, its prompt under `input`: what `export --format records` writes"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row keeps its prompt under `input.messages`.

    Examples
    --------
    >>> score({"id": "a", "input": {"messages": []}})
    1.0
    """
    prompt = row.get("input")
    return 1.0 if isinstance(prompt, dict) and "messages" in prompt else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a row.

    Examples
    --------
    >>> convert({"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}}, {})[0].id
    'a'
    """
    prompt = row["input"]
    return [Draft(messages=prompt["messages"], id=row.get("id"), tools=prompt.get("tools", UNSET))]
