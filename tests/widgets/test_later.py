"""Answers worked out beside the notebook: the newest is shown, the older ones are not."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from rftkit.widgets._later import Later


def until(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_of_questions_that_come_while_one_is_worked_on_only_the_newest_is_answered() -> None:
    later: Later[int] = Later(patience=0)
    gate, made, shown = threading.Event(), [], []

    def make(number: int) -> int:
        gate.wait(20)
        made.append(number)
        return number

    for number in range(5):
        later.ask(lambda number=number: make(number), lambda answer, error: shown.append(answer))  # type: ignore[misc]
    gate.set()
    until(lambda: shown == [4])
    assert made == [0, 4]
    assert later.wait() == 4


def test_what_went_wrong_is_handed_on() -> None:
    later: Later[int] = Later(patience=5)
    shown: list[BaseException | None] = []
    later.ask(lambda: 1 // 0, lambda answer, error: shown.append(error))
    assert isinstance(shown[0], ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        later.wait()


def test_a_question_that_was_dropped_is_not_answered() -> None:
    later: Later[int] = Later(patience=0)
    gate, shown = threading.Event(), []
    later.ask(lambda: int(gate.wait(20)), lambda answer, error: shown.append(answer))
    later.drop()
    gate.set()
    until(lambda: not later._busy)
    assert shown == []
    with pytest.raises(LookupError):
        later.wait()


def test_settling_waits_until_what_was_found_is_shown() -> None:
    later: Later[int] = Later(patience=0)
    gate, shown = threading.Event(), []

    def slow() -> int:
        gate.wait(30)
        return 7

    later.ask(slow, lambda answer, error: shown.append(answer))
    assert later.settle(0.01) is False
    gate.set()
    assert later.settle(30) is True
    assert shown == [7]


def test_an_answer_that_cannot_be_shown_does_not_keep_the_next_away() -> None:
    later: Later[int] = Later(patience=5)
    with pytest.raises(ZeroDivisionError):
        later.ask(lambda: 1, lambda answer, error: 1 / 0)
    shown: list[int | None] = []
    assert later.ask(lambda: 2, lambda answer, error: shown.append(answer))
    assert shown == [2]
