"""Charts: drawn by JupyterLab itself, as small for a million records as for a hundred."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from rftkit import charts
from rftkit.errors import InputError
from rftkit.messages import dump

TOPICS = pl.DataFrame(
    {
        "path": ["cards/lost", "loans", "fees"],
        "count": [10, 70, 20],
        "share": [0.1, 0.7, 0.2],
        "target": [1 / 3, 1 / 3, 1 / 3],
        "status": ["under", "over", "slightly_under"],
    }
)
MANY = pl.DataFrame(
    {"x": [0.5] * 50_000, "y": [1.0] * 50_000, "topic": ["a/b", None] * 25_000, "text": ["long " * 99] * 50_000}
)


def every() -> dict[str, Any]:
    more = TOPICS.with_columns(pl.lit(70).alias("count"))
    return {
        "coverage": charts.coverage(TOPICS),
        "distribution": charts.distribution(TOPICS, more),
        "confidence": charts.confidence(pl.DataFrame({"topic_confidence": [0.0, 0.49, 0.5, 1.0, None]})),
        "lengths": charts.lengths(pl.Series("tokens", [3, 4, 5] * 20 + [9000])),
        "map": charts.map(MANY),
        "heat": charts.heat(pl.DataFrame({"topic": ["a", "b"], "easy": [3, 4], "hard": [0, 1]})),
    }


@pytest.mark.parametrize("name", list(every()))
def test_a_chart_is_valid_and_can_be_drawn(name: str) -> None:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(every()[name].to_dict(), allowed_base_urls=[])
    assert svg.startswith("<svg")


@pytest.mark.parametrize("name", list(every()))
def test_a_chart_is_shown_in_the_form_that_jupyterlab_draws_offline(name: str) -> None:
    bundle = every()[name]._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data[charts.MIME]["$schema"] == charts.SCHEMA
    assert "text/html" not in data


def test_a_renderer_that_a_person_chose_is_left_alone() -> None:
    import altair as alt

    with alt.renderers.enable("mimetype"):
        charts.coverage(TOPICS)
        assert alt.renderers.active == "mimetype"


def test_a_map_of_many_records_is_a_sample_and_says_so() -> None:
    spec = charts.map(MANY).to_dict()
    assert len(spec["data"]["values"]) == 4000
    assert spec["title"]["subtitle"] == "a sample of 4,000 of 50,000 records"
    assert len(dump(spec)) < 1_000_000


def test_a_sample_is_the_same_for_a_seed() -> None:
    points = MANY.with_columns(pl.int_range(pl.len()).cast(pl.Float64).alias("x"))
    assert charts.map(points, seed=3).to_dict() == charts.map(points, seed=3).to_dict()
    assert charts.map(points, seed=3).to_dict() != charts.map(points, seed=4).to_dict()


def test_a_histogram_counts_every_record_once() -> None:
    values = pl.Series("tokens", list(range(1, 5000)) + [7] * 300)
    rows = charts.lengths(values).to_dict()["data"]["values"]
    left_out = values.len() - sum(row["records"] for row in rows)
    assert left_out == int((values > values.quantile(0.99, "higher")).sum())


def test_a_histogram_with_a_long_tail_leaves_nothing_out() -> None:
    values = pl.Series("tokens", [1, 2, 3] * 100 + [50_000] * 10)
    spec = charts.lengths(values).to_dict()
    assert sum(row["records"] for row in spec["data"]["values"]) == 310
    assert "multiple" in spec["title"]["subtitle"]


@pytest.mark.parametrize("values", [[], [None], [4], [0, 0, 0]])
def test_a_histogram_of_next_to_nothing_is_drawn(values: list[int | None]) -> None:
    assert charts.lengths(pl.Series("tokens", values, dtype=pl.Int64)).to_dict()


def test_confidences_fall_into_the_bands_that_categorize_uses() -> None:
    rows = every()["confidence"].to_dict()["layer"][0]["data"]["values"]
    assert {round(row["from"], 2): row["band"] for row in rows} == {
        0.0: "review",
        0.45: "review",
        0.5: "medium",
        0.95: "high",
    }


def test_the_topics_farthest_from_their_target_are_kept_when_not_all_fit() -> None:
    spec = charts.coverage(TOPICS, limit=1).to_dict()
    assert [row["path"] for row in spec["data"]["values"]] == ["loans"]
    assert "the 1 of 3 topics that are farthest off" in spec["title"]["subtitle"]


def test_a_frame_without_shares_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(InputError, match=r"count, share missing, there are path"):
        charts.coverage(TOPICS.select("path"))
