"""The last act of a session can be taken back until something was written from it; looking costs no row."""

from __future__ import annotations

from pathlib import Path

import pytest

from rftkit import GeneratorSession
from rftkit.errors import InputError
from tests.idea.conftest import SUPPORT, opened


def test_looking_at_a_session_again_writes_nothing(tmp_path: Path) -> None:
    session = GeneratorSession(tmp_path / "idea.rft")
    session.load_requirements(SUPPORT)
    for _ in range(2):
        session.ask()
    session.answer("enough")
    assert session.ask().kind == "confirm"
    rows = len(session.rows.read())
    for _ in range(3):
        session.to_dict()
    assert len(session.rows.read()) == rows


def test_an_answer_is_taken_back_with_the_question_that_followed(tmp_path: Path) -> None:
    session = GeneratorSession(tmp_path / "idea.rft")
    asked = session.ask()
    session.answer("sort tickets into billing, login or other")
    assert session.undo() == "the answer"
    assert session.requirements.filled == 0
    assert session.ask() == asked
    assert [line["who"] for line in session.state.transcript] == ["rftkit"]
    with pytest.raises(InputError, match="nothing can be taken back"):
        session.undo()


def test_acts_on_cards_are_taken_back_one_by_one_and_samples_are_not(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    before = session.samples()[0].input
    session.edit_card("1.1", input="Where is it?")
    session.keep("1.1")
    session.annotate("1.1", "too short")
    session.themes()
    session.approve()
    assert session.requirements.rules
    assert [session.undo() for _ in range(4)] == [
        "the decision on a change",
        "the note",
        "the decision on a card",
        "the edit of a card",
    ]
    assert (session.requirements.rules, session.state.notes) == ((), ())
    assert session.current()[0].input == before
    assert session.undoable() == ""


def test_a_note_after_one_that_was_taken_back_has_a_name_of_its_own(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    session.samples()
    session.annotate("1.1", "too short")
    session.undo()
    assert session.annotate("1.1", "too formal").id == "n2"
    assert [note.text for note in GeneratorSession(session.path).state.notes] == ["too formal"]


def test_a_set_that_was_begun_is_known_until_it_is_written(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    job = session.write_job(1000, "csv")
    job.stop()
    job.wait()
    begun = GeneratorSession(session.path).state.begun
    assert begun is not None
    assert (begun["count"], begun["format"]) == (1000, "csv")
    session.write(20)
    assert session.state.begun is None


def test_the_server_of_a_model_is_remembered_and_a_password_in_it_is_not(tmp_path: Path) -> None:
    session = GeneratorSession(tmp_path / "idea.rft")
    session.use_model(
        "openai/mine", base_url="http://127.0.0.1:1/v1", price_per_million=(1.0, 2.0), api_key="sk-secret"
    )
    again = GeneratorSession(session.path)
    assert (again.model, again.base_url, again.price_per_million) == (session.model, session.base_url, (1.0, 2.0))
    assert GeneratorSession(session.path, model="rftkit/offline").base_url is None
    session.use_model("openai/mine", base_url="http://me:pass@127.0.0.1:1/v1")
    assert GeneratorSession(session.path).base_url is None
    log = session.rows.path.read_text(encoding="utf-8")
    assert "sk-secret" not in log
    assert "pass@" not in log
