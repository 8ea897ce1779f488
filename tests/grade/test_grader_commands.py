"""The commands of the group `grader` have the keys of the contract and write files that work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.cli import run


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    path = tmp_path / "sums.rft"
    rows = [
        {
            "messages": [{"role": "user", "content": f"What is {n} + {n}?"}],
            "output": {"role": "assistant", "content": f"It is {2 * n}."},
            "reference_answer": str(2 * n),
        }
        for n in range(11, 21)
    ]
    rftkit.open(path).import_(rows)
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    assert run([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    names = [one["name"] for one in told(capsys, "grader", "presets")["presets"]]
    assert names == [
        "correctness",
        "format_compliance",
        "tool_usage",
        "conciseness",
        "exact_match",
        "numeric_answer",
        "json_schema",
        "tool_call_match",
        "code_runs",
    ]
    assert run(["grader", "presets"]) == 0
    assert "Compare the final number" in capsys.readouterr().out


def test_probe_says_what_a_preset_gives_to_each_attempt(capsys: pytest.CaptureFixture[str], dataset: str) -> None:
    found = told(capsys, "grader", "probe", "numeric_answer", dataset)
    assert {"name", "reward", "passed", "why"} <= found["probes"][0].keys()
    assert found["passed"]
    assert found["probes"][-1] | {"why": ""} == {
        "name": "reference",
        "reward": 1.0,
        "passed": True,
        "why": "",
        "records": 10,
        "errors": 0,
    }
    assert run(["grader", "probe", "numeric_answer", dataset]) == 0
    assert "keyword_stuffing  passed" in capsys.readouterr().out


def test_probe_of_a_judge_asks_before_it_spends(capsys: pytest.CaptureFixture[str], dataset: str) -> None:
    assert run(["grader", "probe", "correctness", dataset, "--price-per-million", "1,1", "--json"]) == 1
    assert "--yes" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["openai", "trl"])
def test_export_writes_the_file_and_a_test_that_passes(
    capsys: pytest.CaptureFixture[str], dataset: str, tmp_path: Path, target: str
) -> None:
    out = tmp_path / "out" / "grader.py"
    words = ("grader", "export", "exact_match", "--target", target, "-o", str(out), "--dataset", dataset)
    found = told(capsys, *words)
    assert [Path(file).name for file in found["files"]] == ["grader.py", "test_grader_parity.py"]
    assert found["cases"] == 46
    assert subprocess.run([sys.executable, "-I", found["files"][1]], check=False).returncode == 0


def test_a_target_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["grader", "export", "exact_match", "--target", "x", "-o", str(tmp_path / "a.py")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
