"""What the annotation cards show of a session, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rftkit.acts.ideas import coding, comparing
from rftkit.idea.changes import breaks
from rftkit.idea.fields import FIELDS
from rftkit.idea.state import shown_themes
from rftkit.widgets._idea import cut

if TYPE_CHECKING:
    from rftkit.generator import GeneratorSession
    from rftkit.idea.changes import Change
    from rftkit.idea.state import Card


def shown_cards(session: GeneratorSession, iteration: int) -> dict[str, Any]:
    """Return the cards of a round with their notes, and what has to be done before there are any.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round; 0 before the first.
    """
    state = session.state
    told = {"iteration": iteration, "iterations": state.iteration, "waits": waits(session)}
    ability = session.ability
    told |= {"model": session.model, "offline": session.offline, "name": session.dataset.name}
    told |= {"unfollowed": [cut(line, 300) for line in ability.unfollowed[:8]] if ability else []}
    if not iteration:
        return {**told, "cards": [], "note": "", "writer": session.model}
    found = session.current(iteration)
    approved = [
        change
        for (number, _), change in state.changes.items()
        if number == iteration - 1 and change.status == "approved"
    ]
    cards = [_card(session, card, place, approved) for place, card in enumerate(found, 1)]
    return {**told, "cards": cards, "note": found.note, "writer": found.model}


def waits(session: GeneratorSession) -> str:
    """Return why no sample can be written yet, in one sentence; empty where one can.

    Parameters
    ----------
    session
        The session.
    """
    missing = session.requirements.missing
    if missing:
        titles = ", ".join(FIELDS[name].title.lower() for name in missing)
        return f"Samples wait for the requirements: still open are {titles}."
    if not session.state.confirmed:
        return "Samples wait until the requirements are confirmed."
    ability = session.ability
    return f"{ability.sentence}." if ability is not None and not ability.inputs else ""


def _card(session: GeneratorSession, card: Card, place: int, approved: list[Change]) -> dict[str, Any]:
    notes = [note for note in session.state.notes if note.card == card.id]
    shown = {"id": card.id, "place": place, "input": cut(card.input), "answer": cut(card.answer)}
    whole = shown["input"] == card.input and shown["answer"] == card.answer
    return {
        **shown,
        "whole": whole,
        "decision": card.decision,
        "edited": card.edited,
        "first_input": cut(card.first_input) if card.edited else None,
        "first_answer": cut(card.first_answer) if card.edited else None,
        "facets": [f"{name}: {value}"[:120] for name, value in list(card.facets.items())[:6]],
        "notes": [
            {"id": note.id, "part": note.part, "passage": cut(note.passage, 1000), "text": cut(note.text, 2000)}
            for note in notes
        ],
        "kept": [_follows(change, card) for change in approved if change.measured],
    }


def _follows(change: Change, card: Card) -> dict[str, Any]:
    """Return whether a card keeps to a line that was approved on the round before."""
    broken = breaks(change.rule, card.input, card.answer)
    return {"line": cut(change.line, 300), "ok": None if broken is None else not broken}


def shown_coding(session: GeneratorSession, iteration: int) -> dict[str, Any]:
    """Return themes, changes and approved lines of a round.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round; 0 before the first.
    """
    state = session.state
    notes = state.notes_of(iteration)
    themes = shown_themes(state, iteration) if notes else []
    changes = coding.shown_changes(session, iteration) if iteration else []
    rules = session.requirements.rules
    return {
        "notes": len(notes),
        "waiting": coding.ungrouped(session, iteration) if iteration else 0,
        "themes": [
            {
                "id": theme.id,
                "name": cut(theme.name, 300),
                "target": theme.target,
                "count": theme.count,
                "quotes": [cut(quote, 300) for quote in theme.quotes[:8]],
                "cards": list(theme.cards),
            }
            for theme in themes
        ],
        "note": coding.themes_note(session, iteration) if iteration else "",
        "changes": [
            {
                "id": change.id,
                "line": cut(change.line, 600),
                "measured": change.measured,
                "because": cut(change.because, 300),
                "status": change.status,
            }
            for change in changes
        ],
        "rules": [{"at": at, "sentence": cut(rule.sentence, 600)} for at, rule in enumerate(rules)],
        "instructions": [cut(line, 600) for line in coding.instructions(session)] if state.wanted.entries else [],
    }


def shown_comparison(session: GeneratorSession, pair: tuple[int, int] | None) -> dict[str, Any] | None:
    """Return two rounds side by side; None where none were chosen or there are not two.

    Parameters
    ----------
    session
        The session.
    pair
        The earlier and the later round.
    """
    if pair is None or pair[1] > session.state.iteration:
        return None
    told = comparing.compared(session, *pair).to_dict()
    names = ("input_before", "answer_before", "input_after", "answer_after")
    rows: list[Mapping[str, Any]] = told["cards"]
    cards = [{"place": row["place"], **{name: cut(row[name], 1500) for name in names}} for row in rows]
    changed = [{"line": cut(one["line"], 600), "measured": one["measured"]} for one in told["changed"]]
    return {**told, "cards": cards, "changed": changed}
