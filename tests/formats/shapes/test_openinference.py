from __future__ import annotations

import polars as pl

from rftkit.formats.shapes import openinference
from tests.formats.shapes.reading import (
    ANSWER,
    LIMA,
    LOOK,
    PERU,
    SYSTEM,
    TOOL,
    USER,
    called,
    read,
    returned,
    rows,
)


def test_flattened_attributes_fold_to_the_chat_form() -> None:
    (draft,), reasons = read("openinference", "otlp.json")
    assert draft.messages == [SYSTEM, USER, called("call_7", '{"from": "Milan"}'), returned("call_7")]
    assert draft.output == ANSWER
    assert draft.tools == [TOOL]
    assert (draft.span_id, draft.trace_id, draft.turn, draft.conversation) == ("d1", "t-oi", 1, "sess-1")
    assert reasons == {
        "a span of kind AGENT, which is no call of a model": 1,
        "a span of kind TOOL, which is no call of a model": 1,
    }


def test_a_phoenix_frame_has_prefixed_columns_and_nested_lists() -> None:
    (draft,), reasons = read("openinference", "frame.json")
    assert draft.messages == [
        {"role": "user", "content": "What is on it?"},
        called("c9", "{}", "look"),
        returned("c9", "a train"),
    ]
    assert draft.output == {"role": "assistant", "content": "A train."}
    assert draft.tools == [
        {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    ]
    assert (draft.span_id, draft.trace_id, draft.conversation) == ("e1", "t-ph", "t-ph")
    assert reasons == {"a span of kind RETRIEVER, which is no call of a model": 1}


def test_rows_of_a_polars_frame_read_as_the_rows_it_was_made_of() -> None:
    frame = pl.DataFrame(rows("openinference", "frame.json"))
    (first, *_) = frame.to_dicts()
    assert openinference.convert(first, {}) == read("openinference", "frame.json")[0]


def test_nested_spans_contents_and_tools_of_the_invocation() -> None:
    draft = read("openinference", "spans.jsonl")[0][0]
    assert draft.messages == [LOOK]
    assert draft.output == {"role": "assistant", "content": "A train."}
    assert (draft.tools, draft.tool_choice, draft.conversation) == ([TOOL], "auto", "sess-2")


def test_input_value_is_read_where_there_are_no_messages() -> None:
    _, as_json, as_text = read("openinference", "spans.jsonl")[0]
    assert (as_json.messages, as_json.output) == ([PERU], LIMA)
    assert as_text.messages == [{"role": "user", "content": "Capital of Chile?"}]
    assert as_text.output == {"role": "assistant", "content": "Santiago."}


def test_the_old_function_call_of_a_message_is_a_call() -> None:
    held = {
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Hi",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.function_call_name": "find",
        "llm.output_messages.0.message.function_call_arguments_json": "{}",
    }
    draft = openinference.convert({"span_id": "s", "trace_id": "t", "attributes": held}, {})[0]
    assert draft.output == called("call_1", "{}", "find")
    assert draft.repairs == [{"code": "missing_tool_call_id", "where": "/output/tool_calls/0/id"}]


def test_ten_messages_keep_their_order() -> None:
    held = {f"llm.input_messages.{at}.message.content": str(at) for at in range(12)}
    draft = openinference.convert({"span_id": "s", "attributes": {**held, "openinference.span.kind": "LLM"}}, {})[0]
    assert [message["content"] for message in draft.messages or []] == [str(at) for at in range(12)]
