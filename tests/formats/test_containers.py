"""Whatever holds the rows, the rows are the same."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import zstandard

from rftkit import formats, schema
from rftkit.errors import FormatError, InputError, NotFoundError
from rftkit.messages import load, unpack

ROWS: list[dict[str, Any]] = [
    {"id": "a", "messages": [{"role": "user", "content": "Ciao\u2028Ω"}], "answer": 1},
    {"id": "b", "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "3 x 4?"}], "answer": 2},
]
LINES = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()


def read(source: Any, **options: Any) -> tuple[pl.DataFrame, formats.ReadReport]:
    reading = formats.read(source, **options)
    frames = list(reading)
    report = reading.report
    assert report.read == sum(frame.height for frame in frames) + report.blank + report.folded + report.unreadable
    return (pl.concat(frames) if frames else pl.DataFrame()), report


def prompts(frame: pl.DataFrame) -> list[Any]:
    return list(unpack(frame["messages"]))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", LINES),
        ("a.ndjson", LINES + b"\n"),
        ("a.json", json.dumps(ROWS).encode()),
        ("a.json", LINES),
        ("a.jsonl", json.dumps(ROWS, indent=1).encode()),
        ("a.json", json.dumps({"version": 1, "data": ROWS}, indent=1).encode()),
        ("a.json", json.dumps({"export": {"version": 1, "conversations": ROWS}}).encode()),
        ("a.json", b"".join(json.dumps(row).encode() for row in ROWS)),
        ("a.json", b"\n".join(json.dumps(row, indent=1).encode() for row in ROWS)),
        ("a.jsonl", b"\n".join(json.dumps(row, indent=1).encode() for row in ROWS)),
        ("a.json", b"\xef\xbb\xbf" + json.dumps(ROWS).encode()),
        ("a.data", LINES),
        ("a.jsonl", LINES.decode().encode("utf-16")),
        ("a.jsonl", LINES.decode().encode("utf-32")),
        ("a.jsonl.gz", gzip.compress(LINES)),
        ("a.jsonl.zst", zstandard.ZstdCompressor().compress(LINES)),
        (
            "a.jsonl.zst",
            b"".join(zstandard.ZstdCompressor().compress(part) for part in LINES.splitlines(keepends=True)),
        ),
        ("a.jsonl.bz2", bz2.compress(LINES)),
        ("a.jsonl.xz", lzma.compress(LINES)),
        ("packed.without.ending", gzip.compress(LINES)),
    ],
)
def test_a_file_gives_its_rows(name: str, text: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(text)
    frame, report = read(path)
    assert (frame["id"].to_list(), prompts(frame)) == (["a", "b"], [row["messages"] for row in ROWS])
    assert [load(extra) for extra in frame["extra"]] == [{"answer": 1}, {"answer": 2}]
    assert frame["origin"].struct.field("line").to_list() == [1, 2]
    assert report.formats == {"openai-rft": 2}


def test_an_array_that_is_cut_off_gives_what_is_whole_and_reports_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps([*ROWS, *ROWS]).encode()[:-30])
    reading = formats.read(path)
    assert pl.concat(list(reading))["id"].to_list() == ["a", "b", "a"]
    assert (reading.report.read, reading.unreadable["line"].to_list()) == (4, [4])
    assert reading.unreadable["raw"].item().startswith(b'{"id": "b"')


def test_a_quote_that_is_not_closed_takes_no_row_with_it_unsaid(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('input,answer\nA 5" pipe?,1\n"two\nlines",2\n"What follows\nis lost,3\n')
    reading = formats.read(path)
    assert [said[0]["content"] for said in prompts(pl.concat(list(reading)))] == ['A 5" pipe?', "two\nlines"]
    assert reading.unreadable["line"].to_list() == [3]
    assert b"is lost,3" in reading.unreadable["raw"].item()


def test_csv_of_an_older_spreadsheet_keeps_its_letters_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("input;answer\nWie groß für 5 €?;ja\n".encode("cp1252"))
    frame, report = read(path)
    assert prompts(frame) == [[{"role": "user", "content": "Wie groß für 5 €?"}]]
    assert any("Windows-1252" in said for said in formats.sentences(report))
    path.write_bytes("input;answer\nWie groß für 5 €?;ja\n".encode() + b"\xff?;nein\n")
    frame, report = read(path)
    assert prompts(frame)[0] == [{"role": "user", "content": "Wie groß für 5 €?"}]
    assert prompts(frame)[1] == [{"role": "user", "content": "\ufffd?"}]
    assert not formats.sentences(report)


TALKS: list[list[dict[str, Any]]] = [
    [{"role": "user", "content": "3 x 4?"}],
    [
        {"role": "user", "content": "3 x 4?"},
        {"role": "assistant", "content": "12"},
        {"role": "user", "content": "And 5?"},
    ],
]


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.jsonl", "\n".join(map(json.dumps, TALKS)), 2),
        ("a.json", json.dumps(TALKS), 2),
        ("a.json", json.dumps(TALKS[1]), 1),
        ("a.json", json.dumps(TALKS[1], indent=2), 1),
    ],
)
def test_a_list_of_turns_is_one_conversation(name: str, text: str, count: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    frame, report = read(tmp_path / name)
    assert (prompts(frame), report.read) == (TALKS[-count:], count)


def test_a_mapping_reaches_into_objects_and_the_refusal_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"data": {"n": n, "talk": talk}}) for n, talk in enumerate(TALKS)))
    with pytest.raises(FormatError, match=r"--map messages=data\.talk"):
        read(path)
    frame, _ = read(path, mapping={"messages": "data.talk"})
    assert prompts(frame) == TALKS
    assert [load(extra) for extra in frame["extra"]] == [{"data": {"n": 0}}, {"data": {"n": 1}}]
    with pytest.raises(FormatError, match=r"no column 'data\.text'"):
        read(path, mapping={"messages": "data.text"})


@pytest.mark.parametrize("write", [pl.DataFrame.write_parquet, pl.DataFrame.write_ipc])
def test_columns_give_rows_without_the_nulls_that_arrow_adds(write: Callable[..., Any], tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        [{"role": "user", "content": "Hi"}],
        [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "ok"},
            {"role": "user", "content": "And?"},
        ],
    ]
    path = tmp_path / "train-00000-of-00001.parquet"
    table = pa.table({"prompt": messages, "answer": ["1", None]})
    write(pl.DataFrame(table), path)
    frame, report = read(path)
    assert prompts(frame) == messages
    assert [load(extra) for extra in frame["extra"]] == [{"answer": "1"}, None]
    assert report.formats == {"trl": 2}


def test_a_polars_frame_and_dictionaries_are_sources() -> None:
    frame, _ = read(pl.DataFrame({"question": ["3 x 4?"], "expected": [12.5]}))
    assert (prompts(frame), frame["extra"].item()) == (
        [[{"role": "user", "content": "3 x 4?"}]],
        '{"reference_answer":12.5}',
    )
    for source in (ROWS, iter(ROWS), tuple(ROWS), (row for row in ROWS)):
        assert prompts(read(source)[0]) == [row["messages"] for row in ROWS]


def test_the_frame_of_a_dataset_comes_back_as_it_is() -> None:
    first, _ = read(
        [{**row, "metadata": {"n": 10**30}, "tools": [{"type": "function", "function": {"name": "f"}}]} for row in ROWS]
    )
    first = first.with_columns(pl.lit("a/b").alias("topic"), pl.lit(True).alias("valid"), pl.lit(4.5).alias("quality"))
    again, report = read(first)
    kept = ["id", "messages", "tools", "metadata", "extra", "origin", "content_key", "exact_key"]
    assert again.select(kept).equals(first.select(kept), null_equal=True)
    assert {**load(again["labels"][0]), "warnings": []} == {
        "topic": "a/b",
        "valid": True,
        "errors": [],
        "warnings": [],
        "quality": 4.5,
    }
    assert report.formats == {"records": 2}


@pytest.mark.parametrize(
    ("name", "text", "mapping"),
    [
        ("a.csv", 'input,answer,lang\n"3 x 4,\nplease?",12,en\n', {"input": "input", "answer": "answer"}),
        (
            "a.csv",
            '\ufeffQuestion;Expected Answer;lang\r\n"3 x 4,\nplease?";12;en\r\n',
            {"input": "Question", "answer": "Expected Answer"},
        ),
        ("a.tsv", 'Query\tReference\tlang\n"3 x 4,\nplease?"\t12\ten\n', {"input": "Query", "answer": "Reference"}),
        ("a.txt", 'prompt,ground_truth,lang\n"3 x 4,\nplease?",12,en\n', {"input": "prompt", "answer": "ground_truth"}),
    ],
)
def test_tables_are_read_by_the_names_of_their_columns(
    name: str, text: str, mapping: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(text.encode())
    frame, report = read(tmp_path / name)
    assert prompts(frame) == [[{"role": "user", "content": "3 x 4,\nplease?"}]]
    assert load(frame["extra"].item()) == {"reference_answer": "12", "lang": "en"}
    assert (report.mapping, report.read) == (mapping, 1)


def test_rows_of_a_table_that_do_not_fit_its_header_are_kept_as_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("input,answer\nHi,1\nHi,1,2\n\n¿You?,\n".encode() + b"caf\xe9,3\n")
    reading = formats.read(path)
    frame = pl.concat(list(reading))
    assert reading.unreadable.select("line", "raw").rows() == [
        (2, b"a row of 3 cells under 2 columns: ['Hi', '1', '2']")
    ]
    assert [message[0]["content"] for message in prompts(frame)] == ["Hi", "¿You?", "caf\ufffd"]
    assert (reading.report.read, reading.report.blank, reading.report.unreadable) == (5, 1, 1)


def test_json_in_cells_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    pl.DataFrame({"messages": [json.dumps(row["messages"]) for row in ROWS]}).write_csv(path)
    frame, _ = read(path)
    assert prompts(frame) == [row["messages"] for row in ROWS]
    assert frame["repairs"].null_count() == 2


def test_a_mapping_says_which_field_is_which_column() -> None:
    rows = [{"ask": "3 x 4?", "gold": "12", "n": 1}]
    with pytest.raises(FormatError, match="--map input=FIELD"):
        formats.read(rows)
    frame, report = read(rows, mapping={"input": "ask", "answer": "gold", "id": "n"})
    assert (frame["id"].item(), prompts(frame)) == ("1", [[{"role": "user", "content": "3 x 4?"}]])
    assert load(frame["extra"].item()) == {"reference_answer": "12"}
    assert report.mapping == {"input": "ask", "answer": "gold", "id": "n"}
    with pytest.raises(FormatError, match="has no column 'question'; it has ask, gold, n"):
        formats.read(rows, mapping={"input": "question"})


def test_folders_and_globs_are_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.jsonl").write_bytes(LINES)
    (tmp_path / "a.csv").write_bytes(b"input,answer\nHi,1\n")
    (tmp_path / "notes.md").write_text("nothing")
    (tmp_path / "settings.json").write_text('{"debug": true}')
    (tmp_path / ".hidden.jsonl").write_bytes(LINES)
    frame, report = read(tmp_path)
    assert frame["origin"].struct.field("file").to_list() == ["a.csv", "b.jsonl", "b.jsonl"]
    assert report.formats == {"input-answer": 1, "openai-rft": 2}
    assert [entry["file"] for entry in report.passed_over] == ["settings.json"]
    assert read(str(tmp_path / "**" / "*.jsonl"))[0].height == 2
    assert read([tmp_path / "a.csv", tmp_path / "deep"])[0].height == 3


def test_files_of_one_name_keep_their_folders_in_the_origin(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_bytes(LINES)
    files = read(tmp_path)[0]["origin"].struct.field("file").unique(maintain_order=True).to_list()
    assert [Path(file).parts[-2:] for file in files] == [("x", "a.jsonl"), ("y", "a.jsonl")]


def test_a_format_can_be_named() -> None:
    frame, report = read(
        [{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}],
        format="openai-rft",
    )
    assert (len(prompts(frame)[0]), frame["output"].item()) == (2, None)
    assert report.files[0].why == "named by the user"
    with pytest.raises(InputError, match="there is no format 'chatml'; choose one of"):
        formats.read(ROWS, format="chatml")


def test_a_reading_is_read_once_and_its_frames_have_fixed_columns() -> None:
    reading = formats.read(ROWS)
    frame = next(iter(reading))
    assert dict(frame.schema) == {**schema.DRAFT, "labels": pl.String()}
    with pytest.raises(InputError, match="once"):
        next(iter(reading))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file, folder or match"):
        formats.read(tmp_path / "no.jsonl")
    with pytest.raises(InputError, match="int cannot be read"):
        formats.read(7)
