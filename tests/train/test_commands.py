"""The commands train, results and deploy: their keys, their sentences, their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rftkit.cli import run
from rftkit.dataset import Dataset
from tests.train.conftest import EXACT
from tests.train.service import KEY, Service


@pytest.fixture
def grader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    file = tmp_path / "exact.json"
    file.write_text(json.dumps(EXACT))
    return str(file)


def told(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert run([*map(str, words), "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_a_job_from_its_begin_to_its_endpoint(
    ds: Dataset, service: Service, grader: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    begun = (
        "train",
        ds.path,
        "--grader",
        grader,
        "--backend",
        "openai",
        "--base",
        "o4-mini",
        "--base-url",
        service.url,
    )
    keys = {"job", "state", "step", "total_steps", "baseline", "best", "final", "checkpoint", "warnings"}
    first = told(capsys, *begun, "--epochs", 2, "--set", "batch_size=4", "--force", "--yes")
    assert keys <= set(first)
    assert (first["job"], first["state"]) == ("job-1", "pending")
    sent = service.jobs["ftjob-0"]["method"]["reinforcement"]["hyperparameters"]
    assert sent == {"n_epochs": 2, "batch_size": 4}

    service.jobs["ftjob-0"]["status"] = "running"
    service.step("ftjob-0", step=5, total_steps=10, train_mean_reward=0.5, full_valid_mean_reward=0.4)
    look = told(capsys, "train", ds.path, "--status")
    assert (look["state"], look["step"], look["total_steps"], look["best"]) == ("running", 5, 10, 0.4)

    service.finish("ftjob-0")
    assert told(capsys, "train", ds.path, "--status", "--wait")["state"] == "succeeded"
    page = tmp_path / "results.html"
    measured = told(capsys, "results", ds.path, "--evaluate", "--html", page, "--yes")
    assert {"before", "after", "change", "by_topic", "regressions", "verdict"} <= set(measured)
    assert "Results" in page.read_text()
    assert told(capsys, "results", ds.path)["after"] == measured["after"]
    made = told(capsys, "deploy", ds.path, "--to", "hosted")
    assert {"endpoint", "model", "smoke_test", "files"} <= set(made)
    assert made["smoke_test"]["passed"] is True


def test_cancel_and_resume(ds: Dataset, service: Service, grader: str, capsys: pytest.CaptureFixture[str]) -> None:
    begun = (
        "train",
        ds.path,
        "--grader",
        grader,
        "--backend",
        "openai",
        "--base",
        "o4-mini",
        "--base-url",
        service.url,
    )
    told(capsys, *begun, "--force", "--yes")
    service.jobs["ftjob-0"]["status"] = "paused"
    assert told(capsys, "train", ds.path, "--resume")["state"] == "running"
    assert told(capsys, "train", ds.path, "--cancel")["state"] == "cancelled"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "DS", "--status"], "has no training job; start one"),
        (["train", "DS"], "name the grader with --grader"),
        (["train", "DS", "--grader", "GRADER", "--backend", "openai", "--base", "x"], "no dry run of this grader"),
        (["train", "DS", "--grader", "GRADER", "--backend", "openai", "--base", "x", "--force"], "--yes"),
        (["train", "DS", "--grader", "GRADER", "--backend", "openai", "--force", "--yes"], "name the model to train"),
        (["results", "DS"], "has no training job"),
        (["results", "DS", "--before", "a"], "name both models"),
        (["deploy", "DS", "--to", "vllm"], "has no training job"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_1(
    ds: Dataset, grader: str, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    given = [{"DS": str(ds.path), "GRADER": grader}.get(word, word) for word in words]
    assert run(given) == 1
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
