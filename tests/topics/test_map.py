"""The map: same seed, same places."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rftkit import charts
from rftkit.errors import InputError
from rftkit.topics import map_labels, project


def clusters():
    rng = np.random.default_rng(0)
    return np.vstack([rng.normal(0, 0.1, (30, 8)) + centre for centre in (0, 3)]).astype(np.float32)


def test_pca_separates_what_is_apart_and_is_repeatable():
    one, two = project(clusters()), project(clusters())
    assert one.points.equals(two.points)
    x = one.points["x"].to_numpy()
    assert (x[:30].max() < x[30:].min()) or (x[30:].max() < x[:30].min())


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_records_have_a_map(count):
    found = project(np.ones((count, 3), np.float32), method="umap")
    assert found.points.height == count
    assert found.points["x"].is_finite().all()


def test_labels_stand_where_their_records_are_densest():
    found = project(clusters(), key=pl.Series("id", [f"r{i}" for i in range(60)]))
    labels = found.labels(pl.Series(["A/x"] * 29 + [None] + ["B"] * 30), level=1)
    assert labels["topic"].to_list() == ["A", "B"]
    assert labels["count"].to_list() == [29, 30]


def test_an_unknown_method_is_refused():
    with pytest.raises(InputError, match="pca or umap"):
        project(clusters(), method="tsne")


def test_names_on_a_map_do_not_stand_on_each_other_and_the_larger_topic_has_its_name():
    points = pl.DataFrame(
        {"x": [0.0, 0.1, 0.2, 9.0], "y": [0.0, 0.0, 0.1, 9.0], "topic": ["A/big", "A/big", "A/small", "B"]}
    )
    drawn = charts.map(points, labels=map_labels(points)).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["circle", "text", "text"]
    assert [row["name"] for row in drawn["layer"][1]["data"]["values"]] == ["big", "B"]


@pytest.mark.slow
def test_umap_gives_the_same_map_for_the_same_seed():
    assert project(clusters(), method="umap", seed=1).points.equals(project(clusters(), method="umap", seed=1).points)
