"""Machine code changes how fast a file is read and nothing else: columns, keys, accounts and refusals are the same."""

from __future__ import annotations

import gzip
import json
import re
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import formats
from rftkit.formats import fast, machine
from rftkit.formats.compiled.digest import digest
from rftkit.formats.compiled.scan import DEEPEST, lines, value_end
from rftkit.formats.convert import Plan
from rftkit.messages import load

TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "",
        "Hi There",
        "  two  blanks ",
        "naïve Straße",
        "tab\tand\nline",
        "\x01\x02 marks \x02",
        'a "quote" \\ /',
        "😀é",
        "x" * 40,
    ]
)
VALUE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
NESTED = st.recursive(
    VALUE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
CALL = st.fixed_dictionaries(
    {"id": TEXT, "type": st.just("function"), "function": st.fixed_dictionaries({"name": TEXT, "arguments": TEXT})}
) | st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"arguments": TEXT | st.just({}), "name": TEXT}), "id": TEXT | st.integers()}
)
TURN = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "user", "system", "assistant"]),
    TEXT,
)
MESSAGE = TURN | st.one_of(
    st.builds(lambda text, name: {"role": "user", "content": text, "name": name}, TEXT, TEXT | st.none()),
    st.builds(
        lambda text, calls: {"role": "assistant", "content": text, "tool_calls": calls},
        TEXT | st.none(),
        st.lists(CALL, max_size=2),
    ),
    st.builds(lambda name, text: {"role": "tool", "tool_call_id": name, "content": text}, TEXT, TEXT),
    st.builds(lambda text: {"role": "tool", "tool_call_id": "c", "name": "f", "content": text}, TEXT),
    st.builds(lambda text: {"role": "developer", "content": text}, TEXT),
    st.builds(lambda text: {"content": text, "role": "user"}, TEXT),
    st.builds(lambda role: {"role": role, "content": None}, st.sampled_from(["user", "assistant", "bot", "User"])),
    st.builds(lambda value: {"role": "user", "content": [{"type": "text", "text": value}]}, TEXT),
    NESTED,
)
TOOL = st.builds(lambda name: {"type": "function", "function": {"name": name, "parameters": {"b": 1, "a": []}}}, TEXT)
PROMPT = st.fixed_dictionaries(
    {"messages": st.lists(TURN, min_size=1, max_size=4) | st.lists(MESSAGE, max_size=4)},
    optional={"tools": st.lists(TOOL, max_size=2) | NESTED, "tool_choice": NESTED},
)
BESIDE = st.dictionaries(
    st.sampled_from(["output", "metadata", "topic", "split", "label", "répère", 'k"q', "n", "tools", "messages"]),
    NESTED,
    max_size=4,
)
STYLE = st.sampled_from([(", ", ": "), (",", ":"), (", ", ": "), (" , ", " : ")])
ROW = st.tuples(TEXT | st.integers() | st.none(), PROMPT, BESIDE, STYLE, st.booleans())

pytestmark = pytest.mark.timeout(900)  # the first of them compiles, once per machine


@pytest.fixture(autouse=True)
def is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "ready", lambda: True)


def line_of(row: Any, shape: str) -> bytes:
    name, prompt, beside, style, ascii_only = row
    value = {"id": name, "input": prompt, **beside} if shape == "records" else {"id": name, **beside, **prompt}
    if shape != "records" and name is None:
        del value["id"]
    return json.dumps(value, separators=style, ensure_ascii=ascii_only).encode()


TEXTS = ("tools", "tool_choice", "output", "metadata", "extra")


def assert_same(text: bytes, shape: str, *, exact: bool = False) -> fast.Chunk:
    """Texts beside messages are equal as JSON: careful reading of a line writes them without blanks."""
    quick = fast.read_chunk(text, Plan(shape), file="a.jsonl", first=3, rooms=deque())
    usual = fast.read_chunk(text, Plan(shape), file="a.jsonl", first=3)
    assert quick.frame.schema == usual.frame.schema
    for column in usual.frame.columns:
        one, other = quick.frame[column].to_list(), usual.frame[column].to_list()
        if column in TEXTS and not exact:
            one, other = ([json.dumps(load(value)) for value in values] for values in (one, other))
        assert one == other, column
    assert (quick.lines, quick.blank, quick.tally, quick.lost) == (usual.lines, usual.blank, usual.tally, usual.lost)
    assert {type(number) for number, _, _ in quick.lost} <= {int}  # numbers of numpy do not go into JSON
    return usual


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=5), st.sampled_from(fast.SHAPES))
def test_any_rows_are_read_as_without(rows: list[Any], shape: str) -> None:
    assert_same(b"\n".join(line_of(row, shape) for row in rows), shape)


@settings(max_examples=300, deadline=None)
@given(
    ROW,
    st.sampled_from(fast.SHAPES),
    st.integers(0, 10**6),
    st.sampled_from(list(b'{}[]",:\\ u0dn1.-eE\t\r\x00\xe9\xff')),
)
def test_a_line_with_any_byte_changed_is_read_as_without(row: Any, shape: str, place: int, sign: int) -> None:
    line = bytearray(line_of(row, shape))
    line[place % len(line)] = sign
    sound = line_of(("a", {"messages": [{"role": "user", "content": "Hi"}]}, {}, (",", ":"), False), shape)
    assert_same(sound + b"\n" + bytes(line) + b"\n" + sound, shape)


@pytest.mark.parametrize(
    "line",
    [
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"\ud83d\ude00 \u00e9 \/ \u000a"}]}}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"\ud83d"}]}}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]},"id":"b"}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a","content":"b"}]}}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}],"messages":[]}}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}],"tools":[]},"n":01}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]},"n":1e999,"m":[1E2,-0.5]}',
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]},"n":' + b"[" * 300 + b"]" * 300 + b"}",
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]},"n":' + b"[" * 100 + b"]" * 100 + b"}",
        rb'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]},"n":[{"a":"[[["},{}]} ',
        rb'{"id":"","input":{"messages":[{"role":"user","content":"a"}]},"output":null,"metadata":null}',
        rb'{"id":"a","input":{"messages":[]}}',
        rb'{"id":"a","input":{"messages":[{"role":"assistant","content":null}]}}',
        b'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]}}\r',
        b'\xef\xbb\xbf{"id":"a","input":{"messages":[{"role":"user","content":"a"}]}}',
        b'{"id":"a","input":{"messages":[{"role":"user","content":"a"}]}',
        b"{}",
        b"{",
        b"",
    ],
)
def test_a_line_at_the_edge_of_what_is_ordinary_is_read_as_without(line: bytes) -> None:
    sound = b'{"id":"s","input":{"messages":[{"role":"user","content":"Hi"}]}}'
    assert_same(line + b"\n" + sound + b"\n" + line, "records")
    assert_same(line + b"\n", "records")


def test_of_a_key_that_comes_twice_beside_sound_lines_only_its_line_is_read_with_care() -> None:
    sound = b'{"id":"%d","input":{"messages":[{"role":"user","content":"Hi"}]}}\n'
    twice = b'{"id":"x","input":{"messages":[{"role":"assistant","role":"user","content":"Hi"}]}}\n'
    frame = assert_same(sound % 1 + twice + sound % 2, "records").frame
    assert frame["problems"].to_list() == [[], ["duplicate_key"], []]


@pytest.mark.parametrize(
    "name", ["banking77-test", "gsm8k-1k", "sgd-intents", "sgd-tools", "tau-airline-tools", "dirty-1"]
)
def test_real_and_damaged_files_are_read_as_without(name: str, shared_data: Path) -> None:
    text = gzip.decompress((shared_data / f"{name}.jsonl.gz").read_bytes())
    assert_same(
        b"".join(line for line in text.splitlines(keepends=True)[:3000] if len(line) < 1 << 20), "records", exact=True
    )


def test_a_large_file_is_read_in_threads_as_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rftkit.formats import sources

    rows = [{"id": str(n), "input": {"messages": [{"role": "user", "content": "x" * n}]}} for n in range(400)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "oops\n\n" + json.dumps({"messages": []}))
    alone = formats.read(path)
    expected = pl.concat(list(alone))
    monkeypatch.setattr(machine, "worth_it", lambda _: True)
    monkeypatch.setattr(fast, "chunks_of", lambda file: sources.chunks_of(file, 5_000))
    together = formats.read(path)
    assert pl.concat(list(together)).equals(expected, null_equal=True)
    assert (together.report, together.unreadable.equals(alone.unreadable)) == (alone.report, True)


def test_a_large_file_is_not_kept_waiting_by_a_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr(machine, "worth_it", lambda _: True)
    monkeypatch.setattr(machine, "ready", lambda: False)
    monkeypatch.setattr(machine, "prepare", lambda: begun.append(True))
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}}))
    assert [frame["id"].to_list() for frame in formats.read(path)] == [["a"]]
    assert begun == [True]


@pytest.mark.parametrize("size", [*range(17, 300, 7), 240, 241, 1023, 1024, 1025, 1088, 2048, 2049, 9999])
def test_digests_are_those_of_xxh3(size: int) -> None:
    text = np.random.default_rng(size).bytes(size)
    array, into, sums = lines(text), np.empty(16, dtype=np.uint8), np.empty(8, dtype=np.uint64)
    digest(array.ctypes.data, array.ctypes.data + size, sums.ctypes.data, into.ctypes.data)
    assert into.tobytes() == xxhash.xxh3_128_digest(text)


@settings(max_examples=300, deadline=None)
@given(NESTED, STYLE, st.booleans(), st.integers(0, 10**6), st.none() | st.sampled_from(list(b'{}[]",:\\ u0n1.-eE')))
def test_a_value_ends_where_json_says(
    value: Any, style: tuple[str, str], ascii_only: bool, place: int, sign: int | None
) -> None:
    text = bytearray(json.dumps(value, separators=style, ensure_ascii=ascii_only).encode())
    if sign is not None:
        text[place % len(text)] = sign
    array, scratch = lines(bytes(text)), np.empty(DEEPEST + 1, dtype=np.uint8)
    end = value_end(array.ctypes.data, scratch.ctypes.data)
    if sign is None and not re.search(r"e[+-]\d\d\d|\\u0000", json.dumps(value)):
        assert end - array.ctypes.data == len(text)
    if end:
        json.loads(bytes(text[: end - array.ctypes.data]).decode("utf-8", "replace"))
