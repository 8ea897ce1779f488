"""What training changed: paired by prompt, with intervals that hold, and a verdict that follows from rules."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.errors import InputError
from rftkit.results import change, compare, side_by_side
from rftkit.results.paired import holm

rewards = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40)


def side(values: dict[str, list[float | None]], text: str = "said") -> pl.DataFrame:
    rows = [
        {"id": id_, "sample": number, "reward": reward, "output_text": f"{text} {id_} {number}"}
        for id_, given in values.items()
        for number, reward in enumerate(given)
    ]
    return pl.DataFrame(rows, schema_overrides={"reward": pl.Float64})


def topics(names: dict[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame({"id": list(names), "topic": list(names.values())}, schema_overrides={"topic": pl.String})


@settings(deadline=None)
@given(rewards)
def test_the_change_is_the_mean_difference_and_lies_in_its_interval(pairs: list[tuple[float, float]]) -> None:
    before, after = zip(*pairs, strict=True)
    found = change(before, after)
    assert found.difference == pytest.approx(np.mean(after) - np.mean(before), abs=1e-9)
    if found.low is not None:
        assert -1 - 1e-9 <= found.low <= found.difference + 1e-9
        assert found.difference - 1e-9 <= found.high <= 1 + 1e-9
        assert 0 <= found.p <= 1 + 1e-12


@settings(deadline=None)
@given(rewards)
def test_turning_before_and_after_round_turns_the_sign(pairs: list[tuple[float, float]]) -> None:
    before, after = zip(*pairs, strict=True)
    one, other = change(before, after), change(after, before)
    assert one.difference == pytest.approx(-(other.difference or 0), abs=1e-9)
    if one.low is not None and one.outcome != "unclear":
        assert {one.outcome, other.outcome} == {"better", "worse"}


def test_the_interval_is_that_of_a_paired_t_test() -> None:
    from scipy import stats

    before, after = [0.1, 0.4, 0.35, 0.8, 0.2, 0.6], [0.3, 0.5, 0.3, 0.9, 0.65, 0.7]
    theirs = stats.ttest_rel(after, before)
    ours, interval = change(before, after), theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-9)


@pytest.mark.parametrize("prompts", [10, 40, 200])
def test_the_interval_holds_the_true_change_about_95_times_in_100(prompts: int) -> None:
    draw = np.random.default_rng(prompts)
    held = 0
    for _ in range(400):
        rate = draw.beta(2, 2, prompts)  # each prompt has a difficulty of its own
        before = draw.binomial(4, rate) / 4
        after = draw.binomial(4, np.clip(rate + 0.1, 0, 1)) / 4
        truth = 0.0990  # mean of clip(rate + 0.1) - rate for Beta(2, 2)
        found = change(before, after)
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.985


def test_equal_differences_of_a_few_prompts_prove_nothing() -> None:
    assert change([0.0] * 3, [0.2] * 3).outcome == "unclear"
    assert change([0.0] * 60, [0.5] * 60).outcome == "better"
    assert change([0.5] * 30, [0.5] * 30).outcome == "unclear"


def test_answers_of_one_prompt_count_as_one_prompt() -> None:
    before = side({"a": [0.0, 1.0, 0.5, 0.5], "b": [0.0]})
    after = side({"a": [1.0, 1.0, 1.0, 1.0], "b": [0.0]})
    found = compare(before, after)
    assert (found.overall.prompts, found.overall.before, found.overall.after) == (2, 0.25, 0.5)


def test_an_answer_without_a_reward_is_missing_and_not_0() -> None:
    found = compare(side({"a": [1.0, None], "b": [0.5], "c": [None]}), side({"a": [1.0], "b": [0.5, None], "c": [1.0]}))
    assert (found.overall.before, found.overall.after) == (0.75, 0.75)
    assert found.errors == {"before": 2, "after": 1}
    assert any(text.startswith("1 prompt left out") for text in found.warnings)


def test_prompts_of_one_side_alone_are_refused_where_none_is_left() -> None:
    with pytest.raises(InputError, match="no prompt has a reward both before and after"):
        compare(side({"a": [1.0]}), side({"b": [1.0]}))


def _world(changes: dict[str, float], prompts: int = 60, seed: int = 0) -> object:
    """Return results of topics whose true change is known."""
    draw = np.random.default_rng(seed)
    before, after, names = {}, {}, {}
    for topic, moved in changes.items():
        for n in range(prompts):
            rate = draw.uniform(0.3, 0.6)
            id_ = f"{topic}-{n}"
            before[id_] = list(np.clip(rate + draw.normal(0, 0.05, 2), 0, 1))
            after[id_] = list(np.clip(rate + moved + draw.normal(0, 0.05, 2), 0, 1))
            names[id_] = topic
    return compare(side(before), side(after), topics(names))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"a": 0.2, "b": 0.2}, "significant"),
        ({"a": 0.02, "b": 0.02}, "marginal"),
        ({"a": -0.2, "b": -0.2}, "regression"),
        ({"a": 0.3, "b": -0.1}, "regression"),
        ({"a": 0.0}, None),
    ],
)
def test_the_verdict_follows_from_what_was_planted(changes: dict[str, float], expected: str | None) -> None:
    found = _world(changes)
    if expected is None:
        assert found.verdict in ("none", "marginal")
    else:
        assert found.verdict == expected


def test_a_topic_that_fell_is_named_first_and_warned_of() -> None:
    found = _world({"good": 0.3, "bad": -0.15})
    assert [one["topic"] for one in found.regressions] == ["bad"]
    assert found.regressions[0]["significant"] is True
    assert found.warnings[0].startswith("bad fell from")
    assert "more than luck explains" in found.warnings[0]


def test_among_many_topics_a_bad_one_by_luck_is_no_regression() -> None:
    wrong = sum(
        _world({f"t{n}": 0.0 for n in range(20)}, prompts=15, seed=seed).verdict == "regression" for seed in range(40)
    )
    assert wrong <= 6, "a test at 5 % may be wrong about twice in 40; without the correction it would be most times"


def test_holm_never_lowers_a_probability() -> None:
    found = holm({"a": 0.001, "b": 0.2, "c": 0.9})
    assert found == pytest.approx({"a": 0.003, "b": 0.4, "c": 0.9})


def test_records_without_a_topic_have_a_row_of_their_own() -> None:
    found = compare(side({"a": [0.0], "b": [1.0]}), side({"a": [1.0], "b": [1.0]}), topics({"a": None, "b": "x"}))
    assert set(found.to_dict()["by_topic"]) == {"__unassigned", "x"}


def test_wins_and_losses_stand_side_by_side() -> None:
    found = compare(
        side({"a": [0.0], "b": [1.0], "c": [0.5]}, "old"), side({"a": [1.0], "b": [0.2], "c": [0.5]}, "new")
    )
    assert found.wins().select("id", "output_text_before", "output_text_after").rows() == [("a", "old a 0", "new a 0")]
    assert found.losses()["id"].to_list() == ["b"]


def test_from_nothing_a_gain_is_counted_in_points() -> None:
    found = compare(side({f"r{n}": [0.0] for n in range(50)}), side({f"r{n}": [float(n % 2)] for n in range(50)}))
    assert found.to_dict()["change_relative"] is None
    assert found.verdict == "significant"


def test_the_page_shows_text_and_never_runs_it() -> None:
    bad = "<script>alert(1)</script>"
    before = side({"a": [0.0], "b": [1.0]}).with_columns(output_text=pl.lit(bad))
    found = compare(before, side({"a": [1.0], "b": [0.0]}), pl.DataFrame({"id": ["a"], "topic": [bad], "text": [bad]}))
    assert bad not in found.to_html()
    assert "&lt;script&gt;" in found.to_html()


def test_the_keys_that_others_rely_on_are_there() -> None:
    told = _world({"a": 0.2}).to_dict()
    assert {"before", "after", "change", "by_topic", "regressions", "verdict"} <= set(told)
    assert told["change"] == pytest.approx(told["after"] - told["before"])


def test_runs_measured_differently_are_said_to_be() -> None:
    one, other = (
        compare(side({"a": [0.0]}), side({id_: [1.0] for id_ in ids}), about={"job": job, "grader_fingerprint": job})
        for job, ids in (("job-1", "a"), ("job-2", "ab"))
    )
    notes = side_by_side([one, other]).notes
    assert "different graders" in notes[0]
    with pytest.raises(InputError, match="name at least one job"):
        side_by_side([])


def test_the_chart_has_every_topic_with_its_outcome() -> None:
    drawn = _world({"good": 0.3, "bad": -0.2}).chart().to_dict()
    rows = (
        next(iter(layer["data"]["values"] for layer in drawn["layer"]))
        if "data" not in drawn
        else drawn["data"]["values"]
    )
    assert {(row["topic"], row["outcome"]) for row in rows} == {("good", "better"), ("bad", "worse")}
