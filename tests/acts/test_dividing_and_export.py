"""Split and export of a dataset: a frozen validation, a leak check of now, drafts, options of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.errors import InputError
from rftkit.formats import writing
from rftkit.jobs import StoppedError

WORDS = [
    "alpha",
    "bravo",
    "candle",
    "dragon",
    "ember",
    "falcon",
    "garden",
    "harbour",
    "island",
    "jungle",
    "kitchen",
    "lantern",
]


def rows(start: int, count: int) -> list[dict[str, Any]]:
    """Return prompts that nothing ties together."""
    texts = [f"{WORDS[n % 12]} {n * 7919} {WORDS[n // 12 % 12]} {n * 104729}" for n in range(start, start + count)]
    return [
        {"id": f"r{start + place}", "messages": [{"role": "user", "content": text}], "answer": place, "team": "a"}
        for place, text in enumerate(texts)
    ]


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "a.rft")
    made.import_(rows(0, 100))
    made.sanitize()
    return made


def validation(ds: rftkit.Dataset) -> set[str]:
    return set(ds.records(where="split = 'validation'")["id"])


def test_validation_stays_when_the_same_split_is_made_of_more_records(ds: rftkit.Dataset) -> None:
    ds.split()
    first = validation(ds)
    ds.import_(rows(100, 100))
    ds.sanitize()
    again = ds.split()
    assert first < validation(ds)
    assert (again.kept, again.gone, again.validation) == (10, 0, 20)


def test_a_second_split_of_the_same_records_changes_none_of_them(ds: rftkit.Dataset) -> None:
    ds.split()
    first = ds.records()
    ds.split()
    assert ds.records().equals(first)


def test_other_options_draw_validation_anew_unless_it_is_to_stay(ds: rftkit.Dataset) -> None:
    ds.split()
    first = validation(ds)
    assert ds.split(seed=5).kept is None
    assert validation(ds) != first
    ds.split()
    assert ds.preview_split(seed=5, keep=True).ids("validation") == ds.preview_split().ids("validation")
    ds.split(seed=5, keep=True)
    assert validation(ds) == first


def test_what_left_validation_is_said(ds: rftkit.Dataset) -> None:
    ds.split()
    gone = sorted(validation(ds))[0]
    ds.delete([gone])
    told = ds.split()
    assert (told.kept, told.gone) == (9, 1)
    assert any("no longer in it" in sentence for sentence in told.warnings)


def test_an_invalid_copy_of_a_prompt_of_validation_did_not_leave_it(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "copies.rft")
    ds.import_([*rows(0, 100), *({**row, "id": f"copy-{row['id']}"} for row in rows(0, 100))])
    ds.sanitize()
    ds.split()
    again = ds.split()
    assert (again.kept, again.gone, again.validation) == (10, 0, 10)
    assert not any("no longer in it" in sentence for sentence in again.warnings)


def test_validation_is_known_again_when_its_records_are_imported_anew(ds: rftkit.Dataset) -> None:
    def said() -> set[str]:
        return {said[0]["content"] for said in ds.records(where="split = 'validation'")["messages"]}

    ds.split()
    first = said()
    ds.import_(rows(0, 160), replace=True)
    ds.sanitize()
    assert (ds.split_state() or {})["validation"] == 0
    again = ds.split()
    assert (again.kept, again.gone, again.validation) == (10, 0, 16)
    assert first < said()


def test_a_frozen_validation_takes_no_record_in_and_stays_so(ds: rftkit.Dataset) -> None:
    ds.split()
    first = validation(ds)
    ds.import_(rows(100, 100))
    ds.sanitize()
    frozen = ds.split(frozen=True)
    assert (frozen.kept, frozen.validation, frozen.train, frozen.warnings) == (10, 10, 190, ())
    assert validation(ds) == first
    ds.import_(rows(200, 50))
    ds.sanitize()
    ds.split()
    assert validation(ds) == first
    assert (ds.split_state() or {})["frozen"]
    assert ds.preview_split(frozen=False).validation == 25
    assert ds.preview_split(train=0.5, frozen=True).ids("validation") == frozen.ids("validation")
    with pytest.raises(InputError, match="give one of them"):
        ds.split(frozen=True, keep=False)


def test_what_is_tied_to_a_frozen_validation_is_left_out_of_both_sets(ds: rftkit.Dataset) -> None:
    ds.split(frozen=True)
    first = validation(ds)
    held = sorted(first)[0]
    text = ds.records([held])["messages"][0][0]["content"]
    ds.import_([{"id": "twin", "messages": [{"role": "user", "content": text + " please"}]}])
    ds.sanitize()
    told = ds.split()
    assert (validation(ds), told.left_out, told.straddling_groups) == (first, 1, 0)
    assert ds.records(["twin"])["split"].to_list() == [None]
    assert any("validation is frozen" in sentence for sentence in told.warnings)


def test_an_edited_record_stays_in_validation_and_is_counted(ds: rftkit.Dataset) -> None:
    ds.split()
    held = sorted(validation(ds))[0]
    assert (ds.split_state() or {})["edited"] == 0
    ds.edit(held, messages=[{"role": "user", "content": "Now something else entirely, about kites?"}])
    assert (ds.split_state() or {})["edited"] == 1
    assert held in validation(ds)


def test_a_preview_changes_nothing_and_is_what_the_split_then_does(ds: rftkit.Dataset) -> None:
    before = ds.version
    told = ds.preview_split(train=0.7, seed=3).to_dict()
    assert ds.version == before
    assert ds.split_state() is None
    assert ds.split(train=0.7, seed=3).to_dict() == told


def test_a_leak_that_came_after_the_split_is_found(ds: rftkit.Dataset) -> None:
    ds.split()
    state = ds.split_state() or {}
    assert (state["train"], state["validation"], state["neither"], state["straddling_groups"]) == (90, 10, 0, 0)
    held, trained = sorted(validation(ds))[0], ds.records(where="split = 'train'")["id"][0]
    text = ds.records([held])["messages"][0][0]["content"]
    ds.edit(trained, messages=[{"role": "user", "content": text + " please"}])
    ds.sanitize()
    leaked = ds.split_state() or {}
    assert leaked["straddling_groups"] == 1
    assert leaked["leaks"] == [{"train_id": trained, "validation_id": held}]
    ds.split()
    assert (ds.split_state() or {})["straddling_groups"] == 0


def test_records_that_came_after_the_split_are_counted(ds: rftkit.Dataset) -> None:
    ds.split()
    ds.import_(rows(100, 7))
    assert (ds.split_state() or {})["new"] == 7


def test_only_the_columns_asked_for_stand_beside_the_prompt(ds: rftkit.Dataset, tmp_path: Path) -> None:
    assert ds.export_columns()[:3] == ["answer", "team", "topic"]
    report = ds.export(tmp_path / "a.jsonl", columns=["answer", "colour"])
    assert [*json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])] == ["messages", "answer"]
    assert report.warnings[-1] == "No record has a key 'colour', so it is in no line."
    with pytest.raises(InputError, match="same columns"):
        ds.export(tmp_path / "a.csv", format="csv", columns=["answer"])


def test_a_licence_is_in_the_card(ds: rftkit.Dataset, tmp_path: Path) -> None:
    ds.split()
    ds.export(tmp_path / "a.jsonl", split="train", licence="cc-by-4.0")
    assert 'license: "cc-by-4.0"' in (tmp_path / "a.jsonl.card.md").read_text()


def test_a_file_that_is_there_is_named_when_it_is_replaced_or_kept(ds: rftkit.Dataset, tmp_path: Path) -> None:
    ds.split()
    card = tmp_path / "a.jsonl.card.md"
    card.write_text("mine")
    with pytest.raises(InputError, match=r"a\.jsonl\.card\.md' is there already"):
        ds.export(tmp_path / "a.jsonl", split="train", overwrite=False)
    assert (card.read_text(), (tmp_path / "a.jsonl").exists()) == ("mine", False)
    assert ds.export(tmp_path / "a.jsonl", split="train").replaced == (str(card),)
    assert card.read_text() != "mine"


@pytest.mark.parametrize("format", writing.FORMATS)
def test_a_draft_is_what_the_file_then_holds(ds: rftkit.Dataset, tmp_path: Path, format: str) -> None:
    ds.edit("r0", messages=[{"role": "user", "content": ""}])
    ds.edit("r1", messages=[{"role": "user", "content": "<b>&\u202e1"}])
    draft = ds.preview_export(format=format)
    suffix = writing.target_of(format).suffix
    report = ds.export(tmp_path / f"a{suffix}", format=format)
    assert (draft.written, draft.skipped, draft.skipped_reasons) == (
        report.written,
        report.skipped,
        report.skipped_reasons,
    )
    assert set(draft.sentences) <= set(report.warnings)
    if suffix == ".parquet":
        first = pl.read_parquet(report.path).row(0, named=True)
        assert draft.first == "\n".join(f"{name}: {value}" for name, value in first.items() if value is not None)
    else:
        assert (tmp_path / f"a{suffix}").read_text(encoding="utf-8").startswith(draft.first)


def test_an_export_that_is_stopped_leaves_the_old_file(ds: rftkit.Dataset, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("old")

    def stop(done: int, total: int) -> None:
        assert (done, total) == (100, 100)
        raise StoppedError("stopped")

    with pytest.raises(StoppedError):
        ds.export(tmp_path / "a.jsonl", told=stop)
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["a.jsonl"]
    assert (tmp_path / "a.jsonl").read_text() == "old"
    assert ds.export_job(tmp_path / "a.jsonl").wait().written == 100
