r"""Lines: bytes that are damaged are repaired and logged, so that they can be put back."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.formats.lines import read_line


def test_only_what_surrounds_the_json_is_taken_off() -> None:
    line = read_line(b'\xef\xbb\xbf {"a": "x\xe2\x80\xa8y\xc2\x85z"} \t\r')
    assert line.value == {"a": "x\u2028y\u0085z"}
    assert [entry["code"] for entry in line.repairs] == ["crlf", "bom"]


def test_white_space_around_a_line_is_no_repair() -> None:
    assert read_line(b'  {"a": 1} \t').repairs == []


@pytest.mark.parametrize(
    "raw",
    [b"caf\xe9", b"\xff\xfe", b"a\xe2\x82 b", b"\xc0\xaf", b"\x93quoted\x94", "é\xe9".encode("latin-1") + b"\xc3\xa9"],
)
def test_bytes_that_are_no_utf8_are_replaced_and_can_be_put_back(raw: bytes) -> None:
    line = read_line(b'{"ok": "\xc3\xa9", "text": "' + raw + b'"}')
    assert line.value == {"ok": "é", "text": raw.decode("utf-8", "replace")}
    (fix,) = line.fixes
    assert (fix.code, fix.at) == ("invalid_utf8", ("text",))
    assert base64.b64decode(fix.before["base64"]) == raw


def test_lone_surrogates_are_replaced_and_can_be_put_back() -> None:
    line = read_line(rb'{"a": ["\ud83d!", "\ud83d\ude00"]}')
    assert line.value == {"a": ["\ufffd!", "😀"]}
    (fix,) = line.fixes
    assert (fix.code, fix.at, json.loads(fix.before["json"])) == ("lone_surrogate", ("a", 0), "\ud83d!")


def test_nul_is_taken_out_escaped_or_not() -> None:
    line = read_line(b'{"a": "x\\u0000y", "b": "x\x00y"}')
    assert line.value == {"a": "xy", "b": "xy"}
    assert [(fix.code, fix.before) for fix in line.fixes] == [("nul", "x\x00y")] * 2


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_become_null(word: str) -> None:
    line = read_line(f'{{"metadata": {{"score": [1.5, {word}]}}}}'.encode())
    assert line.value == {"metadata": {"score": [1.5, None]}}
    (fix,) = line.fixes
    assert (fix.code, fix.pointer(), fix.before) == ("nan", "/metadata/score/1", word)


def test_broken_keys_are_mended_too() -> None:
    line = read_line(rb'{"a\ud800": 1}')
    assert line.value == {"a\ufffd": 1}
    assert line.fixes[0].before == {"key": {"json": '"a\\ud800"'}}


@given(st.dictionaries(st.text(max_size=3), st.text() | st.lists(st.text()), max_size=4))
def test_any_text_can_be_held_by_a_column_afterwards(value: dict[str, object]) -> None:
    line = read_line(json.dumps(value).encode())
    text = json.dumps(line.value, ensure_ascii=False).encode()
    assert b"\\u0000" not in text
