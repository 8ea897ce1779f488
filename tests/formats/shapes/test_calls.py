"""Logged calls: proxies, gateways, batch files, the Responses API."""

from __future__ import annotations

import json

import pytest

from rftkit.formats.draft import UNSET, NotUnderstood
from rftkit.formats.shapes import provider_log, responses
from tests.formats.shapes.reading import ANSWER, LIMA, LOOK, PERU, SYSTEM, TOOL, USER, called, read, returned

CHILE = {"role": "user", "content": "Capital of Chile?"}


class TestProviderLog:
    def test_a_growing_conversation_shares_a_tie(self) -> None:
        first, second, anthropic, failed = read("provider-log", "proxy.jsonl")[0]
        assert (first.messages, first.output, first.turn) == ([SYSTEM, USER], called("call_7"), 0)
        assert second.messages == [SYSTEM, USER, called("call_7"), returned("call_7")]
        assert (second.output, second.turn) == (ANSWER, 1)
        assert first.conversation == second.conversation
        assert len({first.conversation, anthropic.conversation, failed.conversation}) == 3

    def test_tools_choice_and_what_the_call_says_are_kept(self) -> None:
        first = read("provider-log", "proxy.jsonl")[0][0]
        assert (first.tools, first.tool_choice) == ([TOOL], "auto")
        assert first.metadata == {
            "timestamp": "2025-11-20T10:00:00Z",
            "latency_ms": 812,
            "model": "gpt-4o",
            "response": {"id": "chatcmpl-3", "object": "chat.completion", "usage": {"total_tokens": 50}},
        }

    def test_alternatives_of_a_response_are_kept(self) -> None:
        second = read("provider-log", "proxy.jsonl")[0][1]
        assert second.metadata is not None
        assert second.metadata["other_replies"] == [{"role": "assistant", "content": "Take the 09:05."}]

    def test_bodies_may_be_wrapped_and_of_any_provider(self) -> None:
        anthropic = read("provider-log", "proxy.jsonl")[0][2]
        assert anthropic.messages == [{"role": "system", "content": "Be brief."}, PERU]
        assert anthropic.output == LIMA

    def test_a_failed_call_is_a_prompt_without_output(self) -> None:
        failed = read("provider-log", "proxy.jsonl")[0][3]
        assert (failed.messages, failed.output) == ([CHILE], UNSET)

    def test_litellm_keeps_tools_among_the_parameters(self) -> None:
        (draft,) = read("provider-log", "litellm.jsonl")[0]
        assert (draft.messages, draft.output, draft.tools) == ([SYSTEM, USER], ANSWER, [TOOL])
        assert (draft.id, draft.trace_id, draft.conversation) == ("chatcmpl-5", "ltr-1", "ltr-1")
        assert draft.metadata is not None
        assert draft.metadata["user_api_key_alias"] == "team"

    def test_batch_requests_without_answers(self) -> None:
        (draft,), reasons = read("provider-log", "batch.jsonl")
        assert (draft.id, draft.messages, draft.output) == ("request-1", [PERU], UNSET)
        assert reasons == {"a call of another kind than chat: an embedding request": 1}

    def test_stored_completions_hold_both_sides(self) -> None:
        (draft,) = read("provider-log", "stored.jsonl")[0]
        assert (draft.id, draft.messages, draft.output) == ("chatcmpl-6", [PERU], LIMA)

    def test_bedrock_batches_and_invocation_logs(self) -> None:
        batch, log = read("provider-log", "bedrock.jsonl")[0]
        assert (batch.id, batch.messages, batch.output) == ("rec-1", [PERU], LIMA)
        assert (log.id, log.messages) == ("rq-1", [{"role": "system", "content": "Be brief."}, CHILE])
        assert log.output == {"role": "assistant", "content": "Santiago."}

    @pytest.mark.parametrize(
        ("asked", "answered"),
        [
            ("request", "response"),
            ("request_body", "response_body"),
            ("requestBody", "responseBody"),
            ("raw_request", "raw_response"),
            ("kwargs", "response"),
            ("body", "response"),
        ],
    )
    def test_gateways_name_both_sides_their_own_way(self, asked: str, answered: str) -> None:
        row = {asked: {"messages": [PERU]}, answered: {"choices": [{"message": LIMA}]}}
        for one in (row, {key: json.dumps(side) for key, side in row.items()}):
            assert provider_log.score(one) == 0.95
            draft = provider_log.convert(one, {})[0]
            assert (draft.messages, draft.output) == ([PERU], LIMA)

    def test_an_embedding_call_in_a_log_is_no_prompt(self) -> None:
        row = {"request": {"model": "text-embedding-3-small", "input": "Lima"}, "response": {"data": []}}
        with pytest.raises(NotUnderstood, match="an embedding request"):
            provider_log.convert(row, {})

    def test_a_response_alone_says_what_is_missing(self) -> None:
        row = {"custom_id": "a", "response": {"status_code": 200, "body": {"choices": [{"message": LIMA}]}}}
        with pytest.raises(NotUnderstood, match="a response without its request"):
            provider_log.convert(row, {})

    def test_the_text_of_a_stream_is_no_reply(self) -> None:
        row = {"request": {"messages": [PERU]}, "response": 'data: {"choices": []}\n\ndata: [DONE]\n'}
        draft = provider_log.convert(row, {})[0]
        assert draft.output is UNSET
        assert draft.metadata == {"response": row["response"]}

    def test_arguments_given_as_an_object_are_a_logged_repair(self) -> None:
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
        said = [PERU, {"role": "assistant", "content": None, "tool_calls": [call]}]
        draft = provider_log.convert({"request": {"messages": said}, "response": {"choices": []}}, {})[0]
        assert draft.messages is not None
        assert draft.messages[1]["tool_calls"][0]["function"]["arguments"] == '{"a":1}'
        assert draft.repairs[0]["before"] == {"a": 1}


class TestResponses:
    def test_items_fold_to_turns(self) -> None:
        draft = read("responses", "calls.jsonl")[0][0]
        two = called("call_7", '{"from": "Milan"}')
        two["tool_calls"] += called("call_8", '{"from": "Monza"}')["tool_calls"]
        assert draft.messages == [SYSTEM, USER, two, returned("call_7"), returned("call_8", "[]")]
        assert (draft.output, draft.tools, draft.tool_choice) == (ANSWER, [TOOL], "auto")

    def test_reasoning_leaves_the_prompt_and_is_kept_beside_it(self) -> None:
        draft = read("responses", "calls.jsonl")[0][0]
        assert draft.metadata is not None
        assert draft.metadata["reasoning"] == {"2": "Need departures."}
        assert (draft.id, draft.conversation, draft.turn) == ("resp_1", "sess-3", 1)

    def test_text_as_input(self) -> None:
        draft = read("responses", "calls.jsonl")[0][1]
        assert (draft.messages, draft.output, draft.tools) == ([PERU], LIMA, [])

    def test_images_and_hosted_calls(self) -> None:
        draft = read("responses", "calls.jsonl")[0][2]
        assert draft.messages == [LOOK]
        assert draft.output == called("call_9", "{}", "look")
        assert draft.metadata is not None
        assert draft.metadata["hosted_calls"] == [{"type": "web_search_call", "id": "ws_1", "status": "completed"}]

    def test_a_message_and_a_call_in_one_output_are_one_turn(self) -> None:
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me look."}]}
        called_item = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
        draft = responses.convert({"input": "Hi", "output": [said, called_item]}, {})[0]
        assert draft.output == {**called("c", "{}", "look"), "content": "Let me look."}

    def test_message_items_leave_their_ids_and_states_behind(self) -> None:
        said = [
            {"type": "message", "id": "msg_1", "role": "user", "status": "completed", "content": "Capital of Peru?"},
            {
                "type": "message",
                "id": "msg_2",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Lima."}],
            },
            {"role": "user", "content": "Sure?"},
        ]
        draft = responses.convert({"input": said, "instructions": None, "output": []}, {})[0]
        assert draft.messages == [PERU, LIMA, {"role": "user", "content": "Sure?"}]

    def test_without_input_there_is_no_prompt(self) -> None:
        with pytest.raises(NotUnderstood):
            responses.convert({"object": "response", "input": [], "output": []}, {})
