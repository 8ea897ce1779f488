"""The training monitor: what it takes to begin, what a job has logged, and jobs that go on without it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.grade import Grader
from rftkit.train.state import JobFolder
from rftkit.widgets import TrainingMonitor
from rftkit.widgets._curves import POINTS, thinned
from tests.widgets.test_widgets import ask
from tests.widgets.until import until

EXACT = Grader.from_dict(
    {
        "type": "string_check",
        "name": "exact",
        "input": "{{sample.output_text}}",
        "reference": "{{item.topic}}",
        "operation": "eq",
    }
)


def job(ds: rftkit.Dataset, **values: Any) -> JobFolder:
    told = {"backend": "trl", "base": "tiny", "grader_name": "exact", "seed": 3, "total_steps": 20, **values}
    return JobFolder.make(ds.path / "jobs", **told)


def logged(folder: JobFolder, steps: int) -> None:
    for step in range(steps + 1):
        folder.log(
            step=step, train_reward=0.3 + 0.02 * step, **({"valid_reward": 0.3 + 0.01 * step} if step % 5 == 0 else {})
        )


def test_without_a_job_it_says_so_and_what_stands_against_one(ds: rftkit.Dataset) -> None:
    monitor = TrainingMonitor(ds)
    assert monitor.shown is None
    until(lambda: monitor.offer)
    assert monitor.offer == {"problem": "Choose a grader first: it gives the reward."}
    assert "Nothing was trained yet" in monitor.to_html()
    assert "needs a grader" in str(ask(monitor, "start")["error"])


def test_a_job_cannot_begin_without_a_split_and_the_sentence_is_shown(ds: rftkit.Dataset) -> None:
    monitor = TrainingMonitor(ds, EXACT)
    until(lambda: monitor.offer)
    assert "split" in monitor.offer["problem"]


def test_without_a_dry_run_training_needs_force(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "apart.rft")
    ds.import_([{"messages": [{"role": "user", "content": f"card question {number}"}]} for number in range(40)])
    ds.split(train=0.8)
    monitor = TrainingMonitor(ds, EXACT, base="tiny")
    until(lambda: monitor.offer)
    assert "no dry run" in monitor.offer["problem"]
    ask(monitor, "choose", force=True)
    until(lambda: monitor.offer["problem"] == "")
    assert monitor.python == "ds.train(grader, base='tiny', force=True)"


def test_the_job_in_view_shows_its_rewards_and_its_last_events(ds: rftkit.Dataset) -> None:
    folder = job(ds, state="running")
    logged(folder, 10)
    folder.update(state="running")
    folder.event("checkpoint", "kept step 10")
    shown = TrainingMonitor(ds).shown
    assert (shown["state"], shown["step"], shown["total_steps"]) == ("running", 10, 20)
    assert (shown["baseline"], shown["best"], shown["best_step"]) == (0.3, pytest.approx(0.4), 10)
    assert [line["name"] for line in shown["charts"][0]["lines"]] == ["train", "validation"]
    assert shown["events"][0]["text"] == "kept step 10"


def test_what_a_job_logs_is_seen_without_a_new_version(ds: rftkit.Dataset) -> None:
    folder = job(ds)
    folder.update(state="succeeded")
    monitor = TrainingMonitor(ds)
    assert monitor.shown["step"] == 0
    logged(folder, 7)
    monitor.follow()
    assert monitor.shown["step"] == 7


def test_another_job_can_be_opened_and_stays_in_view(ds: rftkit.Dataset) -> None:
    for state in ("failed", "succeeded"):
        job(ds).update(state=state)
    monitor = TrainingMonitor(ds)
    assert monitor.shown["job"] == "job-2"
    ask(monitor, "open_job", id="job-1")
    assert monitor.shown["job"] == "job-1"
    assert [one["job"] for one in monitor.jobs] == ["job-2", "job-1"]
    assert "no job 'job-9'" in str(ask(monitor, "open_job", id="job-9")["error"])
    assert monitor.shown["job"] == "job-1"


def test_a_long_curve_is_sent_with_few_points_that_keep_its_shape() -> None:
    points = [(step, step / 10_000) for step in range(10_000)]
    short = thinned(points)
    assert len(short) <= POINTS
    assert short[-1][0] == 9_999
    assert all(a[1] < b[1] for a, b in pairwise(short))


def test_the_page_shows_what_a_job_says_as_text(ds: rftkit.Dataset) -> None:
    folder = job(ds)
    folder.update(state="failed", error="<script>alert(1)</script> is no model")
    html = str(TrainingMonitor(ds).to_html())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
