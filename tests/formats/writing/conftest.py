"""Records that the tests of writing share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit import messages as chat
from rftkit import schema
from rftkit.formats.writing import complete, write

Row = dict[str, Any]

TOOL = {
    "type": "function",
    "function": {
        "name": "find_train",
        "description": "Look up departures",
        "parameters": {"type": "object", "properties": {"from": {"type": "string"}}, "required": ["from"]},
    },
}
# A space after the colon: text that a careless writer would set anew.
ARGUMENTS = '{"from": "Milan",  "to":"Rome"}'
CALL = {"id": "call_7", "type": "function", "function": {"name": "find_train", "arguments": ARGUMENTS}}
TRAIN = [
    {"role": "system", "content": "You book trains."},
    {"role": "user", "content": "Milan to Rome"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_7", "name": "find_train", "content": '["09:05"]'},
    {"role": "assistant", "content": "There is a 09:05."},
    {"role": "user", "content": "Take it"},
]
PHOTO = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}}]


def say(text: Any) -> list[Row]:
    """Return a prompt of one user turn."""
    return [{"role": "user", "content": text}]


def frame_of(*rows: Row) -> pl.DataFrame:
    """Return records as `Dataset.records()` gives them; objects become JSON text where the schema has it."""
    texts = ("tools", "tool_choice", "output", "metadata", "extra", "raw", "repairs")
    columns = {}
    for name in {key for row in rows for key in row} - {"messages"}:
        values = [row.get(name) for row in rows]
        made = [None if value is None else chat.dump(value) for value in values] if name in texts else values
        columns[name] = pl.Series(name, made, dtype=schema.FRAME[name])
    columns["messages"] = chat.pack([row.get("messages") for row in rows])
    frame = pl.DataFrame(list(columns.values()))
    return complete(frame if "valid" in frame.columns else frame.with_columns(valid=pl.lit(True)))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., list[Row]]:
    """Return a function that writes records and gives back the parsed lines."""

    def run(format_: str, *rows: Row, **options: Any) -> list[Row]:
        path = tmp_path / "out.jsonl"
        write(frame_of(*rows), path, format_, **options)
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]

    return run
