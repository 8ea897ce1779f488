"""rftkit grade and rftkit grader lint: keys of the contract, one sentence for a mistake, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.cli import run
from tests.llm.loopback import Loopback

GRADERS: dict[str, dict[str, Any]] = {
    "exact": {
        "type": "string_check",
        "name": "exact",
        "input": "{{sample.output_text}}",
        "reference": "{{item.reference_answer}}",
        "operation": "eq",
    },
    "judge": {
        "type": "score_model",
        "name": "judge",
        "model": "gpt-4.1-mini",
        "input": [{"role": "user", "content": "Rate {{sample.output_text}}"}],
    },
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "id": f"r{n}",
            "messages": [{"role": "user", "content": f"How much is 6 x {n}?"}],
            "output": "6",
            "reference_answer": str(6 * n),
        }
        for n in (1, 2)
    ]
    rftkit.open("sums.rft").import_(rows)
    for name, spec in GRADERS.items():
        Path(f"{name}.json").write_text(json.dumps(spec))
    Path("neq.json").write_text(json.dumps({**GRADERS["exact"], "operation": "neq"}))
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_grade_prints_the_keys_of_the_contract(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(capsys, "grade", "sums.rft", "--grader", "exact.json", "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert (told["scored"], told["mean"], told["errors"], told["calls"], told["cost_usd"]) == (2, 0.5, {}, 0, 0.0)
    rows = [{name: row[name] for name in ("id", "reward", "sub_rewards", "error")} for row in told["rewards"]]
    assert rows[0] == {"id": "r1", "reward": 1.0, "sub_rewards": {}, "error": None}


def test_grade_takes_a_preset_and_a_file_of_answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("answers.jsonl").write_text(
        '{"id": "r1", "output_text": "It is 6."}\nbroken\n{"id": "r2", "output_text": "13"}\n'
    )
    words = ("grade", "sums.rft", "--grader", "numeric_answer", "--on", "answers.jsonl")
    code, out, _ = _run(capsys, *words, "--json")
    assert (code, json.loads(out)["mean"]) == (0, 0.5)
    assert [problem["line"] for problem in json.loads(out)["problems"]] == [2]
    code, out, _ = _run(capsys, *words)
    assert "line 2 is no answer" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--grader", "neq.json"), "'neq' is no operation; write 'ne'"),
        (("--grader", "nothing.json"), "there is no grader file"),
        (("--grader", "no_such_preset"), "no_such_preset"),
        (("--grader", "exact.json", "--on", "nothing.jsonl"), "there is no file"),
        (("--grader", "exact.json", "--on", "rollouts"), "there are no rollouts"),
        (("--grader", "exact.json", "--split", "train"), "no record is in train"),
        (("--grader", "judge.json"), "approve it with --yes"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_1(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    code, out, err = _run(capsys, "grade", "sums.rft", *words, "--json")
    assert (code, out) == (1, "")
    assert sentence in err
    assert err.startswith("rftkit: ")
    assert err.count("\n") == 1


def test_a_wrong_option_is_exit_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "grade", "sums.rft")[0] == 2


def test_an_approved_judge_is_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Loopback(say=lambda _: json.dumps({"steps": [], "result": 0.75})) as server:
        words = ("grade", "sums.rft", "--grader", "judge.json", "--base-url", server.url, "--price-per-million", "1,1")
        code, out, _ = _run(capsys, *words, "--yes", "--json")
        told = json.loads(out)
        assert (code, told["mean"], told["calls"]) == (
            0,
            0.75,
            1,
        )  # the same answer twice, and a judge that sees nothing else
        code, out, _ = _run(capsys, *words, "--json")
        assert (code, json.loads(out)["calls"], json.loads(out)["stored"]) == (0, 0, 2)


def test_no_reward_at_all_is_exit_1_with_the_reason_and_the_report(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("odd.json").write_text(json.dumps({**GRADERS["exact"], "reference": "{{item.nothing}}"}))
    code, out, err = _run(capsys, "grade", "sums.rft", "--grader", "odd.json", "--json")
    assert (code, json.loads(out)["errors"]) == (1, {"invalid_variable_error": 2})
    assert "item.nothing is not there or null" in err


def test_lint_names_each_problem_with_its_path_and_exits_1_for_errors(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = _run(capsys, "grader", "lint", "neq.json", "--json")
    problem = json.loads(out)["problems"][0]
    assert (code, problem["path"], problem["severity"], problem["fix"]) == (1, "operation", "error", "write 'ne'")
    code, out, _ = _run(capsys, "grader", "lint", "neq.json")
    assert "error at operation: 'neq' is no operation; write 'ne'" in out


def test_lint_looks_at_the_records_of_a_dataset(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "grader", "lint", "exact.json", "sums.rft", "--json")
    assert (code, json.loads(out)["problems"], json.loads(out)["records"]) == (0, [], 2)
    Path("odd.json").write_text(json.dumps({**GRADERS["exact"], "reference": "{{item.referenceanswer}}"}))
    code, out, _ = _run(capsys, "grader", "lint", "odd.json", "--dataset", "sums.rft", "--json")
    assert (code, json.loads(out)["problems"][0]["fix"]) == (1, "write item.reference_answer")


def test_a_warning_alone_is_exit_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "grader", "lint", "judge.json", "--json")
    assert (code, [problem["severity"] for problem in json.loads(out)["problems"]]) == (0, ["warning"])
    assert _run(capsys, "grader", "lint", "exact.json")[1] == "nothing is wrong with it\n"
