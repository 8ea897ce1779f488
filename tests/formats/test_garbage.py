"""What is no chat data is refused in one sentence; what is damaged is accounted for; nothing crashes."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import formats
from rftkit.errors import FormatError, RftkitError
from rftkit.formats.convert import Plan, Tally, drafts_of
from rftkit.formats.draft import frame_of
from rftkit.formats.lines import Line
from rftkit.formats.shapes import shapes
from rftkit.keys import with_keys

CHAT = b'{"id": "a", "input": {"messages": [{"role": "user", "content": "3 items at 4.50?"}]}}'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
EMBEDDING = {"model": "text-embedding-3-small", "input": ["one", "two"]}
CHUNK = {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "H"}}]}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b"\n\n  \n", "is empty"),
        ("a.jsonl", PNG, "picture"),
        ("a.png", PNG, "picture"),
        ("a.json", b"PK\x03\x04 and more", "zip archive"),
        ("a.jsonl", bytes(random.Random(0).randbytes(4096)), "binary"),
        ("a.jsonl", CHAT.decode().encode("utf-16-le"), "UTF-16"),
        ("a.jsonl", b'event: message\ndata: {"choices": []}\n\ndata: [DONE]\n', "stream"),
        ("a.jsonl", json.dumps(CHUNK).encode() + b"\n" + json.dumps(CHUNK).encode(), "stream"),
        ("a.jsonl", json.dumps(EMBEDDING).encode(), "embedding"),
        ("a.html", b"<!DOCTYPE html><html></html>", "web page"),
        ("a.txt", b"Dear all,\nthis is a letter.\n", "plain text"),
        ("a.jsonl", b"Dear all,\nthis is a letter.\n", "no row of it is JSON"),
        ("a.json", b'{"debug": true}', "no chat format that rftkit knows"),
        ("a.json", b'{"a": [1, 2', "no valid JSON"),
        ("a.json", b'[{"a"', "no row of it is JSON"),
        ("a.json", b'{"a": 1} {"b"', "no valid JSON"),
        ("a.csv", b"What is the sum of two and two and two and two?,8\n1,2\n", "two and two a..."),
        ("a.jsonl", b"1\n[]\nnull\n", "no objects"),
        ("a.csv", b"a,a\n1,2\n", "names each column once"),
        ("a.parquet", b"PAR1 and no more", "cannot be read as Parquet"),
        ("a.jsonl.gz", gzip.compress(CHAT * 50_000, mtime=0)[:-4000], "damaged or cut off"),
        ("a.jsonl.gz", gzip.compress(CHAT, mtime=0)[:12], "damaged or cut off"),
        (
            "a.jsonl.zst",
            zstandard.ZstdCompressor().compress(random.Random(0).randbytes(999_999).hex().encode())[:-4000],
            "damaged or cut off",
        ),
    ],
)
def test_a_named_file_that_is_no_chat_data_is_refused_in_one_sentence(
    name: str, text: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(text)
    with pytest.raises(FormatError) as error:
        list(formats.read(path))
    assert said in str(error.value)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_no_rows_at_all_are_said_to_be_none() -> None:
    with pytest.raises(FormatError, match="hold no row; give at least one record"):
        formats.read([])


def test_a_folder_without_files_that_could_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing")
    with pytest.raises(FormatError, match="of 1 files none ends in"):
        formats.read(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(PNG)
    with pytest.raises(FormatError, match="none of 1 files found there holds chat data"):
        formats.read(tmp_path)


def test_a_line_of_twelve_megabytes_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    text = "word " * (12 << 18)
    path.write_text(
        json.dumps({"id": "a", "input": {"messages": [{"role": "user", "content": text}]}}) + "\n" + CHAT.decode()
    )
    frame = pl.concat(list(formats.read(path)))
    assert frame["messages"].list.first().struct.field("content").str.len_chars().to_list() == [len(text), 16]


@pytest.mark.parametrize("depth", [190, 202, 900, 1_500, 100_000])
@pytest.mark.parametrize("key", ["metadata", "output", "label", "tools"])
def test_deep_values_beside_the_prompt_leave_it_valid(depth: int, key: str, tmp_path: Path) -> None:
    deep = b"[" * depth + b"]" * depth
    inner = b', "tools": ' + deep if key == "tools" else b""
    outer = b"" if key == "tools" else b', "%s": %s' % (key.encode(), deep)
    line = CHAT.replace(b"}]}}", b"}]" + inner + b"}" + outer + b"}")
    (tmp_path / "a.jsonl").write_bytes(CHAT + b"\n" + line)
    frame = pl.concat(list(formats.read(tmp_path / "a.jsonl")))
    assert frame["messages"].list.len().to_list() == [1, 1]
    assert frame["problems"].to_list()[1] == ([] if depth < 200 else ["deep_json"])
    assert any(deep.decode() in (frame[name][1] or "") for name in ("metadata", "output", "extra", "tools"))


@pytest.mark.parametrize("depth", [202, 20_000])
def test_deep_content_is_rejected_and_kept(depth: int, tmp_path: Path) -> None:
    deep = b"[" * depth + b"]" * depth
    (tmp_path / "a.jsonl").write_bytes(CHAT + b"\n" + CHAT.replace(b'"3 items at 4.50?"', deep))
    frame = pl.concat(list(formats.read(tmp_path / "a.jsonl")))
    assert frame["problems"].to_list() == [[], ["invalid_content", "deep_json"]]
    assert deep.decode() in frame["raw"][1]


def test_what_python_can_hold_and_json_cannot_is_said() -> None:
    with pytest.raises(FormatError, match="row 1 holds what JSON cannot hold"):
        list(formats.read([{"messages": [{"role": "user", "content": object()}]}]))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "messages",
    "input",
    "prompt",
    "conversations",
    "output",
    "tools",
    "id",
    "metadata",
    "instruction",
    "answer",
    "chosen",
]
KEYS += [
    "rejected",
    "request",
    "response",
    "attributes",
    "observations",
    "run_type",
    "inputs",
    "spans",
    "contents",
    "system",
]
KEYS += [
    "body",
    "custom_id",
    "valid",
    "errors",
    "origin",
    "topic",
    "role",
    "content",
    "from",
    "value",
    "type",
    "function_call",
]
ODD_ROWS = st.dictionaries(
    st.sampled_from(KEYS),
    JSON | st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4), max_size=3),
    max_size=6,
)


@settings(max_examples=120, deadline=None)
@given(ODD_ROWS)
def test_no_shape_fails_to_score_a_row(row: dict[str, Any]) -> None:
    for shape in shapes().values():
        assert 0 <= shape.score(row) <= 1, shape.NAME


@settings(max_examples=120, deadline=None)
@given(ODD_ROWS, st.sampled_from(sorted(shapes())), st.booleans())
def test_a_row_of_any_shape_becomes_columns(row: dict[str, Any], name: str, mixed: bool) -> None:
    plan = Plan(name, mixed=mixed)
    with_keys(frame_of(drafts_of(formats_line(row), plan, Tally(), 1)))


def formats_line(row: dict[str, Any]) -> Line:
    from rftkit.formats.lines import read_line
    from rftkit.formats.plain import text_of

    return read_line(text_of(row, 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60) | st.just(CHAT), max_size=6))
def test_a_file_of_any_bytes_is_accounted_for_or_refused(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    text = b"\n".join(parts)
    path.write_bytes(text)
    try:
        reading = formats.read(path)
        drafts = sum(frame.height for frame in reading)
    except RftkitError:
        return
    report = reading.report
    assert report.read == drafts + report.blank + report.folded + report.unreadable
    assert report.read == len(text.split(b"\n")) - text.endswith(b"\n")
