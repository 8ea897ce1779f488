"""Coverage of a frame: what counts, under which topic, with which status, and what it advises."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.coverage import coverage, status, target_fit, tolerance
from rftkit.errors import InputError, NotFoundError
from rftkit.topics.tree import TopicTree

TREE = TopicTree().add("Cards/Lost").add("Cards/New").add("Loans")
CONTRACT = {"total", "balance", "balance_rating", "target_fit", "unassigned", "next_act", "topics", "warnings",
            "recommendations"}  # fmt: skip
ROW = {"path", "count", "share", "target", "gap", "status", "needed"}


def counts(covered):
    return dict(zip(covered.topics["path"], covered.topics["count"], strict=True))


def codes(entries):
    return [entry["code"] for entry in entries]


# -- counting ----------------------------------------------------------------------------------------------------


def test_only_valid_records_count_and_unjudged_ones_count_as_valid():
    frame = pl.DataFrame({"topic": ["a", "a", "a", "b"], "valid": [True, False, None, True]})
    covered = coverage(frame)
    assert counts(covered) == {"a": 2, "b": 1}
    assert (covered.total, covered.invalid, covered.unchecked) == (3, 1, 1)
    assert counts(coverage(frame, only_valid=False)) == {"a": 3, "b": 1}


def test_shares_are_of_assigned_records_and_unassigned_ones_are_reported():
    covered = coverage(pl.DataFrame({"topic": ["a", "a", "b", None]}))
    assert covered.topics["share"].to_list() == [2 / 3, 1 / 3]
    assert (covered.total, covered.assigned, covered.unassigned) == (4, 3, 1)
    assert covered.topics["share"].sum() == pytest.approx(1)


def test_leaves_come_in_the_order_of_the_tree_and_empty_ones_too():
    covered = coverage(pl.DataFrame({"topic": ["Loans"]}), TREE)
    assert counts(covered) == {"Cards/Lost": 0, "Cards/New": 0, "Loans": 1}


def test_records_on_an_inner_topic_count_as_general_without_a_target():
    covered = coverage(pl.DataFrame({"topic": ["Cards", "Cards/Lost", "Cards/New", "Loans"]}), TREE)
    assert counts(covered) == {"Cards/__general": 1, "Cards/Lost": 1, "Cards/New": 1, "Loans": 1}
    assert covered.target_of("Cards/__general") == 0
    assert covered.balance == 1.0
    assert "general" in codes(covered.warnings)
    assert "Cards/__general" not in covered.needs()


def test_a_level_folds_records_into_their_ancestors():
    frame = pl.DataFrame({"topic": ["Cards", "Cards/Lost", "Cards/New", "Loans"]})
    assert counts(coverage(frame, TREE, level=1)) == {"Cards": 3, "Loans": 1}
    assert counts(coverage(frame, TREE, level=2)) == counts(coverage(frame, TREE))
    assert counts(coverage(frame, TREE).at_level(1)) == {"Cards": 3, "Loans": 1}


def test_without_a_tree_the_paths_of_the_records_are_the_topics():
    covered = coverage(pl.DataFrame({"topic": ["Cards/Lost", "Cards", "Loans"]}))
    assert counts(covered) == {"Cards/__general": 1, "Cards/Lost": 1, "Loans": 1}


def test_a_topic_that_the_tree_does_not_know_counts_as_unassigned_and_is_named():
    covered = coverage(pl.DataFrame({"topic": ["Loans", "Mortgages"]}), TREE)
    assert covered.unassigned == 1
    assert "'Mortgages' (1)" in next(w["sentence"] for w in covered.warnings if w["code"] == "unknown_topic")


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["Loans", "Cards/Lost", "unused"])])
def test_the_type_of_the_topic_column_changes_nothing(dtype):
    frame = pl.DataFrame({"topic": pl.Series(["Loans", None, "Cards/Lost", "Loans"], dtype=dtype)})
    assert counts(coverage(frame, TREE)) == {"Cards/Lost": 1, "Cards/New": 0, "Loans": 2}
    assert coverage(frame, TREE).unassigned == 1


def test_a_rare_topic_that_a_sample_misses_keeps_its_name():
    column = pl.Series(["a"] * 400_001 + ["rare"] + ["a"] * 6, dtype=pl.Categorical)
    assert counts(coverage(column.alias("topic").to_frame())) == {"a": 400_007, "rare": 1}


def test_without_a_column_of_topics_the_columns_are_named():
    with pytest.raises(InputError, match=r"needs a column 'topic'.*\['id'\]"):
        coverage(pl.DataFrame({"id": ["a"]}))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "Cards", "Cards/Lost", "Cards/New", "Loans", "elsewhere"]),
            st.sampled_from([True, False, None]),
            st.sampled_from([True, False, None]),
        ),
        max_size=80,
    )
)
def test_one_pass_counts_what_a_loop_counts(rows):
    columns = ("topic", "valid", "generated")
    schema = {"topic": pl.String, "valid": pl.Boolean, "generated": pl.Boolean}
    frame = pl.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], schema=schema)
    covered = coverage(frame, TREE, level=1)
    kept = [row for row in rows if row[1] is not False]
    assert covered.total == len(kept)
    assert covered.generated == sum(row[2] is True for row in kept)
    assert counts(covered) == {
        name: sum((row[0] or "").split("/")[0] == name for row in kept) for name in ("Cards", "Loans")
    }


# -- statuses and scores -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "target", "said"),
    [
        (0.25, 0.20, "ok"), (0.2501, 0.20, "over"), (0.191, 0.20, "ok"), (0.19, 0.20, "slightly_under"),
        (0.15, 0.20, "slightly_under"), (0.1499, 0.20, "under"), (0.0, 0.20, "under"), (0.0, 0.001, "under"),
        (0.005, 0.01, "slightly_under"), (0.0049, 0.01, "under"), (0.0, 0.0, "ok"), (0.01, 0.0, "over"),
    ],
)  # fmt: skip
def test_the_tolerance_shrinks_with_small_targets(share, target, said):
    assert tolerance(target) == min(0.05, target / 2)
    assert status(share, target) == said


def test_the_two_scores_are_what_their_definitions_say():
    covered = coverage(pl.DataFrame({"topic": ["a"] * 40 + ["b"] * 30 + ["c"] * 20 + ["d"] * 10}))
    assert covered.balance == 0.25
    assert covered.balance_rating == "poor"
    assert covered.target_fit == pytest.approx(0.8)
    assert target_fit([5 / 7, 0.5 / 7, 1 / 7, 0.5 / 7], [0.25] * 4) == pytest.approx(0.5357, abs=1e-4)


def test_an_empty_topic_makes_the_balance_nothing_but_the_fit_still_says_something():
    covered = coverage(pl.DataFrame({"topic": ["Cards/Lost"] * 50 + ["Cards/New"] * 50}), TREE)
    assert covered.balance == 0
    assert covered.target_fit == pytest.approx(2 / 3)
    assert dict(zip(covered.topics["path"], covered.topics["status"], strict=True))["Loans"] == "under"


def test_a_topic_with_target_zero_is_reported_and_not_solved():
    covered = coverage(pl.DataFrame({"topic": ["a"] * 50 + ["b"] * 40 + ["old"] * 10}), targets={"a": 1, "b": 1})
    assert covered.needs() == {"b": 10}
    assert covered.topics["status"].to_list()[-1] == "over"
    assert "'old' (10)" in next(w["sentence"] for w in covered.warnings if w["code"] == "zero_target")
    assert covered.balance == 0.8


TOPICS = [f"t{i}" for i in range(6)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=6, max_size=6),
    st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(any),
    st.integers(0, 30),
)
def test_adding_what_is_recommended_puts_every_under_represented_topic_within_one_record(numbers, weights, loose):
    """The promise of a recommendation, through the whole of coverage: empty topics, zero targets, unassigned ones."""
    tree = TopicTree()
    for name in TOPICS:
        tree = tree.add(name)
    rows = [name for name, number in zip(TOPICS, numbers, strict=True) for _ in range(number)] + [None] * loose
    frame = pl.DataFrame({"topic": pl.Series(rows, dtype=pl.String)})
    targets = dict(zip(TOPICS, weights, strict=True))
    before = coverage(frame, tree, targets=targets, synthetic_ratio=None)
    more = [name for name, number in before.needs().items() for _ in range(number)]
    after = coverage(
        pl.concat([frame, pl.DataFrame({"topic": pl.Series(more, dtype=pl.String)})]), tree, targets=targets
    )
    meant = after.topics.filter(pl.col("target") > 0)
    whole = meant["count"].sum()
    if meant.filter(pl.col("count") > 0).height:
        assert all(abs(n - t * whole) <= 1 for n, t in meant.select("count", "target").iter_rows())
    assert before.fill() == before.needs()


def test_after_a_fill_nothing_more_is_asked_for():
    """Whole numbers cannot meet uneven targets exactly; the last fraction of a record is no reason for another fill."""
    frame = pl.DataFrame({"topic": ["a"] * 1003 + ["b"] * 200 + ["c"] * 17})
    before = coverage(frame, targets={"a": 0.37, "b": 0.36, "c": 0.27}, synthetic_ratio=None)
    after = before.after(before.needs())
    assert sum(before.needs().values()) > 1000
    assert after.needs() == {}
    assert after.next_act["act"] == "proceed"


# -- what to do --------------------------------------------------------------------------------------------------


def test_the_next_act_follows_the_state_of_the_dataset():
    def act(frame, **options):
        return coverage(frame, **options).next_act["act"]

    none = pl.Series([], dtype=pl.String)
    assert act(pl.DataFrame({"topic": none})) == "import"
    assert act(pl.DataFrame({"topic": ["a"], "valid": [False]})) == "fix"
    assert act(pl.DataFrame({"topic": ["a"], "valid": [None]}, schema_overrides={"valid": pl.Boolean})) == "sanitize"
    assert act(pl.DataFrame({"topic": [None] * 5}, schema={"topic": pl.String})) == "topics"
    assert act(pl.DataFrame({"topic": ["a"] * 8 + [None] * 2})) == "categorize"
    skewed = pl.DataFrame({"topic": ["a"] * 80 + ["b"] * 20})
    assert act(skewed) == "generate"
    assert act(skewed, waiting=3) == "review"
    assert act(skewed, synthetic_ratio=0.0) == "import"
    even = pl.DataFrame({"topic": ["a"] * 50 + ["b"] * 50})
    assert act(even) == "proceed"
    assert act(even, grow=0.2) == "generate"


def test_the_next_act_says_topic_number_and_command():
    act = coverage(pl.DataFrame({"topic": ["a"] * 60 + ["it's b"] * 40})).next_act
    assert (act["topic"], act["count"]) == ("it's b", 20)
    assert act["command"] == """rftkit generate DATASET --topic 'it'"'"'s b' --count 20"""
    assert act["python"] == """ds.generate(ds.plan(topic="it's b", count=20))"""


def test_one_huge_topic_makes_the_need_explode_and_the_advice_says_who_asks_for_it():
    covered = coverage(pl.DataFrame({"topic": ["huge"] * 9000 + ["b"] * 100 + ["c"] * 100}))
    assert covered.needs() == {"b": 8900, "c": 8900}
    driver = next(entry for entry in covered.recommendations if entry["code"] == "driver")
    assert "'huge' alone asks for this growth" in driver["sentence"]
    share = covered.share_of("huge")
    cheaper = covered.with_targets({"huge": share})
    assert sum(cheaper.needs().values()) <= driver["count"] + 1 < 10


def test_warnings_name_small_large_and_generated():
    frame = pl.DataFrame({"topic": ["a"] * 300 + ["b"] * 50, "generated": [True] * 200 + [False] * 150})
    covered = coverage(frame)
    assert codes(covered.warnings) == ["small_topic", "large_topic", "synthetic_share"]
    assert "57.1 %" in covered.warnings[2]["sentence"]
    assert covered.room == 0


def test_many_small_topics_are_one_warning():
    covered = coverage(pl.DataFrame({"topic": [f"t{i:03d}" for i in range(150)] * 2}))
    small = [warning for warning in covered.warnings if warning["code"] == "small_topic"]
    assert len(small) == 1
    assert "150 topics have fewer than 100 records" in small[0]["sentence"]
    assert len(covered.recommendations) < 10


# -- the result as a value ---------------------------------------------------------------------------------------


def test_a_preview_counts_as_if_the_records_were_there():
    covered = coverage(pl.DataFrame({"topic": ["Cards/Lost"] * 30 + ["Loans"] * 20}), TREE)
    after = covered.after({"Cards/New": 30, "Loans": 10})
    assert counts(after) == {"Cards/Lost": 30, "Cards/New": 30, "Loans": 30}
    assert after.balance == 1.0
    assert after.generated == 40
    assert covered.total == 50
    with pytest.raises(NotFoundError, match="no topic 'Mortgages'"):
        covered.after({"Mortgages": 1})
    with pytest.raises(InputError, match="cannot be taken away"):
        covered.after({"Loans": -21})
    with pytest.raises(InputError, match="preview"):
        after.matrix("source")


def test_a_preview_keeps_the_targets_that_it_was_made_from():
    covered = coverage(pl.DataFrame({"topic": ["a"] * 30 + ["b"] * 10}), targets="proportional")
    after = covered.after({"b": 20})
    assert after.topics["target"].to_list() == [0.75, 0.25]
    assert after.target_fit < 1


def test_results_are_frozen_plain_and_named_as_promised():
    covered = coverage(pl.DataFrame({"topic": ["a"] * 3 + ["b"]}))
    told = covered.to_dict()
    assert told.keys() >= CONTRACT
    assert told["topics"][0].keys() >= ROW
    assert "\n" not in repr(covered)
    with pytest.raises(dataclasses.FrozenInstanceError):
        covered.topics = None
    import json

    assert json.loads(json.dumps(told)) == told


def test_the_page_is_escaped_and_has_no_script():
    covered = coverage(pl.DataFrame({"topic": ["<script>alert(1)</script>", "b", "b"]}))
    page = covered._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "target fit" in page
    assert "balance" in page


def test_the_page_of_150_topics_shows_those_with_the_largest_gaps():
    frame = pl.DataFrame({"topic": [f"t{i:03d}" for i in range(150) for _ in range(10 + (i == 77) * 500)]})
    page = coverage(frame)._repr_html_()
    assert "t077" in page
    assert "110 more" in page


def test_no_records_is_a_state_and_no_error():
    covered = coverage(pl.DataFrame({"topic": []}, schema={"topic": pl.String}))
    assert (covered.balance, covered.target_fit, covered.total) == (0.0, 0.0, 0)
    assert codes(covered.warnings) == ["no_valid_records"]
    assert "import" in covered._repr_html_()
    assert coverage(pl.DataFrame({"topic": []}, schema={"topic": pl.String}), TREE).needs() == {}
    assert coverage(pl.DataFrame({"topic": [None]})).topics.height == 0


def test_a_gap_is_target_minus_share_in_points():
    covered = coverage(pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"]}))
    assert covered.topics["gap"].to_list() == [-25.0, 25.0]
