"""Rules on tool calls and their results."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rftkit.messages import dump
from rftkit.sanitize import sanitize, structure, toolcalls
from rftkit.sanitize.single import complete
from tests.sanitize.frames import WEATHER, call, calling, codes, frame, result, user

END = user("Thank you, and tomorrow?")


@pytest.mark.parametrize(
    ("chat", "expected"),
    [
        ([user(), calling(call("a")), result("a"), END], ()),
        ([user(), calling(call("a"), call("b")), result("b"), result("a"), END], ()),
        ([user(), calling(call("a"), call("b")), result("a"), END], ("tool_call_without_result",)),
        ([user(), calling(call("a")), END], ("tool_call_without_result",)),
        ([user(), result("a"), END], ("orphan_tool_result",)),
        ([user(), result("a"), calling(call("a")), END], ("orphan_tool_result", "tool_call_without_result")),
        ([user(), calling(call("a")), result("b"), END], ("orphan_tool_result", "tool_call_without_result")),
        ([user(), calling(call("a")), result("a"), result("a"), END], ("orphan_tool_result",)),
        ([user(), calling(call("a")), result(None), END], ("missing_tool_call_id",)),
        ([user(), calling(call("")), result("a"), END], ("missing_tool_call_id",)),
        ([user(), calling(call("a")), result("a"), calling(call("a")), result("a"), END], ("duplicate_tool_call_id",)),
        (
            [user(), calling(call("a")), result("a"), calling(call("a")), END],
            ("tool_call_without_result", "duplicate_tool_call_id"),
        ),
        ([user(), calling(call("a", name="news")), result("a"), END], ("undeclared_tool",)),
    ],
)
def test_every_call_has_an_id_a_result_and_a_declared_tool(chat: list, expected: tuple) -> None:
    assert codes(chat) == [expected]


@pytest.mark.parametrize(
    ("arguments", "sound"),
    [
        ("{}", True),
        (' {"city": "Lima", "days": 12345678901234567890123} ', True),
        ("", False),
        ("null", False),
        ("[1]", False),
        ('"{}"', False),
        ("{'city': 'Lima'}", False),
        ('{"city": "Lima",}', False),
        ('{"city": None}', False),
        ('{"city": "Li', False),
        ('{{"city": "Lima"}}', False),
        ("Lima", False),
        ({"city": "Lima"}, False),
        (None, False),
    ],
)
def test_arguments_are_json_text_of_an_object(arguments: object, sound: bool) -> None:
    chat = [user(), calling(call("a", arguments=arguments)), result("a"), END]
    assert codes(chat) == [() if sound else ("invalid_tool_arguments",)]


@pytest.mark.parametrize(
    "tools", [None, "[]", '{"tools":"see prompt"}', '[{"type":"function","function":{"name":"news"}}]']
)
def test_a_call_of_a_tool_that_is_not_declared_is_a_warning(tools: str | None) -> None:
    chat = [user(), calling(call("a")), result("a"), END]
    assert codes(chat, tools=[tools]) == [("undeclared_tool",)]


def test_tools_may_be_declared_flat_as_the_responses_api_does() -> None:
    flat = dump([{"type": "function", **WEATHER["function"]}])
    assert codes([user(), calling(call("a")), result("a"), END], tools=[flat]) == [()]


@pytest.mark.parametrize("calls", [["weather"], [None], [{}], {"calls": []}, 7])
def test_calls_that_are_no_calls_are_reported_and_never_raise(calls: object) -> None:
    chat = [user(), {"role": "assistant", "content": "Wait", "tool_calls": calls}, END]
    assert {"invalid_message", "missing_tool_call_id", "invalid_tool_arguments"} <= set(codes(chat)[0])


def test_repeated_ids_of_real_agents_stay_valid(shared_data: Path) -> None:
    lines = gzip.decompress((shared_data / "tau-airline-tools.jsonl.gz").read_bytes()).splitlines()
    inputs = [json.loads(line)["input"] for line in lines]
    made = frame(*[entry["messages"] for entry in inputs], tools=[dump(entry["tools"]) for entry in inputs])
    found = sanitize(made)
    assert found.errors_by_code == {}
    assert found.warnings_by_code["duplicate_tool_call_id"] == 10
    assert "undeclared_tool" not in found.warnings_by_code
    assert "secret" not in found.warnings_by_code


def test_rules_that_find_nothing_run_on_the_streaming_engine_too() -> None:
    """In polars 2.1 `pl.format` panics there on a frame that a filter has emptied; large frames are streamed."""
    made = complete(frame([user(), calling(call("a")), result("a"), END]))
    messages = structure.flat(made)
    for found in (*structure.rules(made, messages), *toolcalls.rules(made, messages)):
        assert found.collect(engine="streaming").is_empty()
