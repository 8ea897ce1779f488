"""`rftkit dry-run`: the keys of the contract, approval, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rftkit.cli import run
from tests.dryrun.policy import EXACT, MIXED, MODEL, Policy, world

KEYS = {
    *("verdict", "mean", "std", "share_above_zero", "share_perfect", "learnable", "by_topic", "rules", "diagnosis"),
    *("calls", "cached_calls", "cost_usd"),
}


@pytest.fixture
def grader(tmp_path: Path) -> str:
    file = tmp_path / "exact.json"
    EXACT.save(file)
    return str(file)


def _asked(ds: Any, grader: str, *more: str) -> list[str]:
    return ["dry-run", str(ds.path), "--grader", grader, "--model", MODEL, "--json", *more]


def test_the_command_has_the_keys_of_the_contract(
    tmp_path: Path, grader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    page = tmp_path / "page.html"
    with Policy() as server:
        more = ["--rollouts", "4", "--prompts", "20", "--base-url", server.url, "--yes", "--html", str(page)]
        assert run(_asked(ds, grader, *more)) == 0
        told = json.loads(capsys.readouterr().out)
        assert len(server.seen) == 80
    assert told.keys() >= KEYS
    assert set(told["learnable"]) == {"share", "low", "high"}
    assert all({"name", "value", "low", "high", "threshold", "outcome"} <= set(rule) for rule in told["rules"])
    assert all({"cause", "evidence", "advice"} <= set(one) for one in told["diagnosis"])
    assert (told["calls"], told["prompts"], told["seed"]) == (80, 20, 0)
    assert page.read_text(encoding="utf-8").count("Dry run:") == 1
    assert run(["dry-run", str(ds.path), "--show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {name: value for name, value in told.items() if name != "html"}


def test_what_costs_or_may_cost_needs_an_approval(
    tmp_path: Path, grader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    with Policy() as server:
        assert run(_asked(ds, grader, "--base-url", server.url)) == 1
        assert server.seen == []
    said = capsys.readouterr()
    assert "run it again with --yes" in said.err
    assert "384 calls" in said.err
    assert said.out == ""


def test_a_plan_says_what_would_be_asked_and_sends_nothing(
    tmp_path: Path, grader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ds = world(tmp_path / "a.rft", MIXED)
    assert run(_asked(ds, grader, "--plan-only", "--price-per-million", "1,4", "--prompts", "10")) == 0
    plan = json.loads(capsys.readouterr().out)["plan"]
    assert (plan["calls"], plan["prompts"], plan["rollouts"]) == (80, 10, 8)
    assert 0 < plan["cost_usd"] < plan["high_usd"] < plan["cap_usd"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--model", "rftkit/offline"], "only writes prompts"),
        (["--grader", "no-such-file.json"], "no grader file"),
        (["--threshold", "mean_low=x"], "takes a number"),
        (["--threshold", "no=1", "--yes"], "no threshold 'no'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_1(
    tmp_path: Path, grader: str, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
) -> None:
    ds = world(tmp_path / "a.rft", {"cards": [0.5]})
    assert run([*_asked(ds, grader, "--base-url", "http://127.0.0.1:9/v1"), *more]) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_missing_grader_is_wrong_usage(tmp_path: Path) -> None:
    ds = world(tmp_path / "a.rft", {"cards": [0.5]})
    assert run(["dry-run", str(ds.path)]) == 2


def test_the_lines_for_a_person_say_the_verdict_first(
    tmp_path: Path, grader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ds = world(tmp_path / "a.rft", {"cards": [0.0] * 12})
    with Policy() as server:
        words = [word for word in _asked(ds, grader, "--base-url", server.url, "--yes") if word != "--json"]
        assert run(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("NO-GO: openai/planted on 12 prompts")
    assert any(line.startswith("DATA (serious)") for line in lines)
