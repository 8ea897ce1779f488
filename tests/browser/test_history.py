"""The versions of a dataset in a bare page with its real Python side: look back, compare, go, come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rftkit
from rftkit.widgets import History
from tests.browser.bare import play
from tests.browser.test_panels import narrow_enough


def test_a_version_is_looked_at_gone_to_and_left_again(tab: Any, tmp_path: Path) -> None:
    tab.set_default_timeout(60_000)
    ds = rftkit.open(tmp_path / "support.rft")
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": f"Question {n}"}]} for n in range(5)])
    ds.delete(["r0"])
    ds.delete(["r1", "r2"])
    play(tab, History(ds), "history", width=480)
    tab.locator("[data-testid=choose]").first.focus()
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.get_by_test_id("change").wait_for()
    assert "takes back" in tab.get_by_test_id("taken-back").inner_text()
    assert "2 → 5" in tab.get_by_test_id("counts").inner_text()
    tab.get_by_test_id("compare").click()
    tab.get_by_test_id("diff").wait_for()
    assert tab.get_by_test_id("diff-removed").inner_text() == "3"
    tab.get_by_test_id("open").click()
    tab.get_by_test_id("opened").wait_for()
    assert tab.get_by_test_id("opened-total").inner_text() == "5"
    assert len(ds) == 2
    assert narrow_enough(tab)
    tab.get_by_test_id("go").click()
    tab.get_by_test_id("done").wait_for()
    assert len(ds) == 5
    tab.get_by_test_id("redo").click()
    tab.wait_for_function("document.querySelector('[data-testid=done]').innerText.includes('Brought back')")
    assert len(ds) == 2
