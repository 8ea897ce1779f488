"""From a split to a model that answers, on this machine: train, results, a benchmark, the card, a local server."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import rftkit
from tests.train import tiny_world as world

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_local_job_is_measured_compared_and_served(tmp_path: Path) -> None:
    model = world.base(tmp_path / "tiny")
    ds = rftkit.open(tmp_path / "parcels.rft")
    ds.import_(
        [{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(world.PROMPTS)]
    )
    ds.split(train=0.6, stratify="none")
    options = {**world.SMALL, "steps": 4, "eval_every": 2}
    job = ds.train(world.SAYS_A, backend="trl", base=str(model), force=True, **options)
    status = job.wait(240, every=0.1)
    assert status.state == "succeeded", status.error

    found = ds.results(job)
    validation = ds.labels().filter(pl.col("split") == "validation")["id"].to_list()
    assert sorted(found.frame["id"]) == sorted(validation)
    assert found.frame["answers_before"].to_list() == [world.SMALL["eval_samples"]] * len(validation)
    before = job.folder.rollouts("before")
    said = before["output_text"].str.contains("a", literal=True).mean()
    assert found.overall.before == pytest.approx(said)
    assert ds.at(ds.version).results(job.id).to_dict() == found.to_dict()

    bench = tmp_path / "bench.jsonl"
    bench.write_text("\n".join(json.dumps({"messages": [{"role": "user", "content": t}]}) for t in world.PROMPTS[:3]))
    measured = ds.benchmark(bench, job, max_tokens=6)
    assert measured.overall.prompts == 3
    assert measured.about["benchmark"] == "bench.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rftkit.deploy.serve", None)
        assert ds.benchmark(bench, job, max_tokens=6).to_dict() == measured.to_dict(), "kept answers need no server"

    made = ds.deploy(job, to="local")
    try:
        assert made.smoke_test is not None
        assert made.smoke_test.completion_tokens > 0, made.smoke_test.error
        assert "## Results" in Path(made.files[-1]).read_text()
    finally:
        made.stop()
    assert not made.server.running
