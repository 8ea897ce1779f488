"""Targets: what can be said, how it is normalised, who is blamed when it cannot be."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.coverage import coverage
from rftkit.errors import InputError
from rftkit.topics.tree import TopicTree

FRAME = pl.DataFrame({"topic": ["a"] * 60 + ["b"] * 30 + ["c"] * 10})
TREE = TopicTree().add("Cards/Lost").add("Cards/New").add("Loans")


def targets_of(covered):
    return dict(zip(covered.topics["path"], covered.topics["target"], strict=True))


def test_uniform_is_the_same_for_every_topic_of_the_level_counted():
    frame = pl.DataFrame({"topic": ["Cards/Lost", "Loans"]})
    assert targets_of(coverage(frame, TREE)) == pytest.approx({"Cards/Lost": 1 / 3, "Cards/New": 1 / 3, "Loans": 1 / 3})
    assert targets_of(coverage(frame, TREE, level=1)) == {"Cards": 0.5, "Loans": 0.5}


def test_proportional_targets_are_the_shares_so_nothing_is_missing():
    covered = coverage(FRAME, targets="proportional")
    assert covered.topics["gap"].to_list() == [0, 0, 0]
    assert covered.topics["status"].to_list() == ["ok"] * 3
    assert not covered.needs()
    assert coverage(FRAME, targets="proportional", grow=0.5).needs() == {"a": 30, "b": 15, "c": 5}


def test_targets_by_traces_forget_generated_records():
    frame = pl.DataFrame({"topic": ["a"] * 30 + ["b"] * 70, "generated": [False] * 30 + [False] * 10 + [True] * 60})
    assert targets_of(coverage(frame, targets="traces")) == {"a": 0.75, "b": 0.25}


def test_weights_are_divided_by_their_sum():
    assert targets_of(coverage(FRAME, targets={"a": 2, "b": 1, "c": 1})) == {"a": 0.5, "b": 0.25, "c": 0.25}


def test_topics_not_named_share_what_is_left_of_one():
    assert targets_of(coverage(FRAME, targets={"a": 0.5})) == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert targets_of(coverage(FRAME, targets={"a": 0.5, "b": 0.5})) == {"a": 0.5, "b": 0.5, "c": 0.0}


def test_a_parent_divides_its_share_among_the_topics_below():
    frame = pl.DataFrame({"topic": ["Loans"]})
    given_ = {"Cards": 0.5, "Loans": 0.5}
    assert targets_of(coverage(frame, TREE, targets=given_)) == {"Cards/Lost": 0.25, "Cards/New": 0.25, "Loans": 0.5}
    one = {"Cards": 0.5, "Cards/Lost": 0.4, "Loans": 0.5}
    assert targets_of(coverage(frame, TREE, targets=one)) == pytest.approx(
        {"Cards/Lost": 0.4, "Cards/New": 0.1, "Loans": 0.5}
    )


def test_targets_of_leaves_sum_up_at_a_higher_level():
    given_ = {"Cards/Lost": 0.1, "Cards/New": 0.3, "Loans": 0.6}
    assert targets_of(coverage(pl.DataFrame({"topic": ["Loans"]}), TREE, targets=given_, level=1)) == pytest.approx(
        {"Cards": 0.4, "Loans": 0.6}
    )


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["Cards", "Cards/Lost", "Cards/New", "Loans"]), st.integers(1, 9), min_size=1))
def test_whatever_is_accepted_sums_to_one(given_):
    below = given_.get("Cards/Lost", 0) + given_.get("Cards/New", 0)
    all_named = {"Cards/Lost", "Cards/New"} <= given_.keys()
    if "Cards" in given_ and (below > given_["Cards"] or (all_named and below < given_["Cards"])):
        with pytest.raises(InputError, match="below it"):
            coverage(pl.DataFrame({"topic": ["Loans"]}), TREE, targets=given_)
    else:
        covered = coverage(pl.DataFrame({"topic": ["Loans"]}), TREE, targets=given_)
        assert covered.topics["target"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"a": -1}, "'a' is -1, below 0"),
        ({"a": "much"}, "'a' is 'much'"),
        ({"a": float("nan")}, "'a' is nan"),
        ({"a": True}, "'a' is True"),
        ({"nowhere": 1}, "'nowhere', which is no topic; there are 'a', 'b', 'c'"),
        ({"a": 0, "b": 0, "c": 0}, "sum to 0"),
        ("gaussian", "'gaussian' are not known"),
    ],
)
def test_what_cannot_be_a_target_is_named(given_, said):
    with pytest.raises(InputError, match=said):
        coverage(FRAME, targets=given_)


def test_a_parent_that_disagrees_with_its_children_is_named():
    with pytest.raises(InputError, match=r"'Cards' is 0\.2, but the topics below it have 0\.5"):
        coverage(pl.DataFrame({"topic": ["Loans"]}), TREE, targets={"Cards": 0.2, "Cards/Lost": 0.5, "Loans": 0.3})
