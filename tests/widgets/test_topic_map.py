"""The map: where dots are, what colours mean, what a lasso takes, and what becomes of it on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rftkit
from rftkit.acts import mapping
from rftkit.errors import InputError
from rftkit.widgets import RecordBrowser, TopicEditor, TopicMap
from rftkit.widgets import _map_points as dots
from rftkit.widgets._map_page import page
from tests.widgets.test_widgets import ask

ALL = [(-0.1, -0.1), (1.1, -0.1), (1.1, 1.1), (-0.1, 1.1)]
CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)]
RATES = [f"What is the exchange rate for {n} euros" for n in range(20, 32)]


@pytest.fixture
def bank(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "bank.rft")
    texts = [*CARDS, *RATES, "<script>alert(1)</script>", " "]
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    tree = rftkit.TopicTree(()).add("cards/lost", keywords=["card"]).add("rates", keywords=["exchange rate"])
    ds.save_topics(tree, categorize=False)
    ds.categorize(method=["keyword"])
    ds.sanitize()
    return ds


def drawn(ds: rftkit.Dataset, **options: Any) -> TopicMap:
    chart = TopicMap(ds, **options)
    chart.draw()
    chart.wait()
    return chart


def topics(ds: rftkit.Dataset, ids: list[str]) -> set[tuple[str | None, str | None]]:
    return set(ds.records(ids).select("topic", "topic_method").rows())


def test_before_it_is_drawn_the_map_says_what_to_do(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "new.rft")
    assert "No records yet" in TopicMap(ds).to_html()
    assert "there are no records to draw" in ask(TopicMap(ds), "draw")["error"]
    with pytest.raises(InputError, match="topic, confidence, valid, generated"):
        TopicMap(ds, by="size")


def test_every_record_has_a_dot_that_is_sent_as_bytes(bank: rftkit.Dataset) -> None:
    chart = drawn(bank)
    sent = chart.points()
    places = np.frombuffer(sent.buffers[0], "<u2").reshape(-1, 2)
    assert sent.value == {"number": 1, "count": 26}
    assert (places.shape, len(sent.buffers[1])) == ((26, 2), 26)
    assert places.min() == 0
    assert places.max() == 65_535
    made = bank.map(invalid=True)
    assert made["id"].to_list() == chart._ids.to_list()
    assert np.allclose(places / 65_535, dots.squared(made["x"], made["y"]), atol=1e-4)
    assert chart.drawn["python"] == "ds.map(invalid=True)"


def test_the_browser_gets_bytes_beside_the_answer(bank: rftkit.Dataset) -> None:
    chart = drawn(bank)
    sent: list[Any] = []
    chart.send = lambda content, buffers=(): sent.append((content, buffers))  # type: ignore[method-assign]
    chart._handle_custom_msg({"kind": "ask", "id": "7", "act": "points", "options": {}}, [])
    content, buffers = sent[0]
    assert content == {"kind": "reply", "id": "7", "value": {"number": 1, "count": 26}}
    assert [len(buffer) for buffer in buffers] == [104, 26]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("topic", ["cards", "rates", "unassigned"]),
        ("valid", ["valid", "invalid"]),
        ("generated", ["original"]),
    ],
)
def test_colours_mean_what_the_legend_says(bank: rftkit.Dataset, by: str, names: list[str]) -> None:
    chart = drawn(bank, by=by)
    assert [group["name"] for group in chart.legend["groups"]] == names
    counts = np.bincount(chart._codes, minlength=len(names)).tolist()
    assert counts == [group["count"] for group in chart.legend["groups"]]
    assert sum(counts) == 26


def test_the_subtopics_have_colours_and_names_of_their_own(bank: rftkit.Dataset) -> None:
    chart = drawn(bank)
    assert [one["name"] for one in chart.drawn["names"]] == ["cards", "rates"]
    ask(chart, "colour_by", by="topic", level=2)
    assert [group["path"] for group in chart.legend["groups"]] == ["cards/lost", "rates", "unassigned"]
    ask(chart, "colour_by", by="confidence")
    assert chart.drawn["names"] == []
    assert {group["name"] for group in chart.legend["groups"]} <= {"high", "medium", "review", "by hand", "unassigned"}


def test_a_lasso_selects_what_is_inside_and_assigns_it_with_undo(bank: rftkit.Dataset) -> None:
    chart = drawn(bank)
    inside = [f"r{n}" for n in range(12)]
    ask(chart, "select_group", path="cards")
    assert chart.selected == inside
    assert chart.selection["topics"] == [{"topic": "cards/lost", "count": 12}]
    ask(chart, "assign", topic="rates")
    assert topics(bank, inside) == {("rates", "manual")}
    assert chart.done == {
        "sentence": "Assigned 12 records to rates.",
        "python": "ds.assign(ids, 'rates')",
        "undo": True,
    }
    assert [group["count"] for group in chart.legend["groups"]] == [24, 2]
    ask(chart, "undo")
    assert topics(bank, inside) == {("cards/lost", "keyword")}
    assert chart.selected == inside
    ask(chart, "lasso", polygon=ALL, mode="remove")
    assert chart.selected == []
    ask(chart, "lasso", polygon=ALL)
    assert chart.selection["count"] == 26
    ask(chart, "select_none")
    assert "nothing is selected" in ask(chart, "assign", topic="rates")["error"]
    assert "three corners" in ask(chart, "lasso", polygon=[[0, 0], [1, 1]])["error"]
    assert "means 'nonsense'" in ask(chart, "select_group", path="nonsense")["error"]


def test_a_linked_browser_shows_the_selection_until_it_is_dropped(bank: rftkit.Dataset) -> None:
    chart, browser = drawn(bank), RecordBrowser(bank)
    chart.link(browser)
    chart.select_group("rates")
    assert (browser.view["matching"], browser.view["only"]) == (12, 12)
    assert {row["id"] for row in browser.view["rows"]} == set(chart.selected)
    ask(browser, "choose", search="25 euros")
    assert browser.view["matching"] == 1
    chart.select_none()
    assert browser.view["only"] is None
    with pytest.raises(InputError, match="link a RecordBrowser"):
        chart.link(bank)


def test_a_linked_tree_marks_the_topics_of_the_selection_and_selects_those_of_a_topic(bank: rftkit.Dataset) -> None:
    chart, editor = drawn(bank), TopicEditor(bank)
    assert "no map is linked" in ask(editor, "show_records", topic="rates")["error"]
    chart.link(editor)
    assert editor.linked is True
    chart.select_group("rates")
    rates = bank.topics.find("rates").id
    assert editor.pointed == {"total": 12, "topics": {rates: 12}}
    ask(editor, "show_records", topic="cards")
    assert topics(bank, chart.selected) == {("cards/lost", "keyword")}
    assert set(editor.pointed["topics"]) == {bank.topics.find("cards/lost").id}
    chart.unlink(editor)
    assert (editor.pointed["total"], editor.linked) == (0, False)


def test_the_map_follows_the_dataset(bank: rftkit.Dataset) -> None:
    chart = drawn(bank)
    bank.import_([{"id": "new", "messages": [{"role": "user", "content": "A card for my aunt"}]}])
    bank.delete(["r0", "r1"])
    chart.follow()
    assert chart.drawn["stale"] == "1 record came since and has no place yet: draw again."
    assert (chart.drawn["shown"], len(chart._places), len(chart._codes)) == (24, 24, 24)
    assert ask(chart, "peek", at=0)["value"]["id"] == "r2"
    chart.draw()
    chart.wait()
    assert (chart.drawn["shown"], chart.drawn["stale"]) == (25, "")


def test_a_dot_is_read_as_text(bank: rftkit.Dataset) -> None:
    chart = drawn(bank)
    at = chart._ids.to_list().index("r24")
    assert ask(chart, "peek", at=at)["value"]["text"] == "<script>alert(1)</script>"
    assert ask(chart, "open_record", at=at)["value"]["messages"][0]["text"] == "<script>alert(1)</script>"
    assert "there is no dot 99" in ask(chart, "peek", at=99)["error"]
    html = chart.to_html()
    assert "<script" not in html
    assert "<svg" in html
    assert ">cards<" in html


def test_a_sample_says_so_and_keeps_its_records(bank: rftkit.Dataset, monkeypatch: Any) -> None:
    monkeypatch.setattr("rftkit.widgets.topic_map.MOST", 10)
    chart = drawn(bank)
    before = set(chart._ids)
    assert chart.drawn["said"].startswith("10 of 26 records, chosen at random")
    assert chart.drawn["python"] == "ds.map(invalid=True, limit=10)"
    assert mapping.map_(bank, invalid=True, limit=10)["id"].to_list() == chart._ids.to_list()
    bank.import_([{"id": "new", "messages": [{"role": "user", "content": "A card for my aunt"}]}])
    chart.draw()
    chart.wait()
    assert len(before & set(chart._ids)) >= 9


def test_no_trait_grows_with_the_topics(tmp_path: Path) -> None:
    frame = pl.DataFrame({"topic": [f"{'long name ' * 6}{n}" for n in range(3000)]})
    codes, groups = dots.grouped(frame, "topic")
    assert len(groups) == dots.GROUPS
    assert groups[-1]["name"] == f"{3000 - dots.GROUPS + 1} more topics"
    assert np.bincount(codes).sum() == 3000
    named = dots.names(np.random.default_rng(0).random((3000, 2), np.float32), frame["topic"])
    assert len(rftkit.messages.dump([groups, named])) < 60_000


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=1, max_size=30))
def test_places_fit_a_square_and_keep_their_proportions(points: list[tuple[int, int]]) -> None:
    x, y = pl.Series([p[0] for p in points]), pl.Series([p[1] for p in points])
    found = dots.squared(x, y)
    assert found.min() >= -1e-6
    assert found.max() <= 1 + 1e-6
    wide = int(max(np.ptp(x.to_numpy()), np.ptp(y.to_numpy())))
    if wide:
        assert np.allclose((found[:, 0] - found[0, 0]) * wide, x.to_numpy() - x[0], atol=1e-3)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_square_holds_what_lies_between_its_sides(x: float, y: float) -> None:
    found = dots.inside(np.array([[x, y]], np.float32), [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)])
    assert bool(found[0]) == (0.25 < np.float32(x) < 0.75 and 0.25 < np.float32(y) < 0.75) or 0.25 in (x, y)


def test_the_saved_picture_is_small_however_many_dots_there_are() -> None:
    places = np.random.default_rng(0).random((50_000, 2)).astype(np.float32)
    groups = [{"name": f"Topic {n}", "path": f"Topic {n}", "count": 2_500, "tone": "t0"} for n in range(20)]
    drawn = {"said": "50,000 records", "names": [], "python": "ds.map()"}
    html = page(drawn, {"groups": groups}, places, np.arange(50_000) % 20, 50_000)
    assert len(html) < 25_000
    assert "1,200 of the dots are in this saved picture" in html
