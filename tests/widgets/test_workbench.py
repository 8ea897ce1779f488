"""The page of a dataset: its panels, what is next, and the way back."""

from __future__ import annotations

import pytest

import rftkit
from rftkit.errors import NotFoundError
from rftkit.widgets import Workbench
from rftkit.widgets.workbench import PANELS
from tests.widgets.test_widgets import ask


def opened(page: Workbench) -> list[str]:
    return [panel["name"] for panel in page.panels if panel["widget"]]


def test_one_panel_is_open_at_a_time_unless_it_is_pinned(ds: rftkit.Dataset) -> None:
    page = Workbench(ds)
    ask(page, "show_panel", name="records")
    ask(page, "show_panel", name="coverage")
    assert opened(page) == ["coverage"]
    ask(page, "pin_panel", name="coverage")
    ask(page, "show_panel", name="records")
    assert opened(page) == ["coverage", "records"]
    ask(page, "hide_panel", name="coverage")
    ask(page, "show_panel", name="change")
    assert opened(page) == ["change"]


def test_the_page_says_which_panel_is_next(ds: rftkit.Dataset) -> None:
    page = Workbench(ds)
    assert [panel["name"] for panel in page.panels if panel["next"]] == ["generate"]
    assert "Generate" in page.summary["next_act"]["sentence"]


def test_every_panel_opens_and_is_in_the_static_page(ds: rftkit.Dataset) -> None:
    page = Workbench(ds)
    for panel in PANELS:
        shown = page.panel(panel.name)
        assert str(shown.to_html()) in str(page.to_html())
        assert type(shown).__name__ == panel.widget


def test_keys_and_names_of_panels_are_unique() -> None:
    assert len({panel.key for panel in PANELS}) == len({panel.name for panel in PANELS}) == len(PANELS)


def test_undo_takes_the_last_step_back_whoever_did_it(ds: rftkit.Dataset) -> None:
    page = Workbench(ds)
    ds.delete(["Loans-0"])
    page.follow()
    assert page.summary["total"] == 101
    ask(page, "undo")
    assert page.summary["total"] == 102
    assert "delete" in page.told["sentence"]
    ds.delete(["Loans-0"])
    page.follow()
    assert page.told is None


def test_records_that_were_chosen_go_to_the_generation(ds: rftkit.Dataset) -> None:
    page = Workbench(ds)
    page.panel("records").generate_from(["Loans-0"])
    assert opened(page) == ["generate"]
    assert page.panel("generate").choices["ids"]["total"] == 1


def test_an_unknown_panel_is_refused_with_those_that_there_are(ds: rftkit.Dataset) -> None:
    with pytest.raises(NotFoundError, match="coverage"):
        Workbench(ds).show_panel("grader")
    with pytest.raises(NotFoundError):
        Workbench(ds, "grader")


def test_a_map_beside_the_records_and_the_topics_shows_its_selection_there(ds: rftkit.Dataset) -> None:
    page = Workbench(ds, "topics", "map", "records")
    chart, browser, editor = page.panel("map"), page.panel("records"), page.panel("topics")
    chart.draw()
    chart.wait()
    ask(chart, "select_group", path="Loans")
    assert (browser.view["only"], editor.pointed["total"]) == (60, 60)
    ask(editor, "show_records", topic="Cards")
    assert browser.view["only"] == 42
    ask(page, "hide_panel", name="map")
    assert (browser.view["only"], editor.linked) == (None, False)
