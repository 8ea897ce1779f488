"""Train a model, or watch one being trained: what it takes, rewards as they come, warnings, cancel and resume."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.errors import InputError, RftkitError
from rftkit.jobs import Job
from rftkit.train.state import ENDED
from rftkit.widgets._base import act
from rftkit.widgets._curves import charts
from rftkit.widgets._later import Later
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from pathlib import Path

    from rftkit.acts.training_job import TrainingJob
    from rftkit.grade import Grader
    from rftkit.render import Html
    from rftkit.train.status import TrainingStatus

EMPTY = "Nothing was trained yet."
#: Seconds between two questions to whoever runs a job: a process of this machine, or a service.
ASK_EVERY = {"trl": 2.0}
ASK_SERVICE_EVERY = 5.0
EVENTS = 12
JOBS = 20

USUAL: dict[str, Any] = {
    "backend": "trl",
    "base": "",
    "steps": None,
    "epochs": None,
    "eval_every": None,
    "sft_steps": None,
    "sft_on": None,
    "seed": 0,
    "budget_usd": None,
    "base_url": "",
    "force": False,
}
_FILES = ("job.json", "metrics.jsonl", "events.jsonl")


class TrainingMonitor(Working, bundle_name="training_monitor"):
    """Start a training job and watch it; the job runs on when this is closed, and the kernel too.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    grader
        Gives the reward; needed to start a job, not to watch one.
    job
        The id of the job that is shown first; the newest by default.
    **settings
        As `Dataset.train` takes them, for example ``base``.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> TrainingMonitor(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    TrainingMonitor(nothing was trained yet)
    """

    kind = "train"
    undoes = False  # jobs, answers and servers are no versions of the dataset

    settings = traitlets.Dict(help="What is chosen for the next job; written by Python.").tag(sync=True)
    offer = traitlets.Dict(
        default_value=None, allow_none=True, help="What the next job takes, and what stands against it; by Python."
    ).tag(sync=True)
    jobs = traitlets.Any([], help="The jobs there are, newest first; written by Python.").tag(sync=True)
    shown = traitlets.Dict(
        default_value=None, allow_none=True, help="Status, charts and events of the job in view; written by Python."
    ).tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, grader: Grader | None = None, *, job: str | None = None, **settings: Any) -> None:
        self.grader = grader
        self._wanted = job
        self._chosen: dict[str, Any] = {**USUAL, **settings}
        self._asked_at = 0.0
        self._mark: Any = None
        self._offered_for: Any = None
        self._asking: Later[TrainingStatus] = Later()
        self._pricing: Later[dict[str, Any]] = Later()
        super().__init__(dataset)

    # -- the next job --------------------------------------------------------------------------------------------

    @act
    def choose(self, **settings: Any) -> None:
        """Set options of the next job; nothing begins yet.

        Parameters
        ----------
        **settings
            As `Dataset.train` takes them.
        """
        unknown = sorted(set(settings) - set(USUAL))
        if unknown:
            raise InputError(f"training has no option {unknown[0]!r} here; it has {', '.join(USUAL)}")
        self._chosen.update(settings)
        self.refresh()

    def use(self, grader: Grader | None) -> None:
        """Train with another grader from now on.

        Parameters
        ----------
        grader
            Gives the reward.
        """
        self.grader = grader
        self.refresh()

    @act
    def start(self, approved: bool = False) -> None:
        """Begin to train as chosen.

        Parameters
        ----------
        approved
            Whether the cost that was announced, or that nobody knows it, is approved.
        """
        grader = self._known_grader()
        given = self._given()
        self._wanted = None
        self._start(
            lambda: Job(lambda control: self.dataset.train(grader, approved=approved, **given), name="train").start(),
            can_stop=False,
        )

    def _known_grader(self) -> Grader:
        if self.grader is None:
            raise InputError("training needs a grader; choose one first, or give TrainingMonitor(ds, grader)")
        return self.grader

    def _given(self) -> dict[str, Any]:
        return {name: value for name, value in self._chosen.items() if value not in (None, "", False) or name == "seed"}

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        self._asked_at = 0.0
        return "", ""

    # -- the job in view -----------------------------------------------------------------------------------------

    @property
    def training_job(self) -> TrainingJob | None:
        """The job in view; None before there is one."""
        known = self.dataset.jobs()
        named = {one.id: one for one in known}
        return named.get(self._wanted or "", known[-1] if known else None)

    @act
    def open_job(self, id: str) -> None:
        """Show another job.

        Parameters
        ----------
        id
            Such as ``job-3``.
        """
        self._wanted = self.dataset.job(id).id
        self.refresh()

    @act
    def cancel(self) -> None:
        """Stop the job in view; its checkpoints and metrics stay."""
        self._of_job("cancel", "Asked {} to stop; what it has made so far stays.")

    @act
    def resume(self) -> None:
        """Go on with the job in view from its last checkpoint."""
        self._of_job("resume", "{} goes on from its last checkpoint.")

    def _of_job(self, what: str, sentence: str) -> None:
        job = self.training_job
        if job is None:
            raise InputError(EMPTY)
        line = f"ds.job({job.id!r}).{what}()"

        def work(control: Any) -> tuple[str, str]:
            getattr(job, what)()
            return sentence.format(job.id), line

        self._start(lambda: Job(work, name=what).start(), can_stop=False)

    # -- reading -------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show what a job has logged since, and ask whoever runs it from time to time."""
        super().follow()
        job = self.training_job
        mark = None if job is None else _marks(job.folder.path)
        if mark != self._mark:
            self.attempt(self.refresh)
        if job is not None and self.shown is not None and self.shown["state"] not in ENDED:
            self._ask(job)

    def _ask(self, job: TrainingJob) -> None:
        every = ASK_EVERY.get(str(self.shown["backend"]), ASK_SERVICE_EVERY) if self.shown else ASK_SERVICE_EVERY
        if time.monotonic() - self._asked_at < every:
            return
        self._asked_at = time.monotonic()
        self._asking.ask(job.status, self._answered)

    def _answered(self, status: TrainingStatus | None, error: BaseException | None) -> None:
        self.error = "" if error is None else f"The job could not be asked: {error}"

    def read(self) -> dict[str, Any]:
        """Return the traits that show the job as it is now."""
        job = self.training_job
        self._mark = None if job is None else _marks(job.folder.path)
        self._price()
        return {
            "settings": dict(self._chosen),
            "jobs": [_line(one) for one in reversed(self.dataset.jobs()[-JOBS:])],
            "shown": None if job is None else shown_job(job),
            "python": self._line_of_python(),
            "done": self._undo.told(),
        }

    def _price(self) -> None:
        """Work out the offer anew where what it is for has changed; not for every step that a job logs."""
        now = (self.dataset.version, self.grader and self.grader.fingerprint, tuple(self._chosen.items()))
        if now != self._offered_for:
            self._offered_for = now
            self._pricing.ask(self._offered, self._priced)

    def _offered(self) -> dict[str, Any]:
        """Return what the next job takes; a reason against it is said and does not hide the rest."""
        if self.grader is None:
            return {"problem": "Choose a grader first: it gives the reward."}
        given = {name: value for name, value in self._given().items() if name not in ("force", "seed")}
        try:
            told, counts = self.dataset.announce_training(grader=self.grader, **given)
        except RftkitError as error:
            return {"problem": str(error), "grader": self.grader.name}
        return {
            "grader": self.grader.name,
            "cost_usd": told.cost_usd,
            "notes": list(told.notes),
            **counts,
            "problem": self._gate(),
        }

    def _gate(self) -> str:
        from rftkit.acts.training_gate import gate

        try:
            gate(self.dataset, self._known_grader().fingerprint, force=bool(self._chosen["force"]))
        except RftkitError as error:
            return str(error)
        return ""

    def _priced(self, offer: dict[str, Any] | None, error: BaseException | None) -> None:
        self.publish(offer=offer if offer is not None else {"problem": str(error)})

    def _line_of_python(self) -> str:
        shown = {name: value for name, value in self._given().items() if value != USUAL[name] or name == "base"}
        return f"ds.train({', '.join(['grader', *(f'{name}={value!r}' for name, value in shown.items())])})"

    def to_html(self) -> Html:
        """Return the job in view as static HTML, escaped and without script."""
        job = self.training_job
        if job is None:
            return render.card("Training", render.notice(EMPTY))
        return render.Html(job._repr_html_())

    def __repr__(self) -> str:
        if self.shown is None:
            return "TrainingMonitor(nothing was trained yet)"
        of = f" of {self.shown['total_steps']:,}" if self.shown["total_steps"] else ""
        return f"TrainingMonitor({self.shown['job']}: {self.shown['state']}, step {self.shown['step']:,}{of})"


def shown_job(job: TrainingJob) -> dict[str, Any]:
    """Return what the browser needs of a job.

    Parameters
    ----------
    job
        A `rftkit.TrainingJob`.
    """
    told, status = job.configuration, job.status(ask=False).to_dict()
    about = {name: told.get(name) for name in ("backend", "base", "grader_name", "seed", "created", "announced_usd")}
    events = [{name: one.get(name) for name in ("when", "kind", "text")} for one in job.events()[-EVENTS:]]
    forced = bool((told.get("dry_run") or {}).get("forced"))
    return {**about, **status, "forced": forced, "charts": charts(job.metrics()), "events": events[::-1]}


def _line(job: TrainingJob) -> dict[str, Any]:
    status = job.status(ask=False)
    names = ("job", "state", "step", "total_steps", "best")
    return {**{name: getattr(status, name) for name in names}, "base": job.configuration.get("base")}


def _marks(folder: Path) -> tuple[Mapping[str, Any] | tuple[int, int], ...]:
    """Return what changes whenever a job writes."""
    found = []
    for name in _FILES:
        try:
            told = os.stat(folder / name)
        except FileNotFoundError:
            found.append((0, 0))
        else:
            found.append((told.st_size, told.st_mtime_ns))
    return tuple(found)
