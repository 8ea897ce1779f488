"""What is missing is exact: whatever the counts and targets, adding it lands every share on its target."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.coverage import apportion, coverage, needed, room, within

COUNTS = st.lists(st.integers(0, 5000), min_size=1, max_size=150)
WEIGHTS = st.lists(st.integers(0, 50), min_size=150, max_size=150)


def shares_of(weights: list[int]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


@settings(max_examples=300, deadline=None)
@given(COUNTS, WEIGHTS, st.sampled_from([None, 0.0, 0.2, 3.0]))
def test_adding_what_is_needed_brings_every_topic_within_one_record_of_its_target(counts, weights, grow):
    weights = weights[: len(counts)]
    if not sum(weights):
        weights[0] = 1
    targets = shares_of(weights)
    after = [n + more for n, more in zip(counts, needed(counts, targets, grow=grow), strict=True)]
    whole = sum(n for n, t in zip(after, targets, strict=True) if t > 0)
    had = sum(n for n, t in zip(counts, targets, strict=True) if t > 0)
    if had:
        assert all(abs(n - t * whole) <= 1 for n, t in zip(after, targets, strict=True) if t > 0)
        assert whole >= had * (1 + (grow or 0)) - 1e-6
    else:
        assert whole == 0  # shares of nothing: no number of records can be derived


@settings(max_examples=100, deadline=None)
@given(COUNTS, WEIGHTS)
def test_the_topic_that_asks_for_the_growth_gets_nothing_itself(counts, weights):
    weights = [weight + 1 for weight in weights[: len(counts)]]
    needs = needed(counts, shares_of(weights))
    most = max(range(len(counts)), key=lambda k: counts[k] / weights[k])
    assert needs[most] <= 1
    assert min(needs) >= 0


def test_one_topic_alone_matches_the_closed_formula():
    """Share times total is too little: the total grows with every record added."""
    n, whole, target = 892, 11_892, 0.2
    assert needed([n, whole - n], [target, 1 - target])[0] == round((target * whole - n) / (1 - target))


def test_uniform_targets_bring_every_topic_up_to_the_largest():
    assert needed([5000, 500, 1000, 0], [0.25] * 4) == [0, 4500, 4000, 5000]


def test_a_balanced_dataset_needs_nothing_unless_it_is_to_grow():
    assert needed([100] * 3, [1 / 3] * 3) == [0, 0, 0]
    assert needed([100] * 3, [1 / 3] * 3, grow=0.2) == [20, 20, 20]


def test_topics_with_target_zero_get_nothing_and_ask_for_nothing():
    assert needed([10_000, 50, 100], [0.0, 0.5, 0.5]) == [0, 50, 0]


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, st.integers(0, 10**6))
def test_apportioned_numbers_sum_to_the_total_and_are_within_one(weights, total):
    shares = shares_of([weight + 1 for weight in weights])
    numbers = apportion(shares, total)
    assert sum(numbers) == total
    assert all(abs(number - share * total) < 1 + 1e-6 for number, share in zip(numbers, shares, strict=True))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=150), st.integers(0, 5000))
def test_a_limit_scales_all_needs_by_the_same_factor(needs, limit):
    fill = within(needs, limit)
    total = sum(needs)
    assert sum(fill) == min(total, limit)
    factor = min(1.0, limit / total) if total else 1.0
    assert all(abs(part - need * factor) <= 1 + 1e-6 for part, need in zip(fill, needs, strict=True))
    assert all(part <= need for part, need in zip(fill, needs, strict=True))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(0.01, 0.95))
def test_the_room_uses_the_whole_limit_and_not_a_record_more(records, made, ratio):
    generated = int(records * made)
    free = room(records, generated, ratio)
    assert free is not None
    if free:
        assert (generated + free) / (records + free) <= ratio + 1e-9
    assert (generated + free + 1) / (records + free + 1) > ratio - 1e-6


def test_the_limit_is_on_the_whole_dataset_so_an_empty_topic_can_be_filled():
    frame = pl.DataFrame({"topic": ["a"] * 500 + ["b"] * 450 + [None] * 50})
    covered = coverage(frame, targets={"a": 0.5, "b": 0.5})
    assert covered.room == 428
    assert covered.fill() == {"b": 50}


def test_what_a_limit_cuts_off_is_said_and_the_need_stays_exact():
    covered = coverage(pl.DataFrame({"topic": ["a"] * 900 + ["b"] * 100}))
    assert covered.needs() == {"b": 800}
    assert covered.fill() == {"b": 428}
    limited = next(entry for entry in covered.recommendations if entry["code"] == "limited")
    assert "428 of 800" in limited["sentence"]
    assert "372 remain" in limited["sentence"]
    free = coverage(pl.DataFrame({"topic": ["a"] * 900 + ["b"] * 100}), synthetic_ratio=None)
    assert free.fill() == {"b": 800}
    assert not any(entry["code"] == "limited" for entry in free.recommendations)


@pytest.mark.parametrize("ratio", [-0.1, 1.5])
def test_a_ratio_that_is_none_is_refused(ratio):
    with pytest.raises(ValueError, match="between 0 and 1"):
        coverage(pl.DataFrame({"topic": ["a"]}), synthetic_ratio=ratio)
