"""A slow act of a widget holds nothing up, and acts stay in the order they were asked for."""

from __future__ import annotations

import threading

from rftkit.widgets._beside import Beside


def test_work_that_takes_longer_goes_on_and_the_next_waits_for_it() -> None:
    line, gate, done = Beside(), threading.Event(), []

    def slow() -> None:
        gate.wait(30)
        done.append("slow")

    assert line.do(slow, patience=0.01) is False
    assert line.do(lambda: done.append("next"), patience=0.01) is False
    assert done == []
    gate.set()
    assert line.do(lambda: done.append("last"), patience=30) is True
    assert done == ["slow", "next", "last"]


def test_the_thread_ends_with_the_work() -> None:
    line = Beside()
    line.do(lambda: None, patience=30)
    for thread in [thread for thread in threading.enumerate() if thread.name == "rftkit-act"]:
        thread.join(30)
    assert not [thread for thread in threading.enumerate() if thread.name == "rftkit-act"]
