"""The progress of a generation: what it shows while it runs, Stop, Resume, and what was made."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import rftkit
from rftkit import messages
from rftkit.errors import InputError
from rftkit.jobs import Control, Job
from rftkit.widgets import GenerationProgress, _run_state
from rftkit.widgets._run_state import shown_run
from tests.widgets.talk import talk  # noqa: F401 - a fixture
from tests.widgets.test_widgets import ask


def until(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_finished_run_says_what_it_made_by_topic_and_what_was_rejected(talk: rftkit.Dataset) -> None:  # noqa: F811
    job = talk.generate(talk.plan(topic="Cards", count=8))
    shown = GenerationProgress(job)
    report = job.wait()
    until(lambda: shown.run["state"] == "done")
    assert (shown.run["done"], shown.run["total"]) == (report.valid, 8)
    assert shown.run["topics"] == [{"path": "Cards", "done": report.valid, "wanted": 8, "rejected": report.rejected}]
    assert {one["code"]: one["count"] for one in shown.run["reasons"]} == report.rejection_reasons
    assert shown.run["cost_usd"] == 0.0
    assert shown.run["sample"]["text"]
    assert shown.can_resume is False
    assert repr(shown) == f"GenerationProgress(done: {report.valid} of 8)"


def test_a_run_is_shown_while_it_runs_and_stop_keeps_what_was_finished() -> None:
    go_on = threading.Event()

    def work(control: Control) -> str:
        control.report(2, 10, topics={"Cards": (2, 6), "Loans": (0, 4)}, cost_usd=0.25, sample='{"prompts": ["Hi?"]}')
        control.tell()
        while not control.stop.is_set():
            go_on.wait(0.01)
        return "kept"

    job = Job(work, name="generate").start()
    shown = GenerationProgress(job)
    until(lambda: shown.run["total"] == 10)
    assert shown.run["state"] == "running"
    assert shown.run["cost_usd"] == 0.25
    assert [(row["path"], row["done"], row["wanted"]) for row in shown.run["topics"]] == [
        ("Cards", 2, 6),
        ("Loans", 0, 4),
    ]
    assert shown.run["sample"]["text"] == "Hi?"
    ask(shown, "stop")
    assert job.wait(5) == "kept"
    until(lambda: shown.run["state"] == "stopped")


def test_closing_the_widget_does_not_end_the_run_and_a_new_one_shows_it(talk: rftkit.Dataset) -> None:  # noqa: F811
    job = talk.generate(talk.plan(topic="Cards", count=8))
    GenerationProgress(job).close()
    again = GenerationProgress(job)
    job.wait()
    until(lambda: again.run["state"] == "done")


def test_what_was_generated_is_seen_a_page_at_a_time_beside_its_source(
    talk: rftkit.Dataset,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_run_state, "PAGE", 3)
    job = talk.generate(talk.plan(topic="Loans", count=7))
    shown = GenerationProgress(job)
    report = job.wait()
    ask(shown, "view")
    assert len(shown.made["rows"]) == 3
    assert (shown.made["total"], shown.made["pages"]) == (report.generated, -(-report.generated // 3))
    first = next(row for row in shown.made["rows"] if row["source_record_id"])
    assert first["source"].endswith(("?", "."))
    ask(shown, "view", page=99)
    assert shown.made["page"] == shown.made["pages"] - 1
    ask(shown, "hide")
    assert shown.made is None


def test_a_stopped_run_goes_on_without_paying_or_adding_twice(talk: rftkit.Dataset) -> None:  # noqa: F811
    plan = talk.plan(topic="Loans", count=24)
    whole = talk.generate(plan)
    unbroken = whole.wait().candidates.filter("valid").select(messages.last_user_text()).to_series()
    talk.undo()
    job = talk.generate(plan)
    job.stop()
    report = job.wait()
    shown = GenerationProgress(job)
    if report.stopped:
        assert shown.can_resume is True
        ask(shown, "resume")
        assert shown.job is not job
        shown.job.wait()
    valid = talk.candidates().filter("valid").select(messages.last_user_text()).to_series()
    assert sorted(valid) == sorted(unbroken)


def test_the_same_plan_run_twice_leaves_no_candidate_twice(talk: rftkit.Dataset) -> None:  # noqa: F811
    plan = talk.plan(topic="Loans", count=12)
    first = talk.generate(plan).wait()
    again = talk.generate(plan).wait()
    assert again.generated == first.generated
    assert again.calls == 0
    assert talk.candidates().height == first.generated


def test_only_a_run_that_ended_early_can_be_taken_up_again(talk: rftkit.Dataset) -> None:  # noqa: F811
    job = talk.generate(talk.plan(topic="Loans", count=4))
    job.wait()
    with pytest.raises(InputError, match="is done"):
        GenerationProgress(job).resume()


def test_a_run_that_failed_says_so_in_its_place() -> None:
    def work(_: Control) -> None:
        raise ValueError("the server is gone <b>")

    job = Job(work, name="generate").start()
    with pytest.raises(ValueError, match="gone"):
        job.wait()
    shown = GenerationProgress(job)
    assert shown.run["error"] == "the server is gone <b>"
    assert "gone &lt;b&gt;" in shown.to_html()


def test_a_listener_of_a_widget_that_is_gone_is_harmless(talk: rftkit.Dataset) -> None:  # noqa: F811
    job = Job(lambda control: control.report(1, 1), name="generate")
    shown = GenerationProgress(job)
    shown.close()
    del shown
    job.start().wait()
    assert shown_run(job)["done"] == 1
