"""Langfuse, LangSmith and vLLora."""

from __future__ import annotations

import pytest

from rftkit.formats.draft import UNSET, NotUnderstood
from rftkit.formats.shapes import langfuse, langsmith, vllora
from tests.formats.shapes.reading import ANSWER, LIMA, PERU, SYSTEM, TOOL, USER, called, read, returned, rows


class TestLangfuse:
    def test_generations_of_the_api(self) -> None:
        drafts, reasons = read("langfuse", "api.jsonl")
        first, text, _ = drafts
        assert (first.messages, first.tools, first.output) == ([SYSTEM, USER], [TOOL], called("call_7"))
        assert (first.id, first.span_id, first.trace_id, first.turn) == ("obs-1", "obs-1", "tr-1", 0)
        assert first.conversation == "tr-1"
        assert (text.messages, text.output) == ([PERU], LIMA)
        assert reasons == {"an observation of type SPAN, which is no call of a model": 1}

    def test_own_metadata_and_what_else_is_said_stand_side_by_side(self) -> None:
        first = read("langfuse", "api.jsonl")[0][0]
        assert first.metadata is not None
        assert first.metadata["env"] == "prod"
        assert first.metadata["model"] == "gpt-4o"
        assert first.metadata["usageDetails"] == {"input": 97, "output": 20}

    def test_an_input_of_the_callers_own_is_kept_and_invalid(self) -> None:
        own = read("langfuse", "api.jsonl")[0][2]
        assert (own.messages, own.raw) == (None, {"question": "Capital of Chile?", "k": 3})
        assert (own.problems, own.output) == (["missing_messages"], {"answer": "Santiago"})

    def test_the_blob_export_holds_json_text(self) -> None:
        (draft,) = read("langfuse", "blob.jsonl")[0]
        assert draft.messages == [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            PERU,
        ]
        assert (draft.output, draft.turn, draft.conversation) == (LIMA, 1, "sess-5")

    def test_a_trace_download_gives_its_session_to_its_observations(self) -> None:
        (draft,), reasons = read("langfuse", "trace.json")
        assert (draft.messages, draft.output) == ([SYSTEM, USER], ANSWER)
        assert (draft.conversation, draft.trace_id) == ("sess-6", "tr-6")
        assert sum(reasons.values()) == 1

    def test_calls_in_langchains_form_under_openais_role(self) -> None:
        said = {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"name": "find_train", "args": {"from": "Milan", "to": "Rome"}, "id": "c", "type": "tool_call"}
            ],
        }
        row = {"id": "o", "traceId": "t", "type": "GENERATION", "input": [USER, said], "output": said}
        draft = langfuse.convert(row, {})[0]
        assert draft.messages == [USER, called("c")]
        assert draft.output == called("c")

    def test_a_trace_in_a_line_gives_the_prompts_of_its_generations(self) -> None:
        observations = rows("langfuse", "trace.json")
        trace = {"id": "tr-6", "sessionId": "sess-6", "observations": observations}
        assert [draft.span_id for draft in langfuse.convert(trace, {})] == ["obs-7"]


class TestLangSmith:
    def test_langchain_constructors_fold_to_the_chat_form(self) -> None:
        draft = read("langsmith", "runs.jsonl")[0][0]
        assert draft.messages == [SYSTEM, USER, called("call_7"), returned("call_7", name="find_train")]
        assert (draft.output, draft.tools, draft.tool_choice) == (ANSWER, [TOOL], "auto")

    def test_the_tie_is_the_thread_and_never_the_project(self) -> None:
        first, second, *_ = read("langsmith", "runs.jsonl")[0]
        assert (first.id, first.span_id, first.trace_id, first.conversation) == ("run-1", "run-1", "lst-1", "th-1")
        assert second.conversation == "lst-2"

    def test_other_spellings_of_inputs_and_outputs(self) -> None:
        drafts, reasons = read("langsmith", "runs.jsonl")
        _, typed, wrapped, completion = drafts
        assert (typed.messages, typed.output) == ([{"role": "system", "content": "Be brief."}, PERU], LIMA)
        assert wrapped.messages == [{"role": "user", "content": "Capital of Chile?"}]
        assert (wrapped.tools, wrapped.output) == ([TOOL], {"role": "assistant", "content": "Santiago."})
        assert completion.messages == [{"role": "user", "content": "Translate: hello"}]
        assert completion.output == {"role": "assistant", "content": "ciao"}
        assert reasons == {"a run of type chain, which is no call of a model": 1}

    def test_children_of_a_run_are_runs(self) -> None:
        (draft,), reasons = read("langsmith", "tree.json")
        assert draft.messages == [{"role": "user", "content": "Hi"}]
        assert draft.output == {"role": "assistant", "content": "Hello!"}
        assert sum(reasons.values()) == 1

    def test_arguments_in_the_providers_own_form_win_over_parsed_ones(self) -> None:
        native = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":  1.0}'}}]
        message = {
            "type": "ai",
            "content": "",
            "tool_calls": [{"name": "f", "args": {"a": 1.0}, "id": "c"}],
            "additional_kwargs": {"tool_calls": native},
        }
        run = {"run_type": "llm", "inputs": {"messages": [[{"type": "human", "content": "Hi"}, message]]}}
        draft = langsmith.convert(run, {})[0]
        assert draft.messages is not None
        assert draft.messages[1]["tool_calls"] == native

    def test_a_failed_run_has_no_output(self) -> None:
        run = {"run_type": "llm", "inputs": {"messages": [PERU]}, "outputs": None, "error": "timeout"}
        draft = langsmith.convert(run, {})[0]
        assert draft.output is UNSET
        assert draft.metadata == {"error": "timeout"}


class TestVllora:
    def test_request_and_output_are_json_text(self) -> None:
        (draft,), reasons = read("vllora", "spans.jsonl")
        assert (draft.messages, draft.tools, draft.output) == ([SYSTEM, USER], [TOOL], ANSWER)
        assert (draft.span_id, draft.trace_id, draft.conversation, draft.turn) == ("8101", "7001", "th-1", 0)
        assert draft.metadata is not None
        assert draft.metadata["model"] == "gpt-4o-mini"
        assert reasons == {"a span that calls no model": 1}

    def test_a_request_without_messages_says_so(self) -> None:
        with pytest.raises(NotUnderstood, match="without messages"):
            vllora.convert({"span_id": "1", "attribute": {"request": "{}"}}, {})
