"""Repairs can be undone from their log."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from rftkit.formats import read
from rftkit.messages import unpack
from rftkit.sanitize import revert, sanitize
from tests.sanitize.frames import frame, user


def came(tmp_path: Path, *rows: object) -> pl.DataFrame:
    # A sound row first and last, so that the file's shape is never in doubt.
    sound = {"id": "sound", "input": {"messages": [user()]}}
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in (sound, *rows, sound)))
    return pl.concat(list(read(path)))[1:-1]


CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": {"city": "Lima"}}}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "Sunny"}
PROMPTS = {
    "role in other letters": [{"role": "User ", "content": "Where is my order?"}],
    "arguments as an object": [user(), {"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT, user()],
    "parts as strings": [user(["Where is my order?"])],
    "call ids that are numbers": [
        user(),
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{**CALL, "id": 7, "function": {"name": "f", "arguments": "{}"}}],
        },
        {**RESULT, "tool_call_id": 7},
        user(),
    ],
    "function_call": [
        user(),
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "Sunny"},
        user(),
    ],
}


@pytest.mark.parametrize("name", PROMPTS)
def test_what_was_repaired_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    frame = came(tmp_path, {"id": "x", "input": {"messages": PROMPTS[name]}})
    assert frame["repairs"].item() is not None
    undone = revert(frame)
    assert next(unpack(undone["messages"])) == PROMPTS[name]
    assert undone["repairs"].item() is None


def test_messages_that_were_text_are_no_messages_again(tmp_path: Path) -> None:
    text = json.dumps([user()])
    undone = revert(came(tmp_path, {"id": "x", "input": {"messages": text}}))
    assert undone["messages"].item() is None
    assert json.loads(undone["raw"].item()) == {"messages": text}
    assert sanitize(undone).labels["errors"].to_list() == [["missing_messages"]]


def test_an_undone_repair_is_judged_anew(tmp_path: Path) -> None:
    frame = came(tmp_path, {"id": "x", "input": {"messages": PROMPTS["arguments as an object"]}})
    assert sanitize(frame).valid == 1
    found = sanitize(revert(frame))
    assert found.errors_by_code == {"invalid_tool_arguments": 1}
    assert found.repaired == 0


def test_what_no_column_can_hold_stays_repaired_and_in_the_log() -> None:
    log = json.dumps(
        [{"code": "bom", "where": "line", "before": "\ufeff"}, {"code": "id", "where": "/id", "before": 7}]
    )
    made = frame([user()], repairs=[log])
    undone = revert(made)
    assert json.loads(undone["repairs"].item()) == json.loads(log)
    assert next(unpack(undone["messages"])) == [user()]
    assert sanitize(undone).repaired == 1


def test_rows_without_repairs_come_back_as_they_are() -> None:
    made = frame([user()], [user("Another question?")], repairs=pl.Series([None, None], dtype=pl.String).to_list())
    made = made.with_columns(pl.col("repairs").cast(pl.String))
    assert revert(made).equals(made)
