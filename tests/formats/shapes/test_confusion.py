"""Shapes do not steal each other's rows."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rftkit.formats.draft import Draft, NotUnderstood, frame_of
from rftkit.formats.shapes import shapes
from tests.formats.shapes.reading import everything

ROWS = list(everything())
# What a span of plain HTTP in a trace scores: it belongs to the trace, and calls no model.
BESIDE = 0.4


@pytest.mark.parametrize(
    ("shape", "file", "row"), ROWS, ids=[f"{shape}/{file}/{at}" for at, (shape, file, _) in enumerate(ROWS)]
)
def test_a_row_is_surest_of_its_own_shape(shape: str, file: str, row: dict[str, Any]) -> None:
    scores = {name: one.score(row) for name, one in shapes().items()}
    own = scores.pop(shape)
    assert own >= BESIDE
    assert all(score < own for score in scores.values()), scores
    assert all(0.0 <= score <= 1.0 for score in (own, *scores.values()))


def test_every_shape_has_fixtures() -> None:
    assert set(shapes()) == {shape for shape, _, _ in ROWS}


def test_shapes_do_not_change_the_row_they_read() -> None:
    for shape, _, row in ROWS:
        before = copy.deepcopy(row)
        _converted(shape, row)
        assert row == before


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.floats(allow_nan=False)
VALUES: st.SearchStrategy[Any] = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "type", "content", "parts", "id", "function", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(range(len(ROWS))), st.data())
def test_an_odd_row_is_a_draft_or_not_understood_and_never_an_accident(at: int, data: st.DataObject) -> None:
    shape, _, row = ROWS[at]
    mutated = copy.deepcopy(row)
    for _ in range(data.draw(st.integers(1, 3))):
        _mutate(mutated, data)
    assert all(0.0 <= one.score(mutated) <= 1.0 for one in shapes().values())
    drafts = _converted(shape, mutated)
    assert frame_of(drafts).height == len(drafts)


def _converted(shape: str, row: dict[str, Any]) -> list[Draft]:
    try:
        return shapes()[shape].convert(row, {})
    except NotUnderstood:
        return []


def _mutate(value: Any, data: st.DataObject) -> None:
    """Replace or remove one value somewhere inside."""
    while isinstance(value, dict | list) and value:
        key = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        inner = value[key]
        if not (isinstance(inner, dict | list) and inner and data.draw(st.booleans())):
            if isinstance(value, dict) and data.draw(st.booleans()):
                del value[key]
            else:
                value[key] = data.draw(VALUES)
            return
        value = inner
