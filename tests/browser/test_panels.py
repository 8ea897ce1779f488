"""The panels of a dataset in a bare page with their real Python side: the main act of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import ImportPanel, SanitizePanel
from tests.browser.bare import play
from tests.widgets.test_sanitize_panel import ROWS


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "support.rft")
    made.import_(ROWS)
    return made


@pytest.fixture(autouse=True)
def _impatient(tab: Any) -> None:
    tab.set_default_timeout(60_000)


def narrow_enough(tab: Any) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def finish(tab: Any, panel: Any) -> None:
    """Wait for the work that a click has started, and let the page know."""
    tab.locator("[data-testid=work], [data-testid=done]").first.wait_for()
    panel.wait()
    tab.evaluate("window.model.send({ kind: 'ask', id: 'later', act: 'refresh', options: {} })")
    tab.get_by_test_id("done").wait_for()


def test_sanitize_lists_what_it_found_and_opens_a_record(tab: Any, ds: rftkit.Dataset) -> None:
    panel = SanitizePanel(ds)
    play(tab, panel, "sanitize_panel", width=480)
    tab.get_by_test_id("sanitize-run").click()
    finish(tab, panel)
    assert tab.get_by_test_id("invalid").inner_text().startswith("2")
    tab.locator("[data-testid=code][data-code=empty_user_message]").focus()
    tab.keyboard.press("j")  # the keys move from code to code
    tab.keyboard.press("Enter")
    tab.get_by_test_id("records-row").first.wait_for()
    tab.keyboard.press("Enter")
    tab.get_by_test_id("record").wait_for()
    assert "duplicate" in tab.get_by_test_id("record").inner_text()
    assert narrow_enough(tab)
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    tab.get_by_test_id("errors").wait_for()
    tab.get_by_test_id("undo").click()
    tab.get_by_test_id("empty").wait_for()
    assert ds.summary().unchecked == 5


def test_a_dropped_file_is_looked_at_overruled_and_imported(tab: Any, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("said,when\n<b>Where</b> is my parcel?,1\nHello there,2\n", encoding="utf-8")
    ds = rftkit.open(tmp_path / "fresh.rft")
    panel = ImportPanel(ds)
    play(tab, panel, "import_panel", width=480)
    tab.get_by_test_id("file").set_input_files(file)
    tab.locator("[data-testid=file-row]").wait_for()
    assert "not read" in tab.get_by_test_id("file-row").inner_text()
    assert tab.get_by_test_id("start").is_disabled()
    tab.get_by_test_id("map-input").select_option("said")
    tab.get_by_test_id("format").wait_for()
    assert "ds.import_(" in tab.get_by_test_id("python").inner_text()
    tab.get_by_test_id("start").click()
    finish(tab, panel)
    assert tab.get_by_test_id("added").inner_text() == "2"
    assert narrow_enough(tab)
    assert tab.locator("b:text-is('Where')").count() == 0
    assert ds.records()["messages"].list.first().struct.field("content").to_list()[0] == "<b>Where</b> is my parcel?"
    assert (ds.path / "uploads" / "odd.csv").read_bytes() == file.read_bytes()
    tab.get_by_test_id("undo").click()
    tab.wait_for_function("document.querySelector('[data-testid=done]').innerText.includes('Taken back')")
    assert len(ds) == 0
