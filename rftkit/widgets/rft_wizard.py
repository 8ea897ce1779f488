"""From a ready dataset to a deployed model, step by step, with Back and Continue; a killed kernel loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import traitlets

from rftkit import render
from rftkit.acts import splitting
from rftkit.errors import InputError, NotFoundError
from rftkit.store.transaction import write_file
from rftkit.widgets._base import act
from rftkit.widgets._watch import DatasetWidget, watch

if TYPE_CHECKING:
    from rftkit.grade import Grader
    from rftkit.render import Html

#: Where the step in view is kept: state of a screen, which makes no version of the dataset.
FILE = "wizard.json"
SFT_STEPS = 100


@dataclass(frozen=True)
class Step:
    """One step of the way.

    Attributes
    ----------
    name, title
        In Python, and above it.
    widgets
        Classes of `rftkit.widgets` that it shows.
    says
        What is done here, in a sentence.

    Examples
    --------
    >>> [step.name for step in STEPS]
    ['split', 'grader', 'dry_run', 'train', 'results']
    """

    name: str
    title: str
    widgets: tuple[str, ...]
    says: str


STEPS = (
    Step("split", "Split", ("SplitPanel",), "Divide the records into those to train on and those to measure on."),
    Step(
        "grader",
        "Grader",
        ("GraderBuilder", "GraderPlayground"),
        "Say what a good answer is, and prove it on answers that you know.",
    ),
    Step("dry_run", "Dry run", ("DryRunPanel",), "See whether training can work, before anything is trained."),
    Step("train", "Train", ("TrainingMonitor",), "Train with the grader's reward, measured on validation."),
    Step("results", "Results", ("ResultsPanel",), "See what training changed, and deploy it."),
)
_BY_NAME = {step.name: step for step in STEPS}


class RFTWizard(DatasetWidget, bundle_name="rft_wizard"):
    """Split, grader, dry run, training, results: one after the other.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    **settings
        For the dry run and the training, for example ``model`` and ``base``.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> rows = [{"messages": [{"role": "user", "content": f"Where is parcel {n}?"}]} for n in range(40)]
    >>> told = ds.import_(rows)
    >>> wizard = RFTWizard(ds)
    >>> wizard.panel("SplitPanel").divide()
    >>> wizard.forward()
    >>> wizard
    RFTWizard(a: step 2 of 5, Grader)
    """

    steps: Any = traitlets.List(
        help="The steps with what stands against each, and the widgets of the one in view; written by Python."
    ).tag(sync=True)
    step = traitlets.Unicode("", help="The step in view; written by Python.").tag(sync=True)
    against = traitlets.Unicode("", help="Why one cannot go on yet; written by Python.").tag(sync=True)
    offers: Any = traitlets.List(help="Ways out of a NO-GO: act, title and what it does; written by Python.").tag(
        sync=True
    )

    def __init__(self, dataset: Any, **settings: Any) -> None:
        self._settings = settings
        self._panels: dict[str, DatasetWidget] = {}
        self._changed = False
        self._now = _kept_step(dataset)
        super().__init__(dataset)

    # -- panels --------------------------------------------------------------------------------------------------

    def panel(self, name: str) -> Any:
        """Return the widget of a step; it is made when it is first asked for.

        Parameters
        ----------
        name
            Its class, such as ``DryRunPanel``.
        """
        if name not in {widget for step in STEPS for widget in step.widgets}:
            raise NotFoundError(f"there is no panel {name!r} here; open a step and take one of its own")
        if name not in self._panels:
            self._panels[name] = self._made(name)
            watch(self._panels[name])
        return self._panels[name]

    def _made(self, name: str) -> DatasetWidget:
        from rftkit import widgets

        kind = getattr(widgets, name)
        if name == "GraderBuilder":
            builder: DatasetWidget = kind(self.dataset)
            builder.observe(lambda change: self._regraded(), names=["text", "kept"])
            return builder
        if name == "GraderPlayground":
            return kind(self.dataset, self.grader)  # type: ignore[no-any-return]
        if name in ("DryRunPanel", "TrainingMonitor"):
            made: DatasetWidget = kind(self.dataset, self.grader)
            made.choose(**_known(made, self._settings))
            made.observe(self._note_change, names=["runs" if name == "DryRunPanel" else "jobs", "settings"])
            return made
        return kind(self.dataset)  # type: ignore[no-any-return]

    @property
    def grader(self) -> Grader | None:
        """The grader that was built; None before one was chosen."""
        found: Grader | None = self.panel("GraderBuilder").grader
        return found

    def _regraded(self) -> None:
        """Let every panel that is open use the grader of now."""
        for name in ("GraderPlayground", "DryRunPanel", "TrainingMonitor"):
            if name in self._panels:
                self._panels[name].use(self.grader)
        self._changed = True

    def _note_change(self, change: Any) -> None:
        """Remember that a panel changed; drawn by the next look, because a panel may hold its lock while it says so."""
        self._changed = True

    def follow(self) -> None:
        """Draw anew when the dataset or a panel has changed."""
        if self._changed:
            self._changed = False
            self.attempt(self.refresh)
        super().follow()

    # -- walking -------------------------------------------------------------------------------------------------

    @act
    def forward(self) -> None:
        """Go to the next step, where this one is done."""
        at = self._at()
        why = self._against(STEPS[at].name)
        if why:
            raise InputError(why)
        if at + 1 < len(STEPS):
            self._go(STEPS[at + 1].name)

    @act
    def back(self) -> None:
        """Go to the step before; nothing is lost."""
        if self._at():
            self._go(STEPS[self._at() - 1].name)

    @act
    def go(self, step: str) -> None:
        """Go to a step that was reached already, or to the first that is not done.

        Parameters
        ----------
        step
            Its name.
        """
        if step not in _BY_NAME:
            raise NotFoundError(f"there is no step {step!r}; there are {', '.join(_BY_NAME)}")
        for before in STEPS[: STEPS.index(_BY_NAME[step])]:
            why = self._against(before.name)
            if why:
                raise InputError(f"{before.title} comes first: {why}")
        self._go(step)

    @act
    def sft_first(self, steps: int = SFT_STEPS, on: str = "output") -> None:
        """Go to the training with a supervised warm start, which a NO-GO of prompts that are too hard asks for.

        Parameters
        ----------
        steps
            Of the warm start.
        on
            output or reference: what is imitated.
        """
        self.panel("TrainingMonitor").choose(sft_steps=int(steps), sft_on=on, force=True)
        self._go("train")

    @act
    def go_on_anyway(self) -> None:
        """Go to the training against the dry run; the journal will say so."""
        self.panel("TrainingMonitor").choose(force=True)
        self._go("train")

    def _go(self, step: str) -> None:
        self._now = step
        write_file(self.dataset.path / FILE, msgspec.json.encode({"step": step}))
        self.refresh()

    def _at(self) -> int:
        return STEPS.index(_BY_NAME[self._now])

    # -- what stands against going on ----------------------------------------------------------------------------

    def _against(self, step: str) -> str:
        """Return why a step is not done, in a sentence; empty where it is."""
        checks: dict[str, Callable[[], str]] = {
            "split": self._no_split,
            "grader": self._no_grader,
            "dry_run": self._no_go,
            "train": self._untrained,
        }
        return checks[step]() if step in checks else ""

    def _no_split(self) -> str:
        state = splitting.split_counts(self.dataset)
        if state is None:
            return "divide the records first, with the button Split"
        empty = [name for name in ("train", "validation") if not state[name]]
        return f"{empty[0]} is empty; choose otherwise and split again" if empty else ""

    def _no_grader(self) -> str:
        builder = self.panel("GraderBuilder")
        if builder.grader is None:
            return "choose a grader first: a preset, parts with weights, or JSON"
        wrong = [one for one in builder.problems if one["severity"] == "error"]
        if wrong:
            return f"the grader has a mistake: {wrong[0]['message']}; {wrong[0]['fix']}"
        return "" if builder.kept else "keep the grader first, with a sentence that says why it is as it is"

    def _no_go(self) -> str:
        from rftkit.acts.training_gate import gate

        grader, monitor = self.grader, self._panels.get("TrainingMonitor")
        if grader is None:
            return self._no_grader()
        force = monitor is not None and bool(monitor.settings["force"])
        try:
            gate(self.dataset, grader.fingerprint, force=force)
        except InputError as error:
            return str(error)
        return ""

    def _untrained(self) -> str:
        states = [job.folder.read()["state"] for job in self.dataset.jobs()]
        return "" if "succeeded" in states else "no job has succeeded yet; start one, or wait for the one that runs"

    def _offered(self) -> list[dict[str, str]]:
        """Return the ways out of a NO-GO of the last dry run of this grader."""
        runs = self.panel("DryRunPanel").known if self._now == "dry_run" and self.grader is not None else []
        mine = [run for run in runs if self.grader and run.about.get("grader_fingerprint") == self.grader.fingerprint]
        if not mine or mine[-1].verdict != "NO-GO":
            return []
        acts = {finding.act for finding in mine[-1].diagnosis}
        found = [{"act": "back", "title": "Change the grader", "why": "where it is the grader's fault"}]
        if "sft" in acts:
            found.append({"act": "sft_first", "title": "SFT first", "why": "a supervised warm start on stored outputs"})
        return [*found, {"act": "go_on_anyway", "title": "Train anyway", "why": "the journal will say so"}]

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the way as it is now."""
        here = _BY_NAME[self._now]
        shown = [f"anywidget:{self.panel(name).model_id}" for name in here.widgets]
        reached, open_ = [], True
        for step in STEPS:
            why = self._against(step.name) if open_ else ""
            reached.append({"done": open_ and not why and step.name != "results", "open": open_, "against": why})
            open_ = open_ and not why
        return {
            "steps": [
                {
                    "name": step.name,
                    "title": step.title,
                    "says": step.says,
                    "widgets": shown if step is here else [],
                    **how,
                }
                for step, how in zip(STEPS, reached, strict=True)
            ],
            "step": self._now,
            "against": self._against(self._now),
            "offers": self._offered(),
        }

    def to_html(self) -> Html:
        """Return the steps and the panels that are open as static HTML, escaped and without script."""
        rows = [
            {
                "step": step["title"],
                "": "done" if step["done"] else step["against"] or ("next" if step["open"] else "later"),
            }
            for step in self.steps
        ]
        below = [self._panels[name].to_html() for name in _BY_NAME[self._now].widgets if name in self._panels]
        return render.join(render.card("Fine-tuning", render.table(rows)), *below)

    def __repr__(self) -> str:
        at = self._at()
        return f"RFTWizard({self.dataset.name}: step {at + 1} of {len(STEPS)}, {STEPS[at].title})"


def _known(panel: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Return those settings that a panel has."""
    return {name: value for name, value in settings.items() if name in panel.settings}


def _kept_step(dataset: Any) -> str:
    """Return the step that was in view last; the first where there is none, or the file is none of ours."""
    try:
        told = msgspec.json.decode((dataset.path / FILE).read_bytes(), type=dict[str, Any])
    except (FileNotFoundError, msgspec.MsgspecError):
        return STEPS[0].name
    return str(told.get("step")) if told.get("step") in _BY_NAME else STEPS[0].name
