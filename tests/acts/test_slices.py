"""What is kept of the labels in memory is what lies on the disk, whatever steps were taken."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import rftkit
from rftkit.topics import TopicTree


@pytest.fixture
def ds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rftkit.Dataset:
    monkeypatch.setattr("rftkit.store.slices.ROWS", 7)
    made = rftkit.open(tmp_path / "a.rft")
    rows = [{"id": f"r{n}", "messages": [{"role": "user", "content": f"Question {n}, which?"}]} for n in range(40)]
    made.import_(rows, categorize=False)
    made.save_topics(TopicTree().add("Cards/Lost").add("Cards/New").add("Loans"), categorize=False)
    return made


def same_as_on_disk(ds: rftkit.Dataset) -> None:
    fresh = rftkit.open(ds.path)
    assert ds.labels().equals(fresh.labels())
    assert ds.labels()["position"].is_sorted()
    assert ds.coverage().to_dict() == fresh.coverage().to_dict()


def test_labels_in_memory_are_those_on_the_disk_after_every_step(ds: rftkit.Dataset) -> None:
    ds.labels()
    steps = [
        lambda: ds.assign(["r3"], "Loans"),
        lambda: ds.assign([f"r{n}" for n in range(0, 40, 5)], "Cards/Lost"),
        lambda: ds.sanitize(),
        lambda: ds.edit("r9", messages=[{"role": "user", "content": "Another question, which?"}]),
        lambda: ds.change_topics(lambda tree: tree.rename("Loans", "Credits"), "topics rename"),
        lambda: ds.undo(),
        lambda: ds.delete(["r0", "r39", "r20"]),
        lambda: ds.change_topics(lambda tree: tree.merge(["Cards/Lost", "Cards/New"], "Cards/Lost"), "topics merge"),
        lambda: ds.undo(2),
        lambda: ds.redo(),
        lambda: ds.split(train=0.5),
    ]
    for step in steps:
        step()
        same_as_on_disk(ds)


def test_a_change_by_another_process_is_read(ds: rftkit.Dataset) -> None:
    assert ds.labels()["topic"].null_count() == 40
    rftkit.open(ds.path).assign(["r12"], "Loans")
    assert ds.labels().filter(pl.col("topic") == "Loans")["id"].to_list() == ["r12"]


def test_a_new_name_of_a_topic_writes_no_labels(ds: rftkit.Dataset) -> None:
    ds.assign(["r1"], "Loans")
    before = ds.line.tables["labels"]
    ds.change_topics(lambda tree: tree.rename("Loans", "Credits"), "topics rename")
    assert ds.line.tables["labels"] == before
    assert ds.records(["r1"])["topic"].item() == "Credits"


def test_how_many_there_are_is_known_without_reading_them(ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = rftkit.open(ds.path)
    monkeypatch.setattr("rftkit.acts.slices._read", lambda path: pytest.fail(f"{path} was read"))
    assert len(fresh) == 40


def test_labels_are_read_once_for_paths_and_for_ids(ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    from rftkit.acts import reading, slices

    fresh, read, counted = rftkit.open(ds.path), slices._read, []
    monkeypatch.setattr("rftkit.acts.slices._read", lambda path: (counted.append(path), read(path))[1])
    fresh.labels()
    fresh.records(["r1", "r2"])
    reading.stored_labels(fresh)
    assert len(counted) == len(set(counted)) == len(fresh.store.files("labels", fresh.line))


def test_len_follows_every_step(ds: rftkit.Dataset) -> None:
    ds.delete(["r0", "r1"])
    assert len(ds) == 38
    ds.undo()
    assert len(ds) == 40 == ds.labels().height
