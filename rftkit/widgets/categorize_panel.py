"""Topics for records: run, see how sure it is, decide the unsure ones by keyboard, let the decisions teach the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import embed, llm, render
from rftkit.acts import browsing, choosing, reading
from rftkit.errors import ApprovalError, InputError, NotFoundError
from rftkit.jobs import Job
from rftkit.widgets._base import act
from rftkit.widgets._categorize_page import USUAL, announced, models_listed, page, python, shown_state, shown_suggestion
from rftkit.widgets._later import Later
from rftkit.widgets._queue_card import card
from rftkit.widgets._shown_records import shown_record
from rftkit.widgets._topics_found import found_topics
from rftkit.widgets._waiting import Waiting
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.render import Html
    from rftkit.topics.proposal import TopicSuggestion

#: Records whose choices are worked out at once, from the one that is shown on.
AHEAD = 2000
#: New topics that are shown.
SUGGESTED = 12


class CategorizePanel(Working, bundle_name="categorize_panel"):
    """Assign topics, look at the unsure records one by one, and let what a person decides teach the rest.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> told = ds.import_([{"id": "a", "messages": [{"role": "user", "content": "My card is lost"}]}])
    >>> tree = ds.change_topics(lambda tree: tree.add("Cards").add("Loans"), "topics add")
    >>> panel = CategorizePanel(ds)
    >>> panel.choose_queue("unassigned")
    >>> panel.assign("Cards")
    >>> panel, ds.records(["a"])["topic"].item()
    (CategorizePanel(1 of 1 record with a topic, 0 to review), 'Cards')
    """

    kind = "categorize"

    state = traitlets.Dict(
        help="Counts by band, the histogram, what is unassigned, the options and what the last run said; "
        "written by Python."
    ).tag(sync=True)
    offers = traitlets.Dict(help="Embedders and, once asked for, models that can be chosen; written by Python.").tag(
        sync=True
    )
    queue = traitlets.Dict(
        help="Which records wait, how many were decided, skipped and are left; written by Python."
    ).tag(sync=True)
    card = traitlets.Dict(
        default_value=None, allow_none=True, help="The record that is decided now; written by Python."
    ).tag(sync=True)
    suggested = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="New topics that unassigned records suggest, once looked for; written by Python.",
    ).tag(sync=True)
    approval = traitlets.Dict(
        default_value=None, allow_none=True, help="What would cost money and waits for a yes; written by Python."
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._waiting = Waiting("review")
        self._decided: dict[str, str] = {}  # sentence of a step -> the record that it decided
        self._offered = choosing.Offered()
        self._thinking = False
        self._later: Later[choosing.Offered] = Later()
        self._new: Later[list[TopicSuggestion]] = Later()
        self._found: dict[str, TopicSuggestion] = {}
        self._asked: dict[str, Any] = {}
        self._rejudging = False
        super().__init__(dataset)

    # -- the run -------------------------------------------------------------------------------------------------

    @act
    def categorize(
        self,
        all: bool = False,
        method: Sequence[str] | None = None,
        model: str | None = None,
        embedder: str | None = None,
        approved: bool = False,
    ) -> None:
        """Assign topics to the records that have none, or to all again; what was assigned by hand stays.

        Parameters
        ----------
        all, method, model, embedder, approved
            As `Dataset.categorize` takes them; method, model and embedder of the last time by default.
        """
        last = self.options()
        wanted = {
            "all": all,
            "method": list(last["method"] if method is None else method),
            "model": last["model"] if model is None else model or None,
            "embedder": embedder or last["embedder"],
        }
        self._run({**wanted, "approved": approved}, rejudging=False)

    @act
    def rejudge(self) -> None:
        """Judge all records again that no person decided; what persons decided teaches."""
        last = self.options()
        self._run({**last, "all": True, "approved": False}, rejudging=True)

    @act
    def list_models(self) -> None:
        """Look for models that could be asked; takes a moment at first."""
        if not self.offers["models"]:
            self.publish(offers={**self.offers, "models": models_listed()})

    @act
    def approve(self) -> None:
        """Spend what was announced: run what waits for it."""
        if self.approval is None:
            raise InputError("nothing waits for an approval")
        self._run({**self._asked, "approved": True}, rejudging=self._rejudging)

    @act
    def refuse(self) -> None:
        """Do not spend what was announced."""
        self.publish(approval=None)

    def options(self) -> dict[str, Any]:
        """Return the options of the last run, or the defaults before the first."""
        known = self.state.get("options") or {}
        return {
            "method": list(known.get("method") or USUAL),
            "model": known.get("model"),
            "embedder": known.get("embedder") or "auto",
        }

    def _run(self, options: dict[str, Any], *, rejudging: bool) -> None:
        if not reading.tree(self.dataset).topics:
            raise InputError("there are no topics to assign; find some first: ds.discover_topics()")
        self._asked, self._rejudging = options, rejudging
        self.publish(approval=None)
        try:
            self._start(lambda: self.dataset.categorize_job(**options))
        except ApprovalError:
            return  # it failed at once: `_finished` has made a question of it

    def _finished(self, job: Job[Any]) -> None:
        if isinstance(job.error, ApprovalError):
            told = {"model": self._asked.get("model") or llm.default_model(None), "sentence": announced(job.error)}
            self.publish(work=None, approval=told)
            return
        super()._finished(job)

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        self._waiting.start_over()
        self.publish(suggested=None)
        self._offered = choosing.Offered()
        told = report.to_dict()
        assigned = f"{render.count(report.assigned)} of {render.plural(report.total, 'record')} have a topic"
        changed = f"{render.count(report.changed)} changed"
        return f"{assigned}; {changed}, {render.count(told['review'])} to review.", python(self._asked)

    # -- the queue -----------------------------------------------------------------------------------------------

    @act
    def choose_queue(self, kind: str = "review", topic: str = "") -> None:
        """Choose which records wait.

        Parameters
        ----------
        kind
            review (confidence below 0.5), unassigned, medium or high.
        topic
            Only those of this topic and below it.
        """
        ids = choosing.queue(self.dataset, kind, topic)
        self._waiting = Waiting(kind, topic)
        self._waiting.take(ids)
        self._show_queue()

    @act
    def think(self) -> None:
        """Work out what the records could be, from the one that is shown on; they are shown as soon as they are there."""
        ids = self._waiting.ahead(AHEAD)
        if not ids or self._thinking:
            return
        self._thinking = True
        self._later.ask(lambda: choosing.offered(self.dataset, ids), self._show_choices)

    def _show_choices(self, found: choosing.Offered | None, error: BaseException | None) -> None:
        self._thinking = False
        if found is not None:
            self._offered = found
            self.publish(card=self._card())
        else:
            self.error = f"The choices could not be worked out: {error}"

    @act
    def pick(self, number: int) -> None:
        """Assign the topic with a number to the record that is shown.

        Parameters
        ----------
        number
            From 1, as the choices are numbered.
        """
        choices = (self.card or {"choices": []})["choices"]
        if not 1 <= number <= len(choices):
            raise InputError(f"there is no choice {number}; there are {len(choices)}, or search a topic with /")
        self.assign(choices[number - 1]["topic"])

    @act
    def assign(self, topic: str | None, id: str | None = None) -> None:
        """Assign a topic by hand, and show the next record; no run overwrites it.

        Parameters
        ----------
        topic
            Its path; None or "" leaves the record unassigned, by hand too.
        id
            The record; the one that is shown by default.
        """
        chosen = self._chosen(id)
        path = None if not topic else self._path(topic)
        sentence = f"Assigned {chosen} to {path}." if path else f"Left {chosen} unassigned."
        self._waiting.decide(chosen)
        self._show_queue()  # the next record is in sight before the disk has this one
        try:
            with self._undo.step(sentence, f"ds.assign([{chosen!r}], {path!r})"):
                self.dataset.assign([chosen], path)
        except Exception:
            self._waiting.take_back(chosen)
            self._show_queue()
            raise
        self._decided[sentence] = chosen
        self._after()

    @act
    def leave(self) -> None:
        """Leave the record that is shown unassigned, by hand: no run assigns it."""
        self.assign(None)

    @act
    def skip(self) -> None:
        """Go on without deciding; the record comes again at the end."""
        self._waiting.skip(self._chosen(None))
        self._show_queue()

    @act
    def step(self, by: int = 1) -> None:
        """Show the next or a previous record of the queue, decided or not.

        Parameters
        ----------
        by
            How many on; negative for back.
        """
        self._waiting.move(by)
        self._show_queue()

    @act
    def undo(self) -> None:
        """Take back what was done last from here, and show the record that it decided."""
        decided = self._decided.get(self._undo.back())
        if decided is not None:
            self._waiting.take_back(decided)
        self._after()

    @act
    def find_topics(self, text: str = "") -> list[str]:
        """Return topics with these words in their path, those where the name begins with it first.

        Parameters
        ----------
        text
            Words, in any case.
        """
        return found_topics(reading.tree(self.dataset), text)

    @act
    def open_record(self, id: str | None = None) -> dict[str, Any]:
        """Return a record whole; what is shown of a long one is cut.

        Parameters
        ----------
        id
            The record; the one that is shown by default.
        """
        return shown_record(browsing.whole(self.dataset, self._chosen(id)))

    # -- new topics ----------------------------------------------------------------------------------------------

    @act
    def suggest(self) -> None:
        """Look for new topics among the records that have none; they are shown as soon as they are there."""
        self.publish(suggested={"state": "looking", "topics": []})
        self._new.ask(self.dataset.suggest_topics, self._show_suggested)

    def _show_suggested(self, found: list[TopicSuggestion] | None, error: BaseException | None) -> None:
        if error is not None:
            self.error = f"New topics could not be looked for: {error}"
        self._found = {one.name: one for one in found or ()}
        told = [shown_suggestion(one) for one in list(self._found.values())[:SUGGESTED]]
        self.publish(suggested=None if error is not None else {"state": "found", "topics": told})

    @act
    def add_topic(self, name: str) -> None:
        """Add a suggested topic and give it its records; those that were decided by hand stay.

        Parameters
        ----------
        name
            As it was suggested.
        """
        if name not in self._found:
            raise NotFoundError(f"no topic {name!r} was suggested; look for some with suggest()")
        one = self._found.pop(name)
        told = f"Added the topic {name} with {render.plural(one.count, 'record')}."
        with self._undo.step(told, "ds.accept_topic(ds.suggest_topics()[0])"):
            self.dataset.accept_topic(one)
        self._offered = choosing.Offered()
        self._after()
        self._show_suggested(list(self._found.values()), None)

    def _leaves(self) -> list[str]:
        tree = reading.tree(self.dataset)
        return [tree.path(topic.id) for topic in tree.leaves()]

    def _path(self, topic: str) -> str:
        tree = reading.tree(self.dataset)
        return tree.path(tree.find(topic).id)

    def _chosen(self, id: str | None) -> str:
        chosen = id or self._waiting.here
        if chosen is None:
            raise InputError("no record waits; choose another queue or run again")
        return chosen

    def _after(self) -> None:
        self.refresh()
        self.publish(done=self._undo.told())

    def _show_queue(self) -> None:
        self.publish(queue=self._waiting.told(), card=self._card())

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        known = choosing.categorized(self.dataset)
        tree = reading.tree(self.dataset)
        self._waiting.take(choosing.queue(self.dataset, self._waiting.kind, self._waiting.topic))
        ids = reading.labels(self.dataset)["id"]
        self._waiting.keep(set(ids.filter(ids.is_in(list(self._waiting.decided)))))
        state = shown_state(known, topics=len(tree.leaves()), corrections=choosing.corrections(self.dataset))
        return {
            "state": state,
            "offers": self.offers or {"embedders": ["auto", *embed.available()], "models": []},
            "queue": self._waiting.told(),
            "card": self._card(),
            "done": self._undo.told(),
        }

    def _card(self) -> dict[str, Any] | None:
        here = self._waiting.here
        if here is None:
            return None
        found = card(browsing.whole(self.dataset, here), self._offered.of(here), self._leaves())
        return {**found, "decided": here in self._waiting.decided, "known": here in self._offered.rows}

    def to_html(self) -> Html:
        """Return what the last run left and the record that is shown, as static HTML, escaped and without script."""
        return page(self.state, self.queue, self.card, self.suggested)

    def __repr__(self) -> str:
        if not self.state or not self.state["total"]:
            return "CategorizePanel(no records)"
        state = self.state
        having = state["total"] - state["unassigned"] - state["left_unassigned"]
        of = f"{render.count(having)} of {render.plural(state['total'], 'record')} with a topic"
        return f"CategorizePanel({of}, {render.count(state['review'])} to review)"
