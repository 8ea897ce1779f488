"""Decisions on their way to the disk: written at once, several together where they come faster than a write takes.

A write is a version and takes 20 to 100 ms; a reader who holds a key down is quicker. The writer's thread lives only
while there is something to write; Python does not end before it has.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What is decided about a candidate.

    Attributes
    ----------
    decision
        accept, reject, edit, or None while it waits.
    messages
        Its messages as they were edited, else None.

    Examples
    --------
    >>> Said("accept").wanted, Said("reject").wanted, Said().wanted
    (True, False, False)
    """

    decision: str | None = None
    messages: tuple[Any, ...] | None = None

    @property
    def wanted(self) -> bool:
        """Whether it will be added."""
        return self.decision in ("accept", "edit")


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _at_the_end() -> None:
    for writer in list(_writers):
        writer.flush()


def _before_the_end() -> None:
    """Have everything written before the interpreter closes the thread pools that reading and writing need.

    `atexit` comes after that; what runs before it is private to `threading`, and pools register themselves there when
    they are imported, so they are imported first. Where it is absent, decisions of the last tenth of a second may be lost.
    """
    import concurrent.futures.thread  # noqa: F401

    register = getattr(threading, "_register_atexit", None)
    if register is not None and not _registered:
        register(_at_the_end)
        _registered.append(True)


_registered: list[bool] = []


class Writer:
    """Writes decisions in the background, in the order they were made.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    written
        Told after each write: how many versions it made, and what went wrong.

    Examples
    --------
    >>> Writer(None, print).unsaved
    0
    """

    def __init__(self, dataset: Any, written: Callable[[int, BaseException | None], None]) -> None:
        self.dataset = dataset
        self._written = written
        self._waiting: dict[str, tuple[Said, Said]] = {}  # id -> what the disk says, what it shall say
        self._writing = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        _writers.add(self)

    @property
    def unsaved(self) -> int:
        """Decisions that are not on the disk yet."""
        return len(self._waiting) + self._writing

    @property
    def busy(self) -> bool:
        """Whether something is written, or told."""
        return self._thread is not None

    def put(self, changes: Mapping[str, tuple[Said, Said]]) -> None:
        """Write decisions soon.

        Parameters
        ----------
        changes
            Id of a candidate to what was said about it and what is said now.
        """
        with self._changed:
            for name, (before, now) in changes.items():
                first = self._waiting[name][0] if name in self._waiting else before
                self._waiting[name] = (first, now)
            if self._thread is None:
                _before_the_end()
                self._thread = threading.Thread(target=self._work, name="rftkit-decisions")
                self._thread.start()

    def flush(self) -> None:
        """Wait until everything is on the disk, and raise what went wrong on the way there."""
        if threading.current_thread() is self._thread:
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._writing)
            error, self._error = self._error, None
        if error is not None:
            raise error

    def _work(self) -> None:
        while True:
            with self._changed:
                batch, self._waiting = self._waiting, {}
                self._writing = len(batch)
                if not batch:
                    self._thread = None
                    return
            versions, error = _attempt(self.dataset, batch)
            with self._changed:  # whoever waits for the disk goes on before anybody is told
                self._writing, self._error = 0, error
                self._changed.notify_all()
            self._written(versions, error)


def _attempt(dataset: Any, batch: Mapping[str, tuple[Said, Said]]) -> tuple[int, BaseException | None]:
    try:
        return write(dataset, batch), None
    except Exception as error:  # noqa: BLE001 - told to whoever asked for the write
        return 0, error


def write(dataset: Any, batch: Mapping[str, tuple[Said, Said]]) -> int:
    """Write decisions, first those that are taken back; return how many versions that made.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    batch
        Id of a candidate to what was said about it and what is said now.
    """
    back = [name for name, (before, now) in batch.items() if _dropped(before, now)]
    if back:
        dataset.withdraw(back)
    edit = {
        name: list(now.messages)
        for name, (before, now) in batch.items()
        if now.messages and now.messages != before.messages
    }
    accept = [name for name, (_, now) in batch.items() if now.wanted and name not in edit]
    reject = [name for name, (_, now) in batch.items() if now.decision == "reject"]
    if accept or reject or edit:
        dataset.decide(accept=accept, reject=reject, edit=edit)
    return bool(back) + bool(accept or reject or edit)


def _dropped(before: Said, now: Said) -> bool:
    """Return whether what the disk says has to be taken back: all of it, or an edit that is no more."""
    gone = before.messages is not None and now.messages is None
    return gone or (before.decision is not None and now.decision is None)
