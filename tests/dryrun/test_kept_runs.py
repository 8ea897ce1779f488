"""What a dry run draws, keeps, costs and shows; another grader on kept answers asks nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.errors import ApprovalError, InputError, NotFoundError
from rftkit.messages import dump
from tests.dryrun.policy import EXACT, MIXED, MODEL, RIGHT, Policy, between, run_of, source, world
from tests.llm.loopback import Loopback


def test_a_training_set_is_drawn_from_where_there_is_one(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", {"cards": [0.5] * 40, "loans": [0.5] * 40})
    ds.split(train=0.75)
    train = set(ds.records(where="split = 'train'")["id"])
    with Policy() as server:
        run = ds.dry_run(EXACT, model=MODEL, base_url=server.url, prompts=20, rollouts=2, seed=3).wait()
    assert set(run.frame["id"]) <= train
    assert run.about["source"] == "the training set"
    assert sorted(run.to_dict()["by_topic"][name]["count"] for name in ("cards", "loans")) == [10, 10]
    assert run.about["seed"] == 3


def test_a_run_comes_back_from_the_store_as_it_was(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED)
    ds = rftkit.open(tmp_path / "a.rft")
    (again,) = ds.dry_runs()
    assert dump(again.to_dict()) == dump(run.to_dict())
    assert again.samples().equals(run.samples())
    version = ds.version
    ds.assign(["cards-0"], "loans")
    ds.edit("cards-1", messages=[{"role": "user", "content": "Other words (chance 0.1)"}])
    assert dump(rftkit.open(ds.path).dry_run_named("dry-run-1").to_dict()) == dump(run.to_dict())
    assert dump(ds.at(version).dry_runs()[-1].to_dict()) == dump(run.to_dict())
    with pytest.raises(NotFoundError, match="there are: dry-run-1"):
        ds.dry_run_named("other")


def test_another_grader_on_the_same_answers_asks_nothing(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    with Policy() as server:
        run = ds.dry_run(EXACT, model=MODEL, base_url=server.url).wait()
        asked = len(server.seen)
        strict = run.regrade({**EXACT.to_dict(), "reference": "no"})
        assert len(server.seen) == asked
    assert (run.verdict, strict.verdict, strict.about["calls"]) == ("GO", "NO-GO", 0)
    assert [one.about["run"] for one in ds.dry_runs()] == ["dry-run-1", "dry-run-2"]
    left_out = strict.regrade(EXACT, keep=False)
    assert (left_out.verdict, len(ds.dry_runs())) == ("GO", 2)
    assert left_out.regrade({**EXACT.to_dict(), "reference": "no"}, keep=False).verdict == "NO-GO"


def test_moving_a_threshold_judges_anew_and_counts_nothing_anew(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED)
    prompts = run.prompts
    moved = run.with_rules(mean_low=0.9)
    assert moved.prompts is prompts
    assert (run.verdict, moved.verdict) == ("GO", "NO-GO")
    assert run.with_rules(spread=0.6).to_dict()["learnable"]["share"] == 0
    with pytest.raises(InputError, match="no threshold 'mean_lo'; the thresholds are mean_low"):
        run.with_rules(mean_lo=0.1)


def test_moved_thresholds_are_kept_and_are_what_training_asks_for(tmp_path: Path) -> None:
    from rftkit.acts.training_gate import gate

    run = run_of(tmp_path, MIXED)
    ds = rftkit.open(tmp_path / "a.rft")
    assert gate(ds, EXACT.fingerprint, force=False).verdict == "GO"
    ds.keep_dry_run(run.with_rules(mean_low=0.9))
    assert ds.dry_runs()[-1].verdict == "NO-GO"
    with pytest.raises(InputError, match="NO-GO"):
        gate(ds, EXACT.fingerprint, force=False)


def test_a_stopped_run_goes_on_from_its_answers(tmp_path: Path) -> None:
    import time

    ds = world(tmp_path / "a.rft", MIXED)
    with Policy(latency=0.02) as server:
        job = ds.dry_run(EXACT, model=MODEL, base_url=server.url, concurrency=2)
        while job.progress.done < 20:
            time.sleep(0.01)
        job.stop()
        with pytest.raises(rftkit.RftkitError, match="answers are kept, run it again"):
            job.wait(30)
        assert ds.dry_runs() == []
        run = ds.dry_run(EXACT, model=MODEL, base_url=server.url).wait()
        assert len(server.seen) <= 48 * 8 + 2
    assert run.frame.height == 48 * 8


def test_a_budget_for_a_model_without_a_price_is_refused(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    with Policy() as server, pytest.raises(ApprovalError, match="price"):
        ds.dry_run(EXACT, model=MODEL, base_url=server.url, budget_usd=1.0)


def test_a_cap_that_ends_the_run_is_said(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    with Policy() as server:
        paid = {"base_url": server.url, "price_per_million": (1.0, 10.0), "concurrency": 1}
        run = ds.dry_run(EXACT, model=MODEL, budget_usd=0.05, max_tokens=50, **paid).wait()
    told = run.to_dict()
    assert told["cost_usd"] <= 0.05
    assert told["missing"] == 384 - run.frame.height > 0
    assert "budget" in told["reason"]


def test_two_runs_are_compared_prompt_by_prompt(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    with Policy() as server:
        run = ds.dry_run(EXACT, model=MODEL, base_url=server.url).wait()
    with Policy(seed=1, speak=lambda right: RIGHT) as better:
        after = ds.dry_run(EXACT, model="openai/trained", base_url=better.url, prompts=40).wait()
    found = run.compare(after)
    change = found.measures["mean"]
    assert (found.frame.height, found.only_before, change.after) == (40, 8, 1.0)
    assert change.change.low is not None
    assert change.change.low > 0
    assert change.clear
    assert set(found.by_topic) == {"cards", "loans"}


def test_the_page_is_static_and_escaped(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"<script>alert(1)</script>": [0.5] * 6}, policy=Policy(speak=lambda right: "<img src=x>"))
    page = run.to_html(tmp_path / "page.html")
    assert "<script>" not in page
    assert "<img" not in page
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page


def test_lowest_middle_and_highest_answers_are_shown(tmp_path: Path) -> None:
    run = run_of(
        tmp_path,
        MIXED,
        source("return 0.5 if len(item['rftkit_id']) % 2 else (1.0 if sample['output_text'] == 'blue' else 0.0)"),
    )
    shown = run.samples(3)
    groups = {key[0]: part for key, part in shown.partition_by("group", as_dict=True).items()}
    assert {name: part["reward"].to_list() for name, part in groups.items()} == {
        "lowest": [0.0] * 3,
        "middle": [0.5] * 3,
        "highest": [1.0] * 3,
    }
    assert shown["text"].null_count() == 0


JUDGED = {
    "type": "score_model",
    "name": "judged",
    "model": "judge",
    "input": [{"role": "user", "content": "Is this {{item.reference_answer}}? {{sample.output_text}}"}],
}


def _judge(asked: dict[str, Any]) -> str:
    return dump({"steps": [], "result": 0.9 if asked["messages"][-1]["content"].endswith("blue") else 0.1})


def test_a_judge_is_asked_each_question_once_and_paid_from_the_same_budget(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    with Policy() as server, Loopback(say=_judge) as judge:
        options = {"model": MODEL, "base_url": server.url, "judge_base_url": judge.url, "price_per_million": (1.0, 2.0)}
        plan = ds.plan_dry_run(JUDGED, model=MODEL, judge_base_url=judge.url, price_per_million=(1.0, 2.0))
        assert (server.seen, judge.seen) == ([], [])
        told = ds.dry_run(JUDGED, **options, budget_usd=1.0).wait().to_dict()
        assert len(judge.seen) == 2  # the same question about another record has the same answer
        calls = len(judge.seen)
        ds.dry_run(JUDGED, **options, budget_usd=1.0).wait()
        assert (len(server.seen), len(judge.seen)) == (384, calls)
        again = ds.dry_runs()[-1].regrade(JUDGED, base_url=judge.url, price_per_million=(1.0, 2.0))
        assert (again.about["calls"], len(judge.seen)) == (0, calls)
    assert told["calls"] == 384 + calls
    assert told["cost_usd"] == pytest.approx((384 + calls) * (100 * 1.0 + 50 * 2.0) / 1e6)
    assert told["verdict"] in ("GO", "WARNING")
    assert [one.model for one in plan.estimates] == [MODEL, "openai/judge"]
    assert plan.cost_usd is not None
    assert plan.cap_usd is not None
    assert plan.cost_usd < plan.cap_usd


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_dry_runs_of_a_planted_model_hold_the_truth_in_their_intervals(tmp_path: Path) -> None:
    chances = {"cards": between(0, 1, 120), "loans": between(0, 0.4, 80), "transfers": between(0.5, 1, 40)}
    every = [p for values in chances.values() for p in values]
    truths = {"mean": sum(every) / 240, "learnable": sum(1 - p**4 - (1 - p) ** 4 for p in every) / 240}
    held = dict.fromkeys(truths, 0)
    ds = world(tmp_path / "a.rft", chances)
    for seed in range(200):
        with Policy(seed=seed) as server:
            options = {"model": f"openai/planted-{seed}", "base_url": server.url, "seed": seed, "concurrency": 64}
            told = ds.dry_run(EXACT, prompts=60, rollouts=4, **options).wait().to_dict()
        ends = {"mean": (told["mean_low"], told["mean_high"])}
        ends["learnable"] = (told["learnable"]["low"], told["learnable"]["high"])
        for name, (low, high) in ends.items():
            held[name] += low <= truths[name] <= high
    assert {name: 0.91 <= count / 200 <= 0.99 for name, count in held.items()} == dict.fromkeys(truths, True), held
