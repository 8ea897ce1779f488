"""The datasets of a folder: quick to list, damaged ones shown with a sentence, one added and one opened."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.acts import folder as folders
from rftkit.errors import InputError
from rftkit.store import Version
from rftkit.widgets import Home, Workbench
from rftkit.widgets._base import Widget
from tests.widgets.test_widgets import ask

ROW = {"id": "a", "messages": [{"role": "user", "content": "Where is my parcel, please?"}]}


def make(path: Path, *rows: dict[str, Any]) -> rftkit.Dataset:
    made = rftkit.open(path)
    made.import_([*rows] or [ROW], categorize=False)
    return made


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    make(tmp_path / "first.rft")
    make(tmp_path / "second.rft", ROW, {**ROW, "id": "b"})
    (tmp_path / "notes").mkdir()  # no dataset
    (tmp_path / "notes" / "a.txt").write_text("x")
    return tmp_path


def listed(home: Home) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in home.rows}


def test_datasets_are_listed_with_counts_scores_and_what_is_next(shelf: Path) -> None:
    home = Home(shelf)
    home.wait()
    assert [row["name"] for row in home.rows] == ["second", "first"]  # the one that changed last first
    row = listed(home)["second"]
    assert (row["records"], row["version"], row["step"], row["problem"]) == (2, 1, "import", "")
    assert row["next_act"] == str(rftkit.open(shelf / "second.rft").coverage().next_act["sentence"]).capitalize() + "."
    assert home.known["waiting"] == 0


def test_scores_are_kept_for_their_version_alone(shelf: Path) -> None:
    Home(shelf).wait()
    again = Home(shelf)  # nothing is worked out a second time
    assert (again.known["waiting"], listed(again)["first"]["records"]) == (0, 1)
    rftkit.open(shelf / "first.rft").import_([{**ROW, "id": "c", "x": 1}], categorize=False)
    later = Home(shelf)
    later.wait()
    assert listed(later)["first"]["records"] == 2
    (shelf / "first.rft" / ".glance.json").write_text("{")
    assert rftkit.datasets(shelf)["records"].to_list() == [2, 2]
    assert len(rftkit.open(shelf / "first.rft")) == 2


def test_damaged_datasets_are_shown_with_a_sentence(shelf: Path) -> None:
    (shelf / "bad.rft").mkdir()
    (shelf / "bad.rft" / "log.jsonl").write_text("{oops}\n")
    (shelf / "odd.rft").mkdir()
    (shelf / "odd.rft" / "photo.jpg").write_text("x")
    gone = make(shelf / "gone.rft").path / "labels"
    for file in gone.rglob("*.parquet"):
        file.unlink()
    home = Home(shelf)
    home.wait()
    rows = listed(home)
    assert "is not a journal line" in rows["bad"]["problem"]
    assert "without a dataset" in rows["odd"]["problem"]
    assert "cannot be read" in rows["gone"]["problem"]
    assert (rows["first"]["problem"], home.error) == ("", "")
    assert str(shelf) not in rows["odd"]["problem"]


def test_a_new_dataset_opens_on_its_import(shelf: Path) -> None:
    home = Home(shelf)
    ask(home, "add", name="support tickets")
    assert (shelf / "support tickets.rft").is_dir()
    assert isinstance(home.page, Workbench)
    assert [panel["name"] for panel in home.page.panels if panel["widget"]] == ["import"]
    assert listed(home)["support tickets"]["version"] == 0
    page = home.page
    page.panel("import").look(str(shelf / "notes" / "a.txt"))
    page.dataset.import_([ROW])
    assert home.dataset.version != home.seen_version
    home.follow()
    home.wait()
    assert listed(home)["support tickets"]["records"] == 1


@pytest.mark.parametrize("name", ["", "../evil", "a/b", ".hidden", "a\u202eb", "x" * 90, "first", "first.rft"])
def test_a_name_that_cannot_be_is_refused(shelf: Path, name: str) -> None:
    home = Home(shelf)
    before = sorted(shelf.iterdir())
    assert ask(home, "add", name=name)["error"]
    assert sorted(shelf.iterdir()) == before


def test_one_is_open_at_a_time_and_closed_again(shelf: Path) -> None:
    home = Home(shelf)
    ask(home, "open_dataset", name="first.rft")
    first = home.page
    ask(home, "open_dataset", name="second.rft")
    assert home.page is not first
    assert repr(home) == "Home(2 datasets, second open)"
    assert str(home.page.to_html()) in str(home.to_html())  # type: ignore[union-attr]
    ask(home, "close_dataset")
    assert home.page is None
    assert home.opened is None
    assert "there is no dataset" in ask(home, "open_dataset", name="../x.rft")["error"]


def test_hundreds_of_datasets_are_quick_to_list_and_sent_in_pages(tmp_path: Path) -> None:
    for place in range(230):
        path = tmp_path / f"set{place:03}.rft"
        path.mkdir()
        line = Version(version=1, step="import", when=f"2026-01-01T00:00:{place % 60:02}.000Z", content=1)
        (path / "log.jsonl").write_bytes(line.line())
    begun = time.monotonic()
    rows = [folders.glance(path) for path in folders.found(tmp_path)]
    assert time.monotonic() - begun < 30  # a guard against reading tables, not a measurement
    assert len(rows) == 230
    home = Home(tmp_path)
    assert (len(home.rows), home.known["total"]) == (100, 230)
    assert len(ask(home, "more", offset=200)["value"]) == 30
    assert len(json.dumps(home.rows)) < 100_000
    ask(home, "find", text="SET00")
    assert home.known["matching"] == 10
    home.wait()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be looked into"):
        Home(tmp_path / "none")


def test_a_generator_is_offered_where_there_is_one(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rftkit import widgets

    class Generator(Widget):
        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    monkeypatch.setattr(widgets, "DatasetGenerator", Generator, raising=False)
    home = Home(shelf)
    assert home.known["generate"] is True
    ask(home, "generate", name="idea")
    assert isinstance(home.page, Generator)
    assert home.page.path == shelf / "idea.rft"


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    make(tmp_path / "<b>x.rft")
    home = Home(tmp_path)
    home.wait()
    assert "<b>x" not in home.to_html()
