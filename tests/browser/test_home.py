"""The datasets of a folder in JupyterLab: add one, import into it, see it in the list."""

from __future__ import annotations

import json
from typing import Any

import rftkit
from tests.browser.conftest import Lab, run_all


def test_a_dataset_is_added_filled_and_listed(tab: Any, lab: Lab) -> None:
    rows = [{"messages": [{"role": "user", "content": f"Question number {n}, please"}]} for n in range(3)]
    (lab.folder / "traces.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (lab.folder / "shelf").mkdir()
    run_all(tab, lab.write("home.ipynb", "from rftkit.widgets import Home\nHome('shelf')"))
    tab.get_by_test_id("new-name").fill("support")
    tab.get_by_test_id("new-name").press("Enter")
    tab.get_by_test_id("source").fill("traces.jsonl")
    tab.get_by_test_id("source").press("Enter")
    tab.get_by_test_id("start").click()
    tab.wait_for_function(
        "document.querySelector('[data-testid=dataset-row] [data-name=records]')?.innerText.startsWith('3')"
    )
    assert len(rftkit.open(lab.folder / "shelf" / "support.rft")) == 3
    tab.get_by_test_id("close-dataset").click()
    tab.get_by_test_id("workbench").wait_for(state="detached")
    assert tab.evaluate("document.activeElement.dataset.id") == "support.rft"  # the keys go to where the eye goes
