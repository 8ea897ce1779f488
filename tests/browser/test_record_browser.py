"""The record browser in a page, with its real Python side."""

from __future__ import annotations

from typing import Any

import pytest

import rftkit
from rftkit.widgets import RecordBrowser
from tests.browser.bare import play
from tests.widgets.conftest import ds  # noqa: F401 - a fixture


def row(tab: Any, place: int) -> Any:
    return tab.locator(f"[data-testid=records-row][data-place='{place}']")


def test_records_are_found_opened_edited_and_deleted_by_keyboard(tab: Any, ds: rftkit.Dataset) -> None:  # noqa: F811
    shown = RecordBrowser(ds)
    play(tab, shown, "record_browser")
    row(tab, 0).focus()
    tab.keyboard.press("/")
    tab.keyboard.type("question 7 about loans")
    tab.locator("[data-testid=count]:has-text('1 of 102')").wait_for()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")
    tab.locator("[data-testid=record-id]:text-is('Loans-7')").wait_for()

    tab.keyboard.press("e")
    field = tab.locator("[data-testid=edit-text]")
    field.fill("   ")
    tab.keyboard.press("Control+Enter")
    tab.locator("[data-testid=findings]:has-text('empty user message')").wait_for()
    assert ds.records(["Loans-7"])["valid"].to_list() == [False]
    tab.locator("[data-testid=undo]").click()
    tab.locator("[data-testid=record-check]:has-text('✓ valid')").wait_for()

    tab.keyboard.press("x")
    tab.locator("[data-testid=told]:has-text('Deleted Loans-7')").wait_for()
    assert len(ds) == 101
    tab.locator("[data-testid=undo]").focus()
    tab.keyboard.press("u")
    tab.locator("[data-testid=told]:has-text('Taken back')").wait_for()
    assert len(ds) == 102


def test_a_range_is_selected_and_assigned(tab: Any, ds: rftkit.Dataset) -> None:  # noqa: F811
    shown = RecordBrowser(ds)
    play(tab, shown, "record_browser")
    row(tab, 1).locator("input").click()
    row(tab, 4).locator("input").click(modifiers=["Shift"])
    tab.locator("[data-testid=selected]:text-is('4 selected')").wait_for()
    chosen = shown.selected
    tab.keyboard.press("t")
    tab.keyboard.type("Loans")
    tab.keyboard.press("Enter")
    tab.locator("[data-testid=told]:has-text('Assigned 4 records to Loans')").wait_for()
    assert set(ds.records(chosen)["topic"]) == {"Loans"}


def test_the_last_row_is_reached_and_drawn(tab: Any, ds: rftkit.Dataset) -> None:  # noqa: F811
    play(tab, RecordBrowser(ds), "record_browser")
    row(tab, 0).focus()
    tab.keyboard.press("End")
    row(tab, 101).wait_for()
    assert row(tab, 101).evaluate("node => node === document.activeElement")
    grid = tab.locator("[data-testid=records-list]")
    grid.evaluate("node => { node.scrollTop = 0; }")
    row(tab, 0).wait_for()
    assert tab.locator("[data-testid=records-row]").count() < 30


@pytest.mark.parametrize("width", [360, 480, 800, 1400])
def test_the_browser_never_scrolls_sideways(tab: Any, ds: rftkit.Dataset, width: int) -> None:  # noqa: F811
    ds.edit("Cards/Lost-0", messages=[{"role": "user", "content": "unbroken" * 300}])
    play(tab, RecordBrowser(ds), "record_browser", width=width)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row(tab, 0).click()
    tab.locator("[data-testid=record]").wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.locator("[data-testid=records-list]").is_visible() == (width == 1400)
