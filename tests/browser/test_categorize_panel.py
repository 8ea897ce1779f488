"""The queue of unsure records in a bare page with its real Python side: keys decide, the dataset on disk has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import CategorizePanel
from tests.browser.bare import play

TEXTS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)]
ODD = ["<b>Sing</b> a song", "hm", "What is this " + "x" * 300]


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "bank.rft")
    said = [{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(TEXTS + ODD)]
    said.append({"id": "long", "messages": [*_turns(), {"role": "user", "content": "And another thing"}]})
    made.import_(said)
    tree = rftkit.TopicTree(()).add("cards", keywords=["card"]).add("rates").add("other")
    made.save_topics(tree, categorize=False)
    made.categorize(method=["keyword"])
    return made


def _turns() -> list[dict[str, str]]:
    return [{"role": role, "content": f"{role} {n}"} for n in range(3) for role in ("user", "assistant")]


def on_disk(ds: rftkit.Dataset) -> dict[str, tuple[str | None, str | None]]:
    rows = rftkit.open(ds.path).records().select("id", "topic", "topic_method").rows()
    return {id_: (topic, method) for id_, topic, method in rows}


def shows(tab: Any, id_: str) -> None:
    tab.locator("[data-testid=record-id]", has_text=id_).wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_records_are_decided_by_keyboard_and_undone(tab: Any, ds: rftkit.Dataset, theme: str) -> None:
    tab.set_default_timeout(60_000)
    panel = CategorizePanel(ds)
    panel.choose_queue("unassigned")
    play(tab, panel, "categorize_panel", width=480, theme=theme)
    tab.get_by_test_id("card").focus()
    shows(tab, "r12")
    assert tab.locator("b:text-is('Sing')").count() == 0
    tab.keyboard.press("2")
    shows(tab, "r13")
    assert on_disk(ds)["r12"] == ("rates", "manual")
    tab.keyboard.press("0")
    shows(tab, "r14")
    assert on_disk(ds)["r13"] == (None, "manual")
    tab.keyboard.press("s")
    shows(tab, "long")
    tab.keyboard.press("Enter")  # what was said before
    assert tab.locator("[data-testid=before][open] [data-testid=turn]").count() == 6
    tab.keyboard.press("/")
    tab.keyboard.type("oth")
    tab.get_by_test_id("found-topic").wait_for()
    tab.keyboard.press("Enter")
    shows(tab, "r14")  # the skipped one comes again
    assert on_disk(ds)["long"] == ("other", "manual")
    assert tab.evaluate("document.activeElement.dataset.testid") == "card"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.keyboard.press("u")
    shows(tab, "long")
    assert on_disk(ds)["long"] == (None, None)
    assert "2 of 4 decided" in tab.get_by_test_id("queue-progress").inner_text()
    ds.categorize(all=True, method=["keyword"])
    assert on_disk(ds)["r12"] == ("rates", "manual")
    assert on_disk(ds)["r13"] == (None, "manual")
