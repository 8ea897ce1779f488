"""Open and axial coding: notes become counted themes, themes become lines, lines show in the next samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rftkit import GeneratorSession
from rftkit.errors import InputError, NotFoundError
from rftkit.idea.changes import Change, applied, limit_rule, rule_of
from rftkit.idea.notes import Note, code_note
from rftkit.idea.requirements import Requirements, from_dict
from rftkit.idea.state import Card
from tests.idea.conftest import ORDERS, REPLIES, SUPPORT, opened
from tests.idea.model import Played
from tests.llm.loopback import Loopback


def _codes(text: str, requirements: dict[str, Any] | None = None, **more: Any) -> list[tuple[str, str, Any]]:
    note = Note("n1", "1.1", 1, more.pop("part", "whole"), more.pop("passage", ""), text)
    wanted = from_dict(requirements or {})
    return [(code.code, code.target, code.detail) for code in code_note(note, wanted, more.get("card"))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("answers too long", ("too_long", "answer", None)),
        ("the question should be shorter", ("too_long", "input", None)),
        ("way too brief, give more detail", ("too_short", "answer", None)),
        ("no order numbers in the messages", ("missing_thing", "input", "order number")),
        ("they all sound the same", ("repetitive", "input", None)),
        ("nobody writes like that", ("unrealistic", "input", None)),
        ("should be in German", ("language", "input", "German")),
        ("remove the emojis from the reply", ("unwanted_thing", "answer", "emoji")),
    ],
)
def test_a_note_is_read_for_what_it_asks(text: str, code: tuple[str, str, Any]) -> None:
    assert code in _codes(text)


def test_two_complaints_in_one_note_are_two_codes() -> None:
    assert [code for code, _, _ in _codes("too long, and no order number")] == ["too_long", "missing_thing"]


def test_whether_a_thing_is_missing_or_unwanted_depends_on_the_card() -> None:
    with_number = Card("1.1", 1, "Where is order #48213?", "soon")
    assert _codes("no order numbers!", card=with_number)[0][0] == "unwanted_thing"
    assert _codes("no order numbers!", card=Card("1.1", 1, "Where is it?", "soon"))[0][0] == "missing_thing"


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("wrong JSON key: it should be order_number", '"order"'),
        ('"order" should be "order_number"', ""),
        ("the key order must be called order_number", ""),
        ("use order_number instead of order as the key", ""),
    ],
)
def test_a_wrong_key_is_found_with_its_right_name(text: str, passage: str) -> None:
    assert _codes(text, ORDERS, passage=passage, part="answer") == [("wrong_key", "answer", ("order", "order_number"))]


def test_a_label_that_should_be_another_is_found() -> None:
    assert _codes("this should be billing", SUPPORT) == [("wrong_label", "answer", "billing")]


def test_an_edited_line_becomes_a_rule_where_it_can_be_measured() -> None:
    assert (rule_of("Answers have at most 25 words").name, rule_of("Answers have at most 25 words").value) == (
        "max_words",
        25,
    )
    assert rule_of("Every input mentions an order number").name == "include"
    assert rule_of("Sound like a sailor").name == "instruction"


def _complain(session: GeneratorSession, *notes: tuple[str, str, str]) -> None:
    for card, text, passage in notes:
        session.annotate(card, text, passage=passage)


def test_offline_planted_complaints_change_the_list_the_instructions_and_the_next_samples(tmp_path: Path) -> None:
    session = opened(tmp_path, REPLIES)
    before = session.samples()
    _complain(
        session,
        ("1.1", "answers too long", ""),
        ("1.2", "far too wordy", ""),
        ("1.3", "no order numbers in the questions", ""),
    )
    assert [(theme.code, theme.count) for theme in session.themes()] == [("too_long", 2), ("missing_thing", 1)]
    lines = [change.line for change in session.changes()]
    assert lines[1] == "Every input holds an order number."
    session.approve()
    assert "every input holds an order number" in session.instructions()
    after = session.next_samples()
    most = session.requirements.rules[0].value
    assert (
        max(len((card.answer or "").split()) for card in after)
        <= most
        < max(len((card.answer or "").split()) for card in before)
    )
    assert all(any(char.isdigit() for char in card.input) for card in after)
    assert session.compare().themes["gone"].to_list() == [True, True]
    assert session.compare().themes["broken_before"].to_list() == [5, 5]


def test_offline_a_wrong_key_is_right_in_the_next_samples(tmp_path: Path) -> None:
    session = opened(tmp_path, ORDERS)
    assert all("order" in json.loads(card.answer or "") for card in session.samples())
    _complain(session, ("1.1", "wrong JSON key, should be order_number", '"order"'))
    session.approve()
    after = session.next_samples()
    assert all("order_number" in json.loads(card.answer or "") for card in after)
    assert session.compare().themes.row(0, named=True)["gone"] is True


def test_with_a_model_the_same_complaints_reach_its_instructions_and_its_samples(tmp_path: Path) -> None:
    themes = [
        {"name": "Replies ramble", "notes": [1, 2], "target": "answer", "change": "Write at most two lines."},
        {"name": "Order numbers are missing", "notes": [3], "target": "input", "change": "Give an order number."},
        {"name": "Sounds cold", "notes": [4], "target": "answer", "change": "Show that you care in one short clause."},
    ]
    with Loopback(say=Played({"themes": {"themes": themes}})) as server:
        session = opened(tmp_path, {**REPLIES, "examples": []}, model="openai/test", base_url=server.url)
        before = session.samples()
        _complain(
            session,
            ("1.1", "answers too long", ""),
            ("1.2", "way too wordy", ""),
            ("1.3", "no order numbers in the questions", ""),
            ("1.4", "reads like a tax form", ""),
        )
        assert {theme.name: theme.count for theme in session.themes()} == {
            "Replies ramble": 2,
            "Order numbers are missing": 1,
            "Sounds cold": 1,
        }
        assert "Show that you care in one short clause." in [change.line for change in session.changes()]
        session.approve()
        after = session.next_samples()
        told = server.seen[-1]["messages"][-1]["content"]
    assert "Show that you care in one short clause." in told
    assert "Every input holds an order number." in told
    assert max(len((card.answer or "").split()) for card in after) < max(
        len((card.answer or "").split()) for card in before
    )
    assert all("order number is" in card.input for card in after)


def test_with_a_model_a_wrong_key_reaches_the_list_the_instructions_and_the_next_samples(tmp_path: Path) -> None:
    said = {"name": "Wrong name of a key", "notes": [1, 2], "target": "answer", "change": "Call the key order_number."}
    with Loopback(say=Played({"themes": {"themes": [said]}})) as server:
        session = opened(tmp_path, ORDERS, model="openai/test", base_url=server.url)
        assert all("order" in json.loads(card.answer or "") for card in session.samples())
        _complain(
            session,
            ("1.1", "wrong JSON key, should be order_number", '"order"'),
            ("1.2", "the key order must be called order_number", ""),
        )
        assert [(theme.name, theme.count) for theme in session.themes()] == [("Wrong name of a key", 2)]
        change = session.changes()[0]
        assert (change.rule.name, change.measured) == ("rename_key", True)
        session.approve()
        assert "order_number" in session.instructions()[0]
        after = session.next_samples()
        told = server.seen[-1]["messages"][-1]["content"]
    assert "order_number" in told
    for card in after:
        keys = json.loads(card.answer or "")
        assert ("order_number" in keys, "order" in keys) == (True, False)
    assert session.compare().themes.row(0, named=True)["gone"] is True


def test_a_note_that_a_model_forgot_is_still_in_a_theme(tmp_path: Path) -> None:
    with Loopback(say=Played({"themes": {"themes": []}})) as server:
        session = opened(tmp_path, {**REPLIES, "examples": []}, model="openai/test", base_url=server.url)
        session.samples()
        session.annotate("1.1", "reads like a tax form")
        assert [theme.quotes for theme in session.themes()] == [("reads like a tax form",)]


def test_a_model_that_cannot_group_notes_is_said_and_rules_do_it(tmp_path: Path) -> None:
    with Loopback(say=Played()) as server:
        session = opened(tmp_path, {**REPLIES, "examples": []}, model="openai/test", base_url=server.url)
        session.samples()
        session.annotate("1.1", "answers too long")
        server.script = [400] * 200
        with pytest.warns(UserWarning, match="grouped by rules, because openai/test did not answer"):
            assert [theme.code for theme in session.themes()] == ["too_long"]


def test_a_screen_gets_everything_as_plain_values(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    session.samples()
    session.annotate("1.1", "too long")
    session.themes()
    session.write(20)
    told = json.loads(json.dumps(session.to_dict(), default=str))
    assert told["progress"]["required"] == 5
    assert (len(told["samples"][0]["cards"]), told["themes"]["1"][0]["count"]) == (5, 1)
    assert told["written"][0]["written"] == 20


def test_themes_are_renamed_and_merged_and_a_new_note_keeps_that(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    session.samples()
    _complain(session, ("1.1", "nobody writes like that", ""), ("1.2", "too formal", ""))
    unreal, formal = sorted(session.themes(), key=lambda theme: theme.code, reverse=True)
    session.merge_themes(unreal, formal)
    session.rename_theme(unreal, "not real people")
    session.annotate("1.3", "too stiff")
    assert [(theme.name, theme.count) for theme in session.themes()] == [("not real people", 3)]


def test_a_line_can_be_edited_rejected_and_taken_out_again(tmp_path: Path) -> None:
    session = opened(tmp_path, REPLIES)
    session.samples()
    _complain(session, ("1.1", "answers too long", ""), ("1.2", "no greeting in the questions", ""))
    session.approve([], edits={"too_long-answer": "Answers have at most 15 words"})
    session.reject("missing_thing-input-greeting")
    assert [(rule.name, rule.value) for rule in session.requirements.rules] == [("max_words", 15)]
    assert {change.id: change.status for change in session.changes()} == {
        "too_long-answer": "approved",
        "missing_thing-input-greeting": "rejected",
    }
    session.drop_rule(0)
    assert session.requirements.rules == ()


def test_a_correction_of_a_label_becomes_an_example(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    card = next(card for card in session.samples() if card.answer != "billing")
    session.annotate(card.id, "this should be billing")
    session.approve()
    assert session.requirements.examples[-1].input == card.input
    assert session.requirements.examples[-1].answer == "billing"


def test_a_passage_has_to_stand_on_the_card_and_names_its_part(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    card = session.samples()[0]
    assert session.annotate(card.id, "odd", passage=card.input[:6]).part == "input"
    with pytest.raises(InputError, match="does not stand"):
        session.annotate(card.id, "odd", passage="no such words")
    with pytest.raises(NotFoundError, match=r"no card '9\.9'"):
        session.annotate("9.9", "odd")
    with pytest.raises(InputError, match="empty"):
        session.annotate(card.id, " ")


def test_a_kept_card_is_learned_from_and_a_discarded_one_does_not_come_back(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    cards = session.samples()
    session.keep(cards[0])
    session.discard(cards[1], cards[2])
    report = session.write(20)
    inputs = [json.loads(line)["input"] for line in Path(report.path or "").read_text(encoding="utf-8").splitlines()]
    assert inputs[0] == cards[0].input
    assert not {cards[1].input, cards[2].input} & set(inputs)
    assert report.kept == 1


def test_everything_can_be_exported(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    session.samples()
    session.annotate("1.1", "too long")
    session.approve()
    files = {file.name: file.read_text(encoding="utf-8") for file in session.export(tmp_path / "out")}
    assert set(files) == {
        "requirements.json",
        "conversation.jsonl",
        "cards.jsonl",
        "notes.jsonl",
        "themes.jsonl",
        "changes.jsonl",
    }
    assert json.loads(files["notes.jsonl"])["text"] == "too long"
    assert json.loads(files["changes.jsonl"])["status"] == "approved"


def test_nothing_is_coded_in_a_note_that_rules_do_not_know() -> None:
    assert code_note(Note("n1", "1.1", 1, "whole", "", "I like it"), Requirements()) == []


def test_a_later_limit_takes_the_place_of_an_earlier_one() -> None:
    changes = [Change(str(most), "", limit_rule("answer", "max", "words", most), True, "") for most in (40, 25)]
    assert [rule.value for rule in applied(applied(Requirements(), changes[:1]), changes[1:]).rules] == [25]
