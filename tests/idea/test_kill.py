"""A kill at any step of a session keeps everything that was done, and a second try ends like an unbroken one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rftkit import GeneratorSession
from rftkit.idea.state import State
from rftkit.store.rows import Rows
from tests.idea.conftest import ORDERS

#: Every act looks first whether it was done: this is what a person does who comes back after a crash.
SCRIPT = """
import json, sys
from rftkit import GeneratorSession
session = GeneratorSession(sys.argv[1])
def done(what):
    print(what, flush=True)
if not session.requirements.entries:
    session.load_requirements(json.loads(sys.argv[2]))
done("requirements")
session.confirm(); done("confirmed")
session.samples(); done("samples")
for card, note in (("1.1", "no greeting in the e-mail"), ("1.2", "wrong key: order should be order_number")):
    if all(one.card != card for one in session.state.notes):
        session.annotate(card, note)
    done("note " + card)
if session.state.cards["1.3"].decision != "keep":
    session.keep("1.3")
done("kept")
session.themes(); done("themes")
session.approve(); done("approved")
if session.state.iteration < 2:
    session.next_samples()
done("next")
if not session.state.written:
    session.write(30)
done("written")
"""
LINES = (
    "requirements",
    "confirmed",
    "samples",
    "note 1.1",
    "note 1.2",
    "kept",
    "themes",
    "approved",
    "next",
    "written",
)


def _run(path: Path, until: str | None) -> list[str]:
    """Run the script; kill it with SIGKILL as soon as it has said a line."""
    command = [sys.executable, "-c", SCRIPT, str(path), json.dumps(ORDERS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.strip())
        if said[-1] == until:
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.wait()
    return said


def _holds(state: State, line: str) -> bool:
    return {
        "requirements": bool(state.wanted.entries),
        "confirmed": state.confirmed,
        "samples": state.iteration >= 1,
        "note 1.1": any(note.card == "1.1" for note in state.notes),
        "note 1.2": any(note.card == "1.2" for note in state.notes),
        "kept": "1.3" in state.cards and state.cards["1.3"].decision == "keep",
        "themes": bool(state.proposals),
        "approved": bool(state.wanted.rules),
        "next": state.iteration >= 2,
        "written": bool(state.written),
    }[line]


def _told(path: Path) -> list[object]:
    """Return what a session holds, without its times."""
    state = GeneratorSession(path).state
    rows = (path / "uploads").glob("*.jsonl")
    cards = [card.to_dict() for card in state.cards.values()]
    return [state.wanted, cards, [note.text for note in state.notes], [file.read_text("utf-8") for file in rows]]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "kills", [("note 1.1", "next"), pytest.param(LINES[:-1], marks=pytest.mark.slow)], ids=("two", "every")
)
def test_a_kill_at_any_step_loses_nothing_and_a_second_try_ends_like_an_unbroken_run(
    kills: tuple[str, ...], tmp_path: Path
) -> None:
    whole, broken = tmp_path / "a" / "idea.rft", tmp_path / "b" / "idea.rft"
    assert _run(whole, None) == list(LINES)
    for until in kills:
        said = _run(broken, until)
        state = GeneratorSession(broken).state
        assert [line for line in said if not _holds(state, line)] == []
    assert _run(broken, None) == list(LINES)
    assert _told(broken) == _told(whole)


def test_a_row_that_was_cut_off_does_not_count_and_the_next_one_does(tmp_path: Path) -> None:
    rows = Rows(tmp_path / "log.jsonl")
    rows.append("confirmed")
    with (tmp_path / "log.jsonl").open("ab") as file:
        file.write(b'{"n":2,"kind":"noted","text":"half a ro')
    assert len(Rows(tmp_path / "log.jsonl").read()) == 1
    assert rows.append("confirmed")["n"] == 2
    assert len(Rows(tmp_path / "log.jsonl").read()) == 2


def test_two_open_sessions_see_each_other(tmp_path: Path) -> None:
    one, other = (GeneratorSession(tmp_path / "idea.rft") for _ in range(2))
    one.edit("task_goal", "sort tickets")
    other.edit("use_case", "testing")
    assert one.requirements == other.requirements
    assert one.requirements.filled == 2
