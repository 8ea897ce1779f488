from __future__ import annotations

import json

import pytest

from rftkit.formats.draft import UNSET, NotUnderstood
from rftkit.formats.shapes import otel
from tests.formats.shapes.reading import ANSWER, LIMA, LOOK, PERU, SYSTEM, TOOL, USER, called, read, returned, rows

TRACE = "5b8efff798038103d269b633813fc60c"


def test_only_spans_that_call_a_model_are_prompts_and_the_rest_is_counted() -> None:
    drafts, reasons = read("otel", "messages.json")
    assert [draft.span_id for draft in drafts] == ["00f067aa0ba90202", "00f067aa0ba90204"]
    assert reasons == {
        "a span of an agent, which is no call of a model": 1,
        "a span of a tool, which is no call of a model": 1,
        "a span that calls no model": 1,
    }


def test_structured_messages_fold_to_the_chat_form() -> None:
    first, second = read("otel", "messages.json")[0]
    assert first.messages == [SYSTEM, USER]
    assert first.output == called("c1")
    assert second.messages == [SYSTEM, USER, called("c1"), returned("c1")]
    assert second.output == ANSWER
    assert first.tools == second.tools == [TOOL]


def test_provenance_and_the_tie_of_a_conversation() -> None:
    first, second = read("otel", "messages.json")[0]
    assert (first.trace_id, first.turn, first.conversation) == (TRACE, 0, "conv_7")
    assert (second.trace_id, second.turn, second.conversation) == (TRACE, 1, "conv_7")
    assert second.metadata == {
        "name": "chat gpt-4o-mini",
        "start_time": "1700000000000000000",
        "end_time": "1700000000900000000",
        "service": "booking",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.conversation.id": "conv_7",
        "gen_ai.usage.input_tokens": 131,
    }


def test_messages_as_json_text_and_lines_of_a_collector() -> None:
    first, second = read("otel", "collector.jsonl")[0]
    assert first.messages == [SYSTEM, USER, called("c1"), returned("c1")]
    assert first.output == {**ANSWER, "reasoning_content": "One train fits."}
    assert first.tools == [TOOL]
    assert (first.span_id, first.conversation) == ("a1", "t-json")
    assert second.messages == [LOOK]


def test_indexed_attributes_of_openllmetry() -> None:
    (first, second), reasons = read("otel", "openllmetry.json")
    assert first.messages == [SYSTEM, USER, called("call_7", '{"from": "Milan", "to":"Rome"}'), returned("call_7")]
    assert first.output == ANSWER
    assert first.tools == [TOOL]
    assert first.conversation == "s-9"
    assert second.messages == [LOOK]
    assert reasons == {"a span of a workflow, which is no call of a model": 1}


def test_events_of_the_older_conventions() -> None:
    (first, second), reasons = read("otel", "events.json")
    assert first.messages == [SYSTEM, USER, called("call_7", '{"from":"Milan"}'), returned("call_7")]
    assert first.output == ANSWER
    assert second.messages == [PERU]
    assert second.output == LIMA
    assert list(reasons) == ["a call of a model whose messages were not recorded (capture of message content was off)"]


def test_vercel_and_logfire_write_messages_their_own_way() -> None:
    vercel, logfire = read("otel", "console.jsonl")[0]
    assert vercel.messages == [
        SYSTEM,
        {"role": "user", "content": "Milan to Rome"},
        called("k1", '{"to":"Rome"}'),
        returned("k1", "09:05", name="find_train"),
    ]
    assert vercel.output == {"role": "assistant", "content": "At 09:05."}
    assert vercel.tools[0]["function"]["name"] == "find_train"
    assert (vercel.span_id, vercel.trace_id) == ("0x1", "0xabc")
    assert (logfire.messages, logfire.output) == ([PERU], LIMA)


def test_operation_details_may_stand_in_an_event() -> None:
    details = {
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Capital of Peru?"}]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Lima."}]}],
    }
    event = {"name": "gen_ai.client.inference.operation.details", "attributes": details}
    span = {"traceId": "t", "spanId": "s", "attributes": {"gen_ai.operation.name": "chat"}, "events": [event]}
    draft = otel.convert(span, {})[0]
    assert (draft.messages, draft.output) == ([PERU], LIMA)


def test_alternatives_beside_the_reply_are_kept() -> None:
    answers = [{"role": "assistant", "parts": [{"type": "text", "content": text}]} for text in ("Lima.", "It is Lima.")]
    held = {"gen_ai.input.messages": json.dumps([PERU]), "gen_ai.output.messages": json.dumps(answers)}
    draft = otel.convert({"traceId": "t", "spanId": "s", "attributes": held}, {})[0]
    assert draft.output == LIMA
    assert draft.metadata == {"other_replies": [{"role": "assistant", "content": "It is Lima."}]}


def test_one_result_message_may_answer_two_calls() -> None:
    parts = [{"type": "tool_call_response", "id": name, "response": {"ok": name}} for name in ("c1", "c2")]
    calls = [{"type": "tool_call", "id": name, "name": "find"} for name in ("c1", "c2")]
    said = [{"role": "user", "parts": []}, {"role": "assistant", "parts": calls}, {"role": "tool", "parts": parts}]
    draft = otel.convert({"traceId": "t", "spanId": "s", "attributes": {"gen_ai.input.messages": said}}, {})[0]
    assert draft.messages is not None
    assert [call["function"]["arguments"] for call in draft.messages[1]["tool_calls"]] == ["{}", "{}"]
    assert draft.messages[2:] == [returned("c1", '{"ok":"c1"}'), returned("c2", '{"ok":"c2"}')]


def test_jaeger_documents_hold_the_same_spans() -> None:
    tags = [{"key": "gen_ai.prompt", "type": "string", "value": json.dumps([PERU])}]
    trace = {"traceID": "j", "spans": [{"traceID": "j", "spanID": "1", "operationName": "chat", "tags": tags}]}
    (row,) = otel.rows({"data": [trace]})
    assert otel.convert(row, {})[0].messages == [PERU]


def test_a_document_without_a_call_of_a_model_says_why() -> None:
    with pytest.raises(NotUnderstood, match="a span that calls no model"):
        otel.convert({"resourceSpans": [{"scopeSpans": [{"spans": [{"spanId": "1", "name": "GET"}]}]}]}, {})


def test_spans_survive_being_read_twice() -> None:
    for row in rows("otel", "messages.json"):
        try:
            once = otel.convert(row, {})
        except NotUnderstood:
            continue
        assert once[0].output is not UNSET
        assert once[0].span_id == row["span_id"]


def test_blocks_of_converse_in_events_are_text_and_calls() -> None:
    use = [{"text": "Let me look."}, {"toolUse": {"toolUseId": "c1", "name": "look", "input": {}}}]
    said = [
        ("gen_ai.user.message", {"content": json.dumps([{"text": "Capital of Peru?"}])}),
        ("gen_ai.choice", {"message": json.dumps(use), "finish_reason": "tool_use"}),
    ]
    events = [{"name": name, "attributes": held} for name, held in said]
    span = {"traceId": "t", "spanId": "s", "attributes": {"gen_ai.operation.name": "chat"}, "events": events}
    draft = otel.convert(span, {})[0]
    assert draft.messages == [PERU]
    assert draft.output == {**called("c1", "{}", "look"), "content": "Let me look."}


def test_json_that_a_user_wrote_stays_the_text_it_is() -> None:
    held = {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": '[{"amount": 3}]'}
    draft = otel.convert({"traceId": "t", "spanId": "s", "attributes": held}, {})[0]
    assert draft.messages == [{"role": "user", "content": '[{"amount": 3}]'}]


def test_google_adk_writes_its_whole_request() -> None:
    asked = {
        "model": "gemini-2.5-flash",
        "config": {"system_instruction": "You book trains.", "tools": [{"function_declarations": [{"name": "look"}]}]},
        "contents": [{"role": "user", "parts": [{"text": "Capital of Peru?"}]}],
    }
    answer = {"content": {"role": "model", "parts": [{"text": "Lima."}]}}
    held = {
        "gen_ai.system": "gcp.vertex.agent",
        "gcp.vertex.agent.llm_request": json.dumps(asked),
        "gcp.vertex.agent.llm_response": json.dumps(answer),
    }
    draft = otel.convert({"traceId": "t", "spanId": "s", "attributes": held}, {})[0]
    assert (draft.messages, draft.output) == ([SYSTEM, PERU], LIMA)
    assert draft.tools == [{"type": "function", "function": {"name": "look"}}]
