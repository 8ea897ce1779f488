"""Open and axial coding: notes on cards, themes of notes, changes that themes ask for, iterations side by side."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from rftkit.acts.ideas.sampling import card_of
from rftkit.errors import InputError, NotFoundError
from rftkit.idea import by_model
from rftkit.idea.changes import Change, applied, changes_of, edited
from rftkit.idea.notes import PARTS, Note, Theme
from rftkit.idea.requirements import Requirements
from rftkit.idea.saying import checked
from rftkit.idea.spec import spec_of
from rftkit.idea.state import Card, shown_themes
from rftkit.idea.themes import from_model, themes_of

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session


def annotate(session: Session, card: str | Card, note: str, *, passage: str = "", part: str | None = None) -> Note:
    """Write a note on a card, or on a passage of it.

    Parameters
    ----------
    session
        The session.
    card
        The card or its id.
    note
        What is wrong or wanted, in free words.
    passage
        The marked words.
    part
        ``whole``, ``input`` or ``answer``; where a passage is given, the part that holds it.
    """
    found, text = card_of(session, card), note.strip()
    if not text:
        raise InputError("the note is empty; write what is wrong or wanted")
    if part is not None and part not in PARTS:
        raise InputError(f"a note is on {', '.join(PARTS)}, not on {part!r}")
    where = part or ("whole" if not passage else _part_of(found, passage))
    if passage and passage not in _text(found, where):
        raise InputError(
            f"the passage {passage[:40]!r} does not stand in the {where} of card {found.id}; mark words that do"
        )
    name = f"n{1 + sum(row['kind'] == 'noted' for row in session.rows.read())}"
    session.rows.append(
        "noted", id=name, card=found.id, iteration=found.iteration, part=where, passage=passage, text=text
    )
    return session.state.notes[-1]


def _part_of(card: Card, passage: str) -> str:
    if passage in (card.answer or ""):
        return "answer"
    return "input" if passage in card.input else "whole"


def _text(card: Card, part: str) -> str:
    return {"input": card.input, "answer": card.answer or ""}.get(part, f"{card.input}\n{card.answer or ''}")


def delete_note(session: Session, note: str | Note) -> None:
    """Take a note back.

    Parameters
    ----------
    session
        The session.
    note
        The note or its id.
    """
    name = note.id if isinstance(note, Note) else note
    if all(one.id != name for one in session.state.notes):
        raise NotFoundError(f"there is no note {name!r}")
    session.rows.append("unnoted", id=name)


def notes(session: Session, iteration: int | None = None) -> pl.DataFrame:
    """Return the notes as a frame, those of all rounds by default.

    Parameters
    ----------
    session
        The session.
    iteration
        Only this round.
    """
    names = tuple(Note.__dataclass_fields__)
    rows = [
        {name: getattr(note, name) for name in names}
        for note in session.state.notes
        if iteration in (None, note.iteration)
    ]
    return pl.DataFrame(rows, schema={name: pl.Int64 if name == "iteration" else pl.String for name in names})


def themes(session: Session, iteration: int | None = None) -> list[Theme]:
    """Return the themes of the notes on a round, with counts and quotes; a new note makes them anew.

    Names and mergers of the person stay. With a model, the model groups the notes; without, rules do.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round; the latest by default.
    """
    number = iteration or session.state.iteration
    if group(session, number) and themes_note(session, number):
        warnings.warn(themes_note(session, number), stacklevel=2)
    return shown_themes(session.state, number) if session.state.notes_of(number) else []


def ungrouped(session: Session, iteration: int) -> int:
    """Return how many notes of a round wait to be grouped into themes anew.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round.
    """
    state = session.state
    found = state.notes_of(iteration)
    return 0 if state.proposed_for.get(iteration, ()) == tuple(note.id for note in found) else len(found)


def group(session: Session, iteration: int) -> bool:
    """Group the notes of a round into themes where there are new ones; return whether there were.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round.
    """
    if not ungrouped(session, iteration):
        return False
    found = session.state.notes_of(iteration)
    proposed, by = _proposed(session, found)
    ids, told = [note.id for note in found], [theme.to_dict() for theme in proposed]
    session.rows.append("themes", iteration=iteration, notes=ids, themes=told, by=by)
    return True


def themes_note(session: Session, iteration: int | None = None) -> str:
    """Return why the notes of a round were grouped by rules although there is a model; empty where they were not.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round; the latest by default.
    """
    number = iteration or session.state.iteration
    rows = [row for row in session.rows.read() if row["kind"] == "themes" and row["iteration"] == number]
    by = str(rows[-1].get("by") or "") if rows else ""
    return f"The notes were grouped by {by}." if by.startswith("rules, because") else ""


def _proposed(session: Session, found: Sequence[Note]) -> tuple[list[Theme], str]:
    wanted, cards = session.requirements, dict(session.state.cards)
    if session.offline:
        return themes_of(found, wanted, cards), "rules"
    asked = [
        {"number": at, "note": note.text, "on": note.passage, "about": note.part} for at, note in enumerate(found, 1)
    ]
    told, error = by_model.group(session.runner(), asked)
    if error:
        return themes_of(found, wanted, cards), f"rules, because {session.model} did not answer: {error}"
    return from_model(told, found, wanted, cards), session.model


def rename_theme(session: Session, theme: str | Theme, name: str) -> None:
    """Give a theme another name.

    Parameters
    ----------
    session
        The session.
    theme
        The theme or its id.
    name
        Its name.
    """
    if not name.strip():
        raise InputError("a theme needs a name")
    session.rows.append("renamed", id=_theme(session, theme).id, name=name.strip())


def merge_themes(session: Session, into: str | Theme, *others: str | Theme) -> None:
    """Put the notes of other themes into one.

    Parameters
    ----------
    session
        The session.
    into
        The theme that stays, or its id.
    others
        The themes that go into it.
    """
    home = _theme(session, into)
    ids = [_theme(session, other).id for other in others]
    if not ids or home.id in ids:
        raise InputError("name the theme that stays, then one or more others that go into it")
    session.rows.append("merged", into=home.id, ids=ids)


def _theme(session: Session, theme: str | Theme) -> Theme:
    name = theme.id if isinstance(theme, Theme) else theme
    known = themes(session)
    found = next((one for one in known if name in (one.id, one.name)), None)
    if found is None:
        raise NotFoundError(f"there is no theme {name!r}; there are {', '.join(one.id for one in known) or 'none'}")
    return found


def changes(session: Session, iteration: int | None = None) -> list[Change]:
    """Return the lines that the themes ask for: what was decided on as it was decided, the others as proposed.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round; the latest by default.
    """
    number = iteration or session.state.iteration
    themes(session, number)
    return shown_changes(session, number)


def shown_changes(session: Session, iteration: int) -> list[Change]:
    """Return the lines of the themes that are known, without grouping new notes.

    Parameters
    ----------
    session
        The session.
    iteration
        Which round.
    """
    state, number = session.state, iteration
    found = shown_themes(state, number) if state.notes_of(number) else []
    proposed = changes_of(found, session.requirements, dict(state.cards))
    return [state.changes.get((number, change.id), change) for change in proposed]


def approve(
    session: Session, ids: Sequence[str] | None = None, *, edits: Mapping[str, str] | None = None
) -> Requirements:
    """Approve changes, line by line; they go into the requirements, and the next samples follow them.

    Parameters
    ----------
    session
        The session.
    ids
        Of the changes; all proposed ones by default.
    edits
        Id to the line in the person's words; that approves it too.
    """
    lines, known = dict(edits or {}), {change.id: change for change in changes(session)}
    chosen = [change.id for change in known.values() if change.status == "proposed"] if ids is None else list(ids)
    names = list(dict.fromkeys((*chosen, *lines)))
    _refuse_unknown(names, known)
    decided = [edited(known[name], lines[name]) if name in lines else known[name] for name in names]
    decided = [replace(change, status="approved") for change in decided]
    wanted = applied(session.requirements, decided)
    _decided(session, decided, wanted)
    return wanted


def reject(session: Session, *ids: str) -> None:
    """Turn changes down; they stay in the list as rejected.

    Parameters
    ----------
    session
        The session.
    ids
        Of the changes.
    """
    known = {change.id: change for change in changes(session)}
    _refuse_unknown(ids, known)
    _decided(session, [replace(known[name], status="rejected") for name in ids], None)


def _refuse_unknown(names: Sequence[str], known: Mapping[str, Change]) -> None:
    for name in names:
        if name not in known:
            raise NotFoundError(
                f"there is no change {name!r}; there are {', '.join(known) or 'none, write notes first'}"
            )


def _decided(session: Session, decided: Sequence[Change], wanted: Requirements | None) -> None:
    if decided:
        rows = [change.to_dict() for change in decided]
        told = wanted.to_dict() if wanted is not None else None
        session.rows.append("changes", iteration=session.state.iteration, changes=rows, requirements=told)


def drop_rule(session: Session, at: int) -> Requirements:
    """Take an approved line out of the requirements again.

    Parameters
    ----------
    session
        The session.
    at
        Its place in ``requirements.rules``, from 0.
    """
    wanted = session.requirements
    if not 0 <= at < len(wanted.rules):
        raise NotFoundError(f"there is no line {at}; the requirements have {len(wanted.rules)}")
    wanted = replace(wanted, rules=tuple(rule for place, rule in enumerate(wanted.rules) if place != at))
    session.rows.append("requirements", requirements=wanted.to_dict(), why="rule dropped")
    return wanted


def instructions(session: Session) -> list[str]:
    """Return what every record is held to, as the writer is told: form, lengths, things, and approved lines.

    Parameters
    ----------
    session
        The session.
    """
    spec = spec_of(session.requirements)
    return [*checked(spec), *spec.instructions]
