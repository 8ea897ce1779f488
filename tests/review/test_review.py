"""Review: decisions are rows, the latest counts, nothing is added without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import messages, review, schema
from rftkit.coverage import coverage
from rftkit.errors import InputError

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def candidates(*topics):
    rows = pl.DataFrame(
        {
            "candidate_id": [f"c{i}" for i in range(len(topics))],
            "topic": topics,
            "source_record_id": ["s"] * len(topics),
            "strategy": ["message_variation"] * len(topics),
            "model": ["rftkit/offline"] * len(topics),
            "facets": ['{"difficulty":"hard"}'] * len(topics),
            "valid": [True] * len(topics),
            "quality": [4.5] * len(topics),
        },
        schema_overrides={"topic": pl.String},
    ).with_columns(messages.pack([[{"role": "user", "content": f"Where is order {i}?"}] for i in range(len(topics))]))
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.CANDIDATES.items() if name not in rows]
    return rows.with_columns(missing).select(*schema.CANDIDATES)


def decisions(*rows):
    return pl.concat([schema.empty(schema.DECISIONS), *rows])


def standing(held, *rows):
    now = review.current(held, decisions(*rows))
    return dict(zip(now["candidate_id"], now["decision"], strict=True))


def test_a_candidate_without_a_decision_waits_and_is_not_added():
    held = candidates("a", "b")
    assert standing(held) == {"c0": None, "c1": None}
    assert review.accepted(held, decisions()).height == 0
    assert review.state(held, decisions()).waiting == 2


def test_the_latest_decision_counts_and_of_equally_late_ones_the_last_written():
    held = candidates("a")
    late = NOON + timedelta(minutes=1)
    assert standing(held, review.accept(["c0"], late), review.reject(["c0"], NOON)) == {"c0": "accept"}
    assert standing(held, review.accept(["c0"], NOON), review.reject(["c0"], NOON)) == {"c0": "reject"}


def test_an_edit_is_wanted_with_its_messages_and_keeps_them_when_accepted_later():
    held = candidates("a", "b")
    new = [{"role": "system", "content": "S"}, {"role": "user", "content": "And the refund?"}]
    rows = (review.edit("c1", new, NOON), review.accept(["c1"], NOON + timedelta(minutes=1)))
    now = review.current(held, decisions(*rows))
    assert now["edited"].to_list() == [False, True]
    added = review.accepted(held, decisions(*rows))
    assert list(messages.unpack(added["messages"])) == [new]


def test_a_decision_can_be_withdrawn_and_an_edit_with_it():
    held = candidates("a")
    edited = review.edit("c0", [{"role": "user", "content": "x"}], NOON)
    back = review.withdraw(["c0"], NOON + timedelta(minutes=1))
    now = review.current(held, decisions(edited, back))
    assert now["decision"].to_list() == [None]
    assert next(iter(messages.unpack(now["messages"])))[0]["content"] == "Where is order 0?"
    again = review.accept(["c0"], NOON + timedelta(minutes=2))
    kept = review.accepted(held, decisions(edited, back, again))
    assert next(iter(messages.unpack(kept["messages"])))[0]["content"] == "Where is order 0?"


def test_what_is_accepted_becomes_a_draft_that_knows_where_it_came_from():
    draft = review.accepted(candidates("a"), decisions(review.accept(["c0"])))
    assert draft.select(*schema.DRAFT).schema == pl.Schema(schema.DRAFT)
    row = draft.row(0, named=True)
    assert (row["id"], row["generated"], row["source_record_id"]) == ("c0", True, "s")
    assert (row["topic"], row["topic_method"], row["quality"]) == ("a", "generated", 4.5)
    assert row["metadata"] == '{"facets":{"difficulty":"hard"}}'
    assert row["content_key"] is not None


def test_what_was_added_is_not_added_again():
    held = candidates("a", "b")
    rows = (review.accept(["c0", "c1"], NOON), review.added(["c0"], NOON + timedelta(seconds=1)))
    assert review.accepted(held, decisions(*rows))["id"].to_list() == ["c1"]
    state = review.state(held, decisions(*rows))
    assert (state.candidates, state.accepted, state.added) == (1, 1, 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["accept", "reject", "edit", "withdraw"]), st.integers(0, 3)), max_size=30))
def test_every_candidate_is_in_exactly_one_state(acts):
    held = candidates("a", "a", "b", None)
    rows, last = [], {}
    for minute, (act, number) in enumerate(acts):
        when = NOON + timedelta(minutes=minute)
        new = [{"role": "user", "content": str(minute)}]
        rows.append(
            review.edit(f"c{number}", new, when) if act == "edit" else getattr(review, act)([f"c{number}"], when)
        )
        last[f"c{number}"] = act
    state = review.state(held, decisions(*rows))
    assert state.waiting + state.accepted + state.rejected == state.candidates == 4
    assert state.accepted == sum(act in ("accept", "edit") for act in last.values())
    assert review.accepted(held, decisions(*rows)).height == state.accepted


def test_coverage_moves_with_each_acceptance():
    held = candidates("b", "b", "b")
    covered = coverage(pl.DataFrame({"topic": ["a"] * 10 + ["b"] * 7}))
    state = review.state(held, decisions(review.accept(["c0", "c1", "c2"])))
    assert covered.after(state.by_topic).balance == 1.0


def test_rows_are_refused_where_they_cannot_be_meant():
    with pytest.raises(InputError, match="list of candidate ids"):
        review.accept("c0")
    with pytest.raises(InputError, match="messages of 'c0'"):
        review.edit("c0", [])


def test_the_final_distribution_has_both_ends_with_both_scores():
    before = pl.DataFrame({"topic": ["a"] * 100 + ["b"] * 50})
    after = pl.DataFrame({"topic": ["a"] * 100 + ["b"] * 100, "generated": [False] * 150 + [True] * 50})
    final = review.final_distribution(before, after)
    assert final.topics.select("path", "before", "added", "after").rows() == [("a", 100, 0, 100), ("b", 50, 50, 100)]
    told = final.to_dict()
    assert (told["balance_before"], told["balance_after"]) == (0.5, 1.0)
    assert told["target_fit_before"] == pytest.approx(5 / 6)
    assert told["target_fit_after"] == 1.0
    assert told["synthetic_share_after"] == 0.25
    assert "balance" in final._repr_html_()


def test_a_topic_that_came_or_went_is_in_the_final_distribution():
    final = review.final_distribution(pl.DataFrame({"topic": ["a", "b"]}), pl.DataFrame({"topic": ["b", "c"]}))
    assert dict(final.topics.select("path", "added").iter_rows()) == {"a": -1, "b": 0, "c": 1}
    assert "a" in final._repr_html_()
