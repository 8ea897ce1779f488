"""What an error says to do next is said as a command where commands are typed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import rftkit
from rftkit.cli import run
from rftkit.cli.typed import typed

ROOT = Path(rftkit.__file__).parent
#: Where the sentences of the way from the split to the deployed model are written.
FLOORS = ("train", "deploy", "results", "dryrun", "grade", "split")
ACTS = ("train", "dry", "grad", "result", "evaluat", "benchmark", "deploy", "answer", "split", "roll", "prob", "judg")
#: What has no command.
PYTHON_ALONE = ("ds.save_grader(grader, reason='why')", "regrade one that ds.dry_run or")


def _sentences() -> list[str]:
    files = [file for floor in FLOORS for file in sorted((ROOT / floor).rglob("*.py"))]
    files += [file for file in sorted((ROOT / "acts").glob("*.py")) if file.name.startswith(ACTS)]
    found = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise):
                parts = [part for part in ast.walk(node) if isinstance(part, ast.JoinedStr | ast.Constant)]
                inside = {id(value) for part in parts if isinstance(part, ast.JoinedStr) for value in part.values}
                found += [_text(part) for part in parts if id(part) not in inside]
    return [text for text in found if re.search(r"\bds\.\w+\(", text)]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) if isinstance(value, ast.Constant) else "'job-1'" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_error_on_the_way_to_a_model_names_a_command() -> None:
    sentences = [text for text in _sentences() if not any(call in text for call in PYTHON_ALONE)]
    assert len(sentences) > 10
    assert [text for text in sentences if re.search(r"\bds\.\w+", typed(text))] == []


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ('make one with ds.split(), or: rftkit split "a b"', 'make one with rftkit split "a b"'),
        ("see ds.job('job-2').status()", "see rftkit train DATASET --job job-2 --status"),
        ("ds.deploy('job-2', to='hosted', approved=True)", "rftkit deploy DATASET --job job-2 --to hosted --yes"),
        ("approve it with approved=True", "approve it with --yes"),
        ("train on with base='a model'", "train on with --base 'a model'"),
        ("models={'before': 'a/b', 'after': 'c'}", "--before a/b --after c"),
        ("an equation a=b stays, and so does lr=1", "an equation a=b stays, and so does lr=1"),
    ],
)
def test_calls_of_python_become_commands(sentence: str, said: str) -> None:
    assert typed(sentence, ["train", "nowhere"], {"yes", "base"}) == said


def test_the_dataset_that_was_named_stands_in_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my sums.rft"
    ds = rftkit.open(path)
    ds.import_([{"messages": [{"role": "user", "content": f"What is {n} plus {n}, please?"}]} for n in range(40)])
    ds.split(train=0.5, stratify="none")
    assert run(["train", str(path), "--grader", "numeric_answer", "--base", "tiny"]) == 1
    said = capsys.readouterr().err
    assert f"rftkit dry-run '{path}' --grader GRADER --model MODEL" in said
    assert "--force" in said
    assert "ds." not in said
    assert "force=True" not in said


def test_a_dry_run_without_a_model_says_which_model_is_meant_and_how_to_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RFTKIT_MODEL", raising=False)
    path = tmp_path / "sums.rft"
    rftkit.open(path).import_([{"messages": [{"role": "user", "content": "What is 1 plus 1, please?"}]}])
    assert run(["dry-run", str(path), "--grader", "numeric_answer"]) == 1
    said = capsys.readouterr().err
    assert "asks the model that is to be trained, and none was named" in said
    assert "--model ollama/llama3" in said
    assert "--base-url" in said
