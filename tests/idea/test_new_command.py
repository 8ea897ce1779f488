"""`rftkit new`: requirements or a prompt in, samples or the whole set out, one sentence for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rftkit.cli import run
from tests.idea.conftest import ORDERS, REPLIES
from tests.idea.model import Played
from tests.idea.prompts import PROMPTS
from tests.llm.loopback import Loopback


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in (("orders", ORDERS), ("replies", {**REPLIES, "examples": []}), ("half", {"task": "sort"})):
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (tmp_path / "prompt.md").write_text(PROMPTS[0].text, encoding="utf-8")
    return tmp_path


def test_the_json_has_the_keys_of_the_contract(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            [
                "new",
                "a.rft",
                "--requirements",
                "orders.json",
                "--samples",
                "3",
                "--count",
                "20",
                "--format",
                "csv",
                "--json",
            ]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert {"checklist", "missing", "samples", "written", "path"} <= set(told)
    assert (told["missing"], len(told["samples"]), told["written"]) == ([], 3, 20)
    assert told["checklist"]["task_goal"]["source"] == "said"
    assert Path(told["path"]).read_text(encoding="utf-8").startswith("input,answer\n")
    assert Path(told["card"]).is_file()


def test_a_prompt_shows_what_it_answers_and_what_is_asked_next(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "a.rft", "--prompt", "prompt.md", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["missing"] == ["use_case"]
    assert told["checklist"]["output_format"]["source"] == "derived"
    assert told["question"]["field"] == "use_case"
    assert (told["variables"], told["samples"], told["written"]) == (["message"], [], 0)


def test_a_person_reads_samples_and_what_the_keyless_writer_is(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "a.rft", "--requirements", "orders.json"]) == 0
    out = capsys.readouterr().out
    assert out.count("input: ") == 5
    assert "rftkit/offline chooses the values of the JSON first" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--requirements", "half.json", "--count", "20"], "still open: role_persona"),
        (["--requirements", "nowhere.json"], "there is no file 'nowhere.json'"),
        (["--requirements", "prompt.rft"], "no file"),
        (["--requirements", "replies.json", "--count", "20"], "no language model"),
        (["--requirements", "orders.json", "--model", "openai/gpt-4o-mini"], "--yes"),
        (["--requirements", "orders.json", "--model", "nobody/knows-it", "--yes"], "nobody/knows-it"),
        (["--prompt", "nowhere.md"], "there is no file 'nowhere.md'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_1(
    arguments: list[str], words: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "a.rft", *arguments]) == 1
    told = capsys.readouterr()
    assert words in told.err
    assert len(told.err.strip().splitlines()) == 1
    assert "Traceback" not in told.err


def test_a_paid_set_waits_for_yes(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Loopback(say=Played()) as server:
        paid = [
            "new",
            "a.rft",
            "--requirements",
            "replies.json",
            "--count",
            "20",
            "--model",
            "openai/test",
            "--base-url",
            server.url,
        ]
        paid += ["--price-per-million", "1,2", "--json"]
        assert run(paid) == 1
        assert len(server.seen) == 0
        assert "--yes" in capsys.readouterr().err
        assert run([*paid, "--yes"]) == 0
        told = json.loads(capsys.readouterr().out)
    assert told["written"] == 20
    assert told["cost_usd"] > 0
