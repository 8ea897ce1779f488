"""Background work: it ends, it stops, it tells, from wherever it is waited for."""

from __future__ import annotations

import _thread
import asyncio
import threading
import time

import pytest

from rftkit.jobs import Control, Job, Progress, StoppedError


def counting(control: Control, steps: int = 10_000, pause: float = 0.002) -> int:
    """Count until told to stop; what was counted is the result."""
    for step in range(steps):
        if control.stop.is_set():
            return step
        control.report(step + 1, steps)
        time.sleep(pause)
    return steps


async def sleeping(control: Control) -> str:
    await asyncio.sleep(30)
    return "slept"


async def adding(control: Control) -> int:
    await asyncio.sleep(0)
    return 3


def until(condition, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("work", [lambda control: 3, adding])
def test_a_function_and_a_coroutine_are_waited_for_alike(work) -> None:
    assert Job(work).wait(5) == 3


def test_the_caller_goes_on_while_the_job_runs() -> None:
    job = Job(counting).start()
    until(lambda: job.progress.done > 0)
    assert job.state == "running"
    job.stop()
    job.wait(5)


def test_stop_keeps_what_a_function_has_finished() -> None:
    job = Job(counting).start()
    until(lambda: job.progress.done >= 3)
    job.stop()
    assert 3 <= job.wait(5) < 10_000
    assert job.state == "stopped"


def test_stop_cancels_a_coroutine_at_once() -> None:
    job = Job(sleeping).start()
    until(lambda: job.state == "running")
    begun = time.monotonic()
    job.stop()
    with pytest.raises(StoppedError, match="stopped before it had a result"):
        job.wait(5)
    assert time.monotonic() - begun < 1
    assert job.state == "stopped"


def test_a_coroutine_that_is_stopped_may_still_return_what_it_has() -> None:
    async def careful(control: Control) -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return "half"
        return "whole"

    begun = threading.Event()

    async def marked(control: Control) -> str:
        begun.set()
        return await careful(control)

    job = Job(marked).start()
    assert begun.wait(5)
    job.stop()
    assert job.wait(5) == "half"
    assert job.state == "stopped"


def test_a_coroutine_that_is_stopped_before_it_began_does_not_begin() -> None:
    job = Job(sleeping)
    job.stop()
    with pytest.raises(StoppedError):
        job.wait(5)


def test_an_error_of_the_work_is_raised_where_one_waits() -> None:
    def failing(control: Control) -> None:
        raise ValueError("no such topic")

    job = Job(failing).start()
    with pytest.raises(ValueError, match="no such topic"):
        job.wait(5)
    assert job.state == "failed"
    assert job.result is None


def test_a_job_can_be_awaited_from_any_loop_while_other_work_of_that_loop_goes_on() -> None:
    async def cell() -> tuple[int, int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.005)

        other = asyncio.create_task(tick())
        value = await Job(lambda control: counting(control, 50))
        other.cancel()
        return value, ticks

    value, ticks = asyncio.run(cell())
    assert value == 50
    assert ticks > 5


def test_cancelling_the_cell_that_awaits_stops_the_job() -> None:
    job = Job(counting)

    async def cell() -> None:
        task = asyncio.create_task(job.run())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cell())
    until(lambda: job.state == "stopped")


def test_an_interrupt_while_waiting_stops_the_job() -> None:
    job = Job(counting).start()
    threading.Timer(0.1, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        job.wait()
    assert job.state == "stopped"
    assert job.result is not None


def test_stop_works_from_another_thread_than_the_one_that_waits() -> None:
    job = Job(counting).start()
    threading.Timer(0.05, job.stop).start()
    assert job.wait(5) < 10_000


def test_progress_is_told_at_most_ten_times_a_second_and_always_at_the_end() -> None:
    told: list[Progress] = []
    job = Job(lambda control: counting(control, 300, 0.001))
    job.on_progress(told.append)
    begun = time.monotonic()
    job.wait(10)
    took = time.monotonic() - begun
    until(lambda: bool(told) and told[-1].done == 300)
    assert len(told) <= took / 0.1 + 3


def test_a_listener_that_fails_does_not_stop_the_work(caplog: pytest.LogCaptureFixture) -> None:
    def broken(progress: Progress) -> None:
        raise RuntimeError("the output was closed")

    job = Job(lambda control: counting(control, 5))
    job.on_progress(broken)
    assert job.wait(5) == 5
    assert "not asked again" in caplog.text


def test_a_wait_that_runs_out_leaves_the_job_running() -> None:
    job = Job(counting).start()
    with pytest.raises(TimeoutError, match="goes on"):
        job.wait(0.05)
    assert job.state == "running"
    job.stop()
    job.wait(5)


def test_a_second_start_does_not_run_the_work_twice() -> None:
    runs: list[int] = []
    job = Job(lambda control: runs.append(1)).start().start()
    job.wait(5)
    assert runs == [1]


def test_time_left_is_unknown_without_a_total_or_a_rate() -> None:
    assert Progress(done=3, seconds=1).left is None
    assert Progress(total=3, seconds=1).left is None


def test_many_jobs_share_one_loop_and_all_end() -> None:
    jobs = [Job(adding).start() for _ in range(50)]
    assert [job.wait(5) for job in jobs] == [3] * 50
