"""A job's model deployed to this machine: kept by the command, found and ended by another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.dataset import Dataset
from rftkit.deploy.local import running_at
from rftkit.train import JobFolder
from tests.train import tiny_world as world

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return a dataset with a job that has kept a tiny model."""
    place = tmp_path_factory.mktemp("deployed")
    made = rftkit.open(place / "parcels.rft")
    made.import_([{"messages": [{"role": "user", "content": text}], "reference_answer": "a"} for text in world.PROMPTS])
    made.split(train=0.5, stratify="none", seed=1)
    values: dict[str, Any] = {
        "grader": world.SAYS_A,
        "grader_name": "says a",
        "dataset_version": made.version,
        "seed": 0,
    }
    folder = JobFolder.make(made.path / "jobs", backend="trl", base="tiny", config={}, **values)
    world.base(folder.checkpoints / "best-0")
    folder.update(state="succeeded", checkpoint="checkpoints/best-0")
    return made


def _rftkit(*arguments: str) -> dict[str, Any]:
    call = [sys.executable, "-m", "rftkit", *arguments, "--json"]
    said = subprocess.run(call, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return dict(json.loads(said.stdout))


def test_the_command_leaves_a_server_that_another_process_calls_and_ends(ds: Dataset) -> None:
    told = _rftkit("deploy", str(ds.path), "--to", "local")
    assert told["smoke_test"]["passed"]
    assert any("--stop" in note for note in told["notes"])
    served = running_at(ds.path / "jobs" / "job-1" / "deploy" / "local")
    assert served is not None
    assert (served.url, served.model) == (told["endpoint"], told["model"])
    assert served.smoke_test().text == told["smoke_test"]["text"]  # the likeliest answer is always the same
    assert _rftkit("deploy", str(ds.path), "--to", "local", "--stop") == {"stopped": True}
    assert not served.running
    assert not ds.undeploy()


def test_a_deployment_of_this_process_says_how_it_ends(ds: Dataset, tmp_path: Path) -> None:
    made = ds.deploy(to="local", folder=tmp_path)
    assert made.smoke_test is not None
    assert made.smoke_test.passed
    assert "until this process ends" in made.notes[0]
    assert (tmp_path / "MODEL_CARD.md").is_file()
    assert ds.undeploy(folder=tmp_path)
    assert made.server is not None
    assert not made.server.running
