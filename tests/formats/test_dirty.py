"""What reading alone decides about a dirty file whose flaws are known line by line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit import formats
from rftkit.formats import fast
from rftkit.messages import load, unpack


@pytest.fixture(scope="module")
def dirty(shared_data: Path) -> Path:
    path = shared_data / "dirty-1.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    return path


@pytest.fixture(scope="module")
def lines(dirty: Path) -> list[bytes]:
    return gzip.open(dirty).read().split(b"\n")


@pytest.fixture(scope="module")
def truth(dirty: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.open(dirty.with_name("dirty-1.truth.jsonl.gz"))]


@pytest.fixture(scope="module")
def reading(dirty: Path) -> tuple[formats.Reading, pl.DataFrame]:
    reading = formats.read(dirty)
    return reading, pl.concat(list(reading)).with_columns(pl.col("origin").struct.field("line"))


@pytest.fixture(scope="module")
def by_line(reading: tuple[formats.Reading, pl.DataFrame]) -> dict[int, dict[str, Any]]:
    narrow = reading[1].drop("messages", "tools", "output")
    return {row["line"]: row for row in narrow.iter_rows(named=True)}


def _of(truth: list[dict[str, Any]], defect: str, *variants: str) -> Iterator[int]:
    yield from (
        entry["line"] for entry in truth if entry["defect"] == defect and (not variants or entry["variant"] in variants)
    )


def test_every_physical_line_is_accounted_for(reading: Any, truth: list[dict[str, Any]]) -> None:
    report = reading[0].report
    assert report.read == len(truth) == 12_453
    assert report.blank == sum(entry["expect"] == "skip" for entry in truth)
    assert report.read == reading[1].height + report.blank + report.folded + report.unreadable
    assert report.unreadable == reading[0].unreadable.height


def test_lines_that_are_no_json_are_kept_with_bytes_number_and_reason(
    reading: Any, truth: list[dict[str, Any]], lines: list[bytes]
) -> None:
    no_json = {"truncated_json", "two_objects_on_line", "trailing_comma", "python_repr", "plain_text_line"}
    kept = {row["line"]: row for row in reading[0].unreadable.iter_rows(named=True)}
    assert set(kept) == {entry["line"] for entry in truth if entry["defect"] in no_json}
    assert all(row["raw"] == lines[line - 1] and row["reason"] for line, row in kept.items())


def test_the_file_is_read_by_its_majority_and_says_which_lines_are_of_another_shape(reading: Any) -> None:
    report = reading[0].report
    assert set(report.formats) == {"records"}
    assert report.other_shape == {"openai-chat": 27, "responses": 3}


PROBLEMS = [
    ("not_a_record", ("123", "null", "true", '"a string"', "[]", "[[]]", '["id", "input"]'), "invalid_data_structure"),
    ("not_a_record", ("{}",), "missing_input"),
    ("input_not_object", ("absent", "null"), "missing_input"),
    ("input_not_object", ("string", "list"), "invalid_data_structure"),
    ("openai_ft_shape", (), "missing_input"),
    ("missing_messages", (), "missing_messages"),
    ("messages_not_list", ("number", "object", "object_of_objects", "string"), "missing_messages"),
    ("duplicate_keys", (), "duplicate_key"),
]


@pytest.mark.parametrize(("defect", "variants", "code"), PROBLEMS)
def test_what_columns_cannot_hold_has_its_code(
    defect: str, variants: tuple[str, ...], code: str, truth: list[dict[str, Any]], by_line: dict[int, dict[str, Any]]
) -> None:
    found = [by_line[line]["problems"] for line in _of(truth, defect, *variants)]
    assert found
    assert all(problems == [code] for problems in found)


REPAIRS = [
    ("bom", (), "bom"),
    ("crlf", (), "crlf"),
    ("invalid_utf8", (), "invalid_utf8"),
    ("lone_surrogate", (), "lone_surrogate"),
    ("nul_char", (), "nul"),
    ("nan_literal", (), "nan"),
    ("bad_id", (), "id"),
    ("arguments_as_object", (), "arguments"),
    ("legacy_function_call", (), "function_call"),
    ("messages_not_list", ("json_string",), "messages_as_text"),
    ("unknown_role", ("'User'", "'USER'", "'user '"), "role"),
    ("content_parts", ("strings",), "part_as_text"),
]


@pytest.mark.parametrize(("defect", "variants", "code"), REPAIRS)
def test_what_has_one_meaning_is_repaired_and_logged(
    defect: str, variants: tuple[str, ...], code: str, truth: list[dict[str, Any]], by_line: dict[int, dict[str, Any]]
) -> None:
    logs = [load(by_line[line]["repairs"]) for line in _of(truth, defect, *variants)]
    assert logs
    assert all({entry["code"] for entry in log} == {code} for log in logs)


def test_nothing_else_is_repaired_or_has_a_problem(
    truth: list[dict[str, Any]], by_line: dict[int, dict[str, Any]]
) -> None:
    touched = {entry[0] for entry in (*PROBLEMS, *REPAIRS)} | {"deep_nesting"}
    for entry in truth:
        if entry["defect"] not in touched and entry["line"] in by_line:
            row = by_line[entry["line"]]
            assert (row["repairs"], row["problems"]) == (None, []), entry


def test_deep_values_beside_the_prompt_are_kept_exactly_and_deep_content_is_no_content(
    truth: list[dict[str, Any]], by_line: dict[int, dict[str, Any]], lines: list[bytes]
) -> None:
    for line in _of(truth, "deep_nesting"):
        row, text = by_line[line], lines[line - 1]
        value = text[text.index(b'"metadata": ') + 12 : -1].decode() if b'"metadata": ' in text else None
        if b'"content": [' in text:
            assert row["problems"] == ["invalid_content", "deep_json"]
            assert row["raw"].encode() in text
        elif len(text) > 1000 and row["problems"]:
            assert row["problems"] == ["deep_json"]
            assert row["metadata"] == value
    shallow = [entry["line"] for entry in truth if entry["defect"] == "deep_nesting" and entry["expect"] == "keep"]
    assert all(by_line[line]["problems"] == [] for line in shallow)


def test_every_prompt_that_messages_can_hold_is_equal_to_its_source(reading: Any, lines: list[bytes]) -> None:
    frame = reading[1].filter(pl.col("repairs").is_null() & (pl.col("problems").list.len() == 0))
    for line, made, tools in zip(frame["line"], unpack(frame["messages"]), frame["tools"], strict=True):
        source = json.loads(lines[line - 1])["input"]
        assert json.dumps(made) == json.dumps(source["messages"])
        assert load(tools) == source.get("tools")


def test_copies_have_the_same_key_and_nothing_else_has(reading: Any, truth: list[dict[str, Any]]) -> None:
    keys = dict(reading[1].select("line", "content_key").iter_rows())
    exact = dict(reading[1].select("line", "exact_key").iter_rows())
    for entry in truth:
        if entry["defect"] in ("exact_duplicate", "case_ws_duplicate"):
            assert keys[entry["line"]] == keys[entry["dup_of_line"]], entry
            assert (exact[entry["line"]] == exact[entry["dup_of_line"]]) == (entry["defect"] == "exact_duplicate"), (
                entry
            )
    kept = [keys[entry["line"]] for entry in truth if entry["expect"] == "keep"]
    assert len(set(kept)) == len(kept)


def test_both_ways_of_reading_give_the_same(dirty: Path, reading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary lines take a short way into the columns; it must lead to the same place."""
    monkeypatch.setattr(fast, "can_read", lambda *_: False)
    slow = formats.read(dirty)
    careful = pl.concat(list(slow))
    quick = reading[1].drop("line")
    assert slow.report == reading[0].report
    same = ["id", "generated", "origin", "problems", "repairs", "row_key", "content_key", "exact_key", "labels"]
    for name in same:
        assert quick[name].equals(careful[name], null_equal=True), name
    assert list(unpack(quick["messages"])) == list(unpack(careful["messages"]))
    for name in ("tools", "tool_choice", "output", "extra"):
        assert [load(text) for text in quick[name]] == [load(text) for text in careful[name]], name


def test_mixed_reads_lines_of_another_shape_by_theirs(dirty: Path, truth: list[dict[str, Any]]) -> None:
    reading = formats.read(dirty, mixed=True)
    frame = pl.concat(list(reading)).with_columns(pl.col("origin").struct.field("line"))
    other = frame.filter(pl.col("line").is_in(list(_of(truth, "openai_ft_shape"))))
    assert other["messages"].null_count() == 0
    assert other["problems"].list.len().sum() == 0
    assert reading.report.formats == {"records": 12_288, "openai-chat": 27, "responses": 3}
