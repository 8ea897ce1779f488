"""Answers that may take longer than a click: computed beside the notebook, and only the newest one is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from rftkit.jobs import Job

T = TypeVar("T")

#: An answer that is there within this time is shown at once, so that small datasets never show that they wait.
PATIENCE = 0.25


class Later(Generic[T]):
    """The newest answer to a question that is asked again and again.

    Parameters
    ----------
    patience
        Seconds that `ask` waits for the answer itself.

    Examples
    --------
    >>> later, shown = Later(), []
    >>> later.ask(lambda: 6 * 7, lambda answer, error: shown.append(answer))
    True
    >>> shown, later.wait()
    ([42], 42)
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._number = 0
        self._job: Job[T] | None = None

    def ask(self, make: Callable[[], T], show: Callable[[T | None, BaseException | None], None]) -> bool:
        """Start on an answer; an older one that is not there yet will not be shown.

        Parameters
        ----------
        make
            Returns the answer; runs on a thread of its own.
        show
            Told the answer, or what went wrong; here or, when it took longer, on another thread.

        Returns
        -------
        bool
            Whether it was shown already.
        """
        self._number += 1
        number = self._number
        job: Job[T] = Job(lambda control: make(), name="answer").start()
        self._job = job
        if _over(job, self._patience):
            show(job.result, job.error)
            return True
        threading.Thread(target=self._finish, args=(job, number, show), name="rftkit-later", daemon=True).start()
        return False

    def _finish(self, job: Job[T], number: int, show: Callable[[T | None, BaseException | None], None]) -> None:
        _over(job, None)
        if number == self._number:
            show(job.result, job.error)

    def drop(self) -> None:
        """Forget the question: an answer that is still to come will not be shown."""
        self._number += 1
        self._job = None

    def wait(self) -> T:
        """Return the newest answer, or raise what went wrong."""
        if self._job is None:
            raise LookupError("nothing was asked yet")
        return self._job.wait()


def _over(job: Job[T], timeout: float | None) -> bool:
    try:
        job.wait(timeout)
    except TimeoutError:
        return job.state not in ("running", "stopping")
    except Exception:  # noqa: BLE001 - it is handed on as `job.error`
        return True
    return True
