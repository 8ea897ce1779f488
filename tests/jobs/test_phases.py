"""Phases: what watches is told and may stop them; where nobody watches, they cost nothing."""

from __future__ import annotations

import threading
import time

import pytest

from rftkit import phases
from rftkit.jobs import Control, Job, StoppedError


def test_a_phase_counts_anew_and_so_does_its_rate() -> None:
    control = Control()
    with phases.watched(control, "stopped"):
        for _ in phases.each(range(4), "first"):
            time.sleep(0.02)
        phases.phase("second", 0, 2)
        time.sleep(0.05)
        phases.phase("second", 1, 2)
    told = control.progress
    assert (told.note, told.done, told.total) == ("second", 1, 2)
    assert told.rate == pytest.approx(1 / (told.seconds - told.began))
    assert told.began >= 0.08


def test_a_stop_is_raised_with_the_sentence_of_who_watches() -> None:
    control = Control()
    control.stop.set()
    for ask in (
        phases.look,
        lambda: phases.phase("x"),
        lambda: list(phases.each([1], "x")),
        lambda: list(phases.looked([1])),
        lambda: phases.apart(lambda: time.sleep(5)),
        lambda: phases.beside(lambda _: None, [1]),
    ):
        with phases.watched(control, "Nothing was changed."), pytest.raises(StoppedError, match="Nothing was changed"):
            ask()
        ask() if ask is phases.look else None  # nobody watches any more


def test_what_cannot_look_is_left_alone_at_once() -> None:
    control, ended = Control(), threading.Event()

    def stubborn() -> None:
        ended.wait(20)

    threading.Timer(0.1, control.stop.set).start()
    start = threading.active_count()
    with phases.watched(control, "stopped"), pytest.raises(StoppedError):
        phases.apart(stubborn)
    assert threading.active_count() > start - 1, "it goes on, and its result is dropped"
    assert not ended.is_set()
    ended.set()


def test_what_is_left_alone_stops_where_it_looks_itself() -> None:
    control, seen = Control(), []
    gone = threading.Event()

    def long() -> None:
        try:
            for each in phases.looked(range(10_000)):
                seen.append(each)
                time.sleep(0.01)
        finally:
            gone.set()

    threading.Timer(0.1, control.stop.set).start()
    with phases.watched(control, "stopped"), pytest.raises(StoppedError):
        phases.apart(long)
    assert gone.wait(5)
    assert len(seen) < 10_000


def test_what_apart_raises_is_raised_here() -> None:
    with phases.watched(None, "stopped"), pytest.raises(ZeroDivisionError):
        phases.apart(lambda: 1 / 0)


def test_after_a_stop_no_further_item_is_begun_on_any_thread() -> None:
    control, begun = Control(), []

    def run(item: int) -> None:
        begun.append(item)
        if item == 3:
            control.stop.set()
        time.sleep(0.002)

    with phases.watched(control, "stopped"), pytest.raises(StoppedError):
        phases.beside(run, range(10_000), "items")
    assert len(begun) < 10_000


def test_a_step_inside_a_step_listens_to_the_same_job() -> None:
    def work(control: Control) -> None:
        with phases.watched(control, "outer"), phases.watched(None, "inner"):
            control.stop.set()
            phases.look()

    job = Job(work).start()
    with pytest.raises(StoppedError, match="inner"):
        job.wait()
    assert job.state == "stopped"


def test_calls_of_another_thread_are_counted() -> None:
    control = Control()
    with phases.watched(control, "stopped"):
        count = phases.counting("answers", 3)
    threads = [threading.Thread(target=count, args=(None,)) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    assert (control.progress.note, control.progress.done, control.progress.total) == ("answers", 3, 3)
