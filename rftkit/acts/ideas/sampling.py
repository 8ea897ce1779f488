"""Samples: five cards, edited, kept, thrown away, and the next five."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import render
from rftkit.errors import InputError, ModelError, NotFoundError
from rftkit.idea.changes import renamed
from rftkit.idea.check import Checker, Pair
from rftkit.idea.fields import FIELDS
from rftkit.idea.making import Made, make
from rftkit.idea.requirements import Example, Requirements
from rftkit.idea.spec import spec_of
from rftkit.idea.state import Card
from rftkit.jobs import Control, Job, StoppedError

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session

#: Cards in one round.
CARDS = 5
_SEED_STEP = 101


@dataclass(frozen=True)
class Samples(Sequence[Card]):
    """The cards of one round.

    Attributes
    ----------
    iteration
        Which round, from 1.
    cards
        The cards.
    note
        What the person should know: why there are fewer, what the keyless writer cannot do.
    model
        Who wrote them.
    """

    iteration: int
    cards: tuple[Card, ...]
    note: str = ""
    model: str = ""

    def __len__(self) -> int:
        return len(self.cards)

    def __getitem__(self, at: Any) -> Any:
        return self.cards[at]

    def __iter__(self) -> Iterator[Card]:
        return iter(self.cards)

    def to_dict(self) -> dict[str, Any]:
        """Return the cards as plain values."""
        return {
            "iteration": self.iteration,
            "model": self.model,
            "note": self.note,
            "cards": [card.to_dict() for card in self.cards],
        }

    def __repr__(self) -> str:
        return f"Samples(iteration {self.iteration}: {len(self.cards)} cards by {self.model})"

    def _repr_html_(self) -> str:
        rows = [
            {"card": card.id, "input": card.input, "answer": card.answer or "", "decision": card.decision}
            for card in self.cards
        ]
        return render.card(repr(self), render.table(rows), note=self.note)


def samples(session: Session, count: int = CARDS, *, stop: threading.Event | None = None) -> Samples:
    """Return the cards of the latest round; the first call writes them.

    Parameters
    ----------
    session
        The session; its requirements have to be confirmed.
    count
        How many cards.
    stop
        Set it, and nothing is written down.
    """
    if session.state.iteration:
        return current(session)
    return _write(session, count, stop)


def next_samples(session: Session, count: int = CARDS, *, stop: threading.Event | None = None) -> Samples:
    """Write the next round from the requirements as they are now; kept cards serve as examples.

    Parameters
    ----------
    session
        The session.
    count
        How many cards.
    stop
        Set it, and nothing is written down.
    """
    return _write(session, count, stop)


def samples_job(session: Session, count: int = CARDS, *, again: bool = False) -> Job[Samples]:
    """Write samples in the background.

    Parameters
    ----------
    session
        The session.
    count
        How many cards.
    again
        Write a new round although there is one.
    """
    act = next_samples if again else samples

    def work(control: Control) -> Samples:
        control.report(0, count, note="writing samples")
        made = act(session, count, stop=control.stop)
        control.report(len(made), count)
        return made

    return Job(work, name="samples").start()


def current(session: Session, iteration: int | None = None) -> Samples:
    """Return the cards of a round as they are now.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round; the latest by default.
    """
    state = session.state
    number = iteration or state.iteration
    if not 1 <= number <= state.iteration:
        raise NotFoundError(
            f"there is no round {number} of samples; there are {state.iteration}, made by session.samples()"
        )
    row = state.iterations[number - 1]
    return Samples(number, tuple(state.cards_of(number)), row.get("note", ""), row.get("model", ""))


def ready(session: Session) -> Requirements:
    """Return the requirements where records can be written from them; raise what is missing in one sentence.

    Parameters
    ----------
    session
        The session.
    """
    wanted = session.requirements
    if wanted.missing:
        titles = ", ".join(FIELDS[name].title.lower() for name in wanted.missing)
        raise InputError(f"samples need all required fields; still open: {titles}; answer session.ask() or edit them")
    if not session.state.confirmed:
        raise InputError(
            "the requirements are not confirmed yet; read session.ask(), then session.confirm() or answer 'yes'"
        )
    return wanted


def learned(session: Session) -> Requirements:
    """Return the requirements with the kept cards as examples.

    Where the keyless writer wrote them, only those that a person edited: from its own sentences it would learn nothing
    but to repeat itself.

    Parameters
    ----------
    session
        The session.
    """
    wanted = session.requirements
    cards = session.state.cards
    found = kept(session)
    taught = [pair for pair in found if cards[pair.facets["kept"]].edited or not _by_rules(cards[pair.facets["kept"]])]
    known = {example.input for example in wanted.examples}
    more = [Example(pair.input, pair.answer, "kept") for pair in taught if pair.input not in known]
    return replace(wanted, examples=(*wanted.examples, *more))


def _by_rules(card: Card) -> bool:
    return card.model.startswith("rftkit/")


def kept(session: Session, known: Sequence[str] = (), *, answers: bool = True) -> list[Pair]:
    """Return the kept cards that keep to the requirements as they are now; keys renamed since are renamed in them.

    Parameters
    ----------
    session
        The session.
    known
        Inputs that are not to be repeated.
    answers
        Whether a card needs an answer.
    """
    wanted = session.requirements
    checker = Checker(spec_of(wanted), known, answers=answers)
    found = []
    for card in session.state.cards.values():
        if card.decision == "keep":
            said = Example(card.input, card.answer)
            for rule in (rule for rule in wanted.rules if rule.name == "rename_key"):
                said = renamed(said, *rule.value)
            found.append(checker.judge(said.input, said.answer, {**card.facets, "kept": card.id}))
    return [pair for pair in found if isinstance(pair, Pair)]


def _write(session: Session, count: int, stop: threading.Event | None) -> Samples:
    if not 1 <= count <= 50:
        raise InputError(f"{count} samples are too few or too many to look at; take 1 to 50")
    ready(session)
    ability = session.ability
    if ability is not None and not ability.inputs:
        raise InputError(ability.sentence)
    number = session.state.iteration + 1
    made = make(
        learned(session),
        count,
        session.runner(),
        seed=session.seed + _SEED_STEP * number,
        known=[card.input for card in session.state.cards.values()],
        # a label that rules can say has its answer, also where others have to wait for examples
        answers=ability is None or ability.answers or spec_of(session.requirements).output.kind == "label",
        stop=stop,
    )
    if made.stopped:
        raise StoppedError("The samples were stopped; none were written, and what was answered is not paid for again.")
    if not made.pairs:
        raise ModelError(f"no sample was written: {made.gave_up or 'the writer wrote nothing'}")
    note = " ".join(filter(None, (ability.sentence + "." if ability else "", _short(made))))
    cards = [
        {
            "id": f"{number}.{place}",
            "input": pair.input,
            "answer": pair.answer,
            "facets": dict(pair.facets),
            "model": session.model,
        }
        for place, pair in enumerate(made.pairs, 1)
    ]
    session.rows.append(
        "samples",
        iteration=number,
        cards=cards,
        model=session.model,
        note=note,
        cost_usd=made.cost_usd,
        rejected=dict(made.rejected),
    )
    return current(session)


def _short(made: Made) -> str:
    return f"{made.gave_up[0].upper()}{made.gave_up[1:]}." if made.gave_up else ""


def cards(session: Session, iteration: int | None = None) -> pl.DataFrame:
    """Return cards as a frame, all rounds by default.

    Parameters
    ----------
    session
        The session.
    iteration
        Only this round.
    """
    rows = [card for card in session.state.cards.values() if iteration in (None, card.iteration)]
    told = [{**row.to_dict(), "facets": str(dict(row.facets)) if row.facets else None} for row in rows]
    names = (
        "id",
        "iteration",
        "input",
        "answer",
        "decision",
        "edited",
        "model",
        "first_input",
        "first_answer",
        "facets",
    )
    types = {"iteration": pl.Int64, "edited": pl.Boolean}
    return pl.DataFrame(
        [{name: row[name] for name in names} for row in told],
        schema={name: types.get(name, pl.String) for name in names},
    )


def card_of(session: Session, card: str | Card) -> Card:
    """Return a card by its id.

    Parameters
    ----------
    session
        The session.
    card
        Its id such as ``2.4``, or the card.
    """
    name = card.id if isinstance(card, Card) else str(card)
    found = session.state.cards.get(name)
    if found is None:
        known = ", ".join(one.id for one in session.state.cards_of(session.state.iteration)) or "none yet"
        raise NotFoundError(f"there is no card {name!r}; the latest are {known}")
    return found


def edit_card(session: Session, card: str | Card, *, input: str | None = None, answer: str | None = None) -> Card:
    """Change a card by hand; what was written first is kept beside it.

    Parameters
    ----------
    session
        The session.
    card
        The card or its id.
    input, answer
        New text; None leaves it.
    """
    before = card_of(session, card)
    given, said = before.input if input is None else input.strip(), before.answer if answer is None else answer.strip()
    if not given or said == "":
        raise InputError(
            "a card has an input and an answer; an empty one is no record, throw it away with session.discard(card)"
        )
    session.rows.append("card", id=before.id, input=given, answer=said)
    return card_of(session, before.id)


def keep(session: Session, *cards: str | Card) -> None:
    """Keep cards: they serve as examples and become records of the set.

    Parameters
    ----------
    session
        The session.
    cards
        Cards or their ids.
    """
    _decide(session, cards, "keep")


def discard(session: Session, *cards: str | Card) -> None:
    """Throw cards away: nothing like them is written again.

    Parameters
    ----------
    session
        The session.
    cards
        Cards or their ids.
    """
    _decide(session, cards, "discard")


def undecide(session: Session, *cards: str | Card) -> None:
    """Take the decision on cards back.

    Parameters
    ----------
    session
        The session.
    cards
        Cards or their ids.
    """
    _decide(session, cards, "")


def _decide(session: Session, cards: Sequence[str | Card], decision: str) -> None:
    for found in [card_of(session, card) for card in cards]:
        if decision == "keep" and found.answer is None:
            raise InputError(
                f"the card {found.id} has no answer yet; write one with session.edit_card({found.id!r}, answer=...)"
            )
        session.rows.append("decided", id=found.id, decision=decision)
