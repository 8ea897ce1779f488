"""Readiness: each rule at its limit, and what blocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from rftkit.coverage import coverage
from rftkit.summary import summary

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def records(*, unassigned=0, generated=0, **topics):
    names = [topic for topic, number in topics.items() for _ in range(number)] + [None] * unassigned
    made = [True] * generated + [False] * (len(names) - generated)
    return pl.DataFrame({"topic": pl.Series(names, dtype=pl.String), "generated": made})


def failed(found):
    return {rule.rule for rule in found.reasons}


def rule_of(found, name):
    return next(rule for rule in found.rules if rule.rule == name)


def test_a_sound_dataset_is_ready_with_nothing_to_say():
    found = summary(records(a=200, b=200, c=200), last_sanitized=NOON, last_categorized=NOON, last_changed=NOON)
    assert found.ready
    assert failed(found) == set()
    assert "Ready" in found._repr_html_()


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (records(), "valid_records"),
        (records(a=30, b=30), "valid_per_split"),
        (records(a=150, b=150, unassigned=34), "unassigned"),
        (records(a=1000, b=10, c=10, d=10), "target_fit"),
        (records(a=500, b=240), "balance"),
        (records(a=200, b=200, generated=201), "synthetic_share"),
    ],
)
def test_each_blocking_rule_blocks(frame, rule):
    found = summary(frame)
    assert not found.ready
    assert rule in {reason.rule for reason in found.reasons if reason.blocking}


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (records(a=150, b=150, unassigned=33), "unassigned"),
        (records(a=400, b=200), "balance"),
        (records(a=200, b=200, generated=200), "synthetic_share"),
        (records(a=50, b=50), "valid_per_split"),
        (records(a=100, b=100, c=100), "small_topic"),
        (records(a=400, b=300, c=300), "large_topic"),
        (records(a=200, b=200, generated=120), "much_generated"),
    ],
)
def test_a_value_at_its_limit_passes(frame, rule):
    assert rule_of(summary(frame), rule).passed


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (records(a=99, b=100, c=100), "small_topic"),
        (records(a=401, b=300, c=299), "large_topic"),
        (records(a=200, b=200, generated=121), "much_generated"),
    ],
)
def test_advisory_rules_advise_and_do_not_block(frame, rule):
    found = summary(frame)
    assert found.ready
    assert rule in failed(found)
    assert not rule_of(found, rule).blocking


def test_balance_blocks_only_where_targets_are_uniform():
    frame = records(a=900, b=100)
    weighted = coverage(frame, targets={"a": 0.9, "b": 0.1})
    assert "balance" in failed(summary(frame))
    assert "balance" not in {rule.rule for rule in summary(frame, covered=weighted).rules}
    assert summary(frame, covered=weighted).ready


def test_a_real_split_is_counted_and_a_missing_one_is_estimated():
    frame = records(a=150, b=150)
    parts = pl.Series("split", ["train"] * 150 + ["validation"] * 9 + ["train"] * 141)
    found = summary(frame.with_columns(parts))
    assert rule_of(found, "valid_per_split").value == 9
    assert rule_of(summary(frame), "valid_per_split").value == 30
    missing = rule_of(found, "missing_in_validation")
    assert not missing.passed
    assert "'a'" in missing.sentence
    assert "missing_in_validation" not in {rule.rule for rule in summary(frame).rules}


def test_records_that_came_after_the_split_are_a_reason() -> None:
    frame = pl.DataFrame({"topic": ["a"] * 40, "split": ["train"] * 24 + ["validation"] * 12 + [None] * 4})
    late = rule_of(summary(frame, left_out=1), "split_age")
    assert (late.blocking, late.passed, late.value) == (False, False, 3)
    assert "3 valid records came after the split" in late.sentence
    assert rule_of(summary(frame, left_out=4), "split_age").passed
    assert "split_age" not in {rule.rule for rule in summary(frame).rules}


def test_a_dataset_of_generated_records_has_nothing_to_validate_on():
    assert rule_of(summary(records(a=500, generated=500)), "valid_per_split").value == 0


def test_steps_older_than_the_last_change_are_said():
    frame = records(a=200, b=200)
    late = NOON + timedelta(hours=1)
    found = summary(frame, last_sanitized=NOON, last_categorized=late, last_changed=late)
    assert "sanitize_age" in failed(found)
    assert "categorize_age" not in failed(found)
    assert "never sanitized" in rule_of(summary(frame, last_changed=NOON), "sanitize_age").sentence
    assert found.ready


def test_counts_and_keys_are_those_promised():
    frame = records(a=6, b=4, unassigned=2, generated=3).with_columns(
        valid=pl.Series([True] * 9 + [False] * 2 + [None])
    )
    told = summary(frame, last_sanitized=NOON).to_dict()
    assert (told["total"], told["valid"], told["invalid"]) == (12, 10, 2)
    assert (told["from_traces"], told["generated"], told["categorized"], told["topics"]) == (9, 3, 9, 2)
    assert told["last_sanitized"] == "2026-01-01T12:00:00+00:00"
    assert told["synthetic_share"] == 0.3
    assert all(reason.keys() >= {"rule", "blocking", "value", "limit"} for reason in told["reasons"])
    assert told["ready"] == (not any(reason["blocking"] for reason in told["reasons"]))
    import json

    assert json.loads(json.dumps(told)) == told


def test_a_dataset_from_an_idea_is_not_blocked_for_being_generated_and_says_what_that_means():
    frame = records(a=200, b=200, generated=400)
    found = summary(frame, from_idea=True)
    assert found.ready
    rule = rule_of(found, "synthetic_share")
    assert (rule.blocking, rule.passed, rule.value) == (False, False, 1.0)
    assert "validation on real prompts is missing; export is allowed" in rule.sentence
    assert "much_generated" not in failed(found)
    assert rule_of(found, "valid_per_split").value == 40
    assert not summary(frame).ready


def test_traces_beside_records_from_an_idea_bring_the_usual_limit_back():
    found = summary(records(a=200, b=200, generated=399), from_idea=True)
    assert "synthetic_share" in {rule.rule for rule in found.reasons if rule.blocking}


def test_a_split_of_a_generated_dataset_without_validation_says_what_to_allow():
    frame = records(a=200, b=200, generated=400).with_columns(split=pl.lit("train"))
    assert (
        "allow generated records in validation" in rule_of(summary(frame, from_idea=True), "valid_per_split").sentence
    )
