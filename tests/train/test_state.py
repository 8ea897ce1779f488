"""A job on the disk: written by one process, read by others meanwhile, whole after every kill."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.acts.training_gate import gate
from rftkit.dataset import Dataset
from rftkit.errors import InputError, NotFoundError, StoreError
from rftkit.train import JobFolder, status_of
from rftkit.train.state import folders, metrics_frame


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder.make(tmp_path / "jobs", backend="trl", base="tiny")


def test_jobs_are_numbered_and_listed_in_order(tmp_path: Path) -> None:
    made = [JobFolder.make(tmp_path, backend="trl").id for _ in range(11)]
    assert [one.id for one in folders(tmp_path)] == made == [f"job-{n}" for n in range(1, 12)]


def test_two_that_begin_at_once_get_two_jobs(tmp_path: Path) -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(JobFolder.make(tmp_path).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8


def test_a_folder_without_a_job_is_none(tmp_path: Path) -> None:
    (tmp_path / "job-7").mkdir()  # killed before job.json was there
    assert folders(tmp_path) == []
    assert JobFolder.make(tmp_path).id == "job-8"
    with pytest.raises(NotFoundError, match="holds no training job"):
        JobFolder(tmp_path / "job-7")


def test_changes_of_two_writers_are_both_kept(folder: JobFolder) -> None:
    def write(name: str) -> None:
        for number in range(20):
            JobFolder(folder.path).update(remote={f"{name}{number}": number})

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folder.read()["remote"]) == 40


def test_a_reader_never_sees_half_a_state(folder: JobFolder) -> None:
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not done.is_set():
            seen.append(len(folder.read().get("note", "")))

    reader = threading.Thread(target=read)
    reader.start()
    for size in (100_000, 1) * 15:
        folder.update(note="x" * size)
    done.set()
    reader.join()
    assert set(seen) <= {0, 1, 100_000}


@pytest.mark.parametrize("name", ["metrics.jsonl", "events.jsonl"])
def test_a_last_line_that_was_cut_off_does_not_count_and_goes(folder: JobFolder, name: str) -> None:
    folder.log(step=1, train_reward=0.5)
    folder.event("note", "one")
    file = folder.path / name
    whole = file.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole + whole[:cut])
        assert (folder.metrics().height, len(folder.events())) == (1, 1)
    folder.log(step=2, train_reward=0.6)
    folder.event("note", "two")
    assert (folder.metrics().height, len(folder.events())) == (2, 2)


def test_a_whole_line_that_is_no_json_is_said(folder: JobFolder) -> None:
    (folder.path / "events.jsonl").write_bytes(b"{oops}\n")
    with pytest.raises(StoreError, match="a line that is no JSON"):
        folder.events()


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1) | st.none(), st.floats(0, 1) | st.none()), max_size=30))
@settings(deadline=None)
def test_each_step_has_one_row_with_its_last_values(rows: list[tuple[int, float | None, float | None]]) -> None:
    frame = metrics_frame([{"step": step, "train_reward": one, "valid_reward": other} for step, one, other in rows])
    assert frame["step"].to_list() == sorted({step for step, *_ in rows})
    for step, train, valid in frame.select("step", "train_reward", "valid_reward").iter_rows():
        said = [row for row in rows if row[0] == step]
        assert train == next((row[1] for row in reversed(said) if row[1] is not None), None)
        assert valid == next((row[2] for row in reversed(said) if row[2] is not None), None)


def test_steps_of_a_warm_start_are_others_than_those_of_the_training() -> None:
    frame = metrics_frame([{"step": 1, "loss": 2.0, "phase": "sft"}, {"step": 1, "train_reward": 0.5}])
    assert frame.select("phase", "step").rows() == [("sft", 1), ("rl", 1)]
    assert status_of({"id": "job-1", "state": "running", "total_steps": 9}, frame).step == 1


def test_a_state_that_there_is_not_is_refused(folder: JobFolder) -> None:
    with pytest.raises(InputError, match="it is one of pending, running"):
        folder.update(state="melting")


def test_rollouts_are_kept_once_for_each_record_and_sample(folder: JobFolder) -> None:
    folder.keep_rollouts("before", [{"id": "a", "sample": 0, "output_text": "1", "output_tools": None}])
    folder.keep_rollouts("before", [{"id": "a", "sample": 0, "output_text": "2", "output_tools": [{"id": "c"}]}])
    assert folder.rollouts("before").rows() == [("a", 0, "2", '[{"id":"c"}]')]
    assert folder.rollouts("after").is_empty()
    with pytest.raises(InputError, match="use before or after"):
        folder.rollouts("between")


def test_time_left_is_that_of_the_service_else_of_the_steps() -> None:
    frame = metrics_frame([{"step": 10, "train_reward": 0.5, "seconds": 20.0}])
    job = {"id": "job-1", "state": "running", "total_steps": 40}
    assert status_of(job, frame).eta_seconds == pytest.approx(60)
    assert status_of({**job, "state": "succeeded"}, frame).eta_seconds is None
    late = status_of({**job, "finishes": "2000-01-01T00:00:00Z"}, frame)
    assert late.eta_seconds == 0
    assert status_of(job, metrics_frame([])).eta_seconds is None


def _judged(ds: Dataset, fingerprint: str, verdict: str) -> None:
    with ds.step("dry-run", {"grader_fingerprint": fingerprint}) as step:
        step.put("planted.json", {"fingerprint": fingerprint, "verdict": verdict, "version": ds.version})
        step.counts = {"verdict": verdict}


def test_the_gate_asks_for_the_last_dry_run_of_this_grader(ds: Dataset) -> None:
    _judged(ds, "other", "GO")
    with pytest.raises(InputError, match="no dry run of this grader"):
        gate(ds, "mine", force=False)
    _judged(ds, "mine", "NO-GO")
    with pytest.raises(InputError, match="NO-GO"):
        gate(ds, "mine", force=False)
    assert gate(ds, "mine", force=True).forced
    _judged(ds, "mine", "WARNING")
    assert (gate(ds, "mine", force=False).verdict, gate(ds, "mine", force=True).forced) == ("WARNING", False)
    ds.undo()
    with pytest.raises(InputError, match="NO-GO"):
        gate(ds, "mine", force=False)


def test_curves_are_drawn_and_nothing_in_them_is_markup(folder: JobFolder) -> None:
    from rftkit import render

    for step in range(3):
        folder.log(step=step, train_reward=0.1 * step, by_grader={"<b>": 0.1 * step})
    metrics = folder.metrics()
    points = list(metrics.select("step", pl.col("by_grader/<b>")).iter_rows())
    page = render.curves({"<b>": points}, "<i>")
    assert page.count("<polyline") == 1
    assert "<b>" not in page
    assert "<i>" not in page
    assert "nothing to draw" in render.curves({"a": []}, "x")


def test_the_chart_of_a_long_job_stays_small_and_keeps_its_end(folder: JobFolder) -> None:
    from rftkit import training_charts

    steps = metrics_frame([{"step": step, "train_reward": step / 10_000} for step in range(10_000)])
    drawn = training_charts.rewards(steps, baseline=0.1).to_dict()
    rows = next(layer["data"]["values"] for layer in drawn["layer"] if "data" in layer)
    assert len(rows) <= 400
    assert rows[-1]["step"] == 9_999
    with pytest.raises(InputError, match="no reward was logged yet"):
        training_charts.rewards(folder.metrics())
