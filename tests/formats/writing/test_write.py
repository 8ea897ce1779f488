"""Writing as a whole: what is skipped, what is said, what is on disk when something goes wrong."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rftkit import errors
from rftkit.formats.writing import TARGETS, write
from rftkit.formats.writing.flat import _scan, top_level
from tests.formats.writing.conftest import TRAIN, frame_of, say

Folders = pytest.TempPathFactory
# What a column of text can hold: everything but lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def test_an_unknown_format_is_refused_with_the_allowed_ones(tmp_path: Path) -> None:
    with pytest.raises(errors.InputError, match=r"'huggingface'.*openai-rft, openai-chat, trl, verl.*records, parquet"):
        write(frame_of({"messages": say("Hi")}), tmp_path / "a.jsonl", "huggingface")


@pytest.mark.parametrize(
    ("name", "format_"), [("a.csv", "jsonl"), ("a.jsonl", "csv"), ("a.jsonl", "parquet"), ("a.parquet.gz", "verl")]
)
def test_a_name_that_promises_another_kind_of_file_is_refused(tmp_path: Path, name: str, format_: str) -> None:
    with pytest.raises(errors.InputError, match=f"{TARGETS[format_].suffix} files"):
        write(frame_of({"messages": say("Hi")}), tmp_path / name, format_)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(errors.InputError, match="is a folder"):
        write(frame_of({"messages": say("Hi")}), tmp_path)


def test_every_skip_has_its_reason(tmp_path: Path) -> None:
    frame = frame_of(
        {"id": "a", "messages": say("Hi"), "valid": True},
        {"id": "b", "messages": say("Hi"), "valid": False},
        {"id": "c", "messages": TRAIN[:-1], "valid": True},
        {"id": "d", "messages": None, "valid": True},
        {"id": "e", "messages": [], "valid": True},
    )
    report = write(frame, tmp_path / "a.jsonl")
    assert (report.written, report.skipped) == (1, 4)
    assert report.skipped_reasons == {"invalid": 1, "last_not_user": 1, "no_messages": 2}
    assert write(frame, tmp_path / "b.jsonl", "records").written == 5


def test_records_that_nobody_sanitized_are_written_and_said(tmp_path: Path) -> None:
    report = write(pl.DataFrame({"messages": [say("Hi")]}), tmp_path / "a.jsonl")
    assert report.written == 1
    assert any("sanitize" in sentence for sentence in report.warnings)


def test_a_service_with_a_minimum_says_so(tmp_path: Path) -> None:
    report = write(frame_of({"id": "a", "messages": say("Hi")}), tmp_path / "a.jsonl", "bedrock")
    assert any("at least 100" in sentence for sentence in report.warnings)


@pytest.mark.parametrize("format_", list(TARGETS))
def test_no_record_at_all_makes_an_empty_file_not_an_error(tmp_path: Path, format_: str) -> None:
    target = TARGETS[format_]
    report = write(
        frame_of({"messages": say("Hi"), "valid": False}).filter(False), tmp_path / f"a{target.suffix}", format_
    )
    assert report.written == 0
    if target.suffix == ".jsonl":
        assert (tmp_path / "a.jsonl").read_bytes() == b""
    elif target.suffix == ".csv":
        assert (tmp_path / "a.csv").read_bytes() == b"input,answer\n"
    else:
        assert pl.read_parquet(tmp_path / "a.parquet").height == 0


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_packed_files_hold_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "new" / "folder" / f"a.jsonl{suffix}"
    write(frame_of({"messages": say("Hi")}), path)
    if suffix == ".gz":
        text = gzip.decompress(path.read_bytes())
    elif suffix == ".zst":
        zstandard = pytest.importorskip("zstandard")
        text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(path.read_bytes())).read()
    else:
        text = path.read_bytes()
    assert text == b'{"messages":[{"role":"user","content":"Hi"}]}\n'


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_the_same_records_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    for folder in ("one", "two"):
        write(frame_of({"id": "a", "messages": TRAIN}), tmp_path / folder / name)
        time.sleep(0.01)
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old")
    broken = frame_of({"messages": say("Hi"), "tools": [1]}).with_columns(tools=pl.lit("{"))
    with pytest.raises(ValueError, match="Expecting"):
        write(broken, path, "gemini")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old")
    script = (
        "import sys, time, pathlib\n"
        "from rftkit.formats.writing.files import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); print('writing', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    assert path.read_text() == "old"
    assert sorted(file.name for file in tmp_path.glob("*.jsonl")) == ["a.jsonl"]


def test_a_split_has_a_manifest_that_can_be_checked_with_nothing_but_json(tmp_path: Path) -> None:
    frame = frame_of(
        {"id": "a", "messages": say("Hé"), "split": "train"},
        {"id": "b", "messages": TRAIN, "tools": [{"z": 1.50, "a": None}], "split": "train"},
        {"id": "c", "messages": say("Later"), "split": "validation"},
    )
    report = write(frame, tmp_path / "train.jsonl", split="train", dataset_name="bank", seed=3)
    manifest = json.loads((tmp_path / "train.jsonl.manifest.json").read_text())
    assert report.written == 2
    assert {key: manifest[key] for key in ("dataset", "split", "seed", "format", "count")} == {
        "dataset": "bank",
        "split": "train",
        "seed": 3,
        "format": "openai-rft",
        "count": 2,
    }
    assert manifest["sha256"] == hashlib.sha256((tmp_path / "train.jsonl").read_bytes()).hexdigest()
    expected = []
    for line in (tmp_path / "train.jsonl").read_text().splitlines():
        row = json.loads(line)
        prompt = {key: row[key] for key in ("messages", "tools") if key in row}
        canonical = json.dumps(prompt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        expected.append({"id": row["rftkit_id"], "sha256": hashlib.sha256(canonical.encode()).hexdigest()})
    assert manifest["records"] == expected


def test_the_manifest_of_a_split_is_the_same_for_every_format(tmp_path: Path) -> None:
    frame = frame_of({"id": "b", "messages": TRAIN, "split": "validation"})
    for format_ in TARGETS:
        write(frame, tmp_path / f"{format_}{TARGETS[format_].suffix}", format_, split="validation")
    told = [json.loads(file.read_text())["records"] for file in tmp_path.glob("*.manifest.json")]
    assert len(told) == len(TARGETS)
    assert all(records == told[0] for records in told)


def test_the_card_has_a_header_that_hubs_read(tmp_path: Path) -> None:
    frame = frame_of(
        {
            "id": "a",
            "messages": say("Hi"),
            "split": "train",
            "topic": "cards/<b>|x",
            "generated": True,
            "strategy": "few_shot",
        },
        {"id": "b", "messages": say("Ho"), "split": "train", "origin": {"file": "a_b.jsonl", "line": 1}},
    )
    write(frame, tmp_path / "train.jsonl", split="train", dataset_name='bank: "x"', licence="cc-by-4.0")
    card = (tmp_path / "train.jsonl.card.md").read_text()
    header = yaml.safe_load(card.split("---\n")[1])
    assert header["license"] == "cc-by-4.0"
    assert header["pretty_name"] == 'bank: "x"'
    assert header["configs"][0]["data_files"] == [{"split": "train", "path": "train.jsonl"}]
    assert "| cards/\\<b\\>\\|x | 1 | 50.0% |" in card
    assert "| (unassigned) | 1 | 50.0% |" in card
    assert "generated: 1 (50.0%)" in card
    assert "a\\_b.jsonl: 1" in card


def test_the_card_says_that_nobody_named_a_licence(tmp_path: Path) -> None:
    write(frame_of({"id": "a", "messages": say("Hi"), "split": "train"}), tmp_path / "t.jsonl", split="train")
    card = (tmp_path / "t.jsonl.card.md").read_text()
    assert yaml.safe_load(card.split("---\n")[1])["license"] == "unknown"


def test_a_split_that_was_never_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.InputError, match="split them first"):
        write(frame_of({"id": "a", "messages": say("Hi")}), tmp_path / "t.jsonl", split="train")


def test_unreadable_lines_lie_beside_a_records_file(tmp_path: Path) -> None:
    lost = pl.DataFrame({"file": ["a"] * 2, "line": [3, 4], "reason": ["r"] * 2, "raw": [b"{\xff", b"{"]})
    report = write(frame_of({"id": "a", "messages": say("Hi")}), tmp_path / "a.jsonl", "records", unreadable=lost)
    lines = (tmp_path / "a.jsonl.unreadable.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"file": "a", "line": 3, "reason": "r", "raw_base64": "e/8="},
        {"file": "a", "line": 4, "reason": "r", "raw": "{"},
    ]
    assert report.files == (str(tmp_path / "a.jsonl"), str(tmp_path / "a.jsonl.unreadable.jsonl"))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), min_size=1, max_size=5))
@example([("a\rb", "\r\n"), (' "quoted", ', "\n"), ("\t", ""), ("é;\u2028", "NA")])
def test_csv_values_read_back_equal(tmp_path_factory: Folders, pairs: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write(frame_of(*({"messages": say(q), "extra": {"reference_answer": a}} for q, a in pairs)), path, "csv")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [["input", "answer"], *map(list, pairs)]
    if not any("\r" in value or "\0" in value for pair in pairs for value in pair):
        read = pl.read_csv(path, infer_schema=False)
        assert read.rows() == pairs


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, JSON), min_size=1, max_size=5))
def test_jsonl_values_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    write(frame_of(*({"messages": say(q), "extra": {"reference_answer": a}} for q, a in pairs)), path, "jsonl")
    # splitlines breaks at everything that some reader takes for the end of a line.
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"input": q, "answer": a} for q, a in pairs]


@settings(deadline=None)
@given(st.lists(st.dictionaries(TEXT, JSON, max_size=4), min_size=1, max_size=4))
def test_other_keys_come_out_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, extras: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("extra") / "a.jsonl"
    write(frame_of(*({"id": "a", "messages": say("Hi"), "extra": extra} for extra in extras)), path, "records")
    for line, extra in zip(path.read_text(encoding="utf-8").splitlines(), extras, strict=True):
        row = json.loads(line)
        apart = row.get("extra", {})
        rest = {key: row[key] for key in extra if key not in apart}
        assert {**rest, **apart} == extra
        assert list(rest) == [key for key in extra if key not in apart]


@settings(deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_members_are_found_by_counting_brackets_too(members: dict[str, object]) -> None:
    text = json.dumps(members)
    assert {key: json.loads(value) for key, value in _scan(text)} == members
    assert {key: json.loads(value) for key, value in top_level(text).items()} == members


def test_what_is_too_deep_to_parse_is_kept_by_records_and_left_out_of_files_for_trainers(tmp_path: Path) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    extra = f'{{"reference_answer":"7","well":{deep}}}'
    frame = frame_of({"id": "a", "messages": say("Hi")}).with_columns(extra=pl.lit(extra), metadata=pl.lit('{"k":1}'))
    for format_ in ("openai-rft", "bedrock", "fireworks", "trl"):
        told = write(frame, tmp_path / "a.jsonl", format_)
        row = json.loads((tmp_path / "a.jsonl").read_text())
        assert "well" not in row
        assert "7" in row.values()
        assert any("values of 1 record nested more deeply" in said for said in told.warnings)
    write(frame, tmp_path / "a.jsonl", "records")
    assert f'"well":{deep}' in (tmp_path / "a.jsonl").read_text()
    write(frame, tmp_path / "a.csv", "csv")
    assert (tmp_path / "a.csv").read_text() == "input,answer\nHi,7\n"


def test_a_key_that_is_spelled_with_escapes_is_the_same_key(tmp_path: Path) -> None:
    spelled = r'{"\u0069d":"x","y":1}'
    frame = frame_of({"id": "a", "messages": say("Hi")}).with_columns(extra=pl.lit(spelled))
    write(frame, tmp_path / "a.jsonl", "records")
    row = json.loads((tmp_path / "a.jsonl").read_text())
    assert (row["id"], row["extra"], row["y"]) == ("a", {"id": "x"}, 1)


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    extra = '{"reference_answer":1.10,"big":123456789012345678901234567890,"exp":1E400}'
    frame = frame_of({"id": "a", "messages": say("Hi")}).with_columns(extra=pl.lit(extra))
    for format_ in ("openai-rft", "fireworks", "bedrock", "records"):
        write(frame, tmp_path / "a.jsonl", format_)
        text = (tmp_path / "a.jsonl").read_text()
        assert "1.10" in text
        assert '"big":123456789012345678901234567890,"exp":1E400' in text


@pytest.mark.parametrize(
    ("cell", "runs"),
    [
        ("=SUM(A1)", True),
        ("+cmd|x", True),
        ("@x", True),
        ("-2+3", True),
        ("-5", False),
        ("+3.5", False),
        ("a=b", False),
    ],
)
def test_cells_that_a_spreadsheet_runs_are_counted_and_made_safe(tmp_path: Path, cell: str, runs: bool) -> None:
    frame = frame_of({"messages": say(cell), "extra": {"reference_answer": "x"}})
    report = write(frame, tmp_path / "a.csv", "csv")
    assert list(csv.reader((tmp_path / "a.csv").open()))[1][0] == cell
    assert any("formulas" in sentence for sentence in report.warnings) is runs
    write(frame, tmp_path / "a.csv", "csv", excel_safe=True)
    assert list(csv.reader((tmp_path / "a.csv").open()))[1][0] == ("'" + cell if runs else cell)


def test_a_frame_by_hand_needs_nothing_but_messages(tmp_path: Path) -> None:
    frame = pl.DataFrame({"messages": [[{"role": "user", "content": "Hi"}], TRAIN[:2]]})
    write(frame, tmp_path / "a.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [row["messages"] for row in rows] == [say("Hi"), TRAIN[:2]]


def test_many_blocks_are_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rftkit.formats.writing._BATCH", 2)
    rows = [{"id": str(n), "messages": say(f"Question {n}")} for n in range(5)]
    report = write(frame_of(*rows), tmp_path / "a.jsonl")
    assert [json.loads(line)["rftkit_id"] for line in (tmp_path / "a.jsonl").read_text().splitlines()] == list("01234")
    assert report.written == 5
