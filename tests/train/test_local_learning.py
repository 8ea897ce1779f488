"""A real task learned from real data, and a learning rate that is too high; minutes, not seconds."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.acts.training_job import TrainingJob
from rftkit.dataset import Dataset
from rftkit.train.tiny import tiny_model

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.timeout(1800)]

INTENTS = ("card_arrival", "lost_or_stolen_card", "change_pin", "exchange_rate", "top_up_failed")
WARM = {"sft_steps": 60, "sft_on": "reference", "sft_learning_rate": 3e-3}
HOW = {"eval_every": 5, "max_tokens": 12, "eval_samples": 2, "threads": 1, "force": True}


@pytest.fixture(scope="module")
def intents(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, str]:
    text = gzip.decompress((shared_data / "banking77-train.jsonl.gz").read_bytes())
    rows = [row for line in text.splitlines() if (row := json.loads(line))["label"] in INTENTS]
    place = tmp_path_factory.mktemp("intents")
    ds = rftkit.open(place / "intents.rft")
    prompts: list[Any] = [{**row, "reference_answer": row["label"]} for row in rows]
    ds.import_(prompts)
    ds.split(train=0.8, seed=0)
    texts = [part for row in rows for part in (row["input"]["messages"][-1]["content"], row["label"])]
    return ds, str(tiny_model(place / "tiny", texts))


def _trained(intents: tuple[Dataset, str], **values: Any) -> TrainingJob:
    ds, base = intents
    job = ds.train("exact_match", base=base, **WARM, **HOW, **values)
    assert job.wait().state == "succeeded", job.status().error
    return job


def test_five_intents_are_answered_half_as_well_again_after_forty_steps(intents: tuple[Dataset, str]) -> None:
    job = _trained(intents, steps=40, learning_rate=2e-3)
    status = job.status()
    assert status.baseline is not None
    assert status.best is not None
    assert status.baseline >= 0.3
    assert status.best >= 1.5 * status.baseline
    assert status.warnings == ()


def test_a_learning_rate_that_is_too_high_is_warned_of_and_the_best_model_is_kept(intents: tuple[Dataset, str]) -> None:
    job = _trained(intents, steps=20, learning_rate=3e-2)
    status = job.status()
    assert any("collapsed" in warning for warning in status.warnings)
    seen = job.metrics().drop_nulls("valid_reward").filter(job.metrics().drop_nulls("valid_reward")["phase"] == "rl")
    assert status.best == pytest.approx(seen["valid_reward"].max())
    assert status.checkpoint == f"checkpoints/best-{status.best_step}"
    assert status.final is not None
    assert status.best is not None
    assert status.final < status.best / 2
    after = intents[0].results(job).to_dict()["after"]
    assert after > 2 * status.final  # what is kept and compared is the best, not the last
