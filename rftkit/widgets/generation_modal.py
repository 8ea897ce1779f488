"""Generate: what goes in and how, what comes out and at what price, and then the run itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import polars as pl
import traitlets

from rftkit import schema
from rftkit.acts import browsing, reading
from rftkit.coverage import DEFINITIONS
from rftkit.errors import InputError, NotFoundError
from rftkit.generate import FACETS
from rftkit.generate.options import DIVERSITY, STRICTNESS, Options
from rftkit.generate.prompts import GUIDANCE
from rftkit.widgets import _models, _runs, _strategies
from rftkit.widgets._base import act
from rftkit.widgets._choices import Choices
from rftkit.widgets._later import Later
from rftkit.widgets._modal_page import page, summary
from rftkit.widgets._offer import MANY, QUOTED, Offer, offer, quoted
from rftkit.widgets._watch import DatasetWidget
from rftkit.widgets.generation_progress import OVER, GenerationProgress

if TYPE_CHECKING:
    from rftkit.generate import GenerationPlan
    from rftkit.jobs import Job
    from rftkit.render import Html

#: So many topics can be picked from a list, so many records are found at a time.
TOPICS, FOUND = 400, 12

#: What the words of the modal mean.
MEANS = {
    "calls": "requests to the model when none has to be repeated",
    "tokens": "about so many are read and written, counted on the first requests of the plan",
    "price": "expected; in brackets with short answers and with answers as long as they may be",
    "cap": "no call is sent that could take the run above it; twice the highest estimate unless you set one",
    "time": "at the pace of the last run with this model; nothing is known before there was one",
    "similarity": "a candidate closer than this to a record or another candidate is rejected; 1 is the same",
    "strictness": "low: structure, length, exact duplicates; medium: and artefacts, near duplicates, on topic; "
    "high: and similarity of meaning",
    "seed": "the same records, options and seed make the same plan",
    "pilot": f"above {MANY} candidates a few are made first, so that you read them before you pay for the rest",
}


class GenerationModal(DatasetWidget, bundle_name="generation_modal"):
    """A plan to generate, and its run: to fill gaps, for a topic, or from records.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    topic, count
        Begin with so many for a topic.
    from_ids
        Begin with variations of these records.
    **options
        Anything else that `set` takes.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> GenerationModal(rftkit.open(tempfile.mkdtemp() + "/a.rft"), topic="Cards")
    GenerationModal(topic: Say how many to make for Cards.)
    """

    choices = traitlets.Dict(help="What was chosen and typed; written by Python.").tag(sync=True)
    can = traitlets.Dict(
        help="Topics, strategies, facets, patterns that can be chosen, and definitions; written by Python."
    ).tag(sync=True)
    offer = traitlets.Dict(
        default_value=None, allow_none=True, help="The plan: lines, price, cap, sources, pilot; written by Python."
    ).tag(sync=True)
    planning = traitlets.Bool(help="Whether the plan is being worked out; written by Python.").tag(sync=True)
    refusal = traitlets.Unicode(help="Why there is no plan; written by Python.").tag(sync=True)
    fits = traitlets.Dict(
        default_value=None, allow_none=True, help="For how many topics each strategy can serve; written by Python."
    ).tag(sync=True)
    models: Any = traitlets.List(help="Models with what is missing for them, once asked for; written by Python.").tag(
        sync=True
    )
    found = traitlets.Dict(
        default_value=None, allow_none=True, help="Records that a search found, to be added; written by Python."
    ).tag(sync=True)
    progress = anywidget.WidgetTrait().tag(sync=True)
    progress.help = "The run that was started, a GenerationProgress; written by Python."
    note = traitlets.Unicode(help="Why the modal was opened; written by Python.").tag(sync=True)

    def __init__(
        self,
        dataset: Any,
        topic: str | None = None,
        count: int | None = None,
        from_ids: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        given = {"topic": topic, "count": count, "from_ids": from_ids}
        self._note = str(options.pop("note", ""))
        self._chosen = Choices().but({**{name: value for name, value in given.items() if value is not None}, **options})
        self._plans: Later[Offer] = Later()
        self._fits: Later[dict[str, Any]] = Later()
        self._listing: Later[list[dict[str, Any]]] = Later(patience=0)
        super().__init__(dataset)
        job = _runs.running(dataset)
        if job is not None:
            self.publish(progress=GenerationProgress(job))

    # -- what Python sees --------------------------------------------------------------------------------------

    @property
    def plan(self) -> GenerationPlan:
        """The plan of what is chosen now, as `Dataset.plan` returns it; waits for it."""
        return self._planned().plan

    @property
    def pilot(self) -> GenerationPlan | None:
        """A few of a large plan; None where the plan is small."""
        return self._planned().pilot

    @property
    def job(self) -> Job[Any] | None:
        """The run that is shown; None before one was started."""
        return None if self.progress is None else self.progress.job

    def _planned(self) -> Offer:
        missing = self._chosen.missing()
        if missing:
            raise InputError(missing)
        return self._plans.wait()

    # -- acts --------------------------------------------------------------------------------------------------

    @act
    def set(self, **options: Any) -> None:
        """Change what is generated, or how; what is typed for another mode stays.

        Parameters
        ----------
        **options
            ``mode`` (gaps, topic, records), ``topic``, ``count``, ``from_ids``, ``strategy``, ``model``, ``seed``,
            ``budget_usd``, ``price_per_million``, ``base_url``, ``pilot``, ``overrides``, ``grow``, ``level``, and everything of
            `rftkit.generate.Options`; None gives the default back.
        """
        self._chosen = self._chosen.but(options)
        asked = {"mode", "topic", "count", "from_ids", "ids", "fill_gaps", "grow", "level", *_FITTING}
        changed: dict[str, Any] = {"choices": self._shown()}
        if asked & options.keys():
            self._fits.drop()
            changed["fits"] = None
        self.publish(**changed, found=self._marked(self.found))
        self._replan()

    @act
    def add_records(self, ids: Sequence[str]) -> None:
        """Add records that variations are made of.

        Parameters
        ----------
        ids
            Of the dataset.
        """
        known = self.dataset.labels().filter(pl.col("id").is_in(list(ids)))["id"].to_list()
        unknown = [one for one in ids if one not in known]
        if unknown:
            raise NotFoundError(f"No record has the id {unknown[0]!r}; search for words of it instead.")
        self.set(from_ids=[*self._chosen.ids, *ids], mode="records")

    @act
    def drop_records(self, ids: Sequence[str] | None = None) -> None:
        """Take records out again; all of them by default.

        Parameters
        ----------
        ids
            Of those that were added.
        """
        gone = {*self._chosen.ids} if ids is None else {*ids}
        self.set(from_ids=[one for one in self._chosen.ids if one not in gone], mode="records")

    @act
    def find(self, text: str = "") -> None:
        """Look for records to add: by id, by topic, or by words of a message.

        Parameters
        ----------
        text
            An id, the path of a topic, or words; nothing puts the search away.
        """
        if not text.strip():
            self.publish(found=None)
            return
        labels = self.dataset.labels()
        hit = labels.filter(pl.col("id").str.starts_with(text) | (pl.col("topic") == text)).head(FOUND)
        ids = hit["id"].to_list() or self._speaking_of(text)
        self.publish(found=self._marked({"text": text, "records": quoted(self.dataset, ids)}))

    def _speaking_of(self, text: str) -> list[str]:
        """Return the ids of the first records with a text in one of their messages."""
        places = browsing.matching(self.dataset, browsing.Wanted(search=text))[:FOUND]
        ids: list[str] = reading.labels(self.dataset)["id"].gather(places).to_list()
        return ids

    def _marked(self, found: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return what was found with a mark at the records that were added already."""
        if found is None:
            return None
        have = {*self._chosen.ids}
        return {**found, "records": [{**row, "added": row["id"] in have} for row in found["records"]]}

    @act
    def check_strategies(self) -> None:
        """Work out for how many topics each strategy can serve, and why not for the others."""
        if self._chosen.missing():
            return
        chosen = self._chosen
        self._fits.ask(
            lambda: _strategies.fits(self.dataset, chosen),
            lambda fits, error: None if error is not None else self.publish(fits=fits),
        )

    @act
    def list_models(self) -> None:
        """List the models that can be called from here, and what is missing for the rest."""
        self._listing.ask(
            lambda: _models.listing(self._chosen.model),
            lambda models, error: None if error is not None else self.publish(models=models),
        )

    @act
    def start(self, pilot: bool | None = None) -> Job[Any]:
        """Start the run of what is planned; this approves its price up to its cap.

        Parameters
        ----------
        pilot
            Only the pilot, or everything; by default the pilot where the plan is large and `set(pilot=False)` was not said.

        Returns
        -------
        Job
            As `Dataset.generate` returns it.
        """
        if self.job is not None and self.job.state not in OVER:
            raise InputError("A run is under way; stop it, or wait for its end.")
        made = self._planned()
        few = self._chosen.pilot if pilot is None else pilot
        plan = made.pilot if few and made.pilot is not None else made.plan
        if not plan.requested:
            raise InputError("The plan makes nothing; choose a topic with a count, or records, or set other targets.")
        missing = _models.missing(plan.model, self._chosen.base_url)
        if missing:
            raise InputError(f"{plan.model} cannot be called: {missing}.")
        job = self.dataset.generate(plan, **self._chosen.run())
        _runs.remember(self.dataset, job)
        if few and made.pilot is not None:
            self._chosen = self._chosen.but({"pilot": False})
        self.publish(progress=GenerationProgress(job), choices=self._shown())
        return job  # type: ignore[no-any-return]

    @act
    def back(self) -> None:
        """Put the run away and show the plan again; the run goes on."""
        self.publish(progress=None)
        self.refresh()

    # -- what the browser sees ---------------------------------------------------------------------------------

    @act
    def refresh(self) -> None:
        """Read the dataset again and work the plan out anew."""
        super().refresh()
        self._replan()

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now, without the plan."""
        return {"choices": self._shown(), "can": _can(self.dataset), "note": self._note}

    def _shown(self) -> dict[str, Any]:
        chosen, usual = self._chosen, Options()
        named = (
            "mode",
            "topic",
            "count",
            "grow",
            "level",
            "strategy",
            "model",
            "seed",
            "budget_usd",
            "base_url",
            "pilot",
        )
        said = {name: getattr(chosen, name) for name in named}
        settings = {name: chosen.settings.get(name, getattr(usual, name)) for name in _SHOWN}
        prices = None if chosen.price_per_million is None else list(chosen.price_per_million)
        picked = quoted(self.dataset, list(chosen.ids[:QUOTED]))
        return {
            **said,
            "price_per_million": prices,
            "ids": {"total": len(chosen.ids), "records": picked},
            "settings": schema_free(settings),
            "overrides": {topic: schema_free(own) for topic, own in list(chosen.overrides.items())[:TOPICS]},
        }

    def _replan(self) -> None:
        missing = self._chosen.missing()
        if missing:
            self._plans.drop()
            self.publish(offer=None, planning=False, refusal=missing)
            return
        chosen = self._chosen
        if not self._plans.ask(lambda: offer(self.dataset, chosen), self._planned_now):
            self.publish(planning=True)

    def _planned_now(self, made: Offer | None, error: BaseException | None) -> None:
        refusal = "" if error is None else str(error)
        told = None if made is None else dict(made.told)
        self.publish(offer=told, planning=False, refusal=refusal)

    def to_html(self) -> Html:
        """Return the plan as static HTML, escaped and without script; once something runs, the run."""
        if self.progress is not None:
            return self.progress.to_html()  # type: ignore[no-any-return]
        return page(self.choices, self.offer, self.refusal)

    def __repr__(self) -> str:
        return f"GenerationModal({summary(self.choices, self.offer, self.refusal)})"


#: Settings that have a place on the page.
_SHOWN = (
    "variations",
    "preserve_intent",
    "temperature",
    "examples",
    "diversity",
    "difficulty",
    "similarity",
    "strictness",
    "facets",
    "guidance",
    "scenario",
    "aspects",
    "tool_patterns",
    "multi_turn",
    "synthetic_ratio",
    "min_chars",
    "max_chars",
    "prompt",
)
#: Settings that decide whether a strategy can serve.
_FITTING = ("scenario", "tool_patterns", "synthetic_ratio")


def schema_free(values: Any) -> dict[str, Any]:
    """Return options as JSON holds them: tuples become lists.

    Examples
    --------
    >>> schema_free({"difficulty": ("easy", "hard"), "facets": {"phrasing": ("question",)}})
    {'difficulty': ['easy', 'hard'], 'facets': {'phrasing': ['question']}}
    """
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return schema_free(value)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _can(ds: Any) -> dict[str, Any]:
    """Return what can be chosen: the topics that lack most first, strategies, facets, patterns."""
    topics = ds.coverage().topics.select("path", "count", "needed").sort("needed", "path", descending=[True, False])
    return {
        "topics": topics.head(TOPICS).to_dicts(),
        "more_topics": max(0, topics.height - TOPICS),
        "strategies": _strategies.about(),
        "facets": {name: list(dict.fromkeys(values)) for name, values in FACETS.items()},
        "guidance": list(GUIDANCE),
        "strictness": list(STRICTNESS),
        "diversity": list(DIVERSITY),
        "means": {**DEFINITIONS, **MEANS},
        "name": ds.name,
        "order": list(schema.STRATEGIES),
    }
