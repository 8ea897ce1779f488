"""The review of candidates: one after the other, by keyboard, with what their acceptance would do to the coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
import traitlets

from rftkit import render
from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.messages import unpack
from rftkit.widgets import _review_shown as shown
from rftkit.widgets._anew import Anew
from rftkit.widgets._base import act
from rftkit.widgets._decisions import Said
from rftkit.widgets._deck import Card, cards, group, last_user
from rftkit.widgets._review_page import page
from rftkit.widgets._talk import with_text

if TYPE_CHECKING:
    from rftkit.coverage import Coverage
    from rftkit.render import Html

#: Cards that are part of the saved page and of the first look.
FIRST = 8
#: Most cards that are sent at once.
MOST = 200


class VariationReviewer(Anew, bundle_name="variation_reviewer"):
    """The candidates of a dataset with their sources, to accept, reject, edit and add.

    Decisions are saved at once; nothing enters the dataset before `add`.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    **choices
        What to show first: as `choose` takes it.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> VariationReviewer(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    VariationReviewer(no candidates)
    """

    deck = traitlets.Dict(
        help="version, matching, number and the first cards with their groups; written by Python."
    ).tag(sync=True)
    progress = traitlets.Dict(
        help="candidates, decided, accepted, rejected, edited, left, invalid, unsaved; written by Python."
    ).tag(sync=True)
    impact = traitlets.Dict(
        help="Scores before and after adding what is accepted, and the topics that grow; written by Python."
    ).tag(sync=True)
    choices = traitlets.Dict(help="What is shown, and what there is to choose by; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, **choices: Any) -> None:
        self._choices = shown.checked(choices)
        self._order: list[Card] = []
        self._sources: dict[str, list[Any]] = {}
        self._number = 0
        self._base: Coverage | None = None
        self._steps: list[tuple[str, Callable[[], None]]] = []
        super().__init__(dataset)

    # -- what is shown -------------------------------------------------------------------------------------------

    @act
    def choose(self, **choices: Any) -> None:
        """Show other candidates; what is not named here is shown whatever it is.

        Parameters
        ----------
        **choices
            min_stars, topic (with everything below it), reason, waiting (those without a decision), decision (accept,
            reject), search.
        """
        self._choices = shown.checked(choices)
        self._arrange()
        self.publish(deck=self._deck(), choices=self._offers())

    @act
    def cards(self, offset: int = 0, limit: int = 50) -> dict[str, Any]:
        """Return some of the candidates that match, with the groups they belong to.

        Parameters
        ----------
        offset
            The first, from 0.
        limit
            How many, at most 200.
        """
        some = self._order[max(0, offset) : max(0, offset) + min(limit, MOST)]
        groups = self._groups({card.group for card in some})
        made = [card.shown(offset + place, groups[card.group][1]) for place, card in enumerate(some)]
        return {
            "offset": offset,
            "number": self._number,
            "cards": made,
            "groups": {key: one for key, (one, _) in groups.items()},
        }

    def _groups(self, keys: set[str]) -> dict[str, tuple[dict[str, Any], list[Any]]]:
        members: dict[str, list[Card]] = {key: [] for key in keys}
        for card in self._order:
            if card.group in members:
                members[card.group].append(card)
        return {key: (group(some, self._sources), some[0].context) for key, some in members.items() if some}

    def _arrange(self) -> None:
        self._order = [card for card in self._cards if shown.matches(card, self._choices)]
        self._number += 1

    # -- decisions -----------------------------------------------------------------------------------------------

    @act
    def accept(self, ids: Sequence[str]) -> dict[str, Any]:
        """Accept candidates.

        Parameters
        ----------
        ids
            The candidates.
        """
        return self._decide(ids, "accept", "Accepted")

    @act
    def reject(self, ids: Sequence[str]) -> dict[str, Any]:
        """Reject candidates.

        Parameters
        ----------
        ids
            The candidates.
        """
        return self._decide(ids, "reject", "Rejected")

    @act
    def discard_rest(self, id: str) -> dict[str, Any]:
        """Reject what still waits of the source that a candidate was made from, itself too.

        Parameters
        ----------
        id
            The candidate.
        """
        wanted = self._one(id).group
        rest = [
            card.id for card in self._cards if card.group == wanted and (card.said.decision is None or card.id == id)
        ]
        return self._decide(rest, "reject", "Discarded")

    @act
    def discard_all(self) -> dict[str, Any]:
        """Reject everything that waits for a decision and matches what is shown."""
        rest = [card.id for card in self._order if card.said.decision is None]
        if not rest:
            raise InputError("nothing that is shown waits for a decision")
        return self._decide(rest, "reject", "Discarded")

    def _decide(self, ids: Sequence[str], decision: str, word: str) -> dict[str, Any]:
        chosen = [self._one(name) for name in ids]
        if not chosen:
            raise InputError("no candidate was named; give a list of ids")
        before = {card.id: card.said for card in chosen}
        for card in chosen:
            card.said = Said(decision, card.said.messages)  # an edit stays, whatever is decided about it
        self._save(before)
        self._remember(f"{word} {shown.many([card.id for card in chosen])}.", before)
        return self._told(before)

    def _one(self, id: str) -> Card:
        if id not in self._by_id:
            raise InputError(f"there is no candidate {id!r} that waits; see ds.candidates()")
        return self._by_id[id]

    def _save(self, before: Mapping[str, Said]) -> None:
        self._writer.put({name: (said, self._by_id[name].said) for name, said in before.items()})

    def _remember(self, sentence: str, before: Mapping[str, Said]) -> None:
        def back() -> None:
            now = {name: self._one(name).said for name in before}
            for name, said in before.items():
                self._by_id[name].said = said
            self._writer.put({name: (now[name], said) for name, said in before.items()})
            if any(now[name].messages != said.messages for name, said in before.items()):
                self._writer.flush()
                self._reload()

        self._steps.append((sentence, back))
        python = f"ds.decide({shown.decided(before, self._by_id)})"
        self.publish(
            progress=self._progress(),
            impact=self._impact(),
            done={"sentence": sentence, "python": python, "undo": True},
        )

    def _told(self, ids: Iterable[str]) -> dict[str, Any]:
        return {
            "cards": [
                {"id": name, "decision": self._by_id[name].said.decision or ""} for name in ids if name in self._by_id
            ]
        }

    @act
    def edit_text(self, id: str, text: str) -> dict[str, Any]:
        """Accept a candidate with another last user turn; it is judged again at once.

        Parameters
        ----------
        id
            The candidate.
        text
            Its last user turn from now on.
        """
        card = self._one(id)
        place = last_user(card.messages)
        if place is None:
            raise InputError(f"the candidate {id!r} has no user turn to edit; reject it")
        said = with_text(card.messages, place, text)
        before = {id: card.said}
        self._writer.flush()
        self.dataset.decide(edit={id: said})
        self._reload()
        self._remember(f"Edited {id}.", before)
        return self.cards(self._order.index(self._by_id[id]), 1) if self._by_id[id] in self._order else {}

    @act
    def undo(self) -> dict[str, Any]:
        """Take back what was done last from here."""
        if not self._steps:
            raise InputError("nothing was done from here that could be taken back")
        sentence, back = self._steps.pop()
        try:
            back()
        except InputError:
            self._steps.append((sentence, back))
            raise
        told = {"sentence": f"Taken back: {sentence}", "python": "", "undo": bool(self._steps)}
        self.publish(progress=self._progress(), impact=self._impact(), done=told)
        return self._told(self._by_id)

    # -- all of them ---------------------------------------------------------------------------------------------

    @act
    def add(self) -> None:
        """Make the accepted candidates records; undo takes them out again."""
        self._writer.flush()
        added = self.dataset.add()
        if not added:
            raise InputError("nothing is accepted yet; accept candidates first")
        version = self.dataset.version

        def back() -> None:
            if self.dataset.version != version:
                raise InputError("The dataset has changed since; look at its history and undo from there.")
            self.dataset.undo()
            self.refresh()

        sentence = f"Added {render.plural(added, 'record')} as version {version}."
        self._steps.append((sentence, back))
        self.refresh()
        self.publish(done={"sentence": sentence, "python": "ds.add()", "undo": True})

    # -- reading -------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Refresh when the dataset has a version that was not written here."""
        self._end_job()
        if not self._writer.busy:
            super().follow()

    def _written(self, versions: int, error: BaseException | None) -> None:
        with self._lock:
            if error is not None:
                self.refresh()  # what the disk says is true
                self.publish(error=str(error))
                return
            if self.seen_version is not None and self.dataset.version == self.seen_version + versions:
                self.seen_version = self.dataset.version
            self.publish(progress={**self.progress, "unsaved": self._writer.unsaved})

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        self._writer.flush()
        self._load()
        self._arrange()
        self._base = self.dataset.coverage() if self.dataset.topics.paths() else None
        return {
            "deck": self._deck(),
            "progress": self._progress(),
            "impact": self._impact(),
            "choices": self._offers(),
        }

    def _load(self) -> None:
        self._cards = cards(self.dataset.candidates())
        self._by_id = {card.id: card for card in self._cards}
        wanted = pl.Series("id", sorted({card.source for card in self._cards if card.source}), dtype=pl.String)
        said = reading.labels(self.dataset)["id"]
        known = said.filter(said.is_in(wanted.implode())).to_list()
        found = self.dataset.records(known, columns=["id", "messages"]) if known else None
        self._sources = (
            {}
            if found is None
            else {name: talk or [] for name, talk in zip(found["id"], unpack(found["messages"]), strict=True)}
        )

    def _reload(self) -> None:
        """Read the candidates again; what is shown keeps its order."""
        places = [card.id for card in self._order]
        self._load()
        self._order = [self._by_id[name] for name in places if name in self._by_id]
        self.seen_version = self.dataset.version

    def _deck(self) -> dict[str, Any]:
        first = self.cards(0, FIRST)
        return {
            "version": self.seen_version,
            "matching": len(self._order),
            "number": self._number,
            "cards": [shown.clipped(card) for card in first["cards"]],
            "groups": {key: shown.clipped(one) for key, one in first["groups"].items()},
            "undecided": self._next_waiting(),
        }

    def _next_waiting(self) -> int:
        places = (place for place, card in enumerate(self._order) if card.said.decision is None)
        return next(places, 0)

    def _progress(self) -> dict[str, Any]:
        counted = shown.progress(self._cards)
        return {**counted, "replaceable": len(self._to_replace()), "unsaved": self._writer.unsaved}

    def _impact(self) -> dict[str, Any]:
        return {} if self._base is None else shown.impact(self._base, self._cards, self.dataset.topics.paths().values())

    def _offers(self) -> dict[str, Any]:
        return shown.offers(self._cards, self._choices)

    def to_html(self) -> Html:
        """Return the first candidates as static HTML, escaped and without script."""
        return page(self.deck, self.progress, self.impact or {"before": _NONE, "after": _NONE}, "ds.candidates()")

    def __repr__(self) -> str:
        if not self.progress or not self.progress["candidates"]:
            return "VariationReviewer(no candidates)"
        told = self.progress
        return (
            f"VariationReviewer({render.plural(told['candidates'], 'candidate')}: {told['accepted']:,} accepted, "
            f"{told['rejected']:,} rejected, {told['left']:,} left)"
        )


_NONE: dict[str, Any] = {"balance": None, "target_fit": None}
