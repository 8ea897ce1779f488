"""Split: no group on both sides, shares exact within a group, every topic in both sets, the same every time."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.errors import InputError
from rftkit.groups import groups
from rftkit.split import UNASSIGNED, split


def records(**sizes):
    """Real records by topic, each on its own."""
    topics = [topic for topic, size in sizes.items() for _ in range(size)]
    return pl.DataFrame({"id": [f"r{i}" for i in range(len(topics))], "topic": topics})


@st.composite
def datasets(draw):
    """Records of up to five topics; sources with variations; near duplicates; some invalid, some unassigned."""
    rows = []
    for _ in range(draw(st.integers(0, 60))):
        source = draw(st.sampled_from([None, None, *range(len(rows))])) if rows else None
        topic = draw(st.sampled_from(["a", "b", "c", "d", None]))
        rows.append(
            {
                "row": len(rows),
                "id": f"r{len(rows)}",
                "topic": topic,
                "valid": draw(st.sampled_from([True, True, True, None, False])),
                "generated": source is not None,
                "source_record_id": None if source is None else f"r{source}",
            }
        )
    schema = {
        "row": pl.Int64, "id": pl.String, "topic": pl.String, "valid": pl.Boolean, "generated": pl.Boolean,
        "source_record_id": pl.String,
    }  # fmt: skip
    near = draw(st.lists(st.tuples(*[st.integers(0, max(len(rows) - 1, 0))] * 2), max_size=6)) if rows else []
    pairs = pl.DataFrame({"row_a": [a for a, _ in near], "row_b": [b for _, b in near]}, schema_overrides={
        "row_a": pl.Int64, "row_b": pl.Int64})  # fmt: skip
    return pl.DataFrame(rows, schema=schema), pairs


@settings(max_examples=250, deadline=None)
@given(datasets(), st.sampled_from([0.5, 0.8, 0.9]), st.booleans(), st.integers(0, 3))
def test_no_group_straddles_and_every_record_is_accounted_for(data, train, generated, seed):
    frame, pairs = data
    result = split(frame, train=train, generated_in_validation=generated, seed=seed, groups=pairs)
    parts = frame.join(result.frame, on="id").join(groups(frame, pairs).select("id", "group"), on="id")
    sides = parts.drop_nulls("split").group_by("group").agg(pl.col("split").n_unique())
    assert (sides["split"] <= 1).all()
    assert result.straddling_groups == 0
    assert result.frame["id"].to_list() == frame["id"].to_list()
    assert result.train + result.validation + result.left_out + result.invalid == frame.height
    assert parts.filter(~pl.col("valid"))["split"].null_count() == result.invalid
    assert sum(n["train"] for n in result.by_topic.values()) == result.train
    assert sum(n["validation"] for n in result.by_topic.values()) == result.validation
    in_validation = parts.filter(pl.col("split") == "validation")
    if not generated:
        assert not in_validation["generated"].any()
        assert result.generated_share["validation"] == 0
    else:
        assert result.left_out == 0
    out = parts.filter(pl.col("split").is_null() & pl.col("valid").fill_null(value=True))
    assert out["generated"].all()
    assert out["group"].is_in(in_validation["group"].implode()).all()


@settings(max_examples=250, deadline=None)
@given(datasets(), st.sampled_from([0.5, 0.8, 0.9]), st.booleans(), st.integers(0, 3))
def test_a_topic_with_two_groups_is_in_validation_and_no_topic_goes_there_whole(data, train, generated, seed):
    frame, pairs = data
    frame = frame.with_columns(topic=pl.col("topic").first().over(groups(frame, pairs)["group"]))
    result = split(frame, train=train, generated_in_validation=generated, seed=seed, groups=pairs)
    kept = frame.join(groups(frame, pairs).select("id", "group"), on="id").filter(pl.col("valid").fill_null(value=True))
    for (topic,), rows in kept.group_by("topic"):
        numbers = result.by_topic[topic if topic is not None else UNASSIGNED]
        usable = rows if generated else rows.filter(~pl.col("generated"))
        if rows["group"].n_unique() >= 2 and usable.height:
            assert numbers["validation"] >= 1
            assert numbers["train"] >= 1
        elif rows["group"].n_unique() == 1:
            assert numbers["validation"] == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=40), st.sampled_from([0.5, 0.7, 0.8, 0.9, 0.95]))
def test_shares_of_single_records_are_exact_to_one_record(sizes, train):
    result = split(records(**{f"t{i}": size for i, size in enumerate(sizes)}), train=train)
    for topic, n in result.by_topic.items():
        whole = sizes[int(topic[1:])]
        # a topic of one record gives its part to the others, so theirs may be a little larger
        lonely = sizes.count(1) * (1 - train)
        assert abs(n["validation"] - (1 - train) * whole) <= 1 + (lonely if whole > 1 else 0) + 1e-6
    small = sum(0 < size * (1 - train) < 1 for size in sizes)
    assert abs(result.validation - (1 - train) * sum(sizes)) <= 1 + small


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=20, max_size=300), st.sampled_from([0.8, 0.9]), st.integers(0, 5))
def test_shares_of_groups_are_exact_within_the_largest_group(sizes, train, seed):
    number = [g for g, size in enumerate(sizes) for _ in range(size)]
    frame = pl.DataFrame({"id": [f"r{i}" for i in range(len(number))], "topic": ["a"] * len(number)})
    held = frame.select("id").with_columns(group=pl.Series(number))
    result = split(frame, train=train, groups=held, seed=seed)
    assert abs(result.validation - (1 - train) * len(number)) <= max(sizes)
    assert result.groups == len(sizes)


def test_validation_of_many_topics_sums_to_the_share_asked_for():
    result = split(records(**{f"t{i}": 100 + i for i in range(150)}))
    whole = result.train + result.validation
    assert abs(result.validation - 0.1 * whole) <= 0.5
    assert not result.without_validation


def test_a_topic_of_one_record_stays_in_train_and_is_reported():
    result = split(records(a=50, lonely=1))
    assert result.by_topic["lonely"] == {"train": 1, "validation": 0}
    assert result.without_validation == ("lonely",)
    assert any("'lonely'" in warning for warning in result.warnings)


def test_invalid_records_are_in_no_set():
    frame = records(a=20).with_columns(valid=pl.Series([True] * 10 + [False] * 8 + [None] * 2))
    result = split(frame)
    assert (result.train + result.validation, result.invalid) == (12, 8)
    assert result.frame["split"][10:18].to_list() == [None] * 8


def variations(sources, each, topic="a"):
    real = [{"id": f"s{i}", "topic": topic, "generated": False, "source_record_id": None} for i in range(sources)]
    made = [
        {"id": f"s{i}v{j}", "topic": topic, "generated": True, "source_record_id": f"s{i}"}
        for i in range(sources)
        for j in range(each)
    ]
    return pl.DataFrame([*real, *made], schema_overrides={"source_record_id": pl.String})


def test_groups_without_generated_members_go_to_validation_first():
    plain = records(a=30).with_columns(generated=pl.lit(value=False), source_record_id=pl.lit(None, dtype=pl.String))
    result = split(pl.concat([plain, variations(20, 2)], how="diagonal"))
    assert result.left_out == 0
    assert result.validation == 9
    assert all(id_.startswith("r") for id_ in result.ids("validation"))


def test_generated_members_of_a_group_that_validation_must_take_are_left_out_and_counted():
    result = split(variations(100, 3))
    assert result.left_out == 3 * result.validation
    # of what remains in the two sets, a tenth is validation
    assert abs(result.validation - 0.1 * (result.train + result.validation)) <= 1
    assert result.generated_share["validation"] == 0
    assert any("left out" in warning for warning in result.warnings)


def test_generated_records_may_be_in_validation_when_asked():
    result = split(variations(100, 3), generated_in_validation=True)
    assert result.left_out == 0
    assert result.validation == 40
    assert result.generated_share["validation"] == 0.75


def test_a_topic_of_generated_records_alone_is_without_validation_and_others_make_up_for_it():
    made = pl.DataFrame({"id": [f"g{i}" for i in range(100)], "topic": ["made"] * 100, "generated": [True] * 100})
    result = split(pl.concat([records(a=100).with_columns(generated=pl.lit(value=False)), made]))
    assert result.by_topic == {"a": {"train": 80, "validation": 20}, "made": {"train": 100, "validation": 0}}


def test_the_division_hangs_on_ids_and_seed_and_not_on_the_order_of_rows():
    frame = records(a=300, b=77)
    first = split(frame, seed=3)
    assert first.frame.equals(split(frame, seed=3).frame)
    turned = split(frame.reverse(), seed=3)
    assert sorted(turned.ids("validation")) == sorted(first.ids("validation"))
    assert sorted(split(frame, seed=4).ids("validation")) != sorted(first.ids("validation"))


def test_the_division_is_the_same_on_every_machine():
    """Changing the order changes every split there is; polars' own hash would, with every version."""
    from rftkit.split.order import keys

    assert keys(pl.Series(["r0", "a longer id é"]), 0).tolist() == [4148059828967888515, 10958837582418249211]


def test_new_records_move_few_of_the_old_ones():
    frame = records(a=1000)
    old = set(split(frame.head(900)).ids("validation"))
    new = set(split(frame).ids("validation"))
    assert len(old - new) <= 25


def test_records_of_an_earlier_validation_stay_there():
    frame = records(a=200, b=40)
    first = split(frame, seed=1)
    more = pl.concat([frame, records(a=200).with_columns(id="x" + pl.col("id"))])
    second = split(more, seed=9, keep=first.ids("validation"))
    assert set(first.ids("validation")) <= set(second.ids("validation"))
    assert second.validation == 44


def test_near_duplicates_of_invalid_records_tie_the_valid_ones():
    """a ~ b ~ c where b is invalid: a and c are as near to each other as a group gets."""
    frame = pl.DataFrame({"row": [0, 1, 2], "id": ["a", "b", "c"], "valid": [True, False, True]})
    pairs = pl.DataFrame({"row_a": [0, 1], "row_b": [1, 2]})
    result = split(frame, train=0.5, groups=pairs)
    assert result.frame["split"].to_list() == ["train", None, "train"]
    assert result.groups == 1


def test_min_validation_takes_more_than_the_share():
    result = split(records(a=100, b=100), min_validation=60)
    assert result.validation >= 60
    assert result.validation <= 62
    with pytest.raises(InputError, match="validation can have 198 records at most, 250 were asked for"):
        split(records(a=100, b=100), min_validation=250)
    with pytest.raises(InputError, match="generated_in_validation=True"):
        split(variations(5, 20), min_validation=50)


def test_without_strata_only_the_whole_is_divided():
    result = split(records(a=500, b=500, lonely=1), stratify="none")
    assert result.validation == 100
    assert result.ratio == pytest.approx(0.9, abs=0.001)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"train": 1.0}, "train is 1.0"), ({"stratify": "label"}, "'label'"), ({"min_validation": -1}, "-1")],
)
def test_options_that_cannot_be_are_refused(options, said):
    with pytest.raises(InputError, match=said):
        split(records(a=3), **options)


def test_no_records_make_an_empty_split():
    result = split(pl.DataFrame(schema={"id": pl.String, "topic": pl.String}))
    assert (result.train, result.validation, result.ratio) == (0, 0, 0.0)
    assert split(records(a=1)).train == 1


def test_the_result_is_plain_and_named_as_promised():
    import json

    told = split(records(a=30, b=20)).to_dict()
    contract = {"train", "validation", "ratio", "by_topic", "straddling_groups", "left_out", "generated_share"}
    assert told.keys() >= contract
    assert json.loads(json.dumps(told)) == told
    page = split(records(**{"<b>": 30}))._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<script" not in page


# -- groups ------------------------------------------------------------------------------------------------------


def test_a_chain_of_variations_is_one_group_even_without_its_source():
    frame = pl.DataFrame({"id": ["v1", "v2", "v1a", "x"], "source_record_id": ["gone", "gone", "v1", None]})
    assert groups(frame)["group"].to_list() == [0, 0, 0, 1]


def test_prompts_cut_from_one_conversation_are_one_group():
    origin = [{"trace_id": "t", "turn": 1}, {"trace_id": "t", "turn": 3}, {"trace_id": "u", "turn": 1},
              {"trace_id": "t", "turn": None}]  # fmt: skip
    assert groups(pl.DataFrame({"id": list("abcd"), "origin": origin}))["group"].to_list() == [0, 0, 1, 2]


def test_identical_prompts_are_one_group_while_nothing_has_judged_them():
    frame = pl.DataFrame({"id": list("abc"), "content_key": [b"1", b"2", b"1"]})
    assert groups(frame)["group"].to_list() == [0, 1, 0]
    judged = frame.with_columns(valid=pl.lit(value=True))
    assert groups(judged)["group"].to_list() == [0, 1, 2]


def test_pairs_may_name_ids_or_rows():
    frame = pl.DataFrame({"id": list("abc"), "row": [7, 8, 9]})
    by_id = groups(frame, pl.DataFrame({"id_a": ["a"], "id_b": ["c"], "jaccard": [0.9]}))
    by_row = groups(frame, pl.DataFrame({"row_a": [7], "row_b": [9]}))
    assert by_id["group"].to_list() == by_row["group"].to_list() == [0, 1, 0]
    with pytest.raises(InputError, match="row_a and row_b"):
        groups(frame, pl.DataFrame({"left": ["a"], "right": ["c"]}))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_those_of_a_plain_union_find(count, ties):
    import numpy as np

    from rftkit.groups import components

    ties = [(a % count, b % count) for a, b in ties]
    parent = list(range(count))

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in ties:
        parent[root(a)] = root(b)
    found = components(count, np.array(ties, dtype=np.int64).reshape(-1, 2)).tolist()
    assert [[found[a] == found[b] for b in range(count)] for a in range(count)] == [
        [root(a) == root(b) for b in range(count)] for a in range(count)
    ]
    first_seen = list(dict.fromkeys(found))
    assert first_seen == sorted(first_seen)
