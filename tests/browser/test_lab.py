"""In a real JupyterLab: widgets live, charts drawn by JupyterLab itself, the theme followed, the kernel reached."""

from __future__ import annotations

from typing import Any

import pytest

from rftkit.widgets._base import STATIC
from tests.browser.conftest import Lab, run_all, theme, value
from tests.widgets.conftest import COUNTS, records

pytestmark = pytest.mark.skipif(
    not (STATIC / "coverage_dashboard.js").exists(), reason="the widgets are not built: node widgets/build.mjs"
)

DATASET = f"""
import rftkit
from rftkit.topics import TopicTree
from rftkit.widgets import CoverageDashboard, DatasetSummary
ds = rftkit.open("support.rft")
ds.import_({records(COUNTS)!r}, categorize=False)
ds.sanitize(near_duplicates=1.0)
ds.save_topics(TopicTree().add("Cards").add("Cards/Lost").add("Cards/New").add("Loans"), categorize=False)
for path, count in {COUNTS!r}.items():
    _ = ds.assign([f"{{path}}-{{number}}" for number in range(count)], path)
"""


def test_the_dashboard_lives_in_jupyterlab(tab: Any, lab: Lab) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    outside: list[str] = []
    tab.on("request", lambda request: outside.append(request.url) if not request.url.startswith(_own(lab)) else None)
    run_all(tab, lab.write("dashboard.ipynb", DATASET, "shown = CoverageDashboard(ds)\nshown", "DatasetSummary(ds)"))
    rows = tab.locator("[data-testid=topic-row]")
    tab.locator("[data-testid=summary]").wait_for()
    assert rows.count() == 3

    # a click reaches Python, and Python's answer reaches the page
    tab.get_by_role("button", name="level 1").click()
    tab.wait_for_function("document.querySelectorAll('[data-testid=topic-row]').length === 2")
    assert value(tab, "shown.place['level']") == "1"
    tab.get_by_role("button", name="Cards ›").click()
    tab.locator("[aria-current=page]:text-is('Cards')").wait_for()

    # a change from anywhere reaches both widgets
    assert value(tab, "ds.delete(['Cards/New-0'])") != ""
    tab.locator("[data-testid=summary] [data-testid=total]:has-text('101')").wait_for()
    tab.locator("[data-testid=coverage] [data-testid=total]:has-text('101')").wait_for()

    # JupyterLab's own shortcuts do not fire while a widget has the focus
    cells = tab.locator(".jp-Notebook-cell").count()
    tab.get_by_role("button", name="leaves").focus()
    tab.keyboard.press("b")
    tab.keyboard.press("a")
    assert tab.locator(".jp-Notebook-cell").count() == cells

    light = _colour(tab)
    theme(tab, "JupyterLab Dark")
    assert _colour(tab) != light
    assert errors == []
    assert outside == []


def test_a_target_is_dragged_kept_and_taken_back(tab: Any, lab: Lab) -> None:
    other = DATASET.replace("support.rft", "targets.rft")
    run_all(tab, lab.write("targets.ipynb", other, "shown = CoverageDashboard(ds)\nshown"))
    tick = tab.locator("[data-key='target Loans']")
    tick.wait_for()
    tick.scroll_into_view_if_needed()
    box = tick.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 60, y, steps=5)
    tab.locator("[data-testid=told]:has-text('not saved')").wait_for()
    tab.mouse.up()
    assert float(value(tab, "shown.result.target_of('Loans')")) > 0.34
    tab.locator("[data-testid=keep]").click()
    tab.locator("[data-testid=undo]").wait_for()
    assert float(value(tab, "ds.coverage().target_of('Loans')")) > 0.34
    tab.locator("[data-testid=undo]").click()
    tab.locator("[data-testid=told]").wait_for(state="detached")
    assert round(float(value(tab, "ds.coverage().target_of('Loans')")), 3) == 0.333


def test_jupyterlab_draws_a_chart_without_a_server(tab: Any, lab: Lab) -> None:
    outside: list[str] = []
    tab.on("request", lambda request: outside.append(request.url) if not request.url.startswith(_own(lab)) else None)
    chart = """
import polars as pl
from rftkit import charts
charts.coverage(pl.DataFrame({"path": ["a", "b"], "count": [9, 1], "share": [0.9, 0.1], "target": [0.5, 0.5]}))
"""
    run_all(tab, lab.write("chart.ipynb", chart))
    tab.locator(".jp-OutputArea .vega-embed :is(canvas, svg)").first.wait_for()
    assert outside == []


def _own(lab: Lab) -> tuple[str, ...]:
    return (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")


def _colour(tab: Any) -> str:
    return str(tab.locator("[data-testid=coverage]").evaluate("node => getComputedStyle(node).backgroundColor"))
