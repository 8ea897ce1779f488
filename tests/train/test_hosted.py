"""A whole job at a service, with the real openai client against a real server."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit.acts.training_job import TrainingJob
from rftkit.dataset import Dataset
from rftkit.errors import ApprovalError, InputError, ModelError
from rftkit.train.hosted.backend import Hosted
from tests.train.conftest import EXACT
from tests.train.service import KEY, Service

ROOT = Path(__file__).resolve().parents[2]
UPLOAD, VALIDATE, CREATE = "POST /files", "POST /fine_tuning/alpha/graders/validate", "POST /fine_tuning/jobs"


class Killed(BaseException):
    """Ends a process, as far as the code that runs in it can see."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rftkit.train.hosted.client.FIRST_WAIT", 0.001)


def train(ds: Dataset, service: Service, **options: Any) -> TrainingJob:
    given = {"base": "o4-mini", "base_url": service.url, "api_key": KEY, "approved": True, "force": True, **options}
    return ds.train(EXACT, backend="openai", **given)


def again(ds: Dataset) -> TrainingJob:
    """Return the job as another process would see it."""
    return TrainingJob(Dataset(ds.path), api_key=KEY)


def test_a_job_is_uploaded_checked_begun_followed_and_finished(ds: Dataset, service: Service) -> None:
    job = train(ds, service, epochs=2, eval_every=5, seed=7, suffix="sums")
    assert job.status().state == "pending"
    sent = service.jobs["ftjob-0"]
    assert (sent["model"], sent["seed"], sent["suffix"]) == ("o4-mini", 7, "sums")
    assert sent["method"] == {
        "type": "reinforcement",
        "reinforcement": {"grader": EXACT, "hyperparameters": {"n_epochs": 2, "eval_interval": 5}},
    }
    lines = [json.loads(line) for line in service.contents[sent["training_file"]].splitlines()]
    train_ids = ds.labels().filter(pl.col("split") == "train")["id"].to_list()
    assert sorted(line["rftkit_id"] for line in lines) == sorted(train_ids)
    assert all(line["reference_answer"] for line in lines)

    service.jobs["ftjob-0"]["status"] = "running"
    service.step("ftjob-0", step=0, total_steps=20, full_valid_mean_reward=0.25)
    for step in range(1, 11):
        service.step("ftjob-0", step=step, total_steps=20, train_mean_reward=0.3 + step / 50)
    service.step("ftjob-0", step=10, total_steps=20, train_mean_reward=0.5, full_valid_mean_reward=0.5)
    status = job.status()
    assert (status.state, status.step, status.total_steps, status.baseline) == ("running", 10, 20, 0.25)
    assert status.eta_seconds is not None

    service.keep("ftjob-0", 10, full_valid_mean_reward=0.5)
    service.finish("ftjob-0", b"step,train_mean_reward,full_valid_mean_reward\n20,0.75,0.625\n")
    service.keep("ftjob-0", 20)
    done = job.status()
    assert (done.state, done.best, done.best_step, done.final) == ("succeeded", 0.625, 20, 0.625)
    assert done.checkpoint == "ft:base:final"
    assert job.metrics()["step"].to_list() == [*range(11), 20]
    assert service.count(UPLOAD) == 2
    assert service.count(CREATE) == 1


def test_each_event_is_written_down_once_however_often_one_looks(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    for step in range(8):
        service.step("ftjob-0", step=step, train_mean_reward=0.1)
    for _ in range(3):
        job.status()
    service.say("ftjob-0", "nearly done")
    job.status()
    told = [event["remote"] for event in job.events() if "remote" in event]
    assert told == [f"ev-ftjob-0-{number}" for number in range(9)]


def test_the_checkpoint_of_the_best_validation_is_kept_and_not_the_last(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    for step, reward in ((10, 0.7), (20, 0.2)):
        service.step("ftjob-0", step=step, full_valid_mean_reward=reward)
        service.keep("ftjob-0", step)
    service.finish("ftjob-0")
    assert job.status().checkpoint == "ft:base:ckpt-step-10"
    assert any("collapsed" in sentence for sentence in job.warnings())


def test_a_job_that_the_service_fails_says_why(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    service.jobs["ftjob-0"] |= {"status": "failed", "error": {"message": f"moderation of {KEY}", "code": "x"}}
    status = job.status()
    assert status.state == "failed"
    assert status.error == "the service says that the job failed: moderation of ***"
    with pytest.raises(InputError, match="does not go on with a job that has ended"):
        job.resume()


def test_cancel_stops_it_at_the_service_and_keeps_what_there_is(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    service.jobs["ftjob-0"]["status"] = "running"
    service.step("ftjob-0", step=1, train_mean_reward=0.5)
    service.fail("POST /fine_tuning/jobs/ftjob-0/cancel", 500, "after")
    assert job.cancel().state == "cancelled"
    assert service.jobs["ftjob-0"]["status"] == "cancelled"
    assert job.metrics().height == 1
    assert job.cancel().state == "cancelled", "a second time changes nothing"


def test_a_paused_job_goes_on(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    service.jobs["ftjob-0"]["status"] = "paused"
    assert job.status().state == "paused"
    assert job.resume().state == "running"


def test_a_service_without_a_grader_check_is_said_and_used(ds: Dataset, service: Service) -> None:
    service.absent = (VALIDATE,)
    job = train(ds, service)
    assert service.count(CREATE) == 1
    assert any("does not offer to check graders" in event["text"] for event in job.events())


def test_a_grader_that_the_service_refuses_stops_before_anything_is_begun(ds: Dataset, service: Service) -> None:
    service.bad_grader = "unknown field item.answer"
    with pytest.raises(ModelError, match=r"unknown field item\.answer"):
        train(ds, service)
    assert service.count(CREATE) == 0
    job = again(ds)
    assert job.status().state == "failed"
    assert "resume()" in (job.status().error or "")
    service.bad_grader = None
    assert job.resume().state == "pending"
    assert (service.count(UPLOAD), service.count(CREATE)) == (2, 1)


def test_a_file_that_the_service_cannot_read_is_said(ds: Dataset, service: Service) -> None:
    service.file_states = ["pending", "error"]
    with pytest.raises(InputError, match="line 3 has no messages"):
        Hosted.start(Hosted(KEY, wait=lambda _: None), _begun(ds, service))


def _begun(ds: Dataset, service: Service) -> Any:
    """Return the folder of a job of which nothing was sent."""
    service.fail(UPLOAD, 401)
    with pytest.raises(ModelError):
        train(ds, service)
    return again(ds).folder


@pytest.mark.parametrize(
    ("stage", "how"),
    [
        *((CREATE, how) for how in (429, 500, "before", "after", "torn")),
        *((UPLOAD, how) for how in (429, "after", "torn")),
        (VALIDATE, "before"),
    ],
)
def test_a_failure_that_passes_costs_nothing_and_nothing_is_done_twice(
    ds: Dataset, service: Service, stage: str, how: Any
) -> None:
    service.fail(stage, how, how)
    job = train(ds, service)
    assert job.status().state == "pending"
    assert (len(service.files), len(service.jobs)) == (2, 1)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stage", [UPLOAD, "second upload", VALIDATE, CREATE])
def test_a_start_that_is_cut_off_is_taken_up_and_nothing_is_done_twice(
    ds: Dataset, service: Service, stage: str, when: str
) -> None:
    if stage == "second upload":
        service.fail(UPLOAD, "no failure", when)
    else:
        service.fail(stage, when)

    def die(_: float) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rftkit.train.hosted.backend.time.sleep", die)
        patch.setattr(Hosted.__init__, "__defaults__", (None, die))
        with pytest.raises(Killed):
            train(ds, service)
    job = again(ds)
    assert job.status().state == "pending"
    job.resume()
    assert (len(service.files), len(service.jobs)) == (2, 1)
    assert again(ds).status().state == "pending"
    again(ds).resume()
    assert len(service.jobs) == 1, "resumed twice, begun once"


@pytest.mark.parametrize("stage", [UPLOAD, VALIDATE, CREATE])
def test_a_failure_that_stays_leaves_a_sentence_and_a_job_to_resume(ds: Dataset, service: Service, stage: str) -> None:
    service.fail(stage, *[503] * 5)
    with pytest.raises(ModelError, match="answered 503"):
        train(ds, service)
    status = again(ds).status()
    assert status.state == "failed"
    assert "ds.job('job-1').resume()" in (status.error or "")
    assert again(ds).resume().error is None
    assert (len(service.files), len(service.jobs)) == (2, 1)


def test_a_wrong_key_is_said_and_never_shown(ds: Dataset, service: Service) -> None:
    with pytest.raises(ModelError, match="401") as caught:
        train(ds, service, api_key="sk-wrong-0123456789abcdef")
    assert KEY not in str(caught.value)
    assert "sk-wrong" not in str(caught.value)


def test_a_service_that_cannot_be_reached_leaves_what_was_known(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    service.jobs["ftjob-0"]["status"] = "running"
    service.step("ftjob-0", step=3, train_mean_reward=0.5)
    job.status()
    service.fail("GET .*", 503)
    status = job.status()
    assert (status.state, status.step) == ("running", 3)
    assert "answered 503" in status.warnings[0]
    assert job.status().warnings == ()


def test_no_key_is_written_anywhere(
    ds: Dataset, service: Service, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    service.fail(UPLOAD, 500)
    service.fail(CREATE, 400)
    with pytest.raises(ModelError):
        train(ds, service)
    job = again(ds)
    job.resume()
    service.say("ftjob-0", f"used {KEY}")
    job.status()
    found = [path for path in ds.path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert found == []
    shown = capsys.readouterr()
    assert KEY not in shown.out + shown.err + caplog.text + repr(job) + str(job._repr_html_())


def test_an_address_with_a_password_is_refused(ds: Dataset, service: Service) -> None:
    with pytest.raises(InputError, match="must not hold a password"):
        train(ds, service, base_url="https://me:secret@example.com/v1")
    assert ds.jobs() == []


def test_without_a_key_nothing_is_begun(ds: Dataset, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InputError, match="set OPENAI_API_KEY"):
        train(ds, service, api_key=None)
    with pytest.raises(InputError, match="set FOUNDRY_KEY"):
        train(ds, service, api_key=None, key_name="FOUNDRY_KEY")
    assert ds.jobs() == []


def test_the_key_may_come_from_another_variable(ds: Dataset, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOUNDRY_KEY", KEY)
    assert train(ds, service, api_key=None, key_name="FOUNDRY_KEY").status().state == "pending"


def test_a_cost_that_nobody_knows_needs_an_approval(ds: Dataset, service: Service) -> None:
    with pytest.raises(ApprovalError, match=r"nobody can tell beforehand.*approved=True"):
        train(ds, service, approved=False)
    assert service.requests == []
    assert ds.jobs() == []


def test_a_budget_needs_a_price_and_stops_the_job(ds: Dataset, service: Service) -> None:
    with pytest.raises(ApprovalError, match="price_per_hour"):
        train(ds, service, budget_usd=5.0)
    job = train(ds, service, budget_usd=5.0, price_per_hour=100.0)
    service.jobs["ftjob-0"]["status"] = "running"
    assert job.status().state == "running"
    job.folder.update(started="2026-01-01T00:00:00Z")
    status = job.status()
    assert status.state == "cancelled"
    assert "of a budget of $5.00" in " ".join(status.warnings)


def test_a_job_over_its_budget_that_could_not_be_stopped_is_stopped_at_the_next_look(
    ds: Dataset, service: Service
) -> None:
    job = train(ds, service, budget_usd=5.0, price_per_hour=100.0)
    service.jobs["ftjob-0"]["status"] = "running"
    job.folder.update(started="2026-01-01T00:00:00Z")
    service.fail("POST .*/cancel", *[500] * 20)
    assert job.status().state == "running"
    assert "could not be stopped" in str(job.configuration["unreachable"])
    service.failures.clear()
    assert job.wait(5, every=0.01).state == "cancelled"
    assert [event["kind"] for event in job.events()].count("budget") == 1


def test_options_that_a_service_does_not_have_are_refused_before_anything_exists(ds: Dataset, service: Service) -> None:
    for wrong in ({"steps": 20}, {"sft_steps": 5}, {"colour": "red"}, {"base": None}, {"reasoning_effort": "huge"}):
        with pytest.raises(InputError):
            train(ds, service, **wrong)
    assert ds.jobs() == []
    assert service.requests == []


def test_a_grader_that_the_service_would_refuse_is_said_before_anything_is_sent(ds: Dataset, service: Service) -> None:
    for wrong in ({"reference": "{{item.no_such_field}}"}, {"operation": "neq"}):
        with pytest.raises(InputError, match="exact"):
            ds.train(
                {**EXACT, **wrong}, backend="openai", base="o4-mini", base_url=service.url, api_key=KEY, force=True
            )
    assert service.requests == []
    assert ds.jobs() == []


def test_a_lambda_grades_where_one_is_named(ds: Dataset, service: Service) -> None:
    train(ds, service, lambda_arn="arn:aws:lambda:us-west-2:1:function:reward")
    sent = service.jobs["ftjob-0"]
    assert sent["method"]["reinforcement"]["grader"] == {
        "type": "lambda",
        "lambda": {"function": "arn:aws:lambda:us-west-2:1:function:reward"},
    }
    assert service.count(VALIDATE) == 0
    assert "reference_answer" in json.loads(service.contents[sent["training_file"]].splitlines()[0])


def test_without_the_client_the_extra_is_named(ds: Dataset, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with pytest.raises(ImportError, match=r"pip install \"rftkit\[hosted\]\""):
        train(ds, service)


def test_a_pinned_dataset_shows_its_jobs_and_asks_nobody(ds: Dataset, service: Service) -> None:
    job = train(ds, service)
    asked = len(service.requests)
    pinned = TrainingJob(ds.at(ds.version), job.id)
    assert pinned.status().state == "pending"
    with pytest.raises(InputError, match="opened at a version"):
        pinned.cancel()
    assert len(service.requests) == asked


def test_the_journal_says_what_was_trained_and_that_it_was_forced(ds: Dataset, service: Service) -> None:
    train(ds, service)
    last = ds.store.head()
    assert last.step == "train"
    assert last.configuration["forced"] is True
    assert last.configuration["job"] == "job-1"
    assert "api_key" not in last.configuration


def test_training_without_a_dry_run_is_refused(ds: Dataset, service: Service) -> None:
    with pytest.raises(InputError, match=r"no dry run of this grader.*force=True"):
        train(ds, service, force=False)
    assert ds.jobs() == []


def test_a_dataset_without_a_split_is_told_to_split(tmp_path: Path, service: Service) -> None:
    new = Dataset(tmp_path / "new.rft")
    new.import_([{"messages": [{"role": "user", "content": "What is one and one?"}], "reference_answer": "2"}])
    with pytest.raises(InputError, match=r"training needs a split; make one with ds.split\(\)"):
        train(new, service)


_TRAIN = """
import sys
from rftkit.dataset import Dataset
from tests.train.conftest import EXACT
sys.stdin.readline()
Dataset(sys.argv[1]).train(EXACT, backend="openai", base="o4-mini", base_url=sys.argv[2], approved=True, force=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "number"), [(UPLOAD, 0), (UPLOAD, 1), (VALIDATE, 0), (CREATE, 0)])
def test_a_process_that_is_killed_is_followed_by_one_that_does_nothing_twice(
    ds: Dataset, service: Service, stage: str, number: int
) -> None:
    service.fail(stage, *["no failure"] * number, "kill")
    command = [sys.executable, "-c", _TRAIN, str(ds.path), service.url]
    environment = {**os.environ, "OPENAI_API_KEY": KEY}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT) as process:
        service.victim = process.pid
        process.communicate(b"go\n", timeout=120)
    assert process.returncode == -signal.SIGKILL
    job = again(ds)
    assert job.status().state == "pending"
    assert job.resume().state == "pending"
    assert (len(service.files), len(service.jobs)) == (2, 1)
