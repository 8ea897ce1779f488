"""What waits for a person, what it could be, and the run in the background."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import rftkit
from rftkit.acts import choosing, reading
from rftkit.errors import InputError, NotFoundError
from rftkit.jobs import StoppedError

CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)]
RATES = [f"What is the exchange rate for {n} euros" for n in range(20, 32)]
ODD = ["Sing me a song about the sea"]


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "bank.rft")
    rows = [
        {"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(CARDS + RATES + ODD)
    ]
    made.import_(rows)
    tree = rftkit.TopicTree(()).add("cards", keywords=["card"]).add("rates", keywords=["exchange rate"])
    made.save_topics(tree, categorize=False)
    return made


def test_every_record_is_counted_once(ds: rftkit.Dataset) -> None:
    ds.categorize(method=["keyword"])
    ds.assign(["r0"], "rates")
    ds.assign(["r24"], None)
    told = choosing.categorized(ds)
    parts = ("high", "medium", "review", "unassigned", "by_hand", "left_unassigned")
    assert sum(told[name] for name in parts) == told["total"] == 25
    assert (told["by_hand"], told["left_unassigned"]) == (1, 1)
    assert sum(told["histogram"]) == told["high"] + told["medium"] + told["review"]
    assert told["run"]["calibrated"] is False


def test_the_queue_has_the_least_sure_first_and_nothing_that_was_decided_by_hand(ds: rftkit.Dataset) -> None:
    ds.categorize(method=["keyword"])
    unassigned = choosing.queue(ds, "unassigned")
    assert unassigned == ["r24"]
    ds.assign(["r24"], None)
    assert choosing.queue(ds, "unassigned") == []
    for kind in choosing.QUEUES:
        sure = ds.records(choosing.queue(ds, kind) or ["r0"], columns=["topic_confidence"])[
            "topic_confidence"
        ].to_list()
        assert len(sure) == len(choosing.queue(ds, kind) or ["r0"])
    every = [choosing.queue(ds, kind) for kind in ("review", "medium", "high")]
    known = {row["id"]: row["topic_confidence"] for row in ds.labels().iter_rows(named=True)}
    for ids in every:
        assert [known[id_] for id_ in ids] == sorted(known[id_] for id_ in ids)
    assert set().union(*every) == {f"r{n}" for n in range(24)}
    assert set(choosing.queue(ds, "high", "cards")) <= {f"r{n}" for n in range(12)}
    with pytest.raises(InputError, match="review, unassigned"):
        choosing.queue(ds, "odd")


def test_corrections_count_from_the_last_run_on(ds: rftkit.Dataset) -> None:
    ds.assign(["r0"], "rates")
    assert choosing.corrections(ds) == 1
    ds.categorize(method=["keyword"])
    assert choosing.corrections(ds) == 0
    ds.assign(["r1", "r2"], "rates")
    ds.assign(["r3"], None)
    assert choosing.corrections(ds) == 2
    assert dt.datetime.fromisoformat(choosing.last_run(ds)["when"]).tzinfo is not None


def test_choices_of_records_are_a_frame(ds: rftkit.Dataset) -> None:
    found = ds.topic_choices(["r0", "r12"], embedder="lsa")
    assert found.columns == ["id", "number", "topic", "confidence", "why"]
    first = found.filter(number=1)
    assert dict(zip(first["id"], first["topic"], strict=True)) == {"r0": "cards", "r12": "rates"}
    assert ds.topic_choices([]).is_empty()


def test_a_run_in_the_background_is_the_run_and_undo_takes_back_what_it_said(ds: rftkit.Dataset) -> None:
    report = ds.categorize_job(method=["keyword", "embedding"], embedder="lsa").wait()
    assert report.assigned >= 24
    assert ds.history()["step"].to_list()[-1] == "categorize"
    assert choosing.categorized(ds)["run"]["embedder"].startswith("lsa")
    ds.undo()
    assert choosing.categorized(ds)["run"] is None
    assert choosing.categorized(ds)["unassigned"] == 25


def test_a_run_that_is_stopped_leaves_the_topics_as_they_were(ds: rftkit.Dataset) -> None:
    job = rftkit.jobs.Job(lambda control: None)
    before = ds.version
    job = ds.categorize_job(embedder="lsa")
    job.stop()
    with pytest.raises(StoppedError, match="as they were"):
        job.wait()
    assert ds.version == before


def test_a_record_is_found_alone_as_among_others(ds: rftkit.Dataset) -> None:
    assert reading.labels_of(ds, ["r3"]).rows() == reading.labels_of(ds, ["r3", "r4"]).rows()[:1]
    with pytest.raises(NotFoundError, match="'r99'"):
        reading.labels_of(ds, ["r99"])


def test_what_teaches_is_by_hand_first_then_the_surest_and_never_what_is_asked_or_invalid(
    ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    ds.categorize(method=["keyword"])
    ds.assign(["r7"], "rates")
    monkeypatch.setattr(choosing, "_TEACHERS", 4)
    said = reading.labels(ds).with_columns(
        topic_confidence=pl.when(pl.col("id").is_in(["r1", "r2", "r3", "r4"])).then(0.99).otherwise("topic_confidence"),
        valid=pl.col("id") != "r4",
    )
    found = choosing._with_teachers(said, said["id"].is_in(["r24"]), 0)
    assert found["id"].to_list() == ["r1", "r2", "r3", "r7", "r24"]
    assert found.columns == said.columns
