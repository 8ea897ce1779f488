"""JSON text of any size, depth and state is read exactly or refused with a reason."""

from __future__ import annotations

import contextlib
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.formats.deep import is_deep, is_json, split_array
from rftkit.formats.exact import UnreadableError, dump, parse

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert parse(dump(value).encode()).value == value


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_what_others_write_is_read_as_they_meant_it(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert parse(text).value == json.loads(text)
    assert parse(text).codes == []
    assert is_json(text)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        parse(text)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3000), st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")]), st.booleans())
def test_values_of_any_depth_are_valid_and_broken_ones_are_not(
    depth: int, marks: tuple[bytes, bytes], broken: bool
) -> None:
    text = marks[0] * depth + (b"1," if broken else b"1") + marks[1] * depth
    assert is_deep(text) == (depth > 200)
    assert is_json(text) != broken


@pytest.mark.parametrize("depth", [201, 1_500, 100_000])
def test_deep_values_beside_others_keep_their_text_and_the_others_their_values(depth: int) -> None:
    deep = b'{"a":' * depth + b"[1, 2]" + b"}" * depth
    parsed = parse(b'{"id": "x", "metadata": ' + deep + b', "n": [1]}')
    assert (parsed.value["id"], parsed.value["n"], parsed.codes) == ("x", [1], ["deep_json"])
    assert bytes(parsed.slices["metadata"]) == deep
    assert dump(parsed.value).encode().count(b'{"a":') == depth


def test_numbers_of_any_length_keep_all_digits() -> None:
    digits = "9" * 5_000
    assert (
        dump(parse(f'{{"a":{digits},"b":{10**40},"c":1e999}}'.encode()).value)
        == f'{{"a":{digits},"b":{10**40},"c":1e999}}'
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a": 1', "cut off"),
        (b'{"a": "x', "cut off"),
        (b'{"a": 1,}', "comma before the closing bracket"),
        (b'{"a": 1} {"b": 2}', "more than one JSON value"),
        (b'{"a": 1},{"b": 2}', "more than one JSON value"),
        (b"{'a': None}", "Python text"),
        (b"hello", "plain text"),
        (b"[" * 100_000, "nested very deeply"),
    ],
)
def test_refusals_say_why(text: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        parse(text)


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":2}', b'{"x":[{"role":"a", "role" : "b"}]}', b'{"t":"\\"x\\":1","a":{"b":1,"b":1}}']
)
def test_a_key_that_comes_twice_is_noticed_at_every_level(text: bytes) -> None:
    assert parse(text).codes == ["duplicate_key"]


@pytest.mark.parametrize(
    "text", [b'{"t":"\\"a\\": 1, \\"a\\": 2"}', b'{"a":{"b":1},"c":{"b":1}}', b'{"a" : 1, "b"\t: 2}']
)
def test_keys_in_texts_and_in_different_objects_are_not_twice(text: bytes) -> None:
    assert parse(text).codes == []


@given(st.lists(VALUES, max_size=5))
def test_arrays_are_split_into_their_elements(values: list[object]) -> None:
    text = json.dumps(values).encode()
    assert [msgspec.json.decode(element) for element in split_array(text)] == json.loads(text)
