"""Which prompts are drawn: by topic, by chance, from the training set."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.dryrun import choose
from rftkit.errors import InputError


def _frame(sizes: list[int]) -> pl.DataFrame:
    topics = [f"t{n}" for n, size in enumerate(sizes) for _ in range(size)]
    return pl.DataFrame({"id": [f"r{n}" for n in range(len(topics))], "topic": topics})


@settings(deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(1, 150), st.integers(0, 3))
def test_each_topic_gives_its_share_to_within_one(sizes: list[int], prompts: int, seed: int) -> None:
    chosen = choose(_frame(sizes), prompts, seed=seed)
    count = min(prompts, sum(sizes))
    assert len(set(chosen.ids)) == len(chosen.ids) == count
    for n, size in enumerate(sizes):
        assert abs(chosen.topics.count(f"t{n}") - count * size / sum(sizes)) < 1
    assert chosen.population == {f"t{n}": size for n, size in enumerate(sizes)}


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    frame = _frame([200, 100])
    first = choose(frame, 30, seed=1)
    assert choose(frame.sample(fraction=1, shuffle=True, seed=5), 30, seed=1).ids != ()
    assert set(choose(frame.reverse(), 30, seed=1).ids) == set(first.ids)
    assert set(choose(frame, 30, seed=2).ids) != set(first.ids)


def test_a_larger_sample_of_one_topic_holds_the_smaller_one() -> None:
    frame = _frame([300])
    assert set(choose(frame, 20).ids) < set(choose(frame, 60).ids)


def test_invalid_records_are_never_drawn_and_validation_is_left_alone() -> None:
    frame = _frame([40]).with_columns(
        valid=pl.Series([n % 2 == 0 for n in range(40)]),
        split=pl.Series(["train" if n < 20 else "validation" for n in range(40)]),
    )
    chosen = choose(frame, 300)
    assert sorted(chosen.ids, key=lambda id_: int(id_[1:])) == [f"r{n}" for n in range(0, 20, 2)]
    assert chosen.source == "the training set"
    assert choose(frame.drop("split"), 300).source.startswith("the valid records")


def test_records_without_a_topic_are_a_topic_of_their_own() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "topic": ["x", None]})
    assert choose(frame, 5).population == {"x": 1, "": 1}


@pytest.mark.parametrize(("frame", "prompts"), [(_frame([3]), 0), (_frame([3]).clear(), 3)])
def test_nothing_to_draw_is_said(frame: pl.DataFrame, prompts: int) -> None:
    with pytest.raises(InputError, match=r"give a number of prompts|no record can be drawn"):
        choose(frame, prompts)
