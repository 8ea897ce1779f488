"""Whatever is given to import ends with one sentence and exit code 1, or with those lines reported."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from rftkit.cli import run
from rftkit.messages import dump, load

GOOD = dump({"messages": [{"role": "user", "content": "Where is my parcel?"}]}).encode()


def _make(kind: str, folder: Path) -> Path:
    path = folder / "in.jsonl"
    match kind:
        case "binary":
            path.write_bytes(bytes(range(256)) * 400)
        case "png":
            path = folder / "in.png"
            path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
        case "empty":
            path.write_bytes(b"")
        case "blank":
            path.write_bytes(b"\n \n\t\n")
        case "folder":
            path = folder / "nothing"
            path.mkdir()
        case "missing":
            path = folder / "not-there.jsonl"
        case "prose":
            path.write_bytes(b"Dear Sir,\nplease find attached.\n")
        case "gzip":
            path = folder / "in.jsonl.gz"
            path.write_bytes(gzip.compress(GOOD * 2000)[:60])
        case "not gzip":
            path = folder / "in.jsonl.gz"
            path.write_bytes(GOOD)
        case "latin-1":
            path.write_bytes("Fräulein Müller grüßt\n".encode("latin-1"))
        case "embeddings":
            path.write_bytes(dump({"model": "text-embedding-3-small", "input": ["a", "b"]}).encode() + b"\n")
        case "events":
            path.write_bytes(b'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"a"}}]}\n\n' * 5)
    return path


@pytest.mark.parametrize(
    "kind",
    ["binary", "png", "empty", "blank", "folder", "missing", "prose", "gzip", "latin-1", "embeddings", "events"],
)
def test_garbage_is_refused_in_one_sentence(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(tmp_path / "a.rft"), str(_make(kind, tmp_path))]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("rftkit: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert len(said.err) < 700


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (b'{"messages": [{"role": "user", "content": "' + b"x" * (12 << 20) + b'"}]}', "added"),
        (
            b'{"messages": [{"role": "user", "content": "Hello there, who?"}], "m": '
            + b"[" * 100_000
            + b"]" * 100_000
            + b"}",
            "added",
        ),
        (b"[" * 100_000 + b"]" * 100_000, None),
        (b'{"messages": [{"role": "user", "con', "unreadable"),
        (b"\xff\xfe not text \x00", "unreadable"),
    ],
    ids=["12 MiB", "deep metadata", "deep line", "truncated", "bytes"],
)
def test_a_bad_line_is_reported_and_the_good_ones_are_read(
    bad: bytes, field: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(GOOD + b"\n" + bad + b"\n" + GOOD + b"\n")
    assert run(["import", str(tmp_path / "a.rft"), str(path), "--json"]) == 0
    told = load(capsys.readouterr().out)
    assert told["read"] == 3
    assert told["read"] == sum(told[key] for key in ("added", "duplicates_skipped", "blank", "folded", "unreadable"))
    if field:
        assert told[field] >= 1
    assert run(["sanitize", str(tmp_path / "a.rft"), "--json"]) == 0


def test_the_process_itself_leaves_with_code_one_and_no_traceback(tmp_path: Path) -> None:
    path = _make("binary", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "rftkit", "import", str(tmp_path / "a.rft"), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr


def test_a_refused_import_leaves_no_version(tmp_path: Path) -> None:
    import rftkit

    run(["import", str(tmp_path / "a.rft"), str(_make("prose", tmp_path))])
    assert rftkit.open(tmp_path / "a.rft").version == 0
