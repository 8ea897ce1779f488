"""The cards as a widget: notes, themes, lines and rounds by acts alone, as a browser would ask for them."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from rftkit import GeneratorSession
from rftkit.widgets import AnnotationCards
from tests.idea.conftest import ORDERS, REPLIES, opened
from tests.idea.model import Played
from tests.llm.loopback import Loopback
from tests.widgets.test_dataset_generator import settle
from tests.widgets.test_widgets import ask


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "RFTKIT_MODEL"):
        monkeypatch.delenv(name, raising=False)


def written(session: GeneratorSession) -> AnnotationCards:
    shown = AnnotationCards(session)
    ask(shown, "write_samples")
    settle(shown)
    return shown


def card(shown: AnnotationCards, name: str) -> dict[str, Any]:
    return next(one for one in shown.cards["cards"] if one["id"] == name)


def test_before_there_are_samples_it_says_what_they_wait_for(tmp_path: Path) -> None:
    session = GeneratorSession(tmp_path / "idea.rft")
    assert "still open" in AnnotationCards(session).cards["waits"]
    session.load_requirements(ORDERS)
    assert "confirmed" in AnnotationCards(session).cards["waits"]
    session.confirm()
    assert AnnotationCards(session).cards["waits"] == ""
    assert "five of them" in AnnotationCards(session).to_html()


def test_five_cards_are_edited_kept_thrown_away_and_that_is_taken_back(tmp_path: Path) -> None:
    shown = written(opened(tmp_path, ORDERS))
    assert len(shown.cards["cards"]) == 5
    ask(shown, "edit_card", id="1.1", input="Where is order 12345?", answer=card(shown, "1.1")["answer"])
    assert card(shown, "1.1")["edited"]
    ask(shown, "decide", id="1.2", decision="keep")
    ask(shown, "decide", id="1.3", decision="discard")
    assert [one["decision"] for one in shown.cards["cards"]] == ["", "keep", "discard", "", ""]
    assert shown.done == {"sentence": "Threw away card 1.3.", "python": "session.discard('1.3')", "undo": True}
    ask(shown, "undo")
    ask(shown, "decide", id="1.2", decision="")
    assert {one["decision"] for one in shown.cards["cards"]} == {""}
    assert "there is no decision" in ask(shown, "decide", id="1.2", decision="maybe")["error"]


def test_notes_become_themes_lines_and_the_next_five_follow_what_was_approved(tmp_path: Path) -> None:
    shown = written(opened(tmp_path, ORDERS))
    ask(shown, "annotate", card="1.1", note="wrong JSON key, should be order_number", passage='"order"', part="answer")
    ask(shown, "annotate", card="1.2", note="the key order must be called order_number")
    assert [(theme["count"], len(theme["quotes"])) for theme in shown.coding["themes"]] == [(2, 2)]
    line = shown.coding["changes"][0]
    assert (line["status"], line["measured"]) == ("proposed", True)
    ask(shown, "approve", ids=[line["id"]])
    assert any("order_number" in text for text in shown.coding["instructions"])
    ask(shown, "next_samples")
    settle(shown)
    assert shown.cards["iteration"] == 2
    assert all("order_number" in json.loads(one["answer"]) for one in shown.cards["cards"])
    assert [one["kept"][0]["ok"] for one in shown.cards["cards"]] == [True] * 5
    assert shown.comparison is not None, "the rounds are beside each other as soon as there are two"
    assert [row["gone"] for row in shown.comparison["themes"]] == [True]
    ask(shown, "show_round", iteration=1)
    assert (shown.cards["iteration"], card(shown, "1.1")["notes"][0]["passage"]) == (1, '"order"')


def test_themes_are_renamed_and_merged_and_lines_said_in_own_words_rejected_and_taken_out(tmp_path: Path) -> None:
    shown = written(opened(tmp_path, REPLIES))
    ask(shown, "annotate", card="1.1", note="answers too long")
    ask(shown, "annotate", card="1.2", note="reads like a tax form")
    first, second = (theme["id"] for theme in shown.coding["themes"])
    ask(shown, "rename_theme", id=first, name="brevity")
    assert "brevity" in [theme["name"] for theme in shown.coding["themes"]]
    ask(shown, "merge_themes", into="too_long-answer", others=[one for one in (first, second) if "too_long" not in one])
    assert [theme["count"] for theme in shown.coding["themes"]] == [2]
    ask(shown, "approve_edited", id="too_long-answer", line="Answers have at most 15 words")
    assert [(one["line"], one["status"]) for one in shown.coding["changes"]] == [
        ("Answers have at most 15 words", "approved")
    ]
    ask(shown, "drop_rule", at=0)
    assert shown.coding["rules"] == []
    ask(shown, "reject", id="too_long-answer")
    assert shown.coding["changes"][0]["status"] == "rejected"


def test_a_deleted_note_takes_its_theme_with_it(tmp_path: Path) -> None:
    shown = written(opened(tmp_path, ORDERS))
    ask(shown, "annotate", card="1.1", note="too formal")
    ask(shown, "delete_note", id="n1")
    assert (shown.coding["themes"], shown.coding["changes"], shown.coding["notes"]) == ([], [], 0)


def test_with_a_model_notes_wait_until_it_is_asked_and_its_failure_is_said(tmp_path: Path) -> None:
    with Loopback(say=Played()) as server:
        shown = written(opened(tmp_path, {**REPLIES, "examples": []}, model="openai/test", base_url=server.url))
        before = len(server.seen)
        ask(shown, "annotate", card="1.1", note="answers too long")
        assert (shown.coding["waiting"], shown.coding["themes"], len(server.seen)) == (1, [], before)
        server.script = [400] * 100
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ask(shown, "find_themes")
            settle(shown)
    assert (shown.coding["waiting"], len(shown.coding["themes"])) == (0, 1)
    assert "grouped by rules, because openai/test did not answer" in shown.coding["note"]


def test_a_remade_widget_shows_the_same_and_so_does_the_page(tmp_path: Path) -> None:
    session = opened(tmp_path, ORDERS)
    shown = written(session)
    ask(shown, "annotate", card="1.1", note="<b>too</b> formal")
    again = AnnotationCards(GeneratorSession(session.path))
    assert (again.cards, again.coding) == (shown.cards, shown.coding)
    page = str(again.to_html())
    assert "&lt;b&gt;too&lt;/b&gt; formal" in page
    assert "Card 1.5" in page
    assert repr(again) == "AnnotationCards(round 1: 5 cards, 1 note, 1 theme)"
