"""Before and after training on the same prompts: what changed, where, the answers, a benchmark, and the way to deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.errors import InputError, RftkitError
from rftkit.jobs import Job
from rftkit.train.state import ENDED
from rftkit.widgets._base import act
from rftkit.widgets._later import Later
from rftkit.widgets._results_shown import shown_results
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from collections.abc import Callable

    from rftkit.deploy.deployment import Deployment
    from rftkit.render import Html
    from rftkit.results import Results

EMPTY = "No training job has ended yet; its results are shown here when one has."


class ResultsPanel(Working, bundle_name="results_panel"):
    """See what training changed, run a benchmark before and after, and deploy.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    job
        The id of the job that is shown first; the newest that ended by default.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ResultsPanel(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    ResultsPanel(no results yet)
    """

    kind = "results"
    undoes = False  # jobs, answers and servers are no versions of the dataset

    jobs = traitlets.Any([], help="Jobs that have ended, newest first; written by Python.").tag(sync=True)
    shown = traitlets.Dict(
        default_value=None, allow_none=True, help="Before and after of the job in view; written by Python."
    ).tag(sync=True)
    missing = traitlets.Unicode("", help="Why there are no results of the job in view; written by Python.").tag(
        sync=True
    )
    benchmark = traitlets.Dict(
        default_value=None, allow_none=True, help="Before and after on a file of records; written by Python."
    ).tag(sync=True)
    beside = traitlets.Any([], help="Other jobs beside this one, the best first; written by Python.").tag(sync=True)
    deployed = traitlets.Dict(
        default_value=None, allow_none=True, help="Where the model answers, or the files that make it; by Python."
    ).tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, *, job: str | None = None) -> None:
        self._wanted = job
        self._found: Results | None = None
        self._deployment: Deployment | None = None
        self._benched: dict[str, Any] | None = None
        self._loading: Later[tuple[Results, list[dict[str, Any]]]] = Later()
        self._loaded: Any = None
        super().__init__(dataset)

    @property
    def results(self) -> Results | None:
        """The results in view, as `Dataset.results` returns them."""
        return self._found

    @property
    def deployment(self) -> Deployment | None:
        """What was deployed last from here."""
        return self._deployment

    # -- acts ----------------------------------------------------------------------------------------------------

    @act
    def open_job(self, id: str) -> None:
        """Show the results of another job.

        Parameters
        ----------
        id
            Such as ``job-3``.
        """
        self._wanted, self._loaded, self._benched = self.dataset.job(id).id, None, None
        self.refresh()

    @act
    def evaluate(self, approved: bool = False) -> None:
        """Have both models answer the validation prompts, where they have not yet.

        Parameters
        ----------
        approved
            Whether what a service asks for is approved.
        """
        id = self._id()
        self._work("evaluate", lambda: self.dataset.evaluate(id, approved=approved), f"ds.evaluate({id!r})")

    @act
    def run_benchmark(self, path: str, approved: bool = False) -> None:
        """Run a file of records on the models before and after.

        Parameters
        ----------
        path
            The file; its records are graded as the job's were.
        approved
            Whether what a service asks for is approved.
        """
        id = self._id()
        if not path.strip():
            raise InputError("name a file of records for the benchmark, such as benchmark.jsonl")
        line = f"ds.benchmark({path!r}, {id!r})"
        self._work("benchmark", lambda: self.dataset.benchmark(path.strip(), id, approved=approved), line)

    @act
    def deploy(self, to: str = "local", approved: bool = False) -> None:
        """Serve the model of the job in view, or write what serves it.

        Parameters
        ----------
        to
            local, vllm, ollama or hosted.
        approved
            Whether what a service asks for is approved.
        """
        id = self._id()
        line = f"ds.deploy({id!r}, to={to!r})"
        self._work("deploy", lambda: self.dataset.deploy(id, to=to, approved=approved), line)

    @act
    def stop_server(self) -> None:
        """End the server on this machine that was started from here."""
        if self._deployment is None or self._deployment.server is None:
            raise InputError("no server was started from here")
        self._deployment.stop()
        self._deployment = None
        self.refresh()

    def _work(self, name: str, make: Callable[[], Any], line: str) -> None:
        self._start(lambda: Job(lambda control: (name, make(), line), name=name).start(), can_stop=False)

    def _id(self) -> str:
        id = self._shown_id()
        if id is None:
            raise InputError(EMPTY)
        return id

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        what, made, line = report
        self._loaded = None
        if what == "deploy":
            self._deployment = made
            return f"Deployed to {made.to}: {made.model}.", line
        if what == "benchmark":
            self._benched = shown_results(made)
            return f"Benchmark: {made!r}.", line
        return f"Answers collected: {', '.join(f'{n:,} {which}' for which, n in made.answers.items())}.", line

    # -- reading -------------------------------------------------------------------------------------------------

    def _ended(self) -> list[Any]:
        return [job for job in self.dataset.jobs() if job.folder.read()["state"] in ENDED]

    def _shown_id(self) -> str | None:
        named = [job.id for job in self._ended()]
        return self._wanted if self._wanted in named else named[-1] if named else None

    def follow(self) -> None:
        """Show a job that has ended since; jobs write no version of the dataset."""
        super().follow()
        if [row["job"] for row in self.jobs] != [job.id for job in reversed(self._ended())]:
            self.attempt(self.refresh)

    def read(self) -> dict[str, Any]:
        """Return the traits that show the results as they are now."""
        id = self._shown_id()
        key = (id, self.dataset.version)
        if id is None:
            self._found = None
            self.publish(shown=None)
        elif key != self._loaded:
            self._loaded = key
            self._loading.ask(lambda: self._looked_up(id), self._show)
        return {
            "jobs": [_line(job) for job in reversed(self._ended())],
            "benchmark": self._benched,
            "deployed": None if self._deployment is None else self._told(self._deployment),
            "python": "ds.results()" if id is None else f"ds.results({id!r})",
            "done": self._undo.told(),
        }

    def _looked_up(self, id: str) -> tuple[Results, list[dict[str, Any]]]:
        """Return the results of a job, and the jobs beside each other; graded where that was not done yet."""
        return self.dataset.results(id), self._compared()

    def _show(self, found: tuple[Results, list[dict[str, Any]]] | None, error: BaseException | None) -> None:
        self._found = None if found is None else found[0]
        told = "" if error is None else str(error)
        shown = None if self._found is None else shown_results(self._found)
        self.publish(shown=shown, missing=told, beside=[] if found is None else found[1])

    def _compared(self) -> list[dict[str, Any]]:
        if len(self._ended()) < 2:
            return []
        try:
            runs = self.dataset.compare_jobs()
        except RftkitError:
            return []  # fewer than two of them have answers to compare; the job in view says so itself
        names = ("job", "base", "backend", "before", "after", "change", "low", "high", "verdict")
        return [{name: row.get(name) for name in names} for row in runs.to_dict()["runs"]]

    def _told(self, deployment: Deployment) -> dict[str, Any]:
        return {**deployment.to_dict(), "running": deployment.server is not None}

    def to_html(self) -> Html:
        """Return the results in view as static HTML, escaped and without script."""
        if self._found is not None:
            return self._found.to_html()
        return render.card("Results", render.notice(self.missing or EMPTY))

    def __repr__(self) -> str:
        return "ResultsPanel(no results yet)" if self._found is None else f"ResultsPanel({self._found!r})"


def _line(job: Any) -> dict[str, Any]:
    told = job.folder.read()
    return {"job": job.id, "state": told["state"], "backend": told["backend"], "base": told.get("base")}
