"""The check finds what a service would refuse."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rftkit.errors import InputError
from rftkit.formats.writing import check
from tests.formats.writing.conftest import CALL, PHOTO, TOOL, TRAIN, say

GOOD = {"messages": TRAIN, "tools": [TOOL], "rftkit_id": "a"}


def _changed(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


def _tool(**changes: Any) -> dict[str, Any]:
    return {"type": "function", "function": {**TOOL["function"], **changes}}  # type: ignore[dict-item]


def _calling(**changes: Any) -> list[dict[str, Any]]:
    function = {**CALL["function"], **changes}  # type: ignore[dict-item]
    return [*TRAIN[:2], {**TRAIN[2], "tool_calls": [{**CALL, "function": function}]}, *TRAIN[3:]]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (_changed(messages=[]), "messages"),
        (_changed(messages="Hi"), "messages"),
        (_changed(messages=[*say("Hi"), 7]), "messages[1]"),
        (_changed(messages=[{"role": "human", "content": "Hi"}]), "messages[0].role"),
        (_changed(messages=TRAIN[:-1]), "messages"),
        (_changed(messages=say(None)), "messages[0].content"),
        (_changed(messages=say(7)), "messages[0].content"),
        (_changed(messages=say(PHOTO)), "messages[0].content[1]"),
        (_changed(messages=[{"role": "user", "content": "Hi", "name": None}]), "messages[0].name"),
        (_changed(messages=[*TRAIN[:3], *TRAIN[4:]]), "messages[3]"),
        (_changed(messages=[*TRAIN[:2], *TRAIN[3:]]), "messages[2].tool_call_id"),
        (_changed(messages=_calling(name="find train")), "messages[2].tool_calls[0].function.name"),
        (_changed(messages=_calling(arguments={"a": 1})), "messages[2].tool_calls[0].arguments"),
        (_changed(messages=_calling(arguments="{")), "messages[2].tool_calls[0].arguments"),
        (_changed(tools=[]), "tools"),
        (_changed(tools=[{"name": "f"}]), "tools[0]"),
        (_changed(tools=[_tool(name="x" * 65)]), "tools[0].function.name"),
        (_changed(tools=[_tool(parameters="none")]), "tools[0].function.parameters"),
        (_changed(tools=[_tool(parameters={"type": "object", "enum": None})]), "tools[0].function.parameters.enum"),
    ],
)
def test_each_fault_is_found_where_it_is(tmp_path: Path, row: dict[str, Any], path: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(GOOD) + "\n" + json.dumps(row) + "\n")
    problems = check(file)
    assert [(problem.line, problem.path) for problem in problems][:1] == [(2, path)]


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"messages": "\xff"}', b'{"a": NaN}', b""])
def test_a_line_that_is_no_object_is_found(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(json.dumps(GOOD).encode() + b"\n" + line + b"\n")
    assert [problem.line for problem in check(file)] == [2]


def test_a_good_file_has_no_problem_packed_or_not(tmp_path: Path) -> None:
    text = json.dumps(GOOD).encode()
    (tmp_path / "a.jsonl").write_bytes(text)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    assert check(tmp_path / "a.jsonl") == check(tmp_path / "a.jsonl.gz") == []


def test_a_training_conversation_may_end_with_the_assistant(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"messages": TRAIN[:-1], "tools": [TOOL]}))
    assert check(tmp_path / "a.jsonl", "openai-chat") == []


def test_a_format_that_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="openai-rft"):
        check(tmp_path / "a.csv", "csv")
