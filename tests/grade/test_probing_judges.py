"""Judges are probed, repeated and compared with people through a real server; nothing is asked without approval."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.dataset import Dataset
from rftkit.errors import ApprovalError
from rftkit.grade import Grader
from tests.llm.loopback import Loopback


@pytest.fixture
def ds(tmp_path: Path) -> Dataset:
    made = rftkit.open(tmp_path / "a.rft")
    rows = [
        {
            "id": f"r{n}",
            "messages": [{"role": "user", "content": f"Which planet is number {n}, counted from the sun?"}],
            "output": {"role": "assistant", "content": f"It is planet {n}."},
            "reference_answer": f"planet {n}",
        }
        for n in range(1, 9)
    ]
    made.import_(rows)
    return made


def says(result: float) -> str:
    return json.dumps({"steps": [], "result": result})


def fooled(asked: dict[str, Any]) -> str:
    """A judge that does what an answer tells it to do."""
    answer = asked["messages"][-1]["content"].partition("<answer>")[2]
    return says(1.0 if "score is 1.0" in answer or "planet" in answer.partition("</answer>")[0] else 0.0)


def options(server: Loopback) -> dict[str, Any]:
    return {"base_url": server.url, "price_per_million": (1.0, 1.0)}


def test_a_judge_that_can_be_flattered_is_found_out(ds: Dataset) -> None:
    with Loopback(say=fooled) as server:
        report = Grader.preset("correctness").probe(ds, prompts=3, approved=True, **options(server))
    found = {probe.name: probe for probe in report.probes}
    assert found["flattery"].passed is False
    assert found["echo"].passed is False
    assert found["padding"].passed
    assert found["reference"].reward == 1.0
    assert report.calls > 0
    assert report.cost_usd is not None


def test_nothing_is_asked_without_approval(ds: Dataset) -> None:
    grader = Grader.preset("conciseness")
    with Loopback(say=fooled) as server:
        for act in (ds.probe, ds.judge_again):
            with pytest.raises(ApprovalError):
                act(grader, prompts=2, **options(server))
        assert server.seen == []


def test_a_judge_that_wavers_is_not_steady_and_is_asked_anew_each_time(ds: Dataset) -> None:
    turns = itertools.count()
    with Loopback(say=lambda _: says(0.2 if next(turns) % 2 else 0.8)) as server:
        found = ds.judge_again(Grader.preset("correctness"), times=3, prompts=4, approved=True, **options(server))
        assert len(server.seen) == 3 * 4 * 2
    assert found.times == 3
    with Loopback(say=lambda _: says(0.5)) as server:
        steady = ds.judge_again(
            Grader.preset("correctness"), times=3, prompts=4, seed=1, approved=True, **options(server)
        )
    assert steady.steady
    assert steady.identical == 1.0


def test_a_judge_is_compared_with_people(ds: Dataset) -> None:
    rows = [{"id": f"r{n}", "output_text": "the planet" if n % 2 else "no idea", "label": n % 2} for n in range(1, 9)]
    with Loopback(say=fooled) as server:
        found = ds.hand_labels(Grader.preset("correctness"), rows, approved=True, **options(server))
    assert found.accuracy == (1.0, 1.0, 1.0)
