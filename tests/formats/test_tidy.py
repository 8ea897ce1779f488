"""Repairs of the chat form: one meaning, set right, logged; no guess anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from rftkit.formats.tidy import messages_of, tidy, tools_of


def _tidied(*messages: Any) -> tuple[list[Any], list[dict[str, Any]]]:
    log: list[dict[str, Any]] = []
    return tidy(list(messages), log), log


@pytest.mark.parametrize("role", ["User", "USER", " user", "user\n"])
def test_roles_that_differ_in_case_or_space_are_set_right(role: str) -> None:
    made, log = _tidied({"role": role, "content": "Hi"})
    assert made == [{"role": "user", "content": "Hi"}]
    assert log == [{"code": "role", "where": "/messages/0/role", "before": role}]


@pytest.mark.parametrize(
    "message",
    [{"role": "human", "content": "Hi"}, {"role": 3}, {"role": "", "content": ""}, {"content": 42}, 7, None, ["user"]],
)
def test_what_has_no_one_meaning_stays(message: Any) -> None:
    assert _tidied(message) == ([message], [])


def test_arguments_given_as_an_object_become_text_with_their_keys_in_order() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {"b": 1, "a": [10**30]}}}
    made, log = _tidied({"role": "assistant", "content": None, "tool_calls": [call]})
    assert made[0]["tool_calls"][0]["function"]["arguments"] == '{"b":1,"a":[1000000000000000000000000000000]}'
    assert log == [
        {"code": "arguments", "where": "/messages/0/tool_calls/0/function/arguments", "before": {"b": 1, "a": [10**30]}}
    ]


def test_broken_arguments_are_left_alone() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{'a': 1}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert _tidied(message) == ([message], [])


def test_function_calls_of_old_files_become_tool_calls_with_their_results() -> None:
    calling = {"role": "assistant", "content": None, "function_call": {"name": "find", "arguments": "{ }"}}
    answer = {"role": "function", "name": "find", "content": "09:05"}
    made, log = _tidied({"role": "user", "content": "Hi"}, calling, answer)
    assert made[1] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{ }"}}],
    }
    assert made[2] == {"role": "tool", "tool_call_id": "call_1", "name": "find", "content": "09:05"}
    assert [(entry["where"], entry["before"]) for entry in log] == [("/messages/1", calling), ("/messages/2", answer)]


def test_a_function_role_without_its_call_is_no_legacy_file() -> None:
    message = {"role": "function", "content": "Hi"}
    assert _tidied(message) == ([message], [])


def test_bare_strings_in_parts_become_text_parts() -> None:
    made, log = _tidied({"role": "user", "content": ["Hi", {"type": "image_url", "image_url": {"url": "a.png"}}]})
    assert made[0]["content"][0] == {"type": "text", "text": "Hi"}
    assert log == [{"code": "part_as_text", "where": "/messages/0/content/0", "before": "Hi"}]


def test_call_ids_that_are_integers_become_text() -> None:
    made, log = _tidied({"role": "tool", "tool_call_id": 7, "content": "ok"})
    assert made[0]["tool_call_id"] == "7"
    assert log[0]["before"] == 7


def test_only_json_text_of_a_list_is_read_as_messages() -> None:
    log: list[dict[str, Any]] = []
    assert messages_of('[{"role": "user", "content": "Hi"}]', log) == [{"role": "user", "content": "Hi"}]
    assert [messages_of(value, log) for value in ("Hi", "[sic] Hi", {"0": {}}, 1, None)] == [None] * 5
    assert len(log) == 1


@pytest.mark.parametrize(
    "value", [{"tools": "see prompt"}, "none", 7, [], [{"type": "function", "function": {"name": "f"}}]]
)
def test_tools_in_the_chat_form_and_what_is_no_list_stay(value: Any) -> None:
    log: list[dict[str, Any]] = []
    assert tools_of(value, log) == value
    assert log == []
