"""The panel of exports: readiness, a split that is seen before it is made, files that are seen before they are written."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.formats import writing
from rftkit.topics import TopicTree
from rftkit.widgets import ExportPanel
from tests.acts.test_dividing_and_export import rows
from tests.widgets.test_widgets import ask


def until(true: Callable[[], Any]) -> None:
    """Wait for what is worked out beside the panel."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.01)


def ready(panel: ExportPanel) -> ExportPanel:
    until(lambda: panel.readiness is not None and panel.draft is not None)
    return panel


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    """Return records that nothing ties together, in two topics of very different size."""
    made = rftkit.open(tmp_path / "support.rft")
    made.import_(rows(0, 102), categorize=False)
    made.sanitize()
    made.save_topics(TopicTree().add("Cards").add("Loans"), categorize=False)
    made.assign([f"r{n}" for n in range(20)], "Cards")
    made.assign([f"r{n}" for n in range(20, 102)], "Loans")
    return made


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_readiness_shows_every_rule(ds: rftkit.Dataset) -> None:
    panel = ready(ExportPanel(ds))
    told: dict[str, Any] = panel.readiness or {}
    assert (told["ready"], told["valid"]) == (False, 102)
    assert [one["rule"] for one in told["reasons"] if one["blocking"]] == ["balance"]
    assert len(told["reasons"]) + len(told["passed"]) == len(ds.summary().rules)


def test_a_split_is_seen_before_it_is_made_and_taken_back(ds: rftkit.Dataset) -> None:
    panel = ready(ExportPanel(ds))
    before = ds.version
    ask(panel, "choose_split", train=0.8, min_validation=30)
    until(lambda: (panel.split.get("preview") or {}).get("validation") == 30)
    assert not panel.split["state"]
    assert panel.python["split"] == "ds.split(train=0.8, min_validation=30)"
    assert ds.version == before
    ask(panel, "make_split")
    panel.wait()
    until(lambda: panel.split["state"])
    assert (panel.split["state"]["train"], panel.split["state"]["validation"]) == (72, 30)
    assert panel.split["state"]["straddling"] == 0
    assert sum(row["validation"] for row in panel.split["state"]["topics"]) == 30
    assert ExportPanel(ds).split["options"]["train"] == 0.8  # made again it knows what was asked for
    ask(panel, "undo")
    assert ds.split_state() is None


def test_what_cannot_be_divided_says_why_and_keeps_the_panel(ds: rftkit.Dataset) -> None:
    panel = ready(ExportPanel(ds))
    ask(panel, "choose_split", min_validation=1000)
    until(lambda: panel.split.get("problem"))
    assert "at most" in panel.split["problem"]
    assert "cannot be chosen" in ask(panel, "choose_split", colour="red")["error"]


def test_validation_is_kept_when_records_came(ds: rftkit.Dataset) -> None:
    ds.split()
    held = set(ds.records(where="split = 'validation'")["id"])
    ds.import_(rows(200, 20), categorize=False)
    panel = ready(ExportPanel(ds))
    until(lambda: panel.split["preview"])
    assert panel.split["state"]["new"] == 20
    assert panel.split["preview"]["kept"] == len(held)
    ask(panel, "choose_split", keep=False)
    until(lambda: panel.split["preview"]["kept"] is None)
    ask(panel, "choose_split", keep=True)
    ask(panel, "make_split")
    panel.wait()
    assert held <= set(ds.records(where="split = 'validation'")["id"])


def test_both_sets_are_written_with_their_manifests(ds: rftkit.Dataset, inside: Path) -> None:
    ds.split()
    panel = ready(ExportPanel(ds))
    assert panel.choices["split"] == "both"
    told = {part["split"]: part["written"] for part in (panel.draft or {})["parts"]}
    assert panel.python["export"] == (
        "ds.export('train.jsonl', split='train'); ds.export('validation.jsonl', split='validation')"
    )
    ask(panel, "export")
    panel.wait()
    lines = {name: len((inside / f"{name}.jsonl").read_text().splitlines()) for name in ("train", "validation")}
    assert lines == told
    assert {file["name"] for report in panel.written for file in report["files"]} == {
        file.name for file in inside.iterdir()
    }
    assert (panel.done or {})["sentence"] == "Wrote 102 records to train.jsonl and validation.jsonl."


@pytest.mark.parametrize("format", writing.FORMATS)
def test_the_first_record_that_is_shown_is_the_first_of_the_file(ds: rftkit.Dataset, inside: Path, format: str) -> None:
    panel = ExportPanel(ds)
    ask(panel, "choose", format=format)
    until(lambda: panel.draft is not None and (panel.draft["parts"] or panel.draft["problem"]))
    part = (panel.draft or {})["parts"][0]
    ask(panel, "export")
    panel.wait()
    suffix = writing.target_of(format).suffix
    if suffix != ".parquet":
        assert (inside / f"all{suffix}").read_text().startswith(part["first"])
    assert panel.written[0]["written"] == part["written"] == 102


def test_a_file_is_replaced_only_when_that_is_said(ds: rftkit.Dataset, inside: Path) -> None:
    (inside / "all.jsonl").write_text("mine")
    panel = ready(ExportPanel(ds))
    assert [file["name"] for file in (panel.draft or {})["parts"][0]["exists"]] == ["all.jsonl"]
    assert "is there already" in ask(panel, "export")["error"]
    assert (inside / "all.jsonl").read_text() == "mine"
    ask(panel, "export", replace=True)
    panel.wait()
    assert panel.written[0]["replaced"] == ["all.jsonl"]
    assert len((inside / "all.jsonl").read_text().splitlines()) == 102


def test_columns_and_licence_are_those_chosen(ds: rftkit.Dataset, inside: Path) -> None:
    ds.split()
    panel = ready(ExportPanel(ds))
    ask(panel, "choose", split="train", columns=["topic"], licence="cc0-1.0", path="sets/{split}.jsonl.gz")
    assert panel.python["export"] == (
        "ds.export('sets/train.jsonl.gz', split='train', columns=['topic'], licence='cc0-1.0')"
    )
    ask(panel, "export")
    panel.wait()
    assert "cc0-1.0" in (inside / "sets" / "train.jsonl.gz.card.md").read_text()
    ask(panel, "choose", format="csv", path="")  # which has no columns to choose
    assert panel.choices["columns"] is None


def test_a_name_of_another_format_is_refused_where_it_was_typed(ds: rftkit.Dataset) -> None:
    panel = ready(ExportPanel(ds))
    ask(panel, "choose", path="train.csv")
    until(lambda: panel.draft is not None and panel.draft["problem"])
    assert "writes .jsonl files" in (panel.draft or {})["problem"]
    assert "no format" in ask(panel, "choose", format="word")["error"]
    assert panel.choices["format"] == "openai-rft"


def test_a_browser_takes_a_file_in_pieces_and_no_other_file(ds: rftkit.Dataset, inside: Path) -> None:
    panel = ready(ExportPanel(ds))
    ask(panel, "export")
    panel.wait()
    path = panel.written[0]["files"][0]["path"]
    first = ask(panel, "piece", path=path)["value"]
    assert base64.b64decode(first["data"]) == Path(path).read_bytes()
    assert ask(panel, "piece", path=path, offset=first["bytes"])["value"]["data"] == ""
    (inside / "secret.txt").write_text("x")
    assert "not written from here" in ask(panel, "piece", path=str(inside / "secret.txt"))["error"]


def test_the_static_page_shows_readiness_split_and_files_as_text(ds: rftkit.Dataset, inside: Path) -> None:
    ds.save_topics(ds.topics.rename("Loans", "<img src=x>"), categorize=False)
    ds.split()
    panel = ready(ExportPanel(ds))
    until(lambda: panel.split["state"])
    html = str(panel.to_html())
    assert "&lt;img" in html
    assert "<img" not in html
    json.dumps(panel.split)


def test_an_empty_dataset_says_what_to_do_first(tmp_path: Path) -> None:
    panel = ExportPanel(rftkit.open(tmp_path / "new.rft"))
    assert repr(panel) == "ExportPanel(0 records, not divided)"
    assert "import some" in panel.to_html()
