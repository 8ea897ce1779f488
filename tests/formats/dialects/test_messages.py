from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.formats.dialects import replies, requests
from rftkit.formats.dialects.messages import fold, fold_one, is_conversation
from rftkit.formats.draft import UNSET

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
PAPER = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA"}}
CONTENT = st.text(max_size=9)
NATIVE = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "developer"]), "content": CONTENT}),
        st.fixed_dictionaries(
            {"role": st.just("user"), "content": st.lists(st.builds(lambda t: {"type": "text", "text": t}, CONTENT))}
        ),
        st.fixed_dictionaries({"role": st.just("assistant"), "content": st.none() | CONTENT, "weight": st.integers()}),
    ),
    max_size=5,
)


@given(NATIVE)
def test_messages_in_the_chat_form_pass_untouched(messages: list[Any]) -> None:
    before = json.dumps(messages)
    assert json.dumps(fold(messages)) == before
    assert json.dumps(messages) == before


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ({"type": "human", "content": "Hi"}, "user"),
        ({"type": "HumanMessage", "content": "Hi"}, "user"),
        ({"type": "ai", "content": "Hi"}, "assistant"),
        ({"type": "AIMessageChunk", "content": "Hi"}, "assistant"),
        ({"type": "system", "content": "Hi"}, "system"),
        ({"type": "human", "data": {"content": "Hi"}}, "user"),
        (
            {"lc": 1, "type": "constructor", "id": ["langchain_core", "HumanMessage"], "kwargs": {"content": "Hi"}},
            "user",
        ),
        ({"lc": 1, "id": ["x", "ChatMessage"], "kwargs": {"content": "Hi", "role": "critic"}}, "critic"),
        (["human", "Hi"], "user"),
    ],
)
def test_langchain_writes_roles_its_own_way(given: Any, role: str) -> None:
    assert fold_one(given) == [{"role": role, "content": "Hi"}]


def test_a_message_with_a_role_is_no_langchain_message() -> None:
    assert fold_one({"role": "user", "type": "human", "content": "Hi"}) == [
        {"role": "user", "type": "human", "content": "Hi"}
    ]


def test_results_come_before_what_the_user_adds() -> None:
    blocks = [{"type": "text", "text": "and now?"}, {"type": "tool_result", "tool_use_id": "t", "content": "9"}]
    assert [message["role"] for message in fold_one({"role": "user", "content": blocks})] == ["tool", "user"]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "input_image", "image_url": "u"}, {"type": "image_url", "image_url": {"url": "u"}}),
        ({"image": {"format": "png", "source": {"bytes": "AA"}}}, PICTURE),
        ({"inlineData": {"mimeType": "image/png", "data": "AA"}}, PICTURE),
        (
            {"inlineData": {"mimeType": "audio/wav", "data": "AA"}},
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
        ),
        (
            {"fileData": {"mimeType": "application/pdf", "fileUri": "gs://a"}},
            {"type": "file", "file": {"file_data": "gs://a"}},
        ),
        ({"type": "document", "source": {"media_type": "application/pdf", "data": "AA"}}, PAPER),
        ({"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AA"}, PICTURE),
        ({"type": "hologram", "x": 1}, {"type": "hologram", "x": 1}),
    ],
)
def test_media_are_references_and_unknown_blocks_stay(block: Any, part: Any) -> None:
    assert fold_one({"role": "user", "content": [block, {"text": "?"}]}) == [
        {"role": "user", "content": [part, {"type": "text", "text": "?"}]}
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "Lima.",
        {"choices": [{"message": {"role": "assistant", "content": "Lima."}}]},
        {"choices": [{"text": "Lima."}]},
        {"body": {"choices": [{"message": {"role": "assistant", "content": "Lima.", "refusal": None}}]}},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Lima."}]}}]},
        {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": "Lima."}],
            "usage": {},
        },
        {"output": {"message": {"role": "assistant", "content": [{"text": "Lima."}]}}},
        {"output": [{"type": "message", "content": [{"type": "output_text", "text": "Lima."}]}]},
        {"output_text": "Lima."},
        {"generations": [[{"text": "Lima.", "message": {"type": "ai", "content": "Lima."}}]]},
        {"generations": [[{"text": "Lima."}]]},
        {"messages": [{"type": "human", "content": "?"}, {"type": "ai", "content": "Lima."}]},
        [{"role": "assistant", "parts": [{"type": "text", "content": "Lima."}]}],
        '{"role": "assistant", "content": "Lima."}',
    ],
)
def test_every_answer_holds_one_assistant_message(answer: Any) -> None:
    assert replies.read(answer) == {"role": "assistant", "content": "Lima."}


def test_an_answer_that_is_no_message_is_kept_and_an_error_is_none() -> None:
    assert replies.read({"label": "geo"}) == {"label": "geo"}
    assert replies.read({"error": "overloaded"}) is UNSET
    assert [replies.read(nothing) for nothing in (None, "", [], {}, {"choices": []})] == [UNSET] * 5


def test_a_body_without_a_prompt_is_none() -> None:
    nothing = ({}, {"messages": []}, {"messages": [1]}, {"input": {"k": 1}}, {"prompt": ["a", "b"]}, "", 7, None)
    assert [requests.read(body) for body in nothing] == [None] * len(nothing)


def test_what_is_a_conversation() -> None:
    assert is_conversation([{"role": "user", "content": "Hi"}, {"type": "function_call", "name": "f"}])
    assert not is_conversation([{"role": "user", "content": "Hi"}, {"a": 1}])
    assert not is_conversation("Hi")
