"""The versions of a dataset: what going back would change is said before, and every way back can be gone again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import History
from tests.widgets.test_widgets import ask


@pytest.fixture
def busy(ds: rftkit.Dataset) -> rftkit.Dataset:
    ds.delete(["Loans-0"])
    ds.assign(["Loans-1"], "Cards/New")
    return ds


def test_versions_are_listed_newest_first_with_what_came_of_them(busy: rftkit.Dataset) -> None:
    shown = History(busy)
    assert [row["version"] for row in shown.versions] == list(range(busy.version, 0, -1))
    assert shown.versions[-1]["step"] == "import"
    assert "added 102" in shown.versions[-1]["what"]
    assert [row["state"] for row in shown.versions[:2]] == ["now", ""]


def test_looking_back_says_what_would_change_and_changes_nothing(busy: rftkit.Dataset) -> None:
    shown = History(busy)
    before = busy.version
    ask(shown, "look_back", version=before - 2)
    change: dict[str, Any] = shown.change or {}
    assert [step["step"] for step in change["taken_back"]] == ["assign", "delete"]
    assert (change["now"]["records"], change["then"]["records"]) == (101, 102)
    assert busy.version == before


def test_going_to_a_version_can_be_undone_and_redone(busy: rftkit.Dataset) -> None:
    shown = History(busy)
    last = busy.version
    ask(shown, "go_to", version=last - 2)
    assert len(busy) == 102
    assert (shown.done or {})["sentence"] == f"The dataset is as it was at version {last - 2}."
    assert [row["state"] for row in shown.versions[:4]] == ["", "taken back", "taken back", "now"]
    assert shown.head["redo"] == f"assign (version {last})"
    ask(shown, "redo")
    assert len(busy) == 101
    ask(shown, "undo")
    assert busy.records(["Loans-1"])["topic"].item() == "Loans"
    assert "nothing to bring back" not in ask(shown, "redo").get("error", "")
    assert "nothing was taken back" in ask(shown, "redo")["error"]


def test_an_open_look_is_put_away_when_somebody_else_changes_the_dataset(busy: rftkit.Dataset) -> None:
    shown = History(busy)
    shown.look_back(1)
    busy.delete(["Loans-2"])
    shown.follow()
    assert shown.change is None


def test_two_versions_are_compared(busy: rftkit.Dataset) -> None:
    shown = History(busy)
    ask(shown, "compare", before=busy.version - 2)
    diff: dict[str, Any] = shown.diff or {}
    assert (diff["records"]["removed"], diff["records"]["other_topic"]) == (1, 1)
    assert diff["by_topic"][0] == {"path": "Loans", "before": 60, "after": 58}
    assert diff["python"] == f"ds.version_diff({busy.version - 2})"
    assert "does not exist" in ask(shown, "compare", before=999)["error"]


def test_an_older_version_is_looked_at_and_not_gone_to(busy: rftkit.Dataset) -> None:
    shown = History(busy)
    ask(shown, "open_version", version=busy.version - 2)
    assert ((shown.opened or {})["total"], len(busy)) == (102, 101)


def test_a_long_history_is_sent_in_pages(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "long.rft")
    ds.import_([{"id": "a", "messages": [{"role": "user", "content": "Where is my parcel?"}]}], categorize=False)
    for place in range(75):
        ds.set_targets("proportional" if place % 2 else "uniform")
    shown = History(ds)
    assert (len(shown.versions), shown.head["total"]) == (60, 76)
    assert [row["version"] for row in ask(shown, "older", offset=60)["value"]] == list(range(16, 0, -1))
    assert len(json.dumps(shown.versions)) < 100_000


def test_long_options_are_cut(ds: rftkit.Dataset) -> None:
    with ds.step("odd", {"said": "x" * 50_000}) as step:
        step.put("odd.json", {})
    assert len(History(ds).versions[0]["configuration"]) < 2_000


def test_an_empty_dataset_has_no_version_to_go_to(tmp_path: Path) -> None:
    shown = History(rftkit.open(tmp_path / "new.rft"))
    assert shown.versions == []
    assert "No version yet" in shown.to_html()
    assert "nothing to take back" in ask(shown, "undo")["error"]


def test_the_static_page_lists_versions_as_text(ds: rftkit.Dataset) -> None:
    with ds.step("<b>odd", {}) as step:
        step.put("odd.json", {})
    assert "&lt;b&gt;odd" in History(ds).to_html()
