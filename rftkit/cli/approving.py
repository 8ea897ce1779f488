"""Asking before money is spent, and showing how far a paid job is: the same in every command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from rftkit.cli.common import number
from rftkit.errors import ApprovalError

T = TypeVar("T")


def approve(lines: Iterable[str], *, yes: bool, as_json: bool) -> None:
    """Show what something costs and ask whether to go on.

    Parameters
    ----------
    lines
        What it takes, for a person.
    yes
        Whether it was approved already.
    as_json
        Whether a script reads the output; it is not asked.

    Raises
    ------
    ApprovalError
        Nobody approved it.

    Examples
    --------
    >>> approve(["3 calls, $0.10"], yes=True, as_json=False)
    >>> approve(["3 calls, $0.10"], yes=False, as_json=True)
    Traceback (most recent call last):
        ...
    rftkit.errors.ApprovalError: this costs money and nobody is here to approve it; run it again with --yes
    """
    if yes:
        return
    for line in lines:
        click.echo(line, err=True)
    if as_json or not sys.stdin.isatty():
        raise ApprovalError("this costs money and nobody is here to approve it; run it again with --yes")
    _asked("Go on?")


def approved(act: Callable[[bool], T], *, yes: bool, as_json: bool) -> T:
    """Return what an act returns; where it refuses because nobody approved its cost, ask and try again.

    Parameters
    ----------
    act
        Takes whether its cost is approved.
    yes
        Whether it is.
    as_json
        Whether a script reads the output; it is not asked.

    Raises
    ------
    ApprovalError
        Nobody approved it, or approving is not what is missing.

    Examples
    --------
    >>> approved(lambda yes: yes, yes=True, as_json=False)
    True
    """
    try:
        return act(yes)
    except ApprovalError as refused:
        text = str(refused)
        if yes or as_json or not sys.stdin.isatty() or "approve" not in text:
            raise
        _asked(f"{text.partition('; approve')[0]}. Go on?")
    return act(True)


def _asked(question: str) -> None:
    if not click.confirm(question, err=True):
        raise ApprovalError("not approved; nothing was sent and nothing was spent")


def progress(what: str | None = None) -> Callable[[Any], None] | None:
    """Return what shows on a terminal how far a job is; None where there is no terminal.

    Parameters
    ----------
    what
        What is counted; the note of the job itself by default.
    """
    if not sys.stderr.isatty():
        return None

    def show(state: Any) -> None:
        done = f"{number(state.done)} of {number(state.total)}"
        line = f"{done} {what}" if what else f"{state.note}: {done}"
        click.echo(f"\r\x1b[K{line}", nl=bool(state.total) and state.done >= state.total, err=True)

    return show
