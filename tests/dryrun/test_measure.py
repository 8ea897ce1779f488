"""The numbers of a dry run on frames small enough to be counted by hand."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.dryrun import DryRun, Thresholds
from rftkit.dryrun import measure as m


def _frame(rewards: dict[str, list[float | None]], topic: str | None = "x") -> pl.DataFrame:
    rows = [(id_, topic, reward) for id_, values in rewards.items() for reward in values]
    return pl.DataFrame(rows, schema={"id": pl.String, "topic": pl.String, "reward": pl.Float64}, orient="row")


def test_numbers_counted_by_hand() -> None:
    frame = _frame({"a": [0.0, 1.0], "b": [0.5, 0.5], "c": [1.0, 1.0], "d": [0.0, 0.0]})
    found = m.measures(m.per_prompt(frame))
    assert found.mean.value == 0.5
    assert found.std.value == pytest.approx((0.5 / 4) ** 0.5)
    assert found.std_within == pytest.approx((0.25 / 4) ** 0.5)
    assert found.above_zero.value == 5 / 8
    assert found.perfect.value == 3 / 8
    assert found.learnable.value == 0.25


def test_answers_without_a_reward_count_in_no_number() -> None:
    run = DryRun.of(_frame({"a": [None, 1.0], "b": [None, None]}))
    assert run.prompts["id"].to_list() == ["a"]
    assert run.measures is not None
    assert run.measures.mean.value == 1.0
    assert run.unrewarded == 0.75


def test_a_spread_up_to_the_threshold_is_not_learnable() -> None:
    frame = _frame({"a": [0.0, 0.1], "b": [0.0, 0.1002]})
    assert m.per_prompt(frame)["learnable"].to_list() == [False, True]


def test_buckets_hold_every_reward_once() -> None:
    frame = _frame({"a": [-1.0, 0.0, 0.199, 0.2, 0.5, 0.8, 1.0, 3.0, None]})
    assert m.buckets(frame)["count"].to_list() == [3, 1, 1, 0, 3]


@settings(deadline=None)
@given(st.lists(st.floats(-2, 3), min_size=1, max_size=60), st.integers(1, 30))
def test_a_histogram_and_its_buckets_hold_every_reward_once(rewards: list[float], bins: int) -> None:
    frame = pl.DataFrame({"reward": rewards})
    assert m.histogram(frame, bins)["count"].sum() == m.buckets(frame)["count"].sum() == len(rewards)


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=5), min_size=1, max_size=20))
def test_every_interval_holds_its_value_and_stays_within_0_and_1(rewards: list[list[float]]) -> None:
    frame = _frame({f"p{n}": list(values) for n, values in enumerate(rewards)})
    found = m.measures(m.per_prompt(frame), {"x": 2 * len(rewards)})
    for one in (found.mean, found.above_zero, found.perfect, found.learnable):
        if one.value is not None:
            assert one.low is not None
            assert one.high is not None
            assert 0 <= one.low <= one.value + 1e-9
            assert one.value - 1e-9 <= one.high <= 1


def test_the_order_of_the_rows_changes_nothing() -> None:
    frame = pl.concat([_frame({f"p{n}": [n % 2, (n // 2) % 2]}, f"t{n % 3}") for n in range(30)])
    shuffled = frame.sample(fraction=1, shuffle=True, seed=4)
    assert DryRun.of(shuffled).to_dict()["by_topic"] == DryRun.of(frame).to_dict()["by_topic"]


@pytest.mark.parametrize(
    ("rewards", "rule", "outcome"),
    [
        ([0.25, 0.25], "mean_low", "pass"),
        ([0.24, 0.24], "mean_low", "fail"),
        ([0.65, 0.65], "mean_high", "pass"),
        ([0.66, 0.66], "mean_high", "warn"),
        ([1.0, 0.0], "perfect", "pass"),
        ([1.0, 1.0], "perfect", "warn"),
    ],
)
def test_a_threshold_itself_is_kept(rewards: list[float], rule: str, outcome: str) -> None:
    run = DryRun.of(_frame({f"p{n}": [*rewards] for n in range(10)}))
    assert next(one.outcome for one in run.rules if one.name == rule) == outcome


@pytest.mark.parametrize(("learnable", "outcome"), [(14, "fail"), (15, "warn"), (29, "warn"), (30, "pass")])
def test_the_learnable_share_passes_warns_and_fails(learnable: int, outcome: str) -> None:
    rewards = {f"p{n}": [0.0, 1.0] if n < learnable else [0.5, 0.5] for n in range(100)}
    run = DryRun.of(_frame(rewards))
    assert next(one.outcome for one in run.rules if one.name == "learnable") == outcome


def test_a_topic_is_judged_from_twenty_prompts_on() -> None:
    few = _frame({f"p{n}": [0.1, 0.1] for n in range(19)}, "few")
    many = _frame({f"q{n}": [0.5, 0.5] for n in range(20)}, "many")
    run = DryRun.of(pl.concat([few, many]))
    assert next(one.outcome for one in run.rules if one.name == "topic_mean") == "pass"
    lower = run.with_rules(topic_prompts=19)
    assert next(one.outcome for one in lower.rules if one.name == "topic_mean") == "warn"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]), st.lists(st.sampled_from([None, 0.0, 0.02, 0.5, 1.0]), min_size=1)
        ),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_is_no_go_or_a_warning_is_explained(prompts: list[tuple[str | None, list[float | None]]]) -> None:
    run = DryRun.of(pl.concat([_frame({f"p{n}": rewards}, topic) for n, (topic, rewards) in enumerate(prompts)]))
    assert run.verdict == "GO" or run.diagnosis or run.unrewarded > 0
    for one in run.diagnosis:
        assert one.cause in ("GRADER", "DATA", "TOPIC")
        assert set(one.records) <= set(run.frame["id"])
        assert one.evidence
        assert one.advice


def test_thresholds_come_back_from_plain_values() -> None:
    moved = Thresholds().moved(mean_low=0.1)
    assert Thresholds.from_dict(moved.to_dict()) == moved


def test_the_heat_map_counts_every_prompt_with_two_rollouts_once() -> None:
    run = DryRun.of(_frame({"a": [0.0, 0.0], "b": [0.0, 1.0], "c": [1.0, 0.9], "d": [1.0, 1.0], "e": [0.1]}))
    assert run.heat_map["prompts"].to_list() == [1, 0, 1, 2]
    assert run.heat_map["class"].to_list() == ["too hard", "hard", "easy", "too easy"]


def test_charts_are_drawn_from_counts() -> None:
    run = DryRun.of(_frame({"a": [0.0, 1.0], "b": [1.0, 1.0]}))
    assert run.histogram_chart().to_dict()["layer"]
    assert run.heat_map_chart().to_dict()["title"]["text"] == "Topic by learnability"
