"""Phases of long work: said where they happen, deep in a step, and stopped there.

A step is a function of frames and knows no job; the loop over its neighbours or its folds does not know whether a
notebook, a panel or a terminal waits for it. So whoever runs it watches (`watched`), and its loops say where they are
(`phase`, `each`, `apart`), which costs next to nothing where nobody watches.
"""

from __future__ import annotations

import concurrent.futures
import contextvars
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rftkit.jobs import Control

T = TypeVar("T")

#: Seconds between two looks whether to stop, while something is awaited that cannot look itself.
_LOOK = 0.05


@dataclass(frozen=True)
class _Watch:
    control: Control
    sentence: str

    def look(self) -> None:
        self.control.go_on(self.sentence)


_watching: contextvars.ContextVar[_Watch | None] = contextvars.ContextVar("rftkit phases", default=None)


@contextmanager
def watched(control: Control | None, sentence: str) -> Iterator[Control]:
    """Let the phases of what runs inside be told to a job, and let the job stop them.

    Parameters
    ----------
    control
        Of the job; that of whoever watches already by default, else a new one.
    sentence
        What is true when it was stopped.

    Raises
    ------
    StoppedError
        The job was stopped; raised by a phase, so that nothing of it is half done.

    Examples
    --------
    >>> control = Control()
    >>> with watched(control, "Nothing was changed."):
    ...     for _ in each(["a", "b"], "counting"):
    ...         pass
    >>> control.progress.note, control.progress.done, control.progress.total
    ('counting', 2, 2)
    """
    outer = _watching.get()
    own = control or (Control() if outer is None else outer.control)
    watch = _Watch(own, sentence)
    token = _watching.set(watch)
    try:
        yield watch.control
    finally:
        _watching.reset(token)


def look() -> None:
    """Go on, or raise where the job was stopped; for the inside of a loop that has nothing to say.

    Examples
    --------
    >>> look()
    """
    watch = _watching.get()
    if watch is not None:
        watch.look()


def phase(note: str, done: int = 0, total: int = 0) -> None:
    """Say what is being done and how far it is; raise where the job was stopped.

    Parameters
    ----------
    note
        A word or two, for a person.
    done, total
        Steps of this phase; none where nobody can say.

    Examples
    --------
    >>> phase("neighbours", 3, 10)
    """
    watch = _watching.get()
    if watch is not None:
        watch.look()
        watch.control.report(done, total, note=note)


def each(items: Sequence[T], note: str) -> Iterator[T]:
    """Yield items one by one, each a step of a phase.

    Parameters
    ----------
    items
        What the phase is about.
    note
        As `phase` takes it.

    Examples
    --------
    >>> list(each(range(3), "rounds"))
    [0, 1, 2]
    """
    for done, item in enumerate(items):
        phase(note, done, len(items))
        yield item
    phase(note, len(items), len(items))


def looked(items: Iterable[T]) -> Iterator[T]:
    """Yield items and look before each whether to stop; for what is handed to a library that takes long over them.

    Parameters
    ----------
    items
        Anything.

    Examples
    --------
    >>> list(looked("ab"))
    ['a', 'b']
    """
    watch = _watching.get()
    if watch is None:
        yield from items
        return
    for item in items:
        watch.look()
        yield item


def counting(note: str, total: int) -> Callable[[object], None]:
    """Return a function that counts its calls as the steps of a phase, on whatever thread it is called.

    Parameters
    ----------
    note, total
        As `phase` takes them.

    Examples
    --------
    >>> counting("answers", 2)("an answer")
    """
    watch, calls = _watching.get(), itertools.count(1)

    def count(_: object) -> None:
        if watch is not None:
            watch.control.report(next(calls), total, note=note)

    return count


def beside(run: Callable[[T], object], items: Sequence[T], note: str = "", *, workers: int = 2) -> None:
    """Run a function over items on some threads, each a step of a phase.

    After a stop none is begun, and those that run are left alone: the function may change only what is dropped then.

    Parameters
    ----------
    run
        Takes one item.
    items
        What it is run over.
    note
        As `phase` takes it; without one nothing is said.
    workers
        How many threads.

    Examples
    --------
    >>> seen = []
    >>> beside(seen.append, [1, 2])
    >>> sorted(seen)
    [1, 2]
    """
    pool = concurrent.futures.ThreadPoolExecutor(max(workers, 1))
    try:
        for done, future in enumerate([pool.submit(run, item) for item in items], 1):
            while not concurrent.futures.wait([future], timeout=_LOOK).done:
                look()
            future.result()
            phase(note, done, len(items)) if note else look()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def stop_flag() -> threading.Event:
    """Return the flag that says whether to stop, for what takes one, such as the asking of a model.

    Examples
    --------
    >>> stop_flag().is_set()
    False
    """
    watch = _watching.get()
    return threading.Event() if watch is None else watch.control.stop


def apart(work: Callable[[], T]) -> T:
    """Return what work returns; where a job is stopped meanwhile, leave it alone and raise at once.

    For a call into a library that cannot be stopped. What it would still return is dropped, so it may change nothing.

    Parameters
    ----------
    work
        Takes nothing, changes nothing.

    Examples
    --------
    >>> apart(lambda: 6 * 7)
    42
    """
    watch = _watching.get()
    if watch is None:
        return work()
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_into, future, work), name="rftkit-phase", daemon=True).start()
    while not concurrent.futures.wait([future], timeout=_LOOK).done:
        watch.look()
    return future.result()


def _into(future: concurrent.futures.Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        future.set_exception(error)
