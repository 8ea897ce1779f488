"""The panel of sanitizing: what it says, runs, lists, takes back and saves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.errors import InputError
from rftkit.widgets import SanitizePanel
from tests.widgets.test_widgets import ask

ROWS = [
    {"id": "a", "messages": [{"role": "user", "content": "Where is my parcel, please?"}]},
    {"id": "b", "messages": [{"role": "user", "content": "Where is my parcel, please?"}]},
    {"id": "c", "messages": [{"role": "user", "content": "Where is my parcel, please!"}]},
    {"id": "d", "messages": [{"role": "user", "content": " "}]},
    {"id": "e", "messages": [{"role": "User", "content": "<b>How</b> do I pay my bill today?"}]},
]


@pytest.fixture
def found(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "found.rft")
    ds.import_(ROWS)
    return ds


def codes(panel: SanitizePanel) -> dict[str, int]:
    return {row["code"]: row["count"] for row in panel.report["codes"]}


def test_before_the_first_check_the_panel_says_what_to_do(found: rftkit.Dataset) -> None:
    panel = SanitizePanel(found)
    assert (panel.report["unchecked"], panel.report["options"], panel.report["stale"]) == (5, None, "")
    assert "Nothing was checked yet" in panel.to_html()


def test_a_run_shows_what_the_dataset_says_and_undo_takes_it_back(found: rftkit.Dataset) -> None:
    panel = SanitizePanel(found)
    assert "error" not in ask(panel, "sanitize", near_duplicates=0.6)
    report = panel.wait()
    assert codes(panel) == {**report.errors_by_code, **report.warnings_by_code}
    assert (panel.report["valid"], panel.report["invalid"]) == (report.valid, report.invalid) == (3, 2)
    assert panel.report["python"] == "ds.sanitize(near_duplicates=0.6)"
    assert panel.done == {
        "sentence": "Checked 5 records: 3 valid, 2 records invalid.",
        "python": "ds.sanitize(near_duplicates=0.6)",
        "undo": True,
    }
    ask(panel, "undo")
    assert panel.report["options"] is None
    assert panel.work is None


def test_the_options_of_the_last_run_are_those_of_the_next(found: rftkit.Dataset) -> None:
    found.sanitize(max_tokens=9, near_duplicates=0.55)
    panel = SanitizePanel(found)
    panel.sanitize(near_duplicates=0.6)
    assert panel.wait().max_tokens == 9


def test_a_wrong_option_is_said_where_the_button_was(found: rftkit.Dataset) -> None:
    panel = SanitizePanel(found)
    assert "max_tokens is 0" in ask(panel, "sanitize", max_tokens=0)["error"]
    assert (panel.work, found.version) == (None, 1)


def test_records_that_came_later_make_it_stale(found: rftkit.Dataset) -> None:
    found.sanitize()
    panel = SanitizePanel(found)
    assert panel.report["stale"] == ""
    found.import_([{"id": "z", "messages": [{"role": "user", "content": "A late one, after the check"}]}])
    panel.follow()
    assert panel.report["stale"] == "1 record came after the last check and is not judged yet."


def test_the_curve_says_what_each_threshold_would_find(found: rftkit.Dataset) -> None:
    report = found.sanitize()
    panel = SanitizePanel(found)
    panel.draw_curve()
    curve = panel.curve
    assert curve is not None
    at = dict(zip(curve["thresholds"], curve["records"], strict=True))
    assert {t: at[t] for t in (0.5, 0.7, 0.99)} == {
        t: report.at(near_duplicates=t).warnings_by_code.get("near_duplicate", 0) for t in (0.5, 0.7, 0.99)
    }


def test_the_records_of_a_code_come_page_by_page_with_the_reason(found: rftkit.Dataset) -> None:
    found.sanitize()
    panel = SanitizePanel(found)
    ask(panel, "show_code", code="duplicate")
    listed: dict[str, Any] = panel.listed or {}
    assert (listed["matching"], [row["id"] for row in listed["rows"]]) == (1, ["b"])
    assert listed["rows"][0]["why"] == "Exact copy of record a."
    assert eval(listed["python"], {"ds": found})["id"].to_list() == ["b"]
    assert ask(panel, "rows", offset=0, limit=10)["value"]["rows"] == listed["rows"]
    opened = ask(panel, "open_record", id="b")["value"]
    assert [one["code"] for one in opened["findings"]] == ["duplicate"]
    assert "give one of" in ask(panel, "show_code", code="nonsense")["error"]
    ask(panel, "show_code")
    assert panel.listed is None


def test_repairs_are_taken_back_and_that_too(found: rftkit.Dataset) -> None:
    found.sanitize()
    panel = SanitizePanel(found)
    assert codes(panel)["repaired"] == 1
    ask(panel, "undo_repairs")
    panel.wait()
    assert "repaired" not in codes(panel)
    assert codes(panel)["invalid_role"] == 1
    assert (panel.done or {})["sentence"] == "Took back the repairs of 1 record."
    ask(panel, "undo")
    assert codes(panel)["repaired"] == 1


def test_the_report_is_saved_with_every_finding(found: rftkit.Dataset, tmp_path: Path) -> None:
    panel = SanitizePanel(found)
    assert "run ds.sanitize() first" in ask(panel, "save_report", path=str(tmp_path / "r.json"))["error"]
    found.sanitize()
    panel.follow()
    told = ask(panel, "save_report", path=str(tmp_path / "r.json"))["value"]
    saved = json.loads(Path(told["path"]).read_text(encoding="utf-8"))
    assert saved["errors_by_code"] == {"empty_user_message": 1, "duplicate": 1}
    assert {row["id"]: row["errors"] for row in saved["records"]}["b"] == ["duplicate"]
    assert json.loads(ask(panel, "report_text")["value"]) == saved
    ask(panel, "save_report", path=str(tmp_path / "r.csv"))
    assert pl.read_csv(tmp_path / "r.csv")["id"].to_list() == [row["id"] for row in saved["records"]]
    with pytest.raises(InputError, match=r"end in \.json"):
        found.save_sanitize_report(tmp_path / "r.txt")


def test_a_panel_that_is_made_again_shows_the_run_that_goes_on(found: rftkit.Dataset, monkeypatch: Any) -> None:
    import threading

    from rftkit.jobs import Control, Job

    go_on = threading.Event()

    def slow(control: Control) -> Any:
        control.report(2, 5, note="checking records")
        go_on.wait(20)
        control.go_on("Stopped; the dataset is as it was.")
        return found.sanitize()

    monkeypatch.setattr(found, "sanitize_job", lambda **_: Job(slow, name="sanitize").start())
    first = SanitizePanel(found)
    first.sanitize()
    again = SanitizePanel(found)
    assert (again.work or {})["done"] == 2
    with pytest.raises(InputError, match="is running"):
        again.sanitize()
    ask(again, "stop")
    assert (again.work or {})["stopping"] is True
    go_on.set()
    with pytest.raises(Exception, match="as it was"):
        again.wait()
    again._follow_job(again.job)  # type: ignore[arg-type]
    assert again.work is None
    assert (again.done or {})["sentence"] == "Stopped; the dataset is as it was."


def test_the_static_page_has_what_was_found_as_text(found: rftkit.Dataset) -> None:
    found.sanitize()
    html = SanitizePanel(found).to_html()
    assert "empty user message" in html
    assert "A user turn is blank." in html
    assert "<script" not in html
