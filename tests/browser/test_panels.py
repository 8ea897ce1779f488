"""The panels of a dataset in a bare page with their real Python side: the main act of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import SanitizePanel
from tests.browser.bare import play
from tests.widgets.test_sanitize_panel import ROWS


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "support.rft")
    made.import_(ROWS)
    return made


@pytest.fixture(autouse=True)
def _impatient(tab: Any) -> None:
    tab.set_default_timeout(15_000)


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
