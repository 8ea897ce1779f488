from __future__ import annotations

from typing import Any

import pytest

from rftkit.formats.dialects import tools

SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]}
CHAT = {"type": "function", "function": {"name": "find", "description": "Look up", "parameters": SCHEMA}}
GEMINI_SCHEMA = {"type": "OBJECT", "properties": {"to": {"type": "STRING"}}, "required": ["to"]}


@pytest.mark.parametrize(
    "tool",
    [
        CHAT,
        {"function": CHAT["function"]},
        {"type": "function", "name": "find", "description": "Look up", "parameters": SCHEMA},
        {"name": "find", "description": "Look up", "parameters": SCHEMA},
        {"name": "find", "description": "Look up", "input_schema": SCHEMA},
        {"type": "custom", "name": "find", "description": "Look up", "input_schema": SCHEMA},
        {"name": "find", "description": "Look up", "input_schema": SCHEMA, "cache_control": {"type": "ephemeral"}},
        {"name": "find", "description": "Look up", "inputSchema": SCHEMA},
        {"toolSpec": {"name": "find", "description": "Look up", "inputSchema": {"json": SCHEMA}}},
        {"functionDeclarations": [{"name": "find", "description": "Look up", "parameters": GEMINI_SCHEMA}]},
        {"function_declarations": [{"name": "find", "description": "Look up", "parametersJsonSchema": SCHEMA}]},
        '{"type": "function", "name": "find", "description": "Look up", "parameters": '
        '{"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]}}',
    ],
)
def test_every_way_of_writing_a_tool_folds_to_the_chat_form(tool: Any) -> None:
    assert tools.fold([tool]) == [CHAT]


def test_the_chat_form_is_left_exactly_as_it_is() -> None:
    odd = {"type": "function", "function": {"parameters": SCHEMA, "name": "find", "strict": None}, "x": 1}
    assert tools.fold([odd]) == [odd]
    assert list(tools.fold([odd])[0]["function"]) == ["parameters", "name", "strict"]


def test_strict_and_the_order_of_keys_survive() -> None:
    flat = {"type": "function", "strict": True, "name": "find", "parameters": {}}
    assert tools.fold([flat]) == [{"type": "function", "function": {"strict": True, "name": "find", "parameters": {}}}]


def test_what_is_no_function_stays() -> None:
    hosted = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
    assert tools.fold([hosted, {"type": "file_search"}, {"googleSearch": {}}]) == [
        hosted,
        {"type": "file_search"},
        {"googleSearch": {}},
    ]


def test_json_text_and_an_object_around_the_list() -> None:
    assert tools.fold('[{"name": "find", "parameters": {}}]')[0]["function"]["name"] == "find"
    assert tools.fold({"tools": [CHAT]}) == [CHAT]
    assert tools.fold("no tools") == "no tools"


def test_a_property_that_is_called_type_is_no_type() -> None:
    schema = {"type": "OBJECT", "properties": {"type": {"type": "STRING", "enum": ["STRING"]}}}
    (tool,) = tools.fold([{"functionDeclarations": [{"name": "f", "parameters": schema}]}])
    assert tool["function"]["parameters"]["properties"] == {"type": {"type": "string", "enum": ["STRING"]}}


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("auto", "auto"),
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "find"}, {"type": "function", "function": {"name": "find"}}),
        ({"type": "function", "name": "find"}, {"type": "function", "function": {"name": "find"}}),
        (
            {"type": "function", "function": {"name": "find"}},
            {"type": "function", "function": {"name": "find"}},
        ),
        ({"auto": {}}, "auto"),
        ({"any": {}}, "required"),
        ({"tool": {"name": "find"}}, {"type": "function", "function": {"name": "find"}}),
        ({"functionCallingConfig": {"mode": "ANY"}}, "required"),
        (
            {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["find"]}},
            {"type": "function", "function": {"name": "find"}},
        ),
        ({"functionCallingConfig": {"mode": "NONE"}}, "none"),
        ({"odd": 1}, {"odd": 1}),
    ],
)
def test_choices_of_tool_fold_to_the_chat_form(given: Any, folded: Any) -> None:
    assert tools.fold_choice(given) == folded
