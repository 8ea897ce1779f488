"""The panel of imports in a bare page with its real Python side: a dropped file, a pattern, rows of another shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import ImportPanel
from tests.browser.bare import play
from tests.browser.test_panels import finish, narrow_enough

DROP = """text => {
  const given = new DataTransfer();
  given.items.add(new File([text], "dropped.jsonl"));
  document.querySelector("[data-testid=drop]").dispatchEvent(
    new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


def line(text: str) -> str:
    return json.dumps({"messages": [{"role": "user", "content": text}]}) + "\n"


@pytest.fixture
def ds(tmp_path: Path, tab: Any) -> rftkit.Dataset:
    tab.set_default_timeout(60_000)
    return rftkit.open(tmp_path / "my data.rft")


def test_a_file_that_is_dropped_is_kept_looked_at_and_imported(tab: Any, ds: rftkit.Dataset) -> None:
    panel = ImportPanel(ds)
    play(tab, panel, "import_panel", width=480)
    tab.evaluate(DROP, line("Where is my parcel?") + "{oops\n")
    tab.get_by_test_id("file-row").wait_for()
    assert len(ds) == 0  # nothing is imported before somebody says so
    tab.get_by_test_id("start").click()
    finish(tab, panel)
    assert [tab.get_by_test_id(name).inner_text() for name in ("read", "added", "unreadable")] == ["2", "1", "1"]
    assert "{oops" in tab.get_by_test_id("lost-row").inner_text()
    assert (ds.path / "uploads" / "dropped.jsonl").exists()
    assert len(ds) == 1
    assert narrow_enough(tab)


def test_a_pattern_reads_many_files_and_what_one_needed_is_not_asked_of_the_next(
    tab: Any, ds: rftkit.Dataset, tmp_path: Path
) -> None:
    (tmp_path / "odd.csv").write_text("said,when\nHello,1\n")
    for name in "ab":
        other = {"instruction": "Add", "input": f"1 {name}", "output": "2"}
        (tmp_path / f"{name}.jsonl").write_text(line(f"One {name}") + line(f"Two {name}") + json.dumps(other) + "\n")
    panel = ImportPanel(ds)
    play(tab, panel, "import_panel")
    tab.get_by_test_id("source").fill(str(tmp_path / "odd.csv"))
    tab.get_by_test_id("source").press("Enter")
    tab.get_by_test_id("map-input").wait_for()  # open, because the file cannot be read without it
    tab.get_by_test_id("source").fill(str(tmp_path / "*.jsonl"))
    tab.get_by_test_id("source").press("Enter")
    tab.wait_for_function("document.querySelectorAll('[data-testid=file-row]').length === 2")
    assert not tab.get_by_test_id("overrule").evaluate("fold => fold.open")
    tab.get_by_test_id("start").click()
    finish(tab, panel)
    said = tab.get_by_test_id("sentences").inner_text()
    assert "Also read rows of another shape" in said
    assert "--mixed" not in said
    assert len(ds) == 6  # the rows of another shape are kept, and sanitize judges them
