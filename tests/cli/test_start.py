"""The beginning of the command: who interrupts it while it loads is told so in a sentence."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from rftkit.__main__ import main


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


def test_the_command_leaves_with_the_code_of_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["rftkit", "summary", "no-such.rft"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert "there is no dataset no-such.rft" in capsys.readouterr().err
