"""Wrong orders at the command line: one sentence, exit 1, nothing sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.cli import run
from tests.generate.conftest import CARDS, LOANS
from tests.llm.loopback import Loopback


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("RFTKIT_MODEL", raising=False)
    ds = rftkit.open(tmp_path / "bank.rft")
    ds.import_([{"messages": [{"role": "user", "content": text}]} for text in (*CARDS, *LOANS)])
    ds.save_topics(rftkit.TopicTree(()).add("cards", keywords=["card"]).add("loans", keywords=["loan"]))
    return tmp_path / "bank.rft"


class Terminal:
    """The command line, with what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]):
        self.capsys = capsys

    def refused(self, *words: Any) -> str:
        """Run what cannot be done and return its one sentence."""
        self.capsys.readouterr()
        code = run([str(word) for word in words])
        printed = self.capsys.readouterr()
        assert (code, printed.out, printed.err.strip().count("\n")) == (1, "", 0), printed
        return printed.err

    def json(self, *words: Any) -> Any:
        """Run what can be done and return its JSON."""
        self.capsys.readouterr()
        assert run([*(str(word) for word in words), "--json"]) == 0
        return json.loads(self.capsys.readouterr().out)


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--topic", "Nowhere", "--count", 3), "there is no topic 'Nowhere'; there are cards, loans"),
        (("--topic", "cards"), "such as --count 20"),
        (
            ("--topic", "cards", "--count", 2, "--strategy", "tool_chain"),
            "no record of this topic declares tools; use few_shot",
        ),
        (("--topic", "cards", "--count", 2, "--model", "nonsense", "--yes"), "such as 'openai/gpt-4.1-mini'"),
        (
            ("--topic", "cards", "--count", 2, "--model", "openai/mine", "--budget-usd", 1, "--yes"),
            "the price of 'openai/mine' is unknown",
        ),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_sentence(
    terminal: Terminal, path: Path, words: tuple[Any, ...], said: str
) -> None:
    assert said in terminal.refused("generate", path, *words)


def test_gaps_need_topics(terminal: Terminal, tmp_path: Path) -> None:
    rftkit.open(tmp_path / "a.rft").import_([{"messages": [{"role": "user", "content": CARDS[0]}]}])
    assert "no record has a topic yet" in terminal.refused("generate", tmp_path / "a.rft", "--fill-gaps")


def test_a_model_that_answers_nothing_is_a_failure(terminal: Terminal, path: Path) -> None:
    with Loopback(say=lambda _: "no json") as server:
        order = ("--topic", "cards", "--count", 2, "--model", "openai/x", "--base-url", server.url, "--yes")
        assert "nothing was generated" in terminal.refused("generate", path, *order)


def test_a_pilot_is_discarded_and_made_anew(terminal: Terminal, path: Path) -> None:
    made = terminal.json("generate", path, "--topic", "cards", "--count", 20, "--pilot", 3)
    assert (made["requested"], made["valid"]) == (3, 3)
    assert terminal.json("review", path, "discard")["rejected"] == 3
    again = terminal.json("review", path, "regenerate", "--reason", "too short")
    assert (again["rejected"], again["waiting"]) == (3, 3)
