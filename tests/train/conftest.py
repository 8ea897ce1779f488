"""A dataset that is ready to train on, and a service to train it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import rftkit
from rftkit.dataset import Dataset
from tests.train.service import Service, serve

EXACT = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.reference_answer}}",
    "operation": "eq",
}


@pytest.fixture(scope="session")
def _sums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        {
            "id": f"r{n}",
            "messages": [{"role": "user", "content": f"What is {n} and {n * n}, added together, please?"}],
            "reference_answer": str(n + n * n),
        }
        for n in range(40)
    ]
    made = rftkit.open(tmp_path_factory.mktemp("sums") / "sums.rft")
    made.import_(rows)
    made.split(train=0.5, stratify="none", seed=1)
    return made.path


@pytest.fixture
def ds(tmp_path: Path, _sums: Path) -> Dataset:
    """Return forty sums, half of them to train on and half to validate with."""
    return Dataset(shutil.copytree(_sums, tmp_path / "sums.rft"))


@pytest.fixture
def service() -> Iterator[Service]:
    made, server = serve()
    yield made
    server.shutdown()
    server.server_close()
