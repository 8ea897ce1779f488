"""Structural rules: what a list of messages has to be."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit import schema
from rftkit.messages import pack
from rftkit.sanitize import SENTENCES, facts, sanitize
from tests.sanitize.frames import calling, codes, frame, judged, user

IMAGE = {"type": "image_url", "image_url": {"url": "a.png"}}


@pytest.mark.parametrize(
    ("chat", "expected"),
    [
        ([user()], ()),
        ([{"role": "developer", "content": "Be brief."}, user()], ()),
        ([user("Hello? Are you there?"), user("Are you still there?")], ()),
        (None, ("missing_messages",)),
        ([], ("empty_messages",)),
        ([{"role": "human", "content": "Where is my order?"}], ("invalid_role",)),
        ([{"role": "User", "content": "Where is my order?"}], ("invalid_role",)),
        ([{"role": 3, "content": "Where is my order?"}], ("invalid_role",)),
        ([{"content": "Where is my order?"}], ("invalid_role",)),
        ([{"role": "user"}], ("missing_content",)),
        ([user(None)], ("null_content",)),
        ([{"role": "system", "content": None}, user()], ("null_content",)),
        ([{"role": "assistant", "content": None}, user()], ("null_content",)),
        ([{"role": "assistant", "content": None, "tool_calls": []}, user()], ("null_content",)),
        ([{"role": "assistant"}, user()], ("missing_content",)),
        ([{"role": "assistant", "content": ""}, user()], ()),
        ([user(42)], ("invalid_content",)),
        ([user(10**30)], ("invalid_content",)),
        ([user(True)], ("invalid_content",)),
        ([user({"text": "Where is my order?"})], ("invalid_content",)),
        ([user([{"type": "text", "value": "Where is my order?"}])], ("invalid_content",)),
        ([user([{"type": "thinking", "thinking": "Where is my order?"}])], ("invalid_content",)),
        ([user(["Where is my order?"])], ("invalid_content",)),
        ([user([])], ("empty_user_message",)),
        ([{"role": "system", "content": []}, user()], ("invalid_content",)),
        ([user([{"type": "text", "text": "Where is my order?"}])], ()),
        ([user([IMAGE])], ("has_media",)),
        ([user([{"type": "text", "text": "Why?"}, IMAGE])], ("has_media",)),
        ([user([{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}])], ("has_media",)),
        ([user([{"type": "file", "file": {"file_id": "f"}}])], ("has_media",)),
        ([{"role": "system", "content": "Be brief."}], ("no_user_message", "last_not_user")),
        ([user(), {"role": "assistant", "content": "It is on its way."}], ("last_not_user",)),
        ([user("yes"), {"role": "assistant", "content": "Which?"}, user("The blue one, please")], ()),
        (
            [user("The blue one, please"), {"role": "assistant", "content": "Sure?"}, user("yes")],
            ("user_message_too_short",),
        ),
        ([user("123456789")], ("user_message_too_short",)),
        ([user("1234567890")], ()),
        ([user("  123456789   ")], ("user_message_too_short",)),
        ([user("日本語")], ("user_message_too_short",)),
    ],
)
def test_a_list_of_messages_gets_the_codes_of_its_faults_and_no_others(chat: list, expected: tuple) -> None:
    assert codes(chat) == [expected]


@pytest.mark.parametrize(
    "blank", ["", " ", "\n\t", "\u00a0", "\u200b\u200b", "\u2060", "\ufeff", "\u3000", "\u00ad", "\ufe0f"]
)
def test_a_user_turn_of_white_space_or_signs_without_width_is_blank(blank: str) -> None:
    assert codes([user(blank)]) == [("empty_user_message",)]
    assert codes([user(blank), {"role": "assistant", "content": "Yes?"}, user()]) == [("empty_user_message",)]


@given(st.text(min_size=1))
def test_what_is_blank_is_what_python_strips_or_has_no_ink(text: str) -> None:
    if text.strip():
        return
    encodable = text.encode("utf-8", "ignore").decode()
    assert codes([user(encodable)])[0][0] == "empty_user_message"


@pytest.mark.parametrize("odd", [None, 7, "user: hi", ["user", "hi"]])
def test_a_message_that_is_no_object_is_an_invalid_message_and_nothing_else(odd: object) -> None:
    from rftkit.formats import frame_of
    from rftkit.formats.draft import Draft

    found = sanitize(frame_of([Draft(messages=[odd], id="a")])).labels
    assert found["errors"].to_list() == [["invalid_message"]]


def test_a_record_whose_input_no_column_can_hold_gets_only_what_its_reader_said() -> None:
    held = frame(None, raw=['"Where is my order?"'], problems=[["invalid_data_structure"]])
    assert sanitize(held).labels["errors"].to_list() == [["invalid_data_structure"]]
    silent = frame(None, raw=['"Where is my order?"'])
    assert sanitize(silent).labels["errors"].to_list() == [["invalid_data_structure"]]


def test_codes_of_the_reader_are_taken_over_as_errors_and_as_warnings() -> None:
    found = judged(
        [user()], [user("Another question?")], problems=[["duplicate_key", "deep_json"], []], repairs=[None, "[{}]"]
    )
    assert found.labels["warnings"].to_list() == [["duplicate_key", "deep_json"], ["repaired"]]
    assert found.valid == 2
    assert found.repaired == 1


def test_every_code_has_a_sentence_and_details_say_which_message() -> None:
    assert set(SENTENCES) == {*schema.ERROR_CODES, *schema.WARNING_CODES}
    found = judged([user(), {"role": "assistant", "content": "Yes?"}, user(None)])
    assert json.loads(found.labels["details"][0]) == {
        "null_content": "message 3 (user) has null content, which only an assistant that calls a tool may have"
    }


def test_details_stay_json_whatever_stands_in_ids_and_names() -> None:
    nasty = 'a "quoted" \\ name\n<b>'
    found = judged(
        [user()],
        [user()],
        [calling({"id": "a", "function": {"name": nasty, "arguments": "{}"}}), user()],
        id=[nasty, "b", "c"],
    )
    details = [json.loads(text) for text in found.labels["details"].drop_nulls()]
    assert [list(entry) for entry in details] == [["duplicate"], ["tool_call_without_result", "undeclared_tool"]]
    assert nasty in details[1]["undeclared_tool"]


def test_a_frame_of_messages_alone_is_enough_and_facts_stand_in_delta_types() -> None:
    known = facts(pl.DataFrame([pack([[user()]])]))
    assert known.schema["errors"] == pl.List(pl.String)
    assert not {pl.UInt64, pl.Categorical, pl.Enum, pl.Null, pl.Duration} & {
        dtype.base_type() for dtype in known.dtypes
    }


def test_facts_of_a_record_do_not_depend_on_the_records_beside_it() -> None:
    chats = [[user()], [user()], [], None, [user(None)], [user("Mail jane@example.org about it")]]
    together = facts(frame(*chats, row=list(range(6)))).drop("row")
    alone = pl.concat([facts(frame(chat, row=[at])).drop("row") for at, chat in enumerate(chats)])
    assert together.equals(alone)


def test_an_empty_frame_is_an_empty_report() -> None:
    found = sanitize(frame()) if False else sanitize(frame([user()]).clear())
    assert (found.total, found.valid, found.advice) == (0, 0, [])
