"""The topic editor in a page, with its real Python side: by keyboard, and what is then on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.topics import TopicTree
from rftkit.widgets import TopicEditor
from tests.acts.test_proposing import filled
from tests.browser.bare import play
from tests.widgets.conftest import ds  # noqa: F401 - a fixture
from tests.widgets.test_topic_editor import large


@pytest.fixture(autouse=True)
def _impatient(tab: Any) -> None:
    tab.set_default_timeout(60_000)


def ready(tab: Any, editor: TopicEditor) -> None:
    """Wait for the work that a key has started, and let the page know."""
    tab.locator("[data-testid=work], [data-testid=proposal]:not([hidden])").first.wait_for()
    editor.wait()
    tab.evaluate("window.model.send({ kind: 'ask', id: 'later', act: 'refresh', options: {} })")


def on_disk(path: Path) -> dict[str, int | None]:
    """Return the records of each topic as another process would read them."""
    tree = rftkit.open(path).topics
    return {path: tree.total(id_) for id_, path in tree.paths().items()}


def current(tab: Any, name: str) -> None:
    tab.locator(f"[data-testid=tree] [data-current][data-name='{name}']").wait_for()


def walk_to(tab: Any, names: list[str], name: str) -> None:
    tab.keyboard.press("Home")
    for _ in range(names.index(name)):
        tab.keyboard.press("j")
    current(tab, name)


def test_topics_are_found_confirmed_renamed_merged_and_taken_back_by_keyboard(tab: Any, tmp_path: Path) -> None:
    bank = filled(tmp_path / "bank.rft")
    editor = TopicEditor(bank)
    play(tab, editor, "topic_editor")
    tab.get_by_test_id("embedder").select_option("lsa")
    tab.get_by_test_id("depth").select_option("1")
    tab.get_by_test_id("count").fill("3")
    tab.get_by_test_id("python").get_by_text("count=3").wait_for()
    tab.get_by_test_id("discover").focus()
    tab.keyboard.press("Enter")
    ready(tab, editor)
    tab.locator("[data-testid=proposed-tree] [data-testid=topic]").first.wait_for()
    assert on_disk(bank.path) == {}, "nothing is saved before it is confirmed"
    tab.get_by_test_id("adopt").focus()
    tab.keyboard.press("Enter")
    tab.locator("[data-testid=tree]:focus").wait_for()
    found = on_disk(bank.path)
    names = list(found)
    assert list(found.values()) == [12, 12, 12]

    walk_to(tab, names, names[0])
    tab.keyboard.press("F2")
    tab.keyboard.type("Plastic <b>cards</b>")  # the old name is selected
    tab.keyboard.press("Enter")
    tab.locator("[data-name='Plastic <b>cards-b>'], [data-name='Plastic <b>cards<-b>']").first.wait_for()
    assert list(on_disk(bank.path)) == ["Plastic <b>cards<-b>", *names[1:]]
    tab.locator("[data-testid=tree]:focus").wait_for()

    tab.keyboard.press("j")
    tab.keyboard.press("Shift+C")
    tab.locator("[data-testid=pick-filter]:focus").wait_for()
    tab.keyboard.type("Plastic")
    tab.keyboard.press("Enter")
    tab.get_by_test_id("done").get_by_text("Merged").wait_for()
    assert on_disk(bank.path) == {"Plastic <b>cards<-b>": 24, names[2]: 12}

    tab.locator("[data-testid=tree]:focus").wait_for()
    tab.keyboard.press("u")
    tab.get_by_test_id("done").get_by_text("Taken back: Merged").wait_for()
    tab.keyboard.press("u")
    tab.get_by_test_id("done").get_by_text("Taken back: Renamed").wait_for()
    assert on_disk(bank.path) == found
    assert tab.locator("[data-testid=tree]:focus").count() == 1


def test_a_topic_is_dragged_under_another_and_before_it(tab: Any, ds: rftkit.Dataset) -> None:  # noqa: F811
    play(tab, TopicEditor(ds), "topic_editor")
    row = tab.locator("[data-testid=tree] [data-testid=topic]")
    row.nth(3).drag_to(row.nth(1), target_position={"x": 200, "y": 15})
    tab.get_by_test_id("done").get_by_text("Moved Loans to Cards/Lost").wait_for()
    assert list(on_disk(ds.path)) == ["Cards", "Cards/Lost", "Cards/Lost/Loans", "Cards/New"]
    tab.get_by_test_id("undo").click()
    tab.get_by_test_id("done").get_by_text("Taken back").wait_for()
    row.nth(3).drag_to(row.nth(0), target_position={"x": 200, "y": 2})
    tab.get_by_test_id("done").get_by_text("elsewhere among").wait_for()
    assert list(on_disk(ds.path)) == ["Loans", "Cards", "Cards/Lost", "Cards/New"]


def test_deleting_asks_where_records_go_and_a_click_elsewhere_is_not_lost(tab: Any, ds: rftkit.Dataset) -> None:  # noqa: F811
    play(tab, TopicEditor(ds), "topic_editor")
    tab.locator("[data-testid=tree] [data-name=New]").click()
    tab.get_by_test_id("details-name").get_by_text("New").wait_for()
    tab.get_by_test_id("description").fill("Cards that are on their way.")
    tab.locator("[data-testid=tree] [data-name=Lost]").click()  # what was typed is kept when the field is left
    tab.get_by_test_id("done").get_by_text("Changed the description of Cards/New").wait_for()
    assert rftkit.open(ds.path).topics.find("Cards/New").description == "Cards that are on their way."
    tab.get_by_test_id("details-name").get_by_text("Lost").wait_for()
    tab.keyboard.press("Delete")
    tab.locator("[data-testid=pick-filter]:focus").wait_for()
    tab.keyboard.press("Escape")
    assert "Cards/Lost" in on_disk(ds.path)
    tab.keyboard.press("Delete")
    tab.keyboard.type("loans")
    tab.keyboard.press("Enter")
    tab.get_by_test_id("done").get_by_text("30 records went to Loans").wait_for()
    assert on_disk(ds.path) == {"Cards": 12, "Cards/New": 12, "Loans": 90}


@pytest.mark.parametrize("width", [360, 480, 1400])
def test_3000_topics_with_long_and_odd_names_stay_within_the_page(tab: Any, ds: rftkit.Dataset, width: int) -> None:  # noqa: F811
    ds.save_topics(large(), categorize=False)
    play(tab, TopicEditor(ds), "topic_editor", width=width)
    tab.get_by_test_id("open-all").click()
    tab.wait_for_function("document.querySelector('[data-testid=tree]').scrollHeight > 80000")  # all pages are there
    tab.locator("[data-testid=tree]").focus()
    tab.keyboard.press("End")
    tab.locator("[data-testid=tree] [data-current]").wait_for()
    tab.wait_for_function("document.querySelector('[data-testid=tree]').scrollTop > 80000")
    assert tab.locator("[data-testid=topic]").count() < 40
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.get_by_test_id("filter").fill("&amp;")
    current(tab, "<b>&amp;")
    assert tab.locator("[data-testid=tree] b").count() == 0


def test_a_file_is_looked_at_taken_and_saved_again(tab: Any, ds: rftkit.Dataset, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "mine.json"
    file.write_text('{"topics": {"Rates": {"description": "Of money.", "subtopics": ["Euro"]}}}', encoding="utf-8")
    ds.change_topics(lambda tree: tree.lock("Loans"), "topics lock")
    editor = TopicEditor(ds)
    play(tab, editor, "topic_editor", width=480)
    tab.get_by_test_id("start-open").click()
    tab.locator("[data-testid=way-to-start] button:text-is('File')").click()
    tab.get_by_test_id("file").set_input_files(file)
    tab.get_by_test_id("proposal-title").get_by_text("The file mine.json").wait_for()
    assert tab.get_by_test_id("added").inner_text() == "2"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.get_by_test_id("adopt").click()
    tab.locator("[data-testid=work], [data-testid=done]").first.wait_for()
    editor.wait()
    tab.evaluate("window.model.send({ kind: 'ask', id: 'later', act: 'refresh', options: {} })")
    tab.locator("[data-testid=tree] [data-name=Rates]").wait_for()
    assert "Loans" in on_disk(ds.path), "a locked topic stays"
    tab.get_by_test_id("saving").locator("summary").click()
    tab.get_by_test_id("shape").select_option("map")
    tab.get_by_test_id("save-path").fill(str(tmp_path / "saved.json"))
    tab.get_by_test_id("save").click()
    tab.get_by_test_id("done").get_by_text("Wrote").wait_for()
    assert TopicTree.from_dict(rftkit.open(ds.path).topics.to_dict("map")) == TopicTree.from_dict(
        json.loads((tmp_path / "saved.json").read_text())
    )
