"""The panel of exports in a bare page with its real Python side: divide, look, write, take along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import ExportPanel
from tests.acts.test_dividing_and_export import rows
from tests.browser.bare import play
from tests.browser.test_panels import finish, narrow_enough
from tests.widgets.test_export_panel import ready


def shown(tab: Any, true: str) -> None:
    """Wait until the page shows what was worked out beside it; a bare page hears of that with its next request."""
    for _ in range(100):
        tab.evaluate("window.model.send({ kind: 'ask', id: 'later', act: 'stop', options: {} })")
        tab.wait_for_timeout(100)
        if tab.evaluate(true):
            return
    raise AssertionError(true)


def test_records_are_divided_seen_written_and_taken_along(
    tab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.set_default_timeout(60_000)
    monkeypatch.chdir(tmp_path)
    ds = rftkit.open(tmp_path / "support.rft")
    ds.import_([{**row, "answer": "<img src=x onerror=alert(1)>"} for row in rows(0, 100)])
    ds.sanitize()
    panel = ready(ExportPanel(ds))
    play(tab, panel, "export_panel", width=480)
    tab.get_by_test_id("train").fill("80")
    shown(tab, "document.querySelector('[data-testid=train-count]').innerText.startsWith('80')")
    assert ds.split_state() is None
    tab.get_by_test_id("split-run").click()
    finish(tab, panel)
    shown(tab, "document.querySelector('[data-testid=leaks]')?.innerText.includes('no group')")
    tab.get_by_role("button", name="train", exact=True).click()
    shown(tab, "document.querySelectorAll('[data-testid=part]').length === 1")
    tab.get_by_test_id("licence").fill("cc0-1.0")
    tab.get_by_test_id("licence").press("Enter")
    shown(tab, "document.body.innerText.includes(\"licence='cc0-1.0'\")")
    shown(tab, "document.querySelectorAll('[data-testid=part]').length === 1")
    assert "<img" in tab.get_by_test_id("first-record").inner_text()
    tab.get_by_test_id("export-run").click()
    finish(tab, panel)
    tab.get_by_test_id("written").wait_for()
    lines = (tmp_path / "train.jsonl").read_text().splitlines()
    assert len(lines) == 80
    assert {json.loads(line)["rftkit_id"] for line in lines} == set(ds.records(where="split = 'train'")["id"])
    assert "cc0-1.0" in (tmp_path / "train.jsonl.card.md").read_text()
    with tab.expect_download() as taken:
        tab.get_by_test_id("download").first.click()
    assert Path(taken.value.path()).read_bytes() == (tmp_path / "train.jsonl").read_bytes()
    shown(tab, "document.querySelector('[data-testid=exists]') !== null")
    assert tab.get_by_test_id("export-run").is_disabled()  # the file is there now
    assert narrow_enough(tab)
