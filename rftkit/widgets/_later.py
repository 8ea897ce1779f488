"""Answers that may take longer than a click: computed beside the notebook, and only the newest one is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from rftkit.jobs import Job

T = TypeVar("T")
Show = Callable[[T | None, BaseException | None], None]

#: An answer that is there within this time is shown at once, so that small datasets never show that they wait.
PATIENCE = 0.25


class Later(Generic[T]):
    """The newest answer to a question that is asked again and again.

    One answer is worked out at a time; of the questions that come meanwhile only the newest is kept.

    Parameters
    ----------
    patience
        Seconds that `ask` waits for the answer itself.

    Examples
    --------
    >>> later, shown = Later(patience=5), []
    >>> later.ask(lambda: 6 * 7, lambda answer, error: shown.append(answer))
    True
    >>> shown, later.wait()
    ([42], 42)
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._number = 0
        self._busy = False
        self._idle = threading.Event()
        self._idle.set()
        self._job: Job[T] | None = None
        self._next: tuple[int, Job[T], Show[T]] | None = None

    def ask(self, make: Callable[[], T], show: Show[T], *, patient: bool = True) -> bool:
        """Start on an answer; an older one that is not there yet will not be shown.

        Parameters
        ----------
        make
            Returns the answer; runs on a thread of its own.
        show
            Told the answer, or what went wrong; here or, when it took longer, on another thread.
        patient
            Whether to wait for the answer at all.

        Returns
        -------
        bool
            Whether it was shown already.
        """
        job: Job[T] = Job(lambda control: make(), name="answer")
        with self._lock:
            self._number += 1
            number, self._job = self._number, job
            if self._busy:
                self._next = (number, job, show)
                return False
            self._busy = True
            self._idle.clear()
        if not _over(job.start(), self._patience if patient else 0):
            threading.Thread(target=self._finish, args=(number, job, show), name="rftkit-later", daemon=True).start()
            return False
        self._finish(number, job, show)
        return True

    def _finish(self, number: int, job: Job[T], show: Show[T]) -> None:
        """Show an answer when it is there, and then that to the newest question that came meanwhile."""
        try:
            while True:
                _over(job, None)
                if number == self._number:
                    show(job.result, job.error)
                with self._lock:
                    if self._next is None:
                        self._rest()
                        return
                    (number, job, show), self._next = self._next, None
                job.start()
        except BaseException:  # what could not be shown must not keep later answers away
            self._rest()
            raise

    def _rest(self) -> None:
        self._busy = False
        self._idle.set()

    def drop(self) -> None:
        """Forget the question: an answer that is still to come will not be shown."""
        with self._lock:
            self._number += 1
            self._job = self._next = None

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is worked out any more and what was found is shown; False where it takes longer.

        Parameters
        ----------
        timeout
            Seconds; as long as it takes by default.
        """
        return self._idle.wait(timeout)

    def wait(self) -> T:
        """Return the newest answer, or raise what went wrong."""
        if self._job is None:
            raise LookupError("nothing was asked yet")
        return self._job.wait()


def _over(job: Job[T], timeout: float | None) -> bool:
    """Wait for the end of a job, whatever it is; False when it is not over by then."""
    try:
        job.wait(timeout)
    except TimeoutError:
        return job.state not in ("running", "stopping")
    except Exception:  # noqa: BLE001 - it is handed on as `job.error`
        return True
    return True
