"""What rftkit writes for a trainer or a provider reads back as the prompt it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit import formats, schema
from rftkit.formats.writing import write
from rftkit.messages import load, unpack
from tests.formats.shapes.reading import SYSTEM, TOOL, USER, called, returned

ROWS: list[dict[str, Any]] = [
    {
        "id": "a",
        "messages": [
            SYSTEM,
            USER,
            called("call_1", '{"from": "Milan"}'),
            returned("call_1"),
            {"role": "user", "content": "Which?"},
        ],
        "tools": [TOOL],
        "reference_answer": "09:05",
        "topic": "trains/booking",
    },
    {"id": "b", "messages": [{"role": "user", "content": "3 x 4?"}], "reference_answer": "12", "topic": "maths"},
]


def _frame() -> pl.DataFrame:
    frame = pl.concat(list(formats.read(ROWS, format="openai-rft")))
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.FRAME.items() if name not in frame]
    topics = pl.Series("topic", [row["topic"] for row in ROWS])
    return frame.with_columns(absent).with_columns(topics, valid=pl.lit(True), split=pl.lit("train"))


def _arguments(value: Any) -> Any:
    """Read call arguments that a format keeps as objects, so that only their meaning is compared."""
    if isinstance(value, dict):
        return {
            key: load(item) if key == "arguments" and isinstance(item, str) else _arguments(item)
            for key, item in value.items()
            if key != "name"
        }
    return [_arguments(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["sharegpt", "verl", "gemini", "bedrock", "fireworks", "trl", "openai-rft"])
def test_an_export_reads_back_as_the_prompts_it_was_written_from(name: str, tmp_path: Path) -> None:
    path = tmp_path / ("rows.parquet" if name == "verl" else "rows.jsonl")
    write(_frame(), path, name)
    back = pl.concat(list(formats.read(path)))
    assert back["id"].to_list() == ["a", "b"]
    assert _arguments(list(unpack(back["messages"]))) == _arguments([row["messages"] for row in ROWS])
    assert [load(text) for text in back["tools"]] == [[TOOL], None]


@pytest.mark.parametrize("name", ["verl", "gemini", "bedrock", "fireworks", "trl", "openai-rft"])
def test_references_and_topics_come_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / ("rows.parquet" if name == "verl" else "rows.jsonl")
    write(_frame(), path, name)
    back = pl.concat(list(formats.read(path)))
    assert [load(text)["reference_answer"] for text in back["extra"]] == ["09:05", "12"]
    assert [load(text)["topic"] for text in back["labels"]] == ["trains/booking", "maths"]


@pytest.mark.parametrize("name", ["sharegpt", "verl", "bedrock", "fireworks", "openai-rft"])
def test_arguments_survive_an_export_byte_for_byte_where_they_are_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / ("rows.parquet" if name == "verl" else "rows.jsonl")
    write(_frame(), path, name)
    (first, *_) = unpack(pl.concat(list(formats.read(path)))["messages"])
    assert first is not None
    assert first[2]["tool_calls"][0]["function"]["arguments"] == '{"from": "Milan"}'
