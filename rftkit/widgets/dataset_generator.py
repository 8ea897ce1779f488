"""From an idea to a dataset: the conversation with its checklist, five cards and their rounds, the whole set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import traitlets

from rftkit import render
from rftkit.errors import InputError
from rftkit.generator import GeneratorSession
from rftkit.widgets import _models
from rftkit.widgets._base import act
from rftkit.widgets._idea import IdeaWidget, quoted
from rftkit.widgets._idea_page import generator_page
from rftkit.widgets._idea_state import (
    USUAL,
    shown_analysis,
    shown_checklist,
    shown_model,
    shown_plan,
    shown_sets,
    shown_talk,
)
from rftkit.widgets._later import Later
from rftkit.widgets._watch import watch
from rftkit.widgets.annotation_cards import AnnotationCards

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.acts.ideas.set_report import SetReport
    from rftkit.jobs import Job
    from rftkit.render import Html

STEPS = ("requirements", "samples", "set")


class DatasetGenerator(IdeaWidget, bundle_name="dataset_generator"):
    """Talk about what a dataset is for, look at samples, and have it written.

    Parameters
    ----------
    source
        A dataset, its folder such as ``idea.rft``, or a `rftkit.GeneratorSession`.
    **options
        Of the session: name, model, base_url, api_key, price_per_million, budget_usd, concurrency, seed.

    Examples
    --------
    >>> import tempfile
    >>> page = DatasetGenerator(tempfile.mkdtemp() + "/idea.rft")
    >>> page.answer("Sort support messages into billing, delivery or account, to train our router.")
    >>> page
    DatasetGenerator(idea: 3 of 5 required, 0 rounds of samples, 0 sets)
    """

    kind = "idea"

    step = traitlets.Unicode("requirements", help="The part that is open; written by Python.").tag(sync=True)
    talk = traitlets.Dict(
        help="The open question, the conversation so far, examples and instructions; written by Python."
    ).tag(sync=True)
    checklist: Any = traitlets.List(
        help="The twelve fields with their values and where each came from; written by Python."
    ).tag(sync=True)
    analysis = traitlets.Dict(
        default_value=None, allow_none=True, help="What the last prompt was found to answer; written by Python."
    ).tag(sync=True)
    model = traitlets.Dict(help="Who writes, what it has cost and may cost; written by Python.").tag(sync=True)
    models: Any = traitlets.List(
        help="Models to choose from and what is missing for the rest, once asked for; written by Python."
    ).tag(sync=True)
    cards = traitlets.Unicode(
        default_value=None, allow_none=True, help="The widget of the cards, as 'anywidget:id'; written by Python."
    ).tag(sync=True)
    form = traitlets.Dict(help="How the set is to be written; written by Python.").tag(sync=True)
    offer = traitlets.Dict(
        default_value=None, allow_none=True, help="What the set takes; None while it is worked out; written by Python."
    ).tag(sync=True)
    refusal = traitlets.Unicode("", help="Why no set can be written now; written by Python.").tag(sync=True)
    written: Any = traitlets.List(help="The sets that were written, the latest first; written by Python.").tag(
        sync=True
    )
    workbench = traitlets.Dict(
        default_value=None, allow_none=True, help="The page of the dataset, once opened; written by Python."
    ).tag(sync=True)

    def __init__(self, source: str | os.PathLike[str] | Context | GeneratorSession, **options: Any) -> None:
        session = source if isinstance(source, GeneratorSession) else GeneratorSession(cast("Any", source), **options)
        self._form: dict[str, Any] = {}
        self._planned: tuple[Any, ...] = ()
        self._plan: Later[dict[str, Any]] = Later()
        self._listing: Later[list[dict[str, Any]]] = Later()
        self._cards: AnnotationCards | None = None
        self._page: Any = None
        super().__init__(session)
        self.go(self._first_step())

    def _first_step(self) -> str:
        state = self.session.state
        if state.written or state.begun:
            return "set"
        return "samples" if state.confirmed and state.iteration else "requirements"

    # -- where one is --------------------------------------------------------------------------------------------

    @act
    def go(self, step: str) -> None:
        """Open a part: the requirements, the samples, or the whole set.

        Parameters
        ----------
        step
            ``requirements``, ``samples`` or ``set``.
        """
        if step not in STEPS:
            raise InputError(f"there is no part {step!r}; there are {', '.join(STEPS)}")
        if step == "samples":
            self.annotation_cards()
        self.publish(step=step)
        self._offer()

    def annotation_cards(self) -> AnnotationCards:
        """Return the cards of the session; the same that the page shows."""
        if self._cards is None:
            self._cards = AnnotationCards(self.session)
            watch(self._cards)
            self.publish(cards=f"anywidget:{self._cards.model_id}")
        return self._cards

    # -- the conversation ----------------------------------------------------------------------------------------

    @act
    def answer(self, text: str) -> None:
        """Answer the question, or say anything else about the dataset; a model may be asked to read it.

        Parameters
        ----------
        text
            Free words.
        """
        if not text.strip():
            raise InputError("the answer is empty; say it in your own words, or say skip")
        self._work("answer", lambda: (text, self.session.answer(text)))

    @act
    def analyze(self, prompt: str = "", file: str = "", record: str = "") -> None:
        """Read a prompt that exists: its text, a file, or the system message of a record.

        Parameters
        ----------
        prompt, file, record
            One of them.
        """
        given = [one for one in (prompt.strip(), file.strip(), record.strip()) if one]
        if len(given) != 1:
            raise InputError("give one of these: the text of a prompt, the path of its file, or the id of a record")
        if record.strip():
            self._work("prompt", lambda: self.session.analyze_prompt(record=record.strip()))
        else:
            source: Any = Path(file.strip()).expanduser() if file.strip() else prompt
            self._work("prompt", lambda: self.session.analyze_prompt(source))

    @act
    def edit(self, field: str, value: str = "") -> None:
        """Write a value into the checklist by hand; nothing else overwrites it. An empty one clears the field.

        Parameters
        ----------
        field
            One of the twelve.
        value
            Its text.
        """
        self.session.edit(field, value)
        self._after(
            "Wrote it into the checklist." if value.strip() else "Cleared the field.",
            f"session.edit({quoted(field, value)})",
        )

    @act
    def value_of(self, field: str) -> str:
        """Return a value of the checklist whole; what is shown of a long one is cut.

        Parameters
        ----------
        field
            One of the twelve.
        """
        return self.session.requirements.value(field)

    @act
    def confirm(self) -> None:
        """Say that what was understood is right."""
        self.session.confirm()
        self._after("Confirmed.", "session.confirm()")

    # -- the model -----------------------------------------------------------------------------------------------

    @act
    def list_models(self) -> None:
        """List the models that can be called from here, and what is missing for the rest."""
        self._listing.ask(
            lambda: _models.listing(self.session.model),
            lambda models, error: None if error is not None else self.publish(models=models),
        )

    @act
    def use_model(
        self,
        model: str,
        base_url: str | None = None,
        price_in: float | None = None,
        price_out: float | None = None,
    ) -> None:
        """Go on with another model; keys are read from the environment and never shown.

        Parameters
        ----------
        model
            litellm's name.
        base_url
            Of an OpenAI-compatible server.
        price_in, price_out
            US dollars per million tokens, where the price is unknown.
        """
        prices = (price_in, price_out) if price_in is not None and price_out is not None else None
        self.session.use_model(model, base_url=base_url or None, price_per_million=prices)
        self._planned = ()
        more = "".join(
            f", {name}={value!r}" for name, value in (("base_url", base_url), ("price_per_million", prices)) if value
        )
        self._after(f"{model} asks and writes from now on.", f"session.use_model({model!r}{more})")

    # -- the whole set -------------------------------------------------------------------------------------------

    @act
    def set_form(self, **choices: Any) -> None:
        """Choose how the set is to be written.

        Parameters
        ----------
        **choices
            count, format, name, excel_safe, without_answers, budget_usd.
        """
        unknown = set(choices) - set(USUAL)
        if unknown:
            raise InputError(f"there is no choice {sorted(unknown)[0]!r}; there are {', '.join(USUAL)}")
        self._form = {**self._form, **choices}
        self.publish(form=self._shown_form())
        self._offer()

    def _shown_form(self) -> dict[str, Any]:
        begun = self.session.state.begun or {}
        known = {name: value for name, value in begun.items() if name in USUAL and value is not None}
        said = "csv" if "csv" in self.session.requirements.value("dataset_format").lower() else "jsonl"
        chosen = {**USUAL, "format": said, **known, **self._form}
        return {**chosen, "begun": bool(begun), "python": _write_line(chosen)}

    def _offer(self) -> None:
        """Work out what the set takes, where that part is open."""
        form = self.form
        asked = (self.seen_version, form.get("count"), form.get("without_answers"), self.session.model)
        if self.step != "set" or asked == self._planned:
            return
        self._planned = asked
        self.publish(offer=None, refusal="")
        count, bare = form["count"], form["without_answers"]
        self._plan.ask(lambda: self.session.plan(count, without_answers=bare), self._show_offer)

    def _show_offer(self, plan: dict[str, Any] | None, error: BaseException | None) -> None:
        told = "" if error is None else str(error)
        self.publish(offer=None if plan is None else shown_plan(plan), refusal=told[:1].upper() + told[1:])

    @act
    def write(self) -> Job[SetReport]:
        """Write the set as the form says; this approves its price up to its cap."""
        form = self._shown_form()
        options = {name: form[name] for name in ("excel_safe", "without_answers", "budget_usd")}
        self._start(lambda: self.session.write_job(form["count"], form["format"], name=form["name"] or None, **options))
        return cast("Job[SetReport]", self.job)

    @act
    def open_workbench(self) -> None:
        """Open the page of the dataset below: sanitize, topics, coverage, split, export."""
        from rftkit.dataset import Dataset
        from rftkit.widgets.workbench import Workbench

        if self._page is None:
            self._page = Workbench(Dataset(self.session.path))
            watch(self._page)
        python = f"Workbench(rftkit.open({str(self.session.path)!r}))"
        self.publish(workbench={"widget": f"anywidget:{self._page.model_id}", "python": python})

    @act
    def close_workbench(self) -> None:
        """Put the page of the dataset away."""
        self._page = None
        self.publish(workbench=None)

    def _line(self, job: Job[Any]) -> dict[str, Any]:
        told = job.progress.data
        calls = f"{told['answered']:,} of {told['asked']:,} calls" if told.get("asked") else ""
        cost = render.money(told["cost_usd"]) if told.get("cost_usd") else ""
        return {**super()._line(job), "note": ", ".join(filter(None, (calls, cost)))}

    # -- reading -------------------------------------------------------------------------------------------------

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        if name == "answer":
            text, heard = report
            return heard.note or _heard(len(heard.understood)), f"session.answer({quoted(text)})"
        if name == "prompt":
            self.publish(analysis=shown_analysis(report))
            return (
                f"Read the prompt: {len(report.derived)} of 12 fields are derived from it.",
                "session.analyze_prompt(text)",
            )
        self._form = {}
        if report.stopped:
            return f"{report.gave_up[:1].upper()}{report.gave_up[1:]}.", ""
        return f"Wrote {report.written:,} of {report.requested:,} records.", self._shown_form()["python"]

    def read(self) -> dict[str, Any]:
        """Return the traits that show the session as it is now."""
        return {
            "talk": shown_talk(self.session),
            "checklist": shown_checklist(self.session),
            "model": shown_model(self.session),
            "form": self._shown_form(),
            "written": shown_sets(self.session),
            "done": self._told(),
        }

    @act
    def refresh(self) -> None:
        """Read the session again and draw what it holds now."""
        super().refresh()
        if self.form:
            self._offer()

    def to_html(self) -> Html:
        """Return conversation, checklist, cards and sets as static HTML, escaped and without script."""
        cards = self._cards.to_html() if self._cards is not None else None
        return generator_page(self.session.dataset.name, self.talk, self.checklist, self.model, self.written, cards)

    def __repr__(self) -> str:
        told = self.talk["progress"]
        done = f"{told['required']} of {told['required_total']} required"
        rounds, sets = self.session.state.iteration, len(self.session.state.written)
        made = f"{render.plural(rounds, 'round')} of samples, {render.plural(sets, 'set')}"
        return f"DatasetGenerator({self.session.dataset.name}: {done}, {made})"


def _heard(count: int) -> str:
    return f"Understood {render.plural(count, 'thing')}." if count else "Noted."


def _write_line(form: dict[str, Any]) -> str:
    """Return the line that writes a set."""
    more = ("name", "excel_safe", "without_answers", "budget_usd")
    given = [str(form["count"]), repr(form["format"]), *(f"{name}={form[name]!r}" for name in more if form[name])]
    return f"session.write({', '.join(given)})"
