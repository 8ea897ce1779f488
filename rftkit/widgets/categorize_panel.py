"""Topics for records: run, see how sure it is, decide the unsure ones by keyboard, let the decisions teach the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import embed, llm, render
from rftkit.acts import browsing, choosing, reading
from rftkit.errors import ApprovalError, InputError
from rftkit.jobs import Job
from rftkit.widgets._base import act
from rftkit.widgets._categorize_page import USUAL, announced, models_listed, page, python, shown_state
from rftkit.widgets._later import Later
from rftkit.widgets._new_topics import NewTopics
from rftkit.widgets._queue_card import card
from rftkit.widgets._shown_records import shown_record
from rftkit.widgets._topics_found import found_topics
from rftkit.widgets._waiting import Waiting

if TYPE_CHECKING:
    from rftkit.render import Html

#: Records whose choices are worked out at once, from the one that is shown on.
AHEAD = 200
#: Records of the queue that are held at once; those behind them follow as these are decided.
HELD = 2000
#: From so many records on, what a decision changes in the counts is worked out beside it.
LARGE = 50_000


class CategorizePanel(NewTopics, bundle_name="categorize_panel"):
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
    approval = traitlets.Dict(
        default_value=None, allow_none=True, help="What would cost money and waits for a yes; written by Python."
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._waiting = Waiting("review")
        self._decided: dict[str, str] = {}  # sentence of a step -> the record that it decided
        self._offered = choosing.Offered()
        self._thinking = False
        self._later: Later[choosing.Offered] = Later()
        self._counts: Later[dict[str, Any]] = Later(patience=0)
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
        found = choosing.waiting(self.dataset, kind, topic, HELD)
        self._waiting = Waiting(kind, topic)
        self._waiting.take(*found)
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
        self._after(shown=self._waiting.here != chosen)

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

    def _judge_anew(self) -> None:
        self._offered = choosing.Offered()

    def _after(self, *, shown: bool = False) -> None:
        if reading.labels(self.dataset).height < LARGE:
            self.refresh()
            self.publish(done=self._undo.told())
            return
        self.seen_version = self.dataset.version
        card = self.card if shown else self._card()  # the next record is there, and no decision changes another
        self.publish(queue=self._waiting.told(), card=card, done=self._undo.told())
        self._counts.ask(self._state, self._show_state)

    def _show_state(self, state: dict[str, Any] | None, error: BaseException | None) -> None:
        if state is not None:
            self.publish(state=state)
        else:
            self.error = f"The records could not be counted: {error}"

    def _show_queue(self) -> None:
        self.publish(queue=self._waiting.told(), card=self._card())

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        kind, topic = self._waiting.kind, self._waiting.topic
        self._waiting.take(*choosing.waiting(self.dataset, kind, topic, HELD + len(self._waiting.decided)))
        ids = reading.labels(self.dataset)["id"]
        self._waiting.keep(set(ids.filter(ids.is_in(list(self._waiting.decided)))))
        return {
            "state": self._state(),
            "offers": self.offers or {"embedders": ["auto", *embed.available()], "models": []},
            "queue": self._waiting.told(),
            "card": self._card(),
            "done": self._undo.told(),
        }

    def _state(self) -> dict[str, Any]:
        known, topics = choosing.categorized(self.dataset), len(reading.tree(self.dataset).leaves())
        return shown_state(known, topics=topics, corrections=choosing.corrections(self.dataset))

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
