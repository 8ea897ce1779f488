"""A planted cause comes out as the verdict and the diagnosis of that cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.dryrun import DryRun
from rftkit.errors import InputError, ModelError
from tests.dryrun.policy import CONTAINS, EXACT, MIXED, MODEL, RIGHT, Policy, between, run_of, source, world


def _rule(run: DryRun, name: str) -> str:
    return next(rule.outcome for rule in run.rules if rule.name == name)


def _codes(run: DryRun) -> list[tuple[str, str, str]]:
    return [(one.cause, one.code, one.severity) for one in run.diagnosis]


def test_a_world_that_can_be_learned_is_a_go_without_findings(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED)
    assert run.verdict == "GO"
    assert {rule.outcome for rule in run.rules} == {"pass"}
    assert run.diagnosis == ()
    told = run.to_dict()
    assert told["calls"] == 48 * 8
    assert told["learnable"]["low"] < told["learnable"]["share"] <= told["learnable"]["high"]
    assert set(told["by_topic"]) == {"cards", "loans"}


def test_prompts_that_are_a_little_easy_are_a_warning(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"cards": between(0.65, 0.9), "loans": between(0.65, 0.9)})
    assert run.verdict == "WARNING"
    assert (_rule(run, "mean_high"), _rule(run, "learnable")) == ("warn", "pass")
    assert {one.act for one in run.diagnosis} == {"harden"}


def test_prompts_that_are_too_hard_are_a_no_go_of_the_data(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"cards": between(0, 0.04), "loans": between(0, 0.04)})
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
    run = run_of(tmp_path, MIXED, wrong)
    assert run.verdict == "NO-GO"
    assert _rule(run, "above_zero") == "fail"
    assert {one.cause for one in run.diagnosis} == {"GRADER"}
    assert ("GRADER", "too_strict", "serious") in _codes(run)


def test_a_grader_that_gives_everything_the_same_is_a_no_go_of_the_grader(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, {**CONTAINS, "reference": ""})
    assert (run.verdict, _rule(run, "learnable")) == ("NO-GO", "fail")
    assert ("GRADER", "constant_reward", "serious") in _codes(run)
    assert ("GRADER", "too_lenient", "serious") in _codes(run)
    assert "DATA" not in {one.cause for one in run.diagnosis}


def test_a_grader_that_fails_on_every_answer_is_a_no_go_and_no_zero(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, {**EXACT.to_dict(), "reference": "{{item.no_such_field}}"})
    assert (run.verdict, run.to_dict()["mean"]) == ("NO-GO", None)
    first = run.diagnosis[0]
    assert (first.cause, first.code) == ("GRADER", "grader_errors")
    assert "invalid_variable_error 384" in first.evidence
    assert _rule(run, "errors") == "warn"


def test_a_grader_that_throws_dice_is_found_by_answers_that_came_twice(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, source("import random; return random.random()"))
    assert (run.verdict, _rule(run, "unsteady")) == ("WARNING", "warn")
    assert _codes(run)[0] == ("GRADER", "unsteady", "serious")
    steady = run_of(tmp_path / "steady", MIXED)
    assert (_rule(steady, "unsteady"), steady.diagnosis) == ("pass", ())


def test_prompts_that_are_always_or_never_solved_are_a_no_go_of_the_data(tmp_path: Path) -> None:
    camps = [0.0] * 14 + [1.0] * 10
    run = run_of(tmp_path, {"cards": camps, "loans": camps})
    assert (run.verdict, _rule(run, "mean_low"), _rule(run, "learnable")) == ("NO-GO", "pass", "fail")
    assert ("DATA", "two_camps", "serious") in _codes(run)
    assert "GRADER" not in {one.cause for one in run.diagnosis}


def test_prompts_that_are_all_solved_already_need_no_training(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"cards": [1.0] * 24, "loans": [1.0] * 24})
    assert (run.verdict, _rule(run, "learnable")) == ("NO-GO", "fail")
    first = run.diagnosis[0]
    assert (first.cause, first.code, first.act) == ("DATA", "too_easy", "harden")
    assert "not needed" in first.advice


def test_one_hard_topic_is_diagnosed_as_that_topic(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"cards": between(0.4, 0.6), "loans": between(0.0, 0.02), "transfers": between(0.4, 0.6)})
    assert (run.verdict, _rule(run, "topic_mean")) == ("WARNING", "warn")
    topics = [one for one in run.diagnosis if one.cause == "TOPIC"]
    assert [one.topic for one in topics] == ["loans"]
    assert all(id_.startswith("loans-") for id_ in topics[0].records)


def test_answers_that_were_cut_are_named(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, policy=Policy(finish="length", speak=lambda right: "the colour of this ca"))
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
    run = run_of(tmp_path, MIXED, policy=policy())
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
    run = run_of(tmp_path, MIXED, {**both, "calculate_output": "0.7 * format + 0.3 * acc"})
    assert run.verdict == "NO-GO"
    # the references are no JSON either: the grader asks for what the data do not have
    assert next(one.cause for one in run.diagnosis if one.severity == "serious") == "GRADER"
    assert any("'format'" in one.evidence for one in run.diagnosis)


def test_a_model_that_always_says_the_same_is_told_from_a_coarse_grader(tmp_path: Path) -> None:
    half = {"cards": [0.0, 1.0] * 12, "loans": [0.0, 1.0] * 12}
    run = run_of(tmp_path, half)
    assert ("DATA", "same_answers", "serious") in _codes(run)
    assert "temperature" in next(one.advice for one in run.diagnosis if one.code == "same_answers")


def test_a_coarse_grader_is_told_from_a_model_that_always_says_the_same(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, source("return 0.4 if sample['output_text'] else 0.0"))
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
    quiet = run_of(tmp_path / "quiet", MIXED)
    faulty = Policy(script=[429, 500, "cut", 503, 429], errors=0.04, cuts=0.04, retry_after=0.01)
    loud = run_of(tmp_path / "loud", MIXED, policy=faulty)
    assert loud.verdict == quiet.verdict == "GO"
    assert loud.frame["error"].null_count() == loud.frame.height


def test_calls_that_fail_for_good_count_in_no_mean_and_are_named(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, policy=Policy(script=[400] * 40))
    assert run.frame["error"].drop_nulls().len() == 40
    assert (_rule(run, "errors"), run.measures is not None and run.measures.rollouts) == ("warn", 48 * 8 - 40)
    assert ("DATA", "failed_calls", "serious") in _codes(run)


def test_where_the_model_answers_nothing_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="answered nothing"):
        run_of(tmp_path, MIXED, policy=Policy(script=[401] * 1000))


def test_with_one_rollout_the_learnable_share_is_unknown_and_skipped(tmp_path: Path) -> None:
    run = run_of(tmp_path, MIXED, rollouts=1)
    assert run.to_dict()["learnable"] == {"share": None, "low": None, "high": None}
    assert _rule(run, "learnable") == "skipped"
    assert run.heat_map.is_empty()
    assert [one.code for one in run.diagnosis] == ["one_rollout"]


def test_the_keyless_writer_is_refused(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", {"cards": [0.5]})
    with pytest.raises(InputError, match="only writes prompts"):
        ds.dry_run(EXACT, model="rftkit/offline")
