"""Load the source of a grader and answer one pair after the other."""

from __future__ import annotations

import json
import math
import os
import reprlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, BinaryIO

from rftkit.sandbox.inside import hooks, walls
from rftkit.sandbox.inside.quiet import Counted, TooMuchOutput
from rftkit.sandbox.inside.telling import Told, tell
from rftkit.sandbox.inside.watch import Watch

Grade = Callable[[Any, Any], Any]

#: The exit code for machinery that no longer works.
BROKEN = 86
#: With these a source can change what other pairs are graded with, and nobody sees it: each pair gets a new process.
_DEEP = ("ctypes", "_getframe", "get_objects", "chroot")
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def main() -> None:
    """Read the configuration and the pairs from standard input, write one line for each to standard output."""
    questions, send = _channels()
    configuration = json.loads(questions.readline())
    sys.path[:] = configuration["path"]
    printed = Counted(configuration["output_bytes"])
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = printed  # type: ignore[misc, assignment]
    leave, loads = os._exit, json.JSONDecoder().decode  # bound here: the source can put something else in their place
    walls.close(configuration)
    grade = _loaded(configuration["source"], printed)
    if isinstance(grade, Told):
        send("source", grade)
        leave(0)
    else:
        send("ready", Told("ok", ""))
        pairs = (loads(line.decode()) for line in iter(questions.readline, b""))
        try:
            _answer(pairs, send, grade, printed, any(name in configuration["source"] for name in _DEEP))
        except BaseException:  # noqa: BLE001
            leave(BROKEN)
        leave(0)


def _channels() -> tuple[BinaryIO, Callable[[str, Told], None]]:
    """Take standard input and output away from the source; return what is left of them for us."""
    questions = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    write = os.write  # bound here: the source can put something else in its place

    def send(what: str, told: Told) -> None:
        line = f"{what}\t{told.kind}\t".encode() + told.text[:2000].encode("unicode_escape") + b"\n"
        write(answers, line)

    return questions, send


def _loaded(source: str, printed: Counted) -> Grade | Told:
    module = ModuleType("grader")
    sys.modules["grader"] = module  # dataclasses and pickle look for it there
    space = vars(module)
    try:
        code = compile(source, "<grader>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        return Told("syntax", f"{getattr(error, 'msg', error)}{line}")
    try:
        exec(code, space)  # noqa: S102
    except BaseException as error:  # noqa: BLE001
        return Told("output", "") if printed.full else tell(error)
    grade = space.get("grade")
    if not callable(grade):
        return Told("no_grade", "the source defines no function grade; write: def grade(sample, item): return 1.0")
    return grade  # type: ignore[no-any-return]


def _answer(
    pairs: Iterator[list[Any]], send: Callable[[str, Told], None], grade: Grade, printed: Counted, alone: bool
) -> None:
    watch = Watch(globals())
    for number, pair in enumerate(pairs):
        printed.reset()
        hooks.REFUSED.clear()
        told = _graded(grade, pair, printed)
        changed = watch.changed()
        if changed:
            told = Told("tampering", f"it replaced {changed}; a grader only computes a number")
        # A thread that is left over would take time from the pairs after it.
        last = told.kind == "ok" and (alone or watch.threads())
        send(str(number), Told("ok_last", told.text) if last else told)


def _graded(grade: Grade, pair: list[Any], printed: Counted) -> Told:
    try:
        value = grade(*pair)
    except TooMuchOutput:
        return Told("output", "")
    except BaseException as error:  # noqa: BLE001
        return Told("output", "") if printed.full else tell(error)
    return Told("output", "") if printed.full else _number(value)


def _number(value: Any) -> Told:
    if isinstance(value, bool) or value is None or isinstance(value, str | bytes | complex):
        return _no_number(value)
    try:
        number = float(value)
    except BaseException:  # noqa: BLE001
        return _no_number(value)
    return Told("ok", repr(number)) if math.isfinite(number) else _no_number(value)


def _no_number(value: Any) -> Told:
    try:
        shown = _SHORT.repr(value)
    except BaseException:  # noqa: BLE001
        shown = "something"
    return Told("not_a_number", f"grade returned {shown} ({type(value).__name__}); return a finite float")
