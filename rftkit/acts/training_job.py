"""A training job as a person holds it: watched, cancelled, resumed, from any kernel, by its number."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit import render
from rftkit.acts.context import Context
from rftkit.acts.training_data import prepare
from rftkit.errors import InputError, NotFoundError
from rftkit.train.backend import Backend, backend_of
from rftkit.train.state import ENDED, JobFolder, folders
from rftkit.train.status import TrainingStatus, status_of

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

#: Seconds between two looks while somebody waits.
EVERY = 2.0


class TrainingJob:
    """A training job of a dataset; it runs in a process or a service of its own and outlives the kernel.

    Parameters
    ----------
    ds
        The dataset.
    id
        Such as ``job-3``; the newest by default.
    **options
        What is not written down: ``api_key`` of a service.

    Examples
    --------
    >>> import tempfile
    >>> import rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/support.rft")
    >>> TrainingJob(ds)
    Traceback (most recent call last):
    rftkit.errors.NotFoundError: support.rft has no training job; start one with ds.train(grader)
    """

    def __init__(self, ds: Context, id: str | None = None, **options: Any) -> None:
        self.dataset = ds
        self.folder = _find(ds, id)
        self._options = options
        self._backend: Backend | None = None

    @property
    def id(self) -> str:
        """Its name among the jobs of the dataset."""
        return self.folder.id

    @property
    def backend(self) -> Backend:
        """Who runs it."""
        if self._backend is None:
            self._backend = backend_of(self.folder.read()["backend"], **self._options)
        return self._backend

    @property
    def configuration(self) -> dict[str, Any]:
        """All that the job was started with, and what became of it; what `job.json` holds."""
        return self.folder.read()

    @property
    def model(self) -> Path | None:
        """The folder of the model that a job on this machine kept, to serve it or to train it on; None without one."""
        from rftkit.train.checkpoints import model_folder

        return model_folder(self.folder) if self.folder.read()["backend"] == "trl" else None

    def status(self, *, ask: bool = True) -> TrainingStatus:
        """Return how far it is.

        Parameters
        ----------
        ask
            Ask whoever runs it; otherwise say what the disk knows. A pinned dataset never asks.
        """
        if ask and self.dataset.pinned is None and self.folder.read()["state"] not in ENDED:
            self.backend.poll(self.folder)
        return status_of(self.folder.read(), self.folder.metrics())

    def metrics(self) -> pl.DataFrame:
        """Return one row for each step that was logged: rewards, each grader's mean, length, loss, ..."""
        return self.folder.metrics()

    def chart(self) -> alt.LayerChart:
        """Return the rewards of training and validation by step as an altair chart."""
        from rftkit import training_charts

        return training_charts.rewards(self.metrics(), baseline=self.status(ask=False).baseline)

    def events(self) -> list[dict[str, Any]]:
        """Return what happened, oldest first: `when`, `kind`, `text`."""
        return self.folder.events()

    def warnings(self) -> list[str]:
        """Return what the curves warn of, in sentences."""
        return list(self.status(ask=False).warnings)

    def cancel(self) -> TrainingStatus:
        """Stop it; checkpoints and metrics stay, and `resume` goes on from them."""
        if self.folder.read()["state"] not in ENDED:
            self._changing("cancelled")
            self.backend.cancel(self.folder)
        return self.status()

    def resume(self) -> TrainingStatus:
        """Go on with a job that was cancelled, failed or cut off; one that runs stays as it is."""
        self._changing("resumed")
        status = self.status()
        if status.state == "succeeded":
            raise InputError(f"{self.id} is done; look at it with ds.results({self.id!r}), or train anew")
        if status.state != "running":
            self.folder.forget_cancel()
            prepare(Context(self.dataset.path, version=self.folder.read()["dataset_version"]), self.folder)
            self.backend.resume(self.folder)
        return self.status()

    def wait(self, timeout: float | None = None, *, every: float = EVERY) -> TrainingStatus:
        """Wait until it has ended, and return its status; the one at the timeout where it has not.

        Parameters
        ----------
        timeout
            Seconds; for ever by default.
        every
            Seconds between two looks.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            status = self.status()
            if status.state in ENDED or (until is not None and time.monotonic() >= until):
                return status
            time.sleep(every)

    def _changing(self, what: str) -> None:
        if self.dataset.pinned is not None:
            raise InputError(f"the dataset is opened at a version, and its jobs cannot be {what}; open the newest")

    def to_dict(self) -> dict[str, Any]:
        """Return the status, as the disk knows it, as plain values."""
        return self.status(ask=False).to_dict()

    def __repr__(self) -> str:
        status = self.status(ask=False)
        of = f" of {status.total_steps:,}" if status.total_steps else ""
        told = self.folder.read()
        return f"TrainingJob({self.id} on {told['backend']}: {status.state}, step {status.step:,}{of})"

    def _repr_html_(self) -> str:
        told, metrics = self.folder.read(), self.metrics()
        status = status_of(told, metrics)
        shown = {name.replace("_", " "): value for name, value in _facts(told, status).items() if value is not None}
        notices = [render.notice(text, "near") for text in status.warnings]
        notices += [render.notice(status.error, "far")] if status.error else []
        return render.card(f"Training {self.id}", render.facts(shown), *notices, _curves(metrics), _last(metrics))


def _facts(told: dict[str, Any], status: TrainingStatus) -> dict[str, Any]:
    names = ("state", "step", "total_steps", "baseline", "best", "best_step", "final", "checkpoint")
    left = None if status.eta_seconds is None else render.duration(status.eta_seconds)
    about = {"backend": told["backend"], "base": told.get("base"), "grader": told.get("grader_name")}
    return {**{name: getattr(status, name) for name in names}, "left": left, **about, "seed": told.get("seed")}


def _curves(metrics: pl.DataFrame) -> object:
    rewards = {"training": "train_reward", "validation": "valid_reward"}
    series = {
        name: list(metrics.select("step", column).drop_nulls().iter_rows())
        for name, column in rewards.items()
        if metrics[column].count() > 1
    }
    return render.curves(series, "mean reward by step") if series else ""


def _last(metrics: pl.DataFrame) -> object:
    known = [name for name in metrics.columns if metrics[name].count()]
    return render.table(metrics.select(known).tail(5), limit=5) if metrics.height else ""


def _find(ds: Context, id: str | None) -> JobFolder:
    there = {folder.id: folder for folder in folders(ds.path / "jobs")}
    if not there:
        raise NotFoundError(f"{ds.path.name} has no training job; start one with ds.train(grader)")
    if id is None:
        return list(there.values())[-1]
    if id not in there:
        raise NotFoundError(f"there is no job {id!r}; {ds.path.name} has {', '.join(there)}")
    return there[id]
