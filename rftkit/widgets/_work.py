"""Long work behind a panel: one job at a time, shown while it runs, with Stop, and taken back with Undo.

The job belongs to the dataset's folder and not to the panel: closing the panel leaves it alone, and a panel that is
made again shows it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from rftkit.errors import InputError
from rftkit.jobs import Job, Progress, StoppedError
from rftkit.widgets._base import act
from rftkit.widgets._later import PATIENCE
from rftkit.widgets._undo import Undo
from rftkit.widgets._watch import DatasetWidget

_RUNNING = ("waiting", "running", "stopping")
_JOBS: dict[tuple[Path, str], Job[Any]] = {}


class Working(DatasetWidget):
    """A panel that starts one kind of long work on a dataset.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    """

    kind: ClassVar[str] = "work"
    #: Whether the work makes versions of the dataset, which Undo can take back.
    undoes: ClassVar[bool] = True

    work = traitlets.Dict(
        default_value=None, allow_none=True, help="How far the work is that runs; None at rest; written by Python."
    ).tag(sync=True)
    done = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="`sentence` and `python` of what was done last here, and whether it can be undone; written by Python.",
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._undo = Undo(dataset)
        self._job: Job[Any] | None = None
        self._can_stop = True
        super().__init__(dataset)
        running = _JOBS.get(self._key())
        if running is not None and running.state in _RUNNING:
            self._attach(running)

    def _key(self) -> tuple[Path, str]:
        return Path(self.dataset.path).resolve(), self.kind

    @property
    def job(self) -> Job[Any] | None:
        """The job that runs, or that ran last; None before the first."""
        return _JOBS.get(self._key())

    def _start(self, make: Callable[[], Job[Any]], *, can_stop: bool = True) -> None:
        """Start work; what is done in a moment is shown at once, what fails in a moment is raised."""
        if self._job is not None and self._job.state in _RUNNING:
            raise InputError(f"{self._job.name} is running on this dataset; wait for it or stop it first")
        self._can_stop = can_stop
        job = _JOBS[self._key()] = make()
        self._attach(job)
        try:
            job.wait(PATIENCE)
        except TimeoutError:
            return
        finally:
            self._follow_job(job)

    def _attach(self, job: Job[Any]) -> None:
        self._job = job
        job.on_progress(_teller(weakref.ref(self), job))
        self._follow_job(job)

    def _follow_job(self, job: Job[Any]) -> None:
        with self._lock:
            if job is not self._job:
                return
            if job.state in _RUNNING:
                self.publish(work=self._line(job))
                return
            self._job = None
            self._finished(job)

    def _line(self, job: Job[Any]) -> dict[str, Any]:
        told = job.progress.to_dict()
        told.pop("data")
        return {**told, "name": job.name, "stopping": job.state == "stopping", "can_stop": self._can_stop}

    def _finished(self, job: Job[Any]) -> None:
        if isinstance(job.error, StoppedError):
            self.publish(work=None, done={"sentence": str(job.error), "python": "", "undo": False})
        elif job.error is not None:
            self.error = str(job.error)
            self.publish(work=None)
        else:
            sentence, python = self._result(job.name, job.result)
            if sentence and self.undoes:
                with self._undo.step(sentence, python):
                    pass
            elif sentence:
                self._undo.note(sentence, python)
            self.attempt(self.refresh)
            self.publish(work=None, done=self._undo.told())

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        """Return what was done, as a sentence and as Python; no sentence where nothing changed the dataset."""
        return f"{name} is done.", ""

    def wait(self) -> Any:
        """Wait for the work that runs and return its result; for use from Python."""
        job = self.job
        result = None if job is None else job.wait()
        if job is not None:
            self._follow_job(job)
        return result

    @act
    def stop(self) -> None:
        """Stop the work that runs; the dataset stays as it was before."""
        if self._job is not None:
            self._job.stop()
            self._follow_job(self._job)

    @act
    def undo(self) -> None:
        """Take back what was done last from here."""
        self._undo.back()
        self.refresh()
        self.publish(done=self._undo.told())


def _teller(widget: weakref.ref[Working], job: Job[Any]) -> Callable[[Progress], None]:
    """Return a listener that holds the panel loosely: one that is gone must not be kept alive by its job."""

    def tell(_: Progress) -> None:
        shown = widget()
        if shown is not None:
            shown._follow_job(job)

    return tell
