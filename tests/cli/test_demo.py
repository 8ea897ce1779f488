"""The one command of the README does the whole of phase 1, and its files are what consumers accept."""

from __future__ import annotations

from pathlib import Path

import pytest

import rftkit
from rftkit.cli import run
from rftkit.formats.writing import check
from rftkit.messages import load


def test_the_demo_ends_with_files_that_trainers_accept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--dir", str(tmp_path), "--json"]) == 0
    told = load(capsys.readouterr().out)
    assert told["balance_after"] > told["balance_before"]
    assert told["target_fit_after"] > told["target_fit_before"]
    assert told["generated"] > 0
    for part in ("train", "validation"):
        file = tmp_path / f"{part}.jsonl"
        assert check(file, "openai-rft") == []
        assert len(file.read_text().splitlines()) == told[part]
    report = (tmp_path / "report.html").read_text()
    assert 'http-equiv="Content-Security-Policy"' in report
    assert all(Path(file).is_file() for file in told["files"])
    summary = rftkit.open(told["dataset"]).summary()
    assert not [rule for rule in summary.to_dict()["reasons"] if rule["blocking"]]
    validation = rftkit.open(told["dataset"]).records(where="split = 'validation'")
    assert not validation["generated"].any()


def test_the_demo_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "support.rft").mkdir()
    assert run(["demo", "--dir", str(tmp_path)]) == 1
    assert "is there already" in capsys.readouterr().err
