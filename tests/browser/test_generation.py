"""In a real JupyterLab: from the dashboard to the modal, the run, Stop, and back to a fresh window on it."""

from __future__ import annotations

from typing import Any

import pytest

from rftkit.widgets._base import STATIC
from tests.browser.conftest import Lab, run_all, value
from tests.browser.test_page import frozen
from tests.widgets.talk import CARDS, LOANS

pytestmark = pytest.mark.skipif(
    not (STATIC / "generation_modal.js").exists(), reason="the widgets are not built: node widgets/build.mjs"
)

DATASET = f"""
import rftkit
from rftkit.topics import TopicTree
from rftkit.widgets import CoverageDashboard, GenerationProgress
ds = rftkit.open("talk.rft")
said = {{"Cards": {CARDS.splitlines()!r}, "Loans": {LOANS.splitlines()!r}}}
_ = ds.import_([
    {{"id": f"{{topic}}-{{number}}", "messages": [{{"role": "user", "content": text}}]}}
    for topic, texts in said.items() for number, text in enumerate(texts)
], categorize=False)
_ = ds.sanitize(near_duplicates=1.0)
_ = ds.save_topics(TopicTree().add("Cards").add("Loans"), categorize=False)
for topic, texts in said.items():
    _ = ds.assign([f"{{topic}}-{{number}}" for number in range(len(texts))], topic)
"""


def test_a_generation_from_the_dashboard_to_the_candidates(tab: Any, lab: Lab) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    run_all(tab, lab.write("generate.ipynb", DATASET, "shown = CoverageDashboard(ds)\nshown"))

    # the button opens the plan in a dialog of the same output; Escape closes it and gives the focus back
    tab.locator("[data-testid=fill-gaps]").click()
    dialog = tab.locator("[data-testid=dialog]")
    dialog.locator("[data-testid=line]").first.wait_for()
    assert value(tab, "shown.modal.plan.requested") == dialog.locator("[data-testid=requested]").inner_text()
    tab.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert tab.evaluate("document.activeElement.dataset.testid") == "fill-gaps"

    # a topic with a count; the focus stays inside
    tab.locator("[data-key='generate Cards']").click()
    dialog.locator("[data-testid=count]").fill("30")
    dialog.locator("[data-testid=start]:has-text('Start the pilot: 8')").wait_for()
    dialog.locator("summary").last.focus()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.dataset.testid") == "close"
    tab.keyboard.press("Shift+Tab")
    assert tab.evaluate("document.activeElement.textContent") == "as Python"

    # the whole instead of the pilot; the run takes the place of the form
    dialog.locator("[data-testid=pilot-all]").check()
    dialog.locator("[data-testid=start]:has-text('Start: 30')").click()
    dialog.locator("[data-testid=state][data-state=done]").wait_for()
    dialog.locator("[data-testid=view]").click()
    dialog.locator("[data-testid=candidate]").nth(5).wait_for()
    assert int(value(tab, "ds.candidates().height")) >= 20
    dialog.locator("[data-testid=close]").click()
    dialog.wait_for(state="detached")
    assert errors == []


SLOW = """
import threading
from rftkit.jobs import Job
def work(control):
    done = 0
    while not control.stop.wait(0.05):
        done += 1
        control.report(done, 1000, topics={"Cards": (done, 1000)}, cost_usd=done / 1000)
    return done
job = Job(work, name="generate").start()
GenerationProgress(job)
"""


def test_a_run_is_stopped_from_the_page_and_survives_the_closing_of_its_output(tab: Any, lab: Lab) -> None:
    run_all(tab, lab.write("stop.ipynb", DATASET, SLOW, "GenerationProgress(job)"))
    words = tab.locator("[data-testid=progress-words]")
    words.nth(1).wait_for()
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    words.first.wait_for(state="detached")
    assert value(tab, "job.state") == "'running'"
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    tab.locator("[data-testid=stop]").first.click()
    tab.locator("[data-testid=state][data-state=stopped]").first.wait_for()
    assert value(tab, "job.state") == "'stopped'"


@pytest.mark.parametrize("width", [480, 1400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_run_never_scrolls_sideways(tab: Any, width: int, theme: str) -> None:
    row = {"path": "a topic with " + "w" * 80, "done": 3, "wanted": 9, "rejected": 1}
    run = {"state": "running", "error": "", "done": 3, "total": 9, "rate": 1.0, "left": 6.0, "seconds": 3.0, "note": ""}
    run |= {"topics": [row], "more": 0, "generated": 4, "valid": 3, "reasons": [], "cost_usd": 0.0, "priced": True}
    run |= {"answered": 1, "asked": 2, "calls": None, "cached_calls": None, "model": "", "gave_up": {}}
    run |= {"sample": {"topic": "a", "source": "<script>alert(1)</script>", "text": "x" * 400}}
    tab.set_viewport_size({"width": width, "height": 800})
    state = {"error": "", "static_html": "", "run": run, "made": None, "can_resume": False}
    assert frozen(tab, "generation_progress", state, theme) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.locator("[data-testid=sample-source]").inner_text() == "<script>alert(1)</script>"
