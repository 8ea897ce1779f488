"""Files that serve a model, the endpoint at a service, and the model card."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rftkit.acts.training_job import TrainingJob
from rftkit.dataset import Dataset
from rftkit.deploy.files import Weights, ollama, vllm, weights
from rftkit.errors import ApprovalError, InputError, ModelError
from rftkit.train.state import JobFolder
from tests.train.conftest import EXACT
from tests.train.service import KEY, Service

QWEN = {"architectures": ["Qwen2ForCausalLM"], "max_position_embeddings": 512}


@pytest.fixture
def local(ds: Dataset) -> TrainingJob:
    """Return a job of this machine as its trainer leaves it."""
    folder = JobFolder.make(
        ds.path / "jobs",
        backend="trl",
        base="tiny",
        grader=EXACT,
        grader_name="exact",
        seed=3,
        dataset_version=ds.version,
    )
    best = folder.checkpoints / "best"
    best.mkdir()
    (best / "config.json").write_text(json.dumps(QWEN))
    folder.update(state="succeeded", checkpoint="checkpoints/best")
    return TrainingJob(ds, folder.id)


@pytest.fixture
def hosted(ds: Dataset, service: Service, monkeypatch: pytest.MonkeyPatch) -> TrainingJob:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    job = ds.train(EXACT, backend="openai", base="o4-mini", base_url=service.url, approved=True, force=True)
    service.finish("ftjob-0")
    job.status()
    return job


def test_vllm_serves_the_kept_model_by_a_script_that_runs_from_anywhere(
    ds: Dataset, local: TrainingJob, tmp_path: Path
) -> None:
    made = ds.deploy(local, to="vllm", folder=tmp_path / "out")
    assert (made.model, made.smoke_test) == ("hosted_vllm/sums-job-1", None)
    seen = tmp_path / "bin" / "vllm"
    seen.parent.mkdir()
    seen.write_text('#!/bin/sh\necho "$@"\ntest -f "$2/config.json"\n')
    seen.chmod(0o755)
    path = f"{seen.parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["sh", str(tmp_path / "out" / "serve.sh")],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert ran.returncode == 0, ran.stderr
    assert "--served-model-name sums-job-1 --host 127.0.0.1 --port 8000 --max-model-len 512" in ran.stdout


def test_an_adapter_is_served_on_its_base_and_can_be_merged(tmp_path: Path) -> None:
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "org/base", "r": 8}))
    found = weights(tmp_path / "best")
    made = vllm(found, "sums", tmp_path / "out")
    assert 'vllm serve org/base --enable-lora --max-lora-rank 8 --lora-modules sums="$model"' in made["serve.sh"]
    compile(made["merge.py"], "merge.py", "exec")
    assert ollama(found, "sums", tmp_path / "out")["Modelfile"] == "FROM org/base\nADAPTER ../best\n"


def test_ollama_gets_a_modelfile_and_the_steps_to_convert_what_it_cannot_read(ds: Dataset, local: TrainingJob) -> None:
    made = ds.deploy(local, to="ollama")
    place = local.folder.path / "deploy" / "ollama"
    source = re.match(r"FROM (\S+)", (place / "Modelfile").read_text())[1]
    assert (place / source / "config.json").is_file()
    assert made.model == "ollama_chat/sums-job-1"
    other = ollama(Weights(Path("/m/best"), "GPTNeoXForCausalLM", 512), "sums", Path("/m/out"))
    assert other["Modelfile"].startswith("FROM ./model.gguf\n")
    assert "convert_hf_to_gguf.py ../best --outfile model.gguf" in other["README.md"]


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        weights(tmp_path)


def test_the_endpoint_at_the_service_answers_and_its_key_is_in_no_file(ds: Dataset, hosted: TrainingJob) -> None:
    made = ds.deploy(hosted, to="hosted")
    assert made.smoke_test is not None
    assert (made.smoke_test.passed, made.smoke_test.text) == (True, "42")
    assert made.model == "openai/ft:base:final"
    for name in made.files:
        assert KEY not in Path(name).read_text()
    script = next(name for name in made.files if name.endswith(".py"))
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip().splitlines()[-1:]) == (0, ["42"]), ran.stderr


def test_a_service_that_does_not_answer_fails_the_smoke_test(
    ds: Dataset, hosted: TrainingJob, service: Service
) -> None:
    service.absent = ("POST /chat/completions",)
    made = ds.deploy(hosted, to="hosted")
    assert made.smoke_test is not None
    assert not made.smoke_test.passed
    assert KEY not in str(made.to_dict())


def test_a_paid_call_needs_an_approval(ds: Dataset, hosted: TrainingJob) -> None:
    hosted.folder.update(config={"base_url": "https://models.example.com/v1"})
    with pytest.raises(ApprovalError, match=r"one short call to openai/ft:base:final.*approved=True"):
        ds.deploy(hosted, to="hosted")


def test_a_model_goes_only_where_its_weights_are(ds: Dataset, local: TrainingJob, hosted: TrainingJob) -> None:
    with pytest.raises(InputError, match="no service has its weights"):
        ds.deploy(local, to="hosted")
    with pytest.raises(InputError, match="stay at the service"):
        ds.deploy(hosted, to="vllm")
    with pytest.raises(InputError, match="use local, vllm, ollama, hosted"):
        ds.deploy(local, to="moon")


def test_a_job_without_a_model_says_so(ds: Dataset, local: TrainingJob) -> None:
    local.folder.update(checkpoint=None, state="running")
    with pytest.raises(InputError, match="has no model yet: it is running"):
        ds.deploy(local, to="vllm")


def test_the_model_card_has_data_grader_training_seeds_results_and_limits(
    ds: Dataset, hosted: TrainingJob, service: Service
) -> None:
    unmeasured = ds.model_card(hosted)
    assert "Not measured." in unmeasured
    assert "* training was begun against the verdict, or without one" in unmeasured
    service.answer = lambda model, prompt: str(sum(map(int, re.findall(r"\d+", prompt)[:2])))
    ds.evaluate(hosted)
    text = ds.model_card(hosted, licence="apache-2.0")
    assert 'license: "apache-2.0"' in text
    for part in ("## Data", "## Grader", "## Dry run", "## Training", "## Results", "## Limits"):
        assert part in text
    assert "* seed: 0" in text
    assert "* split seed: 1" in text
    assert "1.000 before, 1.000 after" in text


def test_the_card_names_a_base_and_no_folder_of_this_machine(ds: Dataset, local: TrainingJob, tmp_path: Path) -> None:
    local.folder.update(base=str(tmp_path / "tiny"))
    text = ds.model_card(local)
    assert 'base_model: "tiny"' in text
    assert str(tmp_path) not in text


def test_text_of_topics_and_graders_is_no_markup_in_the_card(ds: Dataset, hosted: TrainingJob) -> None:
    evil = {**EXACT, "name": "a|b <img>", "reference": "```\n# run"}
    hosted.folder.update(grader=None)
    hosted.folder.update(grader=evil, grader_name=evil["name"])
    text = ds.model_card(hosted)
    assert "* name: a\\|b \\<img\\>" in text
    assert "````json" in text
