"""The dry run: what it asks and costs, the verdict with every rule, why, where, and what the answers look like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import llm, render
from rftkit.acts.rolling import MAX_TOKENS, TEMPERATURE
from rftkit.dryrun import PROMPTS, ROLLOUTS
from rftkit.errors import InputError, RftkitError
from rftkit.widgets._base import act
from rftkit.widgets._dry_run_shown import shown_comparison, shown_run
from rftkit.widgets._later import Later
from rftkit.widgets._models import listing
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.dryrun import DryRun
    from rftkit.grade import Grader
    from rftkit.render import Html

EMPTY = "No dry run yet: a model answers a sample of the prompts, and the rewards say whether training can work."
USUAL: dict[str, Any] = {
    "model": "",
    "base_url": "",
    "prompts": PROMPTS,
    "rollouts": ROLLOUTS,
    "temperature": TEMPERATURE,
    "max_tokens": MAX_TOKENS,
    "seed": 0,
    "budget_usd": None,
    "price_per_million": None,
    "judge": "",
    "judge_base_url": "",
}
_NOT_PLANNED = ("base_url",)
RUNS = 30


class DryRunPanel(Working, bundle_name="dry_run_panel"):
    """Run a model on a sample of the prompts and see whether training can work.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    grader
        Gives the reward; needed to start, not to look at runs that were made.
    **settings
        As `Dataset.dry_run` takes them, for example ``model``.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> DryRunPanel(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    DryRunPanel(no dry run yet)
    """

    kind = "dry run"

    settings = traitlets.Dict(help="What is chosen for the next run; written by Python.").tag(sync=True)
    models = traitlets.Any([], help="Models that can answer, and what is missing for others; written by Python.").tag(
        sync=True
    )
    offer = traitlets.Dict(
        default_value=None, allow_none=True, help="What the next run asks and costs, or why it cannot be; by Python."
    ).tag(sync=True)
    runs = traitlets.Any([], help="The runs there are, newest first; written by Python.").tag(sync=True)
    shown = traitlets.Dict(
        default_value=None, allow_none=True, help="The run in view: numbers, rules, causes, topics, samples."
    ).tag(sync=True)
    moved = traitlets.Bool(help="Whether thresholds were moved and not kept yet; written by Python.").tag(sync=True)
    compared = traitlets.Dict(
        default_value=None, allow_none=True, help="What changed since another run; written by Python."
    ).tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, grader: Grader | None = None, **settings: Any) -> None:
        self.grader = grader
        self._chosen: dict[str, Any] = {**USUAL, **settings}
        self._wanted: str | None = None
        self._other: str | None = None
        self._limits: dict[str, float] = {}
        self._pricing: Later[dict[str, Any]] = Later()
        self._listing: Later[list[dict[str, Any]]] = Later(patience=0)  # nobody waits for the import of litellm
        self._listed = False
        self._looking: Later[_Look] = Later()
        self._look = _Look()
        self._offered_for: Any = None
        super().__init__(dataset)

    @property
    def run(self) -> DryRun | None:
        """The run in view, with the thresholds as they are moved; None before there is one."""
        return self._look.run

    @property
    def known(self) -> list[DryRun]:
        """The runs there are, oldest first, as far as they were read."""
        return self._look.known

    # -- the next run --------------------------------------------------------------------------------------------

    @act
    def choose(self, **settings: Any) -> None:
        """Set options of the next run; nothing is asked yet.

        Parameters
        ----------
        **settings
            As `Dataset.dry_run` takes them.
        """
        unknown = sorted(set(settings) - set(USUAL))
        if unknown:
            raise InputError(f"a dry run has no option {unknown[0]!r} here; it has {', '.join(USUAL)}")
        self._chosen.update(settings)
        self.refresh()

    def use(self, grader: Grader | None) -> None:
        """Grade with another grader from now on.

        Parameters
        ----------
        grader
            Gives the reward.
        """
        self.grader = grader
        self.refresh()

    @act
    def start(self) -> None:
        """Ask the model and grade its answers; this approves the cost that was shown."""
        grader, given = self._known_grader(), self._given()
        self._wanted = self._other = None
        self._limits = {}
        self._start(lambda: self.dataset.dry_run(grader, **given))

    @act
    def regrade(self) -> None:
        """Grade the answers of the run in view with the grader of now; the model is not asked."""
        from rftkit.jobs import Job

        grader, run = self._known_grader(), self.run
        if run is None:
            raise InputError("there is no run whose answers could be graded again; make a dry run first")
        self._other, self._wanted = run.about.get("run"), None
        self._limits = {}
        self._start(lambda: Job(lambda control: run.regrade(grader), name="regrade").start(), can_stop=False)

    def _known_grader(self) -> Grader:
        if self.grader is None:
            raise InputError("a dry run needs a grader; choose one first, or give DryRunPanel(ds, grader)")
        return self.grader

    def _given(self) -> dict[str, Any]:
        return {name: value for name, value in self._chosen.items() if value not in (None, "")}

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        line = self._line_of_python() if name == "dry run" else "dry.regrade(grader)"
        return f"{report.verdict}: {render.plural(report.prompts.height, 'prompt')} with a reward.", line

    # -- the run in view -----------------------------------------------------------------------------------------

    @act
    def open_run(self, run: str) -> None:
        """Show another run.

        Parameters
        ----------
        run
            Its name, such as ``dry-run-1``.
        """
        self._wanted, self._limits = self.dataset.dry_run_named(run).about["run"], {}
        self.refresh()

    @act
    def compare_with(self, run: str = "") -> None:
        """Show what changed from another run to the one in view.

        Parameters
        ----------
        run
            Its name; nothing puts the comparison away.
        """
        if run:
            self.dataset.dry_run_named(run)
        self._other = run or None
        self.refresh()

    @act
    def move_threshold(self, name: str, value: float) -> None:
        """Judge the run in view by another threshold; nothing is asked or graded, and nothing is kept yet.

        Parameters
        ----------
        name
            Of `rftkit.dryrun.Thresholds`.
        value
            The number.
        """
        if self.run is None:
            raise InputError("there is no run to judge yet; make a dry run first")
        self.run.with_rules(**{name: value})  # says what is wrong before anything is remembered
        self._limits = {**self._limits, name: value}
        self.refresh()

    @act
    def keep_thresholds(self) -> None:
        """Keep the thresholds as they are moved; the verdict they give is the one that training asks for."""
        if self.run is None or not self._limits:
            raise InputError("no threshold was moved")
        run = self.run.with_rules(**self._limits)  # what is in view may still be worked out
        moved = ", ".join(f"{name}={value:g}" for name, value in self._limits.items())
        with self._undo.step(f"Judged by {moved}: {run.verdict}.", f"ds.keep_dry_run(dry.with_rules({moved}))"):
            self.dataset.keep_dry_run(run)
        self._wanted, self._limits = run.about["run"], {}
        self.refresh()

    @act
    def drop_thresholds(self) -> None:
        """Put the thresholds back to where they were."""
        self._limits = {}
        self.refresh()

    def wait(self) -> Any:
        """Wait for the work that runs and for what is shown of it, and return its result; for use from Python."""
        result = super().wait()
        self._looking.settle()
        return result

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        self._price()
        self._list()
        wanted, other, limits = self._wanted, self._other, dict(self._limits)
        self._looking.ask(lambda: _look(self.dataset, wanted, other, limits), self._show)
        return {
            "settings": dict(self._chosen),
            "moved": bool(self._limits),
            "python": self._line_of_python(),
            "done": self._undo.told(),
        }

    def _list(self) -> None:
        """List the models, once."""
        if not self._listed:
            self._listed = True
            chosen = self._chosen["model"] or None
            self._listing.ask(lambda: [row for row in listing(chosen) if row["name"] != llm.OFFLINE], self._show_models)

    def _show_models(self, models: list[dict[str, Any]] | None, error: BaseException | None) -> None:
        if error is not None:
            self.error = str(error)
        self.publish(models=models or [])

    def _show(self, look: _Look | None, error: BaseException | None) -> None:
        if look is None:
            self.error = str(error)
            return
        self._look = look
        self.publish(
            runs=[_line(one) for one in reversed(look.known[-RUNS:])], shown=look.shown, compared=look.compared
        )

    def _price(self) -> None:
        now = (self.dataset.version, self.grader and self.grader.fingerprint, tuple(self._chosen.items()))
        if now != self._offered_for:
            self._offered_for = now
            self._pricing.ask(self._offered, self._priced)

    def _offered(self) -> dict[str, Any]:
        if self.grader is None:
            return {"problem": "Choose a grader first: it gives the rewards."}
        told = {"grader": self.grader.name, "judges": self.grader.models}
        given = {name: value for name, value in self._given().items() if name not in _NOT_PLANNED}
        try:
            return {**told, **self.dataset.plan_dry_run(self.grader, **given).to_dict(), "problem": ""}
        except RftkitError as error:
            return {**told, "problem": str(error)}

    def _priced(self, offer: dict[str, Any] | None, error: BaseException | None) -> None:
        self.publish(offer=offer if offer is not None else {"problem": str(error)})

    def _line_of_python(self) -> str:
        changed = {name: value for name, value in self._given().items() if value != USUAL[name]}
        return f"dry = ds.dry_run({', '.join(['grader', *(f'{name}={value!r}' for name, value in changed.items())])}).wait()"

    def to_html(self) -> Html:
        """Return the run in view as static HTML, escaped and without script."""
        return self._look.page or render.card("Dry run", render.notice(EMPTY))

    def __repr__(self) -> str:
        return "DryRunPanel(no dry run yet)" if self.run is None else f"DryRunPanel({self.run!r})"


@dataclass(frozen=True)
class _Look:
    """The runs of a dataset with the one in view, as they are shown; worked out beside the notebook."""

    known: list[DryRun] = field(default_factory=list)
    run: DryRun | None = None
    shown: dict[str, Any] | None = None
    compared: dict[str, Any] | None = None
    page: Html | None = None


def _look(dataset: Any, wanted: str | None, other: str | None, limits: dict[str, float]) -> _Look:
    known: list[DryRun] = dataset.dry_runs()
    if not known:
        return _Look()
    named = {str(one.about["run"]): one for one in known}
    kept = named.get(wanted or "", known[-1])
    run = kept.with_rules(**limits) if limits else kept
    return _Look(known, run, shown_run(run), _comparison(named.get(other or ""), run), run.report())


def _comparison(other: DryRun | None, run: DryRun) -> dict[str, Any] | None:
    if other is None or other.about["run"] == run.about["run"]:
        return None
    before, after = str(other.about["run"]), str(run.about["run"])
    try:
        return shown_comparison(other.compare(run), before, after)
    except InputError as error:
        return {"before": before, "after": after, "problem": str(error)}


def _line(run: DryRun) -> dict[str, Any]:
    mean = run.measures.mean.value if run.measures else None
    names = ("run", "model", "grader_name")
    return {**{name: run.about.get(name) for name in names}, "verdict": run.verdict, "mean": mean}
