"""Work in the background: started, watched, waited for and stopped alike from a notebook, a widget or a script.

JupyterLab hands the messages of widgets to other threads with other event loops, so a job belongs to none of them: a
coroutine runs on one loop of ours that lives in a daemon thread, a plain function in a thread of its own. Stop is a
flag for a function and a cancellation for a coroutine; what was finished by then is the result.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from rftkit.errors import RftkitError

T = TypeVar("T")

#: Progress is passed on at most this often.
SECONDS_BETWEEN = 0.1
_log = logging.getLogger(__name__)


class StoppedError(RftkitError):
    """A job was stopped before it had a result."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes
    ----------
    done, total
        Steps finished, and steps there are; None where that is not known.
    seconds
        Time since the start.
    note
        What is being done.
    data
        More, for who understands it: counts by topic, a sample.
    began
        When its steps began to be counted, in seconds from the start: work of several phases counts in each anew.

    Examples
    --------
    >>> Progress(done=30, total=120, seconds=3.0).left
    9.0
    """

    done: int = 0
    total: int | None = None
    seconds: float = 0.0
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    began: float = 0.0

    @property
    def rate(self) -> float:
        """Steps per second."""
        spent = self.seconds - self.began
        return self.done / spent if spent > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left at this rate; None where nobody can say."""
        if self.total is None or self.rate == 0:
            return None
        return max(0, self.total - self.done) / self.rate

    def to_dict(self) -> dict[str, Any]:
        """Return the progress as a widget shows it."""
        own = {"done": self.done, "total": self.total, "seconds": self.seconds, "note": self.note}
        return {**own, "rate": self.rate, "left": self.left, "data": self.data}


class Control:
    """What the work sees of its job: whether it should stop, and where to say how far it is.

    Examples
    --------
    >>> control = Control()
    >>> control.report(1, 4)
    >>> control.progress.total
    4
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.progress = Progress()
        self._listeners: list[Callable[[Progress], None]] = []
        self._cancel: Callable[[], object] | None = None  # set by a coroutine that runs
        self._begun = time.monotonic()
        self._told = 0.0
        self._lock = threading.Lock()

    def report(self, done: int, total: int | None = None, *, note: str = "", **data: Any) -> None:
        """Say how far the work is; costs next to nothing when said often.

        Parameters
        ----------
        done
            Steps finished.
        total
            Steps there are; what was said before by default.
        note
            What is being done.
        **data
            More, for who understands it; adds to what was said before.
        """
        now = time.monotonic()
        with self._lock:
            before = self.progress
            all_ = before.total if total is None else total
            merged = {**before.data, **data}
            seconds = now - self._begun
            another = done < before.done or (done == 0 and note not in ("", before.note))
            began = seconds if another else before.began
            self.progress = Progress(done, all_, seconds, note or before.note, merged, began)
            due = now - self._told >= SECONDS_BETWEEN
            self._told = now if due else self._told
        if due:
            self.tell()

    def go_on(self, sentence: str = "The job was stopped before it had a result.") -> None:
        """Raise `StoppedError` where the job was asked to stop; for work that leaves nothing half done.

        Parameters
        ----------
        sentence
            What is true now.

        Examples
        --------
        >>> Control().go_on()
        """
        if self.stop.is_set():
            raise StoppedError(sentence)

    def tell(self) -> None:
        """Pass the progress on to whoever listens."""
        for listener in list(self._listeners):
            try:
                listener(self.progress)
            except Exception:  # noqa: BLE001 - a window that was closed must not stop the work
                _log.exception("a listener of a job failed and is not asked again")
                self._listeners.remove(listener)


Work = Callable[[Control], T] | Callable[[Control], Awaitable[T]]


class Job(Generic[T]):
    """A piece of work that runs while the notebook stays usable.

    Parameters
    ----------
    work
        A function or a coroutine function of a `Control`; what it returns is the result.
    name
        What the job is called where it is shown.

    Examples
    --------
    >>> job = Job(lambda control: 6 * 7, name="multiply").start()
    >>> job.wait(), job.state
    (42, 'done')
    """

    def __init__(self, work: Work[T], *, name: str = "job") -> None:
        self.name = name
        self.control = Control()
        self._work = work
        self._future: concurrent.futures.Future[T] | None = None
        self._lock = threading.Lock()

    def start(self) -> Job[T]:
        """Begin; a job that was begun stays as it is."""
        with self._lock:
            if self._future is None:
                self.control._begun = time.monotonic()
                self._future = _begin(self._work, self.control)
                self._future.add_done_callback(lambda _: self.control.tell())
        return self

    @property
    def state(self) -> str:
        """One of waiting, running, done, stopped, failed."""
        future = self._future
        if future is None:
            return "waiting"
        if not future.done():
            return "stopping" if self.control.stop.is_set() else "running"
        if future.exception() is not None:
            return "stopped" if isinstance(future.exception(), StoppedError) else "failed"
        return "stopped" if self.control.stop.is_set() else "done"

    @property
    def progress(self) -> Progress:
        """How far the job is."""
        return self.control.progress

    @property
    def result(self) -> T | None:
        """What the work returned; None as long as there is nothing."""
        future = self._future
        if future is None or not future.done() or future.exception() is not None:
            return None
        return future.result()

    @property
    def error(self) -> BaseException | None:
        """What the work raised; None where it raised nothing."""
        future = self._future
        return future.exception() if future is not None and future.done() else None

    def on_progress(self, listener: Callable[[Progress], None]) -> Callable[[], None]:
        """Be told how far the job is, at most ten times a second and once at its end.

        Parameters
        ----------
        listener
            Called on a thread of the job.

        Returns
        -------
        Callable
            Ends the telling.
        """
        listeners = self.control._listeners
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None

    def stop(self) -> None:
        """Ask the work to end; what is finished by then is kept."""
        self.control.stop.set()
        cancel = self.control._cancel
        if cancel is not None:
            cancel()

    def wait(self, timeout: float | None = None) -> T:
        """Wait for the end and return the result; an interrupt of the cell stops the job.

        Parameters
        ----------
        timeout
            Seconds; without end by default.

        Raises
        ------
        TimeoutError
            The job is not done yet, and goes on.
        StoppedError
            The job was stopped before it had a result.
        """
        future = self._started()
        try:
            return _wait(future, timeout).result()
        except KeyboardInterrupt:
            self.stop()
            concurrent.futures.wait([future], timeout=5)
            raise

    async def run(self) -> T:
        """Start if need be, wait without blocking the event loop, return the result."""
        future = self._started()
        try:
            waiting = asyncio.wrap_future(future)
            await asyncio.wait([waiting])  # which leaves the job alone when this coroutine is cancelled
        except asyncio.CancelledError:
            self.stop()
            raise
        return waiting.result()

    def __await__(self) -> Generator[Any, None, T]:
        return self.run().__await__()

    def _started(self) -> concurrent.futures.Future[T]:
        self.start()
        return cast("concurrent.futures.Future[T]", self._future)

    def __repr__(self) -> str:
        done, total = self.progress.done, self.progress.total
        steps = "" if total is None else f", {done:,} of {total:,}"
        return f"Job({self.name}: {self.state}{steps})"


def _begin(work: Work[T], control: Control) -> concurrent.futures.Future[T]:
    # marked as running at once: the future is never cancelled itself, so that what the work returns is never lost
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    future.set_running_or_notify_cancel()
    if inspect.iscoroutinefunction(work):
        asyncio.run_coroutine_threadsafe(_attend(work, control, future), _own_loop())
    else:
        threading.Thread(target=_call, args=(work, control, future), name="rftkit-job", daemon=True).start()
    return future


async def _attend(
    work: Callable[[Control], Awaitable[T]], control: Control, future: concurrent.futures.Future[T]
) -> None:
    task = asyncio.ensure_future(work(control))
    loop = asyncio.get_running_loop()
    control._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
    if control.stop.is_set():
        task.cancel()
    try:
        future.set_result(await task)
    except asyncio.CancelledError:
        future.set_exception(StoppedError("The job was stopped before it had a result."))
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        future.set_exception(error)


def _call(work: Callable[[Control], T], control: Control, future: concurrent.futures.Future[T]) -> None:
    try:
        future.set_result(work(control))
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        future.set_exception(error)


def _wait(future: concurrent.futures.Future[T], timeout: float | None) -> concurrent.futures.Future[T]:
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        # in slices, because a wait without end cannot be interrupted on every system
        slice_ = 0.5 if end is None else min(0.5, max(0.0, end - time.monotonic()))
        if concurrent.futures.wait([future], timeout=slice_).done:
            return future
        if end is not None and time.monotonic() >= end:
            raise TimeoutError(f"The job is not done after {timeout:g} seconds; it goes on.")


_loop: asyncio.AbstractEventLoop | None = None
_loop_lock = threading.Lock()


def _own_loop() -> asyncio.AbstractEventLoop:
    global _loop
    with _loop_lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="rftkit-jobs", daemon=True).start()
        return _loop
