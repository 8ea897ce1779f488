"""Copies, conflicting outputs and repeated ids."""

from __future__ import annotations

import json

from rftkit.sanitize import sanitize
from tests.sanitize.frames import TOOLS, codes, frame, judged, user

A = "Where is my order?"


def test_the_first_by_order_of_rows_stays_and_the_detail_says_how_equal_the_copy_is() -> None:
    found = judged([user(A)], [user("where  IS my\u00a0order?")], [user(A)])
    assert found.labels["valid"].to_list() == [True, False, False]
    details = [json.loads(text)["duplicate"] for text in found.labels["details"].drop_nulls()]
    assert details == ["copy but for case and white space of record r0", "exact copy of record r0"]
    assert (found.duplicates, found.invalid, found.total) == (2, 2, 3)


def test_rows_count_and_not_their_order_in_the_frame() -> None:
    found = sanitize(frame([user(A)], [user(A)], row=[9, 3]))
    assert found.labels.select("row", "valid").rows() == [(3, True), (9, False)]


def test_the_same_messages_with_other_tools_are_another_prompt() -> None:
    assert codes([user(A)], [user(A)], tools=[TOOLS, None]) == [(), ("near_duplicate",)]


def test_the_same_last_turn_after_another_context_is_another_prompt() -> None:
    before = [user("Hello"), {"role": "assistant", "content": "Yes?"}]
    assert "duplicate" not in judged([*before, user(A)], [user(A)]).errors_by_code


def test_copies_of_an_invalid_record_are_invalid_by_themselves() -> None:
    broken = [user(A), {"role": "assistant", "content": "Soon."}]
    assert codes(broken, broken) == [("last_not_user",), ("last_not_user",)]


def test_a_copy_with_another_output_makes_the_first_conflicting_and_stays_a_duplicate() -> None:
    outputs = ['{"role":"assistant","content":"Lima"}', '{"role":"assistant","content":"Rome"}']
    assert codes([user(A)], [user(A)], output=outputs) == [("conflicting_output",), ("duplicate",)]


def test_outputs_are_compared_as_values_and_only_where_both_are_there() -> None:
    same = ['{"role":"assistant","content":"1"}', '{ "content": "1", "role": "assistant" }']
    assert codes([user(A)], [user(A)], output=same) == [(), ("duplicate",)]
    assert codes([user(A)], [user(A)], output=[None, same[0]]) == [(), ("duplicate",)]
    assert codes([user(A)], [user(A)], output=['"12"', '"21"']) == [("conflicting_output",), ("duplicate",)]


def test_the_later_of_two_records_with_one_id_is_warned_about() -> None:
    chats = [[user(text)] for text in (A, "Another question entirely", "Something else again?")]
    assert codes(*chats, id=["a", "a", None]) == [(), ("duplicate_id",), ()]
