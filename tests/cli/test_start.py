"""The beginning of the command: who interrupts it while it loads is told so in a sentence."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rftkit.__main__ import main
from rftkit.cli import run


class Interrupted(ModuleType):
    """A module that is interrupted while it loads."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


def test_an_interrupt_while_loading_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rftkit.cli", Interrupted("rftkit.cli"))
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 130
    assert capsys.readouterr().err == "rftkit: interrupted; nothing was begun\n"


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EACCES, "name a folder that you may write to"), (errno.ENOSPC, "free some space")]
)
def test_an_error_of_the_disk_says_what_to_do(
    number: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(tmp_path / "a.rft"))

    monkeypatch.setattr("rftkit.dataset.Dataset.__init__", refuse)
    assert run(["import", str(tmp_path / "a.rft"), str(tmp_path / "in.jsonl")]) == 1
    assert said in capsys.readouterr().err


def test_the_command_leaves_with_the_code_of_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["rftkit", "summary", "no-such.rft"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert "there is no dataset no-such.rft" in capsys.readouterr().err
