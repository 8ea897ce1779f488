"""Results of a job at a service: the same prompts before and after, from the store, and a benchmark file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit.acts.training_job import TrainingJob
from rftkit.dataset import Dataset
from rftkit.errors import ApprovalError, InputError
from tests.train.conftest import EXACT
from tests.train.service import KEY, Service


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def sums(model: str, prompt: str) -> str:
    """Answer as a model that has learnt to add: the base is right where the first number is even."""
    one, other = map(int, re.findall(r"\d+", prompt)[:2])
    return str(one + other) if model != "o4-mini" or one % 2 == 0 else "no idea"


@pytest.fixture
def job(ds: Dataset, service: Service) -> TrainingJob:
    service.answer = sums
    made = ds.train(EXACT, backend="openai", base="o4-mini", base_url=service.url, approved=True, force=True)
    service.finish("ftjob-0")
    assert made.status().state == "succeeded"
    return made


def test_before_answers_were_collected_the_sentence_says_how(ds: Dataset, job: TrainingJob) -> None:
    with pytest.raises(InputError, match=r"ds\.evaluate\('job-1', approved=True\)"):
        ds.results(job)


def test_before_and_after_are_asked_once_and_compared_from_the_store(
    ds: Dataset, job: TrainingJob, service: Service
) -> None:
    made = ds.evaluate(job)
    count = ds.split_state()["validation"]
    assert made.answers == {"before": count, "after": count}
    assert service.count("POST /chat/completions") == 2 * count
    found = ds.results(job)
    even = sum(int(id_[1:]) % 2 == 0 for id_ in found.frame["id"])
    assert (found.overall.before, found.overall.after) == (even / count, 1.0)
    assert found.to_dict()["job"] == "job-1"
    asked = len(service.requests)
    again = TrainingJob(Dataset(ds.path))
    assert Dataset(ds.path).results(again).to_dict() == found.to_dict()
    assert ds.at(ds.version).results("job-1").to_dict() == found.to_dict()
    ds.evaluate(job)
    assert len(service.requests) == asked, "nothing is asked a second time"


def test_what_nobody_can_price_needs_an_approval(ds: Dataset, job: TrainingJob, service: Service) -> None:
    job.folder.update(config={"base_url": "http://models.example.com/v1"})
    with pytest.raises(ApprovalError, match=r"calls to openai/.* at .*approved=True"):
        ds.evaluate(job)


def test_a_benchmark_runs_on_both_models_and_is_not_asked_again(
    ds: Dataset, job: TrainingJob, service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "held-out.jsonl"
    rows = [
        {
            "id": f"b{n}",
            "messages": [{"role": "user", "content": f"How much is {n} plus {n + 100}, if you please?"}],
            "reference_answer": str(2 * n + 100),
        }
        for n in range(10)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    before = ds.version
    found = ds.benchmark(file, job)
    assert (found.overall.prompts, found.overall.before, found.overall.after) == (10, 0.5, 1.0)
    assert ds.version == before, "a benchmark is none of the dataset's records"
    asked = len(service.requests)
    assert ds.benchmark(file, job).to_dict() == found.to_dict()
    assert len(service.requests) == asked


def test_jobs_stand_beside_each_other_the_best_first(ds: Dataset, job: TrainingJob, service: Service) -> None:
    ds.evaluate(job)
    service.answer = lambda model, prompt: "no idea"
    other = ds.train(EXACT, backend="openai", base="o4-nano", base_url=service.url, approved=True, force=True)
    service.finish("ftjob-1")
    service.jobs["ftjob-1"]["fine_tuned_model"] = "ft:nano"
    other.status()
    ds.evaluate(other)
    assert ds.compare_jobs().frame["job"].to_list() == ["job-1", "job-2"]


def test_a_job_without_a_model_yet_says_so(ds: Dataset, service: Service) -> None:
    made = ds.train(EXACT, backend="openai", base="o4-mini", base_url=service.url, approved=True, force=True)
    with pytest.raises(InputError, match="has no model yet: it is pending"):
        ds.evaluate(made)
    with pytest.raises(InputError, match="is pending and has no answers"):
        ds.results(made)


def _dry(ds: Dataset, service: Service, **options: Any) -> Any:
    return ds.dry_run(
        EXACT, model="openai/o4-mini", base_url=service.url, price_per_million=(0.0, 0.0), **options
    ).wait()


def test_training_is_refused_after_a_no_go_and_goes_on_after_another_verdict(ds: Dataset, service: Service) -> None:
    service.answer = lambda model, prompt: "no idea"
    assert _dry(ds, service, prompts=10, rollouts=2).verdict == "NO-GO"
    given = {"backend": "openai", "base": "o4-mini", "base_url": service.url, "approved": True}
    with pytest.raises(InputError, match=r"was a NO-GO.*force=True"):
        ds.train(EXACT, **given)
    assert ds.jobs() == []
    forced = ds.train(EXACT, force=True, **given)
    assert forced.configuration["dry_run"] == {"verdict": "NO-GO", "forced": True}
    assert ds.store.head().configuration["forced"] is True


def test_a_record_that_was_edited_since_is_not_compared(ds: Dataset, job: TrainingJob) -> None:
    edited = ds.labels().filter(pl.col("split") == "validation")["id"][0]
    ds.edit(edited, messages=[{"role": "user", "content": "What is 3 and 9, taken from each other, please?"}])
    ds.evaluate(job)
    found = ds.results(job)
    assert edited not in found.frame["id"].to_list()
    assert found.overall.prompts == ds.split_state()["validation"] - 1
