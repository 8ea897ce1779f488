"""A planted cause comes out as the verdict and the diagnosis of that cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.dryrun import DryRun
from rftkit.errors import ApprovalError, InputError, ModelError, NotFoundError
from rftkit.grade import Grader
from rftkit.messages import dump
from tests.dryrun.policy import MODEL, RIGHT, Policy, world
from tests.llm.loopback import Loopback

EXACT = Grader.from_dict(
    {
        "type": "string_check",
        "name": "exact",
        "input": "{{sample.output_text}}",
        "reference": "{{item.reference_answer}}",
        "operation": "eq",
    }
)
CONTAINS = {**EXACT.to_dict(), "name": "contains", "operation": "like"}


def _between(low: float, high: float, count: int = 24) -> list[float]:
    return [low + (high - low) * n / (count - 1) for n in range(count)]


MIXED = {"cards": _between(0.3, 0.6), "loans": _between(0.3, 0.6)}


def _run(
    tmp_path: Path,
    topics: dict[str, Sequence[float]],
    grader: Any = EXACT,
    policy: Policy | None = None,
    **options: Any,
) -> DryRun:
    ds = world(tmp_path / "a.rft", topics)
    with policy or Policy() as server:
        return ds.dry_run(grader, model=MODEL, base_url=server.url, **{"rollouts": 8, **options}).wait()


def _rule(run: DryRun, name: str) -> str:
    return next(rule.outcome for rule in run.rules if rule.name == name)


def _codes(run: DryRun) -> list[tuple[str, str, str]]:
    return [(one.cause, one.code, one.severity) for one in run.diagnosis]


def _source(body: str) -> Grader:
    return Grader.from_dict({"type": "python", "name": "own", "source": f"def grade(sample, item):\n    {body}\n"})


def test_a_world_that_can_be_learned_is_a_go_without_findings(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED)
    assert run.verdict == "GO"
    assert {rule.outcome for rule in run.rules} == {"pass"}
    assert run.diagnosis == ()
    told = run.to_dict()
    assert told["calls"] == 48 * 8
    assert told["learnable"]["low"] < told["learnable"]["share"] <= told["learnable"]["high"]
    assert set(told["by_topic"]) == {"cards", "loans"}


def test_prompts_that_are_a_little_easy_are_a_warning(tmp_path: Path) -> None:
    run = _run(tmp_path, {"cards": _between(0.65, 0.9), "loans": _between(0.65, 0.9)})
    assert run.verdict == "WARNING"
    assert (_rule(run, "mean_high"), _rule(run, "learnable")) == ("warn", "pass")
    assert {one.act for one in run.diagnosis} == {"harden"}


def test_prompts_that_are_too_hard_are_a_no_go_of_the_data(tmp_path: Path) -> None:
    run = _run(tmp_path, {"cards": _between(0, 0.04), "loans": _between(0, 0.04)})
    assert run.verdict == "NO-GO"
    assert (_rule(run, "mean_low"), _rule(run, "above_zero")) == ("fail", "fail")
    first = run.diagnosis[0]
    assert (first.cause, first.code, first.act) == ("DATA", "too_hard", "sft")
    assert "SFT" in first.advice
    assert "known answers have 1.00" in first.evidence
    never = set(run.prompts.filter(run.prompts["above"] == 0)["id"])
    assert set(first.records) <= never


def test_a_grader_that_turns_right_answers_down_is_a_no_go_of_the_grader(tmp_path: Path) -> None:
    wrong = {**EXACT.to_dict(), "reference": "the colour is {{item.reference_answer}}"}
    run = _run(tmp_path, MIXED, wrong)
    assert run.verdict == "NO-GO"
    assert _rule(run, "above_zero") == "fail"
    assert {one.cause for one in run.diagnosis} == {"GRADER"}
    assert ("GRADER", "too_strict", "serious") in _codes(run)


def test_a_grader_that_gives_everything_the_same_is_a_no_go_of_the_grader(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED, {**CONTAINS, "reference": ""})
    assert (run.verdict, _rule(run, "learnable")) == ("NO-GO", "fail")
    assert ("GRADER", "constant_reward", "serious") in _codes(run)
    assert ("GRADER", "too_lenient", "serious") in _codes(run)
    assert "DATA" not in {one.cause for one in run.diagnosis}


def test_a_grader_that_fails_on_every_answer_is_a_no_go_and_no_zero(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED, {**EXACT.to_dict(), "reference": "{{item.no_such_field}}"})
    assert (run.verdict, run.to_dict()["mean"]) == ("NO-GO", None)
    first = run.diagnosis[0]
    assert (first.cause, first.code) == ("GRADER", "grader_errors")
    assert "invalid_variable_error 384" in first.evidence
    assert _rule(run, "errors") == "warn"


def test_prompts_that_are_always_or_never_solved_are_a_no_go_of_the_data(tmp_path: Path) -> None:
    camps = [0.0] * 14 + [1.0] * 10
    run = _run(tmp_path, {"cards": camps, "loans": camps})
    assert (run.verdict, _rule(run, "mean_low"), _rule(run, "learnable")) == ("NO-GO", "pass", "fail")
    assert ("DATA", "two_camps", "serious") in _codes(run)
    assert "GRADER" not in {one.cause for one in run.diagnosis}


def test_prompts_that_are_all_solved_already_need_no_training(tmp_path: Path) -> None:
    run = _run(tmp_path, {"cards": [1.0] * 24, "loans": [1.0] * 24})
    assert (run.verdict, _rule(run, "learnable")) == ("NO-GO", "fail")
    first = run.diagnosis[0]
    assert (first.cause, first.code, first.act) == ("DATA", "too_easy", "harden")
    assert "not needed" in first.advice


def test_one_hard_topic_is_diagnosed_as_that_topic(tmp_path: Path) -> None:
    run = _run(tmp_path, {"cards": _between(0.4, 0.6), "loans": _between(0.0, 0.02), "transfers": _between(0.4, 0.6)})
    assert (run.verdict, _rule(run, "topic_mean")) == ("WARNING", "warn")
    topics = [one for one in run.diagnosis if one.cause == "TOPIC"]
    assert [one.topic for one in topics] == ["loans"]
    assert all(id_.startswith("loans-") for id_ in topics[0].records)


def test_answers_that_were_cut_are_named(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED, policy=Policy(finish="length", speak=lambda right: "the colour of this ca"))
    assert run.verdict == "NO-GO"
    assert ("DATA", "truncated", "serious") in _codes(run)
    assert "384 of 384" in next(one.evidence for one in run.diagnosis if one.code == "truncated")


@pytest.mark.parametrize(
    "policy",
    [
        lambda: Policy(refuses=0.6),
        lambda: Policy(speak=lambda right: RIGHT if right else "I'm sorry, but I can't help with that."),
    ],
)
def test_refusals_are_named_whether_marked_or_in_words(tmp_path: Path, policy: Callable[[], Policy]) -> None:
    run = _run(tmp_path, MIXED, policy=policy())
    assert ("DATA", "refused", "serious") in _codes(run)
    assert "empty" not in [one.code for one in run.diagnosis]


def test_a_form_that_the_model_does_not_keep_is_named_by_its_part(tmp_path: Path) -> None:
    form = {
        "type": "string_check",
        "name": "form",
        "input": "{{sample.output_text}}",
        "reference": "{",
        "operation": "like",
    }
    both = {"type": "multi", "name": "both", "graders": {"format": form, "acc": CONTAINS}}
    run = _run(tmp_path, MIXED, {**both, "calculate_output": "0.7 * format + 0.3 * acc"})
    assert run.verdict == "NO-GO"
    # the references are no JSON either: the grader asks for what the data do not have
    assert next(one.cause for one in run.diagnosis if one.severity == "serious") == "GRADER"
    assert any("'format'" in one.evidence for one in run.diagnosis)


def test_a_model_that_always_says_the_same_is_told_from_a_coarse_grader(tmp_path: Path) -> None:
    half = {"cards": [0.0, 1.0] * 12, "loans": [0.0, 1.0] * 12}
    run = _run(tmp_path, half)
    assert ("DATA", "same_answers", "serious") in _codes(run)
    assert "temperature" in next(one.advice for one in run.diagnosis if one.code == "same_answers")


def test_a_coarse_grader_is_told_from_a_model_that_always_says_the_same(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED, _source("return 0.4 if sample['output_text'] else 0.0"))
    assert (run.verdict, _rule(run, "learnable")) == ("NO-GO", "fail")
    assert run.diagnosis[0].cause == "GRADER"


def test_ambiguous_prompts_are_named(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = []
    for n in range(24):
        said = [{"role": "user", "content": f"Which colour has case {n // 2}? (chance 0.1)"}]
        rows.append({"id": f"r{n}", "messages": said, "output": f"answer {n}", "reference_answer": RIGHT})
    ds = rftkit.open(tmp_path / "a.rft")
    ds.import_(rows)
    ds.sanitize()
    with Policy() as server:
        run = ds.dry_run(EXACT, model=MODEL, base_url=server.url, rollouts=4).wait()
    assert "ambiguous" in [one.code for one in run.diagnosis]


def test_faults_of_the_server_change_nothing(tmp_path: Path) -> None:
    quiet = _run(tmp_path / "quiet", MIXED)
    faulty = Policy(script=[429, 500, "cut", 503, 429], errors=0.04, cuts=0.04, retry_after=0.01)
    loud = _run(tmp_path / "loud", MIXED, policy=faulty)
    assert loud.verdict == quiet.verdict == "GO"
    assert loud.frame["error"].null_count() == loud.frame.height


def test_calls_that_fail_for_good_count_in_no_mean_and_are_named(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED, policy=Policy(script=[400] * 40))
    assert run.frame["error"].drop_nulls().len() == 40
    assert (_rule(run, "errors"), run.measures is not None and run.measures.rollouts) == ("warn", 48 * 8 - 40)
    assert ("DATA", "failed_calls", "serious") in _codes(run)


def test_where_the_model_answers_nothing_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="answered nothing"):
        _run(tmp_path, MIXED, policy=Policy(script=[401] * 1000))


def test_with_one_rollout_the_learnable_share_is_unknown_and_skipped(tmp_path: Path) -> None:
    run = _run(tmp_path, MIXED, rollouts=1)
    assert run.to_dict()["learnable"] == {"share": None, "low": None, "high": None}
    assert _rule(run, "learnable") == "skipped"
    assert run.heat_map.is_empty()
    assert [one.code for one in run.diagnosis] == ["one_rollout"]


def test_the_keyless_writer_is_refused(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", {"cards": [0.5]})
    with pytest.raises(InputError, match="only writes prompts"):
        ds.dry_run(EXACT, model="rftkit/offline")


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
    run = _run(tmp_path, MIXED)
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
    run = _run(tmp_path, MIXED)
    prompts = run.prompts
    moved = run.with_rules(mean_low=0.9)
    assert moved.prompts is prompts
    assert (run.verdict, moved.verdict) == ("GO", "NO-GO")
    assert run.with_rules(spread=0.6).to_dict()["learnable"]["share"] == 0
    with pytest.raises(InputError, match="no threshold 'mean_lo'; the thresholds are mean_low"):
        run.with_rules(mean_lo=0.1)


def test_moved_thresholds_are_kept_and_are_what_training_asks_for(tmp_path: Path) -> None:
    from rftkit.acts.training_gate import gate

    run = _run(tmp_path, MIXED)
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
    run = _run(tmp_path, {"<script>alert(1)</script>": [0.5] * 6}, policy=Policy(speak=lambda right: "<img src=x>"))
    page = run.to_html(tmp_path / "page.html")
    assert "<script>" not in page
    assert "<img" not in page
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page


def test_lowest_middle_and_highest_answers_are_shown(tmp_path: Path) -> None:
    run = _run(
        tmp_path,
        MIXED,
        _source("return 0.5 if len(item['rftkit_id']) % 2 else (1.0 if sample['output_text'] == 'blue' else 0.0)"),
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
    chances = {"cards": _between(0, 1, 120), "loans": _between(0, 0.4, 80), "transfers": _between(0.5, 1, 40)}
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
