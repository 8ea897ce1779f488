"""The map in a bare page with its real Python side: a lasso and a colour select, the dataset on disk has what was assigned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import TopicMap
from tests.browser.bare import play

CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)]
RATES = [f"What is the exchange rate for {n} euros" for n in range(20, 32)]


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "bank.rft")
    texts = [*CARDS, *RATES, "<b>Sing</b> a song"]
    made.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    tree = rftkit.TopicTree(()).add("cards", keywords=["card"]).add("rates", keywords=["exchange rate"])
    made.save_topics(tree.add("other"), categorize=False)
    made.categorize(method=["keyword"])
    return made


def on_disk(ds: rftkit.Dataset) -> dict[str, tuple[str | None, str | None]]:
    rows = rftkit.open(ds.path).records().select("id", "topic", "topic_method").rows()
    return {id_: (topic, method) for id_, topic, method in rows}


def painted(tab: Any) -> int:
    """Return how many pixels of the map are not empty."""
    return int(
        tab.evaluate(
            """() => {
              const canvas = document.querySelector("canvas");
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return data.filter((value, at) => at % 4 === 3 && value > 0).length;
            }"""
        )
    )


def test_records_are_selected_by_lasso_and_by_colour_and_assigned(tab: Any, ds: rftkit.Dataset) -> None:
    tab.set_default_timeout(60_000)
    chart = TopicMap(ds)
    chart.draw()
    chart.wait()
    play(tab, chart, "topic_map", width=480, theme="dark")
    tab.wait_for_function("document.querySelector('canvas').width > 300")
    tab.wait_for_timeout(200)
    assert painted(tab) > 25 * 20
    tab.locator("[data-testid=group][data-path=cards]").focus()
    tab.keyboard.press("Enter")  # without a pointer: the colour of the legend
    tab.get_by_test_id("selected").wait_for()
    assert tab.get_by_test_id("selected").inner_text().startswith("12 records selected")
    tab.keyboard.press("t")
    tab.keyboard.type("oth")
    tab.get_by_test_id("found-topic").wait_for()
    tab.keyboard.press("Enter")
    tab.get_by_test_id("done").wait_for()
    assert {on_disk(ds)[f"r{n}"] for n in range(12)} == {("other", "manual")}
    tab.keyboard.press("u")
    tab.wait_for_function("document.querySelector('[data-testid=done]').innerText.includes('Taken back')")
    assert {on_disk(ds)[f"r{n}"] for n in range(12)} == {("cards", "keyword")}
    tab.keyboard.press("Escape")
    tab.get_by_test_id("nothing-selected").wait_for()
    tab.get_by_test_id("map-canvas").focus()
    tab.keyboard.press("l")
    box = tab.get_by_test_id("map-canvas").bounding_box()
    left, top, right, low = box["x"] + 2, box["y"] + 2, box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
    tab.mouse.move(left, top)
    tab.mouse.down()
    for x, y in ((right, top), (right, low), (left, low)):
        tab.mouse.move(x, y, steps=4)
    tab.mouse.up()
    tab.get_by_test_id("selected").wait_for()
    assert sorted(chart.selected) == sorted(f"r{n}" for n in range(25))
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_dot_shows_its_text_and_opens_its_record_as_text(tab: Any, ds: rftkit.Dataset) -> None:
    tab.set_default_timeout(60_000)
    chart = TopicMap(ds)
    chart.draw()
    chart.wait()
    play(tab, chart, "topic_map", width=1000)
    tab.wait_for_function("document.querySelector('canvas').width > 300")
    tab.wait_for_timeout(200)
    box = tab.get_by_test_id("map-canvas").bounding_box()
    scale = min(box["width"], box["height"]) - 36  # the whole map with its margin
    x, y = chart._places[chart._ids.to_list().index("r24")].tolist()
    at = box["x"] + (box["width"] - scale) / 2 + x * scale, box["y"] + (box["height"] - scale) / 2 + y * scale
    tab.mouse.move(*at)
    tab.get_by_test_id("tip").wait_for()
    assert "<b>Sing</b> a song" in tab.get_by_test_id("tip").inner_text()
    tab.mouse.click(*at)
    tab.get_by_test_id("record").wait_for()
    assert "<b>Sing</b> a song" in tab.get_by_test_id("record").inner_text()
    assert tab.locator("b:text-is('Sing')").count() == 0
    tab.keyboard.press("Escape")
    tab.get_by_test_id("record").wait_for(state="detached")
