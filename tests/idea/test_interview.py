"""The interview: asks for what is missing, hears several answers at once, notices contradictions, says back, confirms."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import GeneratorSession
from rftkit.errors import InputError
from rftkit.idea.fields import FIELDS, REQUIRED
from rftkit.idea.interview import first, reply
from rftkit.idea.requirements import Requirements, from_dict, load
from tests.idea.model import Played
from tests.llm.loopback import Loopback


@pytest.fixture
def session(tmp_path: Path) -> GeneratorSession:
    return GeneratorSession(tmp_path / "idea.rft")


def test_several_answers_in_one_reply_fill_several_fields(session: GeneratorSession) -> None:
    heard = session.answer(
        "I need a dataset to sort tickets into billing, login or other. Used to train our router. CSV please."
    )
    assert {name for name, _, _ in heard.understood} >= {"task_goal", "output_format", "use_case", "dataset_format"}
    assert session.requirements.value("output_format") == "one of: billing, login, other"


def test_only_what_is_missing_is_asked_for(session: GeneratorSession) -> None:
    session.edit("task_goal", "sort tickets")
    session.edit("output_format", "one of: a, b")
    asked = []
    while (question := session.ask()).kind == "ask" and question.field in REQUIRED:
        asked.append(question.field)
        session.answer("a support agent" if question.field == "role_persona" else "1")
    assert asked == ["role_persona", "input_format", "use_case"]


def test_every_question_has_examples_or_choices_and_its_count(session: GeneratorSession) -> None:
    question = session.ask()
    assert question.examples or question.choices
    assert "(1 of 5)" in question.text
    assert question.progress == {"required": 0, "required_total": 5, "filled": 0, "total": 12}


def test_a_number_picks_a_choice(session: GeneratorSession) -> None:
    for field in ("task_goal", "role_persona", "output_format", "input_format"):
        session.edit(field, "one of: a, b" if field == "output_format" else "something")
    assert session.ask().field == "use_case"
    session.answer("2")
    assert session.requirements.value("use_case") == "test a prompt or a model"


def test_what_was_edited_by_hand_is_never_overwritten(session: GeneratorSession) -> None:
    session.edit("output_format", "one of: x, y")
    heard = session.answer("Task: sort. Output: one of: a, b")
    heard = session.answer("Output: one of: a, b")
    assert session.requirements.value("output_format") == "one of: x, y"
    assert "by hand" in heard.note


def test_a_second_value_is_asked_about_before_it_replaces_the_first(session: GeneratorSession) -> None:
    session.answer("Task: sort tickets")
    heard = session.answer("A clerk. Task: write poems about tickets")
    assert heard.question.kind == "clarify"
    assert heard.question.choices == ("sort tickets", "write poems about tickets")
    session.answer("2")
    assert session.requirements.value("task_goal") == "write poems about tickets"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"constraints": "answers of at least 50 words, at most 20 words"}, "at least 50 and at most 20"),
        ({"constraints": "English only", "input_format": "e-mails in German"}, "German"),
        ({"output_format": '{"a": "string"}', "constraints": "plain text"}, "plain text"),
        ({"output_format": "one of: a, b", "constraints": "explain your choice"}, "explanation"),
        ({"interaction_type": "single-turn", "constraints": "a conversation of several turns"}, "several turns"),
        ({"output_format": "one of: a, b", "examples": [{"input": "Hi you", "answer": "c"}]}, "one more label"),
    ],
)
def test_contradictions_are_asked_about(fields: dict[str, str], words: str, session: GeneratorSession) -> None:
    session.load_requirements(fields)
    question = session.ask()
    assert question.kind == "clarify"
    assert words in question.text


def test_a_contradiction_can_be_left_as_it_is(session: GeneratorSession) -> None:
    session.load_requirements({"constraints": "English only", "input_format": "e-mails in German"})
    session.answer("leave it")
    assert session.ask().kind == "ask"


def test_what_is_left_to_us_is_marked_as_assumed_and_an_output_is_never_assumed(session: GeneratorSession) -> None:
    session.edit("task_goal", "sort tickets")
    session.answer("you decide")
    assert session.requirements.entries["role_persona"].source == "assumed"
    heard = session.answer("don't know")
    assert "cannot be assumed" in heard.note
    assert session.requirements.value("output_format") == ""


def test_samples_wait_for_the_confirmation_and_the_confirmation_says_everything_back(session: GeneratorSession) -> None:
    for field in REQUIRED:
        session.edit(field, "one of: billing, delivery" if field == "output_format" else f"my {field}")
    with pytest.raises(InputError, match="not confirmed"):
        session.samples()
    session.answer("enough")
    question = session.ask()
    assert question.kind == "confirm"
    assert all(f"my {field}" in question.text for field in REQUIRED if field != "output_format")
    assert "one of billing, delivery" in question.text
    session.answer("yes")
    assert len(session.samples()) == 5


def test_a_correction_instead_of_yes_is_heard_and_asked_again(session: GeneratorSession) -> None:
    for field in REQUIRED:
        session.edit(field, "one of: billing, delivery")
    session.answer("enough")
    session.answer("no, the constraints are: inputs of at most 30 words")
    assert "at most 30 words" in session.requirements.value("constraints")
    assert session.ask().kind == "confirm"


def test_labels_that_were_not_named_are_asked_for(session: GeneratorSession) -> None:
    for field in REQUIRED:
        session.edit(field, "one label out of a list" if field == "output_format" else "something")
    assert "Which labels" in session.ask().text


def test_requirements_in_a_file_come_back_as_they_were_saved(tmp_path: Path) -> None:
    wanted = from_dict({"task": "sort", "examples": [{"input": "Hi", "answer": {"a": 1}}], "vocabulary": {"a": ["x"]}})
    wanted = wanted.edit("constraints", "short").put("use_case", "testing", "derived", "for testing")
    assert load(wanted.save(tmp_path / "r.json")) == wanted


def test_a_text_file_with_headings_is_read(tmp_path: Path) -> None:
    (tmp_path / "r.md").write_text(
        "# Task\nsort tickets\n\n# Constraints\n- at most 20 words\n- English only\n", encoding="utf-8"
    )
    wanted = load(tmp_path / "r.md")
    assert wanted.value("task_goal") == "sort tickets"
    assert wanted.value("constraints") == "at most 20 words; English only"


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_interview(text: str) -> None:
    turn = reply(Requirements(), text, first(Requirements()))
    assert set(turn.requirements.entries) <= set(FIELDS)


def test_a_model_hears_what_rules_do_not_and_asks_the_next_question(tmp_path: Path) -> None:
    said = "our folks get mails about boats and want them in three piles: sails, hulls, engines"
    recorded = {
        "fields": [
            {"name": "task_goal", "value": "sort mails about boats", "quote": "get mails about boats"},
            {
                "name": "output_format",
                "value": "one of: sails, hulls, engines",
                "quote": "three piles: sails, hulls, engines",
            },
            {"name": "use_case", "value": "a harbour", "quote": "in the harbour"},
        ],
        "question": {"field": "role_persona", "text": "Who sorts the mails?", "examples": ["a boat builder"]},
    }
    with Loopback(say=Played({"extract": recorded})) as server:
        session = GeneratorSession(tmp_path / "idea.rft", model="openai/test", base_url=server.url)
        heard = session.answer(said)
    assert session.requirements.value("output_format") == "one of: sails, hulls, engines"
    assert session.requirements.value("use_case") == ""
    assert heard.question.text == "Who sorts the mails?"
    assert session.ask().text == "Who sorts the mails?"


def test_a_model_that_does_not_answer_is_said_and_rules_read_the_answer(tmp_path: Path) -> None:
    with Loopback(script=[400] * 50) as server:
        session = GeneratorSession(tmp_path / "idea.rft", model="openai/test", base_url=server.url)
        heard = session.answer("Task: sort tickets")
    assert "openai/test did not answer" in heard.note
    assert session.requirements.value("task_goal") == "sort tickets"
