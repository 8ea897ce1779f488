"""The record browser: what it shows is what the dataset says, and each act is one step that can be taken back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.acts import browsing, picking, rating, reading
from rftkit.errors import InputError
from rftkit.widgets.record_browser import RecordBrowser
from tests.widgets.conftest import make
from tests.widgets.test_widgets import ask


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the dataset once; a copy costs milliseconds."""
    return make(tmp_path_factory.mktemp("made") / "support.rft").path


@pytest.fixture
def ds(made: Path, tmp_path: Path) -> rftkit.Dataset:
    return rftkit.open(shutil.copytree(made, tmp_path / "support.rft"))


@pytest.fixture
def browser(ds: rftkit.Dataset) -> RecordBrowser:
    return RecordBrowser(ds)


def ids(shown: RecordBrowser) -> list[str]:
    return [row["id"] for row in shown.rows(0, 500)["rows"]]


CHOICES: list[dict[str, Any]] = [
    {"topic": "Cards"},
    {"topic": "Loans", "valid": True},
    {"valid": False},
    {"generated": False},
    {"split": "none"},
    {"unassigned": True},
    {"band": "high"},
    {"code": "duplicate"},
    {"search": "QUESTION 11 "},
    {"topic": "Cards/New", "search": "question 1"},
]


@pytest.mark.parametrize("wanted", CHOICES)
def test_the_line_of_python_gives_the_records_that_are_shown(
    ds: rftkit.Dataset, browser: RecordBrowser, wanted: dict[str, Any]
) -> None:
    ds.edit("Loans-3", messages=[{"role": "assistant", "content": "I end with the assistant"}])
    ds.assign(["Loans-7"], None)
    browser.refresh()
    ask(browser, "choose", **wanted)
    told = eval(browser.view["python"], {"ds": ds})
    assert ids(browser) == told["id"].to_list()
    assert browser.view["matching"] == told.height
    assert told.height < 102 or wanted in ({"generated": False}, {"split": "none"}, {"band": "high"})


def test_a_quote_in_a_topic_is_no_sql(ds: rftkit.Dataset) -> None:
    ds.save_topics(ds.topics.rename("Loans", "O'Brien's"), categorize=False)
    assert RecordBrowser(ds, topic="O'Brien's").view["matching"] == 60


@pytest.mark.parametrize("column", [name for name in browsing.SORTS if name != "position"])
def test_both_directions_of_a_sort_hold_all_records_once(browser: RecordBrowser, column: str) -> None:
    browser.sort_by(column)
    up = ids(browser)
    browser.sort_by(column, descending=True)
    assert sorted(up) == sorted(ids(browser))
    assert len(set(up)) == 102


def test_sorting_by_text_sorts_what_is_read(browser: RecordBrowser) -> None:
    browser.sort_by("text", descending=True)
    texts = [row["text"].lower() for row in browser.rows(0, 500)["rows"]]
    assert texts == sorted(texts, reverse=True)


def test_pages_together_are_the_whole_list(browser: RecordBrowser) -> None:
    pages = [row["id"] for offset in range(0, 102, 10) for row in browser.rows(offset, 10)["rows"]]
    assert pages == ids(browser)
    assert browser.rows(200, 10)["rows"] == []


def test_a_range_is_selected_in_the_order_that_is_shown(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    browser.sort_by("id", descending=True)
    ask(browser, "select", first=4, last=1)
    assert set(browser.selected) == set(ids(browser)[1:5])
    ask(browser, "select", first=2, mode="remove")
    assert browser.selection == {"count": 3, "matching": 3}
    assert [row["selected"] for row in browser.rows(0, 6)["rows"]] == [False, True, False, True, True, False]


def test_all_that_match_are_selected_and_stay_so_when_something_else_is_shown(browser: RecordBrowser) -> None:
    browser.choose(topic="Cards/New")
    browser.select_all()
    browser.choose(topic="Loans")
    assert browser.selection["count"] == 12
    browser.refresh()
    assert browser.selection == {"count": 12, "matching": 0}


def test_an_edited_record_stays_selected_and_in_its_place(browser: RecordBrowser) -> None:
    browser.select(1)
    before = ids(browser)
    browser.edit_text(before[1], 0, "Another text for this one")
    assert ids(browser) == before
    assert browser.selected == [before[1]]
    assert browser.rows(1, 1)["rows"][0]["text"] == "Another text for this one"


def test_an_edit_is_judged_at_once_and_can_be_taken_back(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    before = browser.open_record("Loans-5")
    assert before["valid"] is True
    after = ask(browser, "edit_text", id="Loans-5", place=0, text="   ")["value"]
    assert after["valid"] is False
    assert [one["code"] for one in after["findings"]] == ["empty_user_message"]
    assert browser.done is not None
    assert browser.done["undo"]
    ask(browser, "undo")
    assert browser.open_record("Loans-5")["messages"] == before["messages"]
    assert browser.open_record("Loans-5")["valid"] is True


def test_deleting_the_selection_is_one_version_that_can_be_taken_back(
    ds: rftkit.Dataset, browser: RecordBrowser
) -> None:
    browser.choose(topic="Loans")
    browser.select(0, 2)
    gone, version = browser.selected, ds.version
    ask(browser, "delete")
    assert ds.version == version + 1
    assert not set(gone) & set(ds.records()["id"])
    assert browser.selection["count"] == 0
    assert browser.done == {"sentence": "Deleted 3 records.", "python": f"ds.delete({gone!r})", "undo": True}
    ask(browser, "undo")
    assert set(gone) < set(ds.records()["id"])


def test_two_steps_are_taken_back_one_after_the_other(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    browser.delete(["Loans-1"])
    browser.delete(["Loans-2"])
    browser.undo()
    assert {"Loans-2"} == {"Loans-1", "Loans-2"} & set(ds.records()["id"])
    browser.undo()
    assert len(ds) == 102
    with pytest.raises(InputError, match="nothing was done"):
        browser.undo()


def test_undo_never_takes_back_what_somebody_else_did(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    browser.delete(["Loans-1"])
    rftkit.open(ds.path).delete(["Loans-2"])
    assert "has changed since" in ask(browser, "undo")["error"]
    assert len(ds) == 100


def test_a_topic_is_assigned_to_the_selection_by_hand(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    browser.select(0, 1)
    chosen = browser.selected
    ask(browser, "assign", topic="Loans")
    assert set(ds.records(chosen)["topic"]) == {"Loans"}
    ask(browser, "assign", topic="")
    assert ds.records(chosen)["topic"].null_count() == 2
    assert "no topic is named" in ask(browser, "assign", topic="Nothing")["error"].lower() or browser.error


def test_an_open_record_that_is_deleted_elsewhere_is_closed(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    browser.open_record("Loans-5")
    assert browser.opened == "Loans-5"
    assert "about Loans" in browser.to_html()
    ds.delete(["Loans-5"])
    browser.follow()
    assert browser.opened == ""


def test_generation_is_handed_to_whoever_shows_the_browser(ds: rftkit.Dataset) -> None:
    asked: list[list[str]] = []
    shown = RecordBrowser(ds, on_generate=asked.append)
    shown.generate_from(["Loans-1"])
    shown.select(0, 1)
    shown.generate_from()
    assert asked == [["Loans-1"], shown.selected]
    assert shown.generation is not None
    assert shown.generation["number"] == 2


def test_without_one_the_line_that_generates_is_shown(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    browser.generate_from(["Loans-1"])
    assert browser.done is not None
    assert browser.done["python"] == "ds.generate(ds.plan(from_ids=['Loans-1']))"
    plan = eval(browser.done["python"].removeprefix("ds.generate(").removesuffix(")"), {"ds": ds})
    assert plan.requested > 0


@pytest.mark.parametrize(
    ("act", "options", "said"),
    [
        ("choose", {"band": "low"}, "give one of nothing, high"),
        ("choose", {"colour": "red"}, "cannot be chosen by 'colour'"),
        ("sort_by", {"column": "size"}, "give one of position"),
        ("select", {"first": 0, "mode": "toggle"}, "give add, remove or only"),
        ("delete", {}, "no record is selected"),
        ("edit_text", {"id": "Loans-1", "place": 4, "text": "x"}, "there is no message 4"),
        ("open_record", {"id": "nobody"}, "no record has the id 'nobody'"),
    ],
)
def test_a_mistake_says_what_is_allowed_and_changes_nothing(
    ds: rftkit.Dataset, browser: RecordBrowser, act: str, options: dict[str, Any], said: str
) -> None:
    before, version = browser.view, ds.version
    assert said in ask(browser, act, **options)["error"]
    assert browser.view == before
    assert ds.version == version


def test_original_records_have_stars_from_the_same_parts(ds: rftkit.Dataset, browser: RecordBrowser) -> None:
    told = ask(browser, "stars", ids=["Loans-1", "Loans-2"])["value"]
    assert set(told) == {"Loans-1", "Loans-2"}
    assert all(1 <= one["stars"] <= 5 for one in told.values())
    assert set(told["Loans-1"]["parts"]) == {"specificity", "naturalness", "novelty", "on_topic"}


def test_stars_agree_with_those_of_the_whole_dataset(ds: rftkit.Dataset) -> None:
    from rftkit.generate.stars import stars

    whole = dict(stars(ds.records()).select("id", "quality").iter_rows())
    some = rating.rate(ds, ["Loans-1", "Cards/New-3"])
    assert {id_: one["stars"] for id_, one in some.items()} == {id_: whole[id_] for id_ in some}


def test_a_record_without_a_user_turn_has_no_stars(ds: rftkit.Dataset) -> None:
    ds.edit("Loans-1", messages=[{"role": "system", "content": "Only me"}])
    assert rating.rate(ds, ["Loans-1"]) == {}


def test_hostile_text_stays_text(ds: rftkit.Dataset) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)> \x1b[31m \u202e $x$ **b**"
    ds.edit("Cards/Lost-0", messages=[{"role": "user", "content": evil}])
    shown = RecordBrowser(ds)
    shown.open_record("Cards/Lost-0")
    assert "<script" not in shown.to_html()
    assert "<img" not in shown.to_html()
    assert shown.open_record("Cards/Lost-0")["messages"][0]["text"] == evil


def test_messages_of_every_shape_can_be_opened(ds: rftkit.Dataset) -> None:
    calls = [{"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}]
    said: list[dict[str, Any]] = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "a"}}],
        },
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "found"},
        {"role": "user", "content": "Thanks"},
    ]
    ds.edit("Loans-1", messages=said, tools=[{"type": "function", "function": {"name": "find"}}])
    shown = RecordBrowser(ds)
    told = shown.open_record("Loans-1")
    assert told["messages"][0]["parts"] == ["image_url"]
    assert told["messages"][1]["calls"] == [{"name": "find", "arguments": '{"a": 1}'}]
    assert told["tools"] == [{"name": "find", "description": ""}]
    shown.edit_text("Loans-1", 0, "See")
    kept = browsing.whole(ds, "Loans-1")["messages"]
    assert kept[0]["content"] == [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": "a"}}]
    assert kept[1:] == said[1:]


def test_no_trait_grows_with_the_dataset(ds: rftkit.Dataset) -> None:
    ds.import_(
        [{"messages": [{"role": "user", "content": f"{n} " + "long " * 2000}]} for n in range(300)], categorize=False
    )
    shown = RecordBrowser(ds)
    shown.select_all()
    shown.open_record("Loans-1")
    for name in ("view", "offers", "selection", "opened", "done", "generation"):
        assert len(json.dumps(getattr(shown, name))) < 100_000, name


def test_an_empty_dataset_says_what_to_do_first(tmp_path: Path) -> None:
    shown = RecordBrowser(rftkit.open(tmp_path / "new.rft"))
    assert repr(shown) == "RecordBrowser(0 of 0 records)"
    assert "No records yet" in shown.to_html()
    assert shown.rows(0)["rows"] == []


# -- reading few records out of many ---------------------------------------------------------------------------------


def test_a_page_is_the_same_however_it_is_read(ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    ds.delete(["Loans-9"])
    ds.edit("Cards/New-2", messages=[{"role": "user", "content": "An edited one, far from its place"}])
    near = RecordBrowser(ds).rows(0, 500)
    monkeypatch.setattr(picking, "NEAR", 0)  # every row a slice of its own: too many, so all is read
    assert picking.near(ds, reading.labels(ds)["row"]) is None
    other = rftkit.open(ds.path)
    assert RecordBrowser(other).rows(0, 500) == near


def test_what_was_undone_and_done_again_is_read_anew(ds: rftkit.Dataset) -> None:
    shown = RecordBrowser(ds)
    shown.rows(0, 500)
    for text in ("First text of this record", "Second text of this record"):
        shown.edit_text("Loans-0", 0, text)
        place = shown.place_of("Loans-0")
        assert shown.rows(place, 1)["rows"][0]["text"] == text
        shown.undo()
    assert "Question 0" in shown.rows(shown.place_of("Loans-0"), 1)["rows"][0]["text"]


def test_a_record_that_is_not_shown_or_not_there_has_no_place(ds: rftkit.Dataset) -> None:
    shown = RecordBrowser(ds, topic="Loans")
    outside = next(id_ for id_ in ds.labels()["id"] if not id_.startswith("Loans"))
    assert shown.place_of("Loans-0") >= 0
    assert shown.place_of(outside) == -1
    assert shown.place_of("nobody") == -1


def test_rows_are_read_in_any_order_and_number(ds: rftkit.Dataset) -> None:
    rows = reading.labels(ds)["row"]
    for wanted in (rows.slice(5, 1), rows.reverse(), rows.slice(0, 0)):
        assert picking.pick(ds, wanted, ["id"])["row"].to_list() == sorted(wanted.to_list())
    assert picking.slices(pl.Series([0, 5000, 1, 5001], dtype=pl.Int64)) == [(0, 2), (5000, 2)]
