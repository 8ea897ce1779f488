from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rftkit.formats.dialects.values import attributes, compact, nested, parsed, unwrapped

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = TEXT.filter(bool)
JSON = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def wrapped(value: Any) -> dict[str, Any]:
    """Return a value as OTLP's JSON writes it."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [wrapped(item) for item in value]}}
    return {"kvlistValue": {"values": [{"key": key, "value": wrapped(item)} for key, item in value.items()]}}


@given(JSON)
def test_wrapped_values_of_otlp_come_back_as_they_were(value: Any) -> None:
    assert unwrapped(json.loads(json.dumps(wrapped(value)))) == value


@given(st.dictionaries(KEYS, JSON, max_size=4))
def test_attributes_of_otlp_come_back_in_order(values: dict[str, Any]) -> None:
    pairs = [{"key": key, "value": wrapped(value)} for key, value in values.items()]
    assert list(attributes(pairs).items()) == list(values.items())


def test_snake_case_of_protobuf_and_empty_lists() -> None:
    assert unwrapped({"array_value": {"values": [{"int_value": 7}, {"string_value": "a"}]}}) == [7, "a"]
    assert unwrapped({"arrayValue": {}}) == []
    assert unwrapped({"kvlistValue": {"values": []}}) == {}
    assert unwrapped({}) is None


NAMES = st.text("abcdefg_", min_size=1, max_size=4)
TREES = st.recursive(
    st.text(max_size=4) | st.integers(),
    lambda inner: st.lists(inner, min_size=1, max_size=12) | st.dictionaries(NAMES, inner, min_size=1, max_size=3),
    max_leaves=20,
)


def flattened(value: Any, path: str) -> dict[str, Any]:
    """Return the indexed keys that a tracer writes for a nested value."""
    if isinstance(value, dict):
        return {key: leaf for name, item in value.items() for key, leaf in flattened(item, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {key: leaf for at, item in enumerate(value) for key, leaf in flattened(item, f"{path}.{at}").items()}
    return {path: value}


@given(TREES)
def test_flattened_keys_nest_back(tree: Any) -> None:
    assert nested(flattened(tree, "llm.x"), "llm.x") == tree


@given(TREES)
def test_nested_values_are_read_without_flattening(tree: Any) -> None:
    assert nested({"llm": {"x": tree}}, "llm.x") == tree
    assert nested({"llm.x": tree}, "llm.x") == tree


def test_other_prefixes_that_begin_alike_are_left_alone() -> None:
    assert nested({"llm.tools_used": 1, "llm.tools.0.name": "f"}, "llm.tools") == [{"name": "f"}]


def test_parsed_reads_only_lists_and_objects() -> None:
    assert [parsed(text) for text in ('{"a": 1}', " [1]", "[no json", "7", "", None, 7)] == [
        {"a": 1},
        [1],
        "[no json",
        "7",
        "",
        None,
        7,
    ]


def test_compact_keeps_what_others_lose() -> None:
    assert compact({"n": 10**30, "t": "é\ud800"}) == '{"n":1000000000000000000000000000000,"t":"é\ud800"}'
