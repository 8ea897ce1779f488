"""Iterations side by side, with which themes are gone; and everything of a session as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from rftkit import render
from rftkit.acts.ideas.coding import changes, group, notes, shown_changes, themes
from rftkit.errors import InputError
from rftkit.idea.changes import Change, breaks
from rftkit.idea.notes import Theme
from rftkit.idea.state import Card, State, shown_themes

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session


@dataclass(frozen=True)
class Comparison:
    """Two rounds side by side.

    Attributes
    ----------
    before, after
        Numbers of the rounds.
    frame
        Place, input and answer of both.
    changed
        The changes approved on the first of them.
    themes
        Of each theme of the first round: name, notes, how many cards broke its rule before and after, and whether it is
        gone: yes, no, or null where it cannot be measured and nobody noted it again.
    """

    before: int
    after: int
    frame: pl.DataFrame
    changed: tuple[Change, ...]
    themes: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {
            "before": self.before,
            "after": self.after,
            "cards": self.frame.to_dicts(),
            "changed": [change.to_dict() for change in self.changed],
            "themes": self.themes.to_dicts(),
        }

    def __repr__(self) -> str:
        gone = int(self.themes["gone"].fill_null(value=False).sum()) if self.themes.height else 0
        found = f"{len(self.changed)} changes, {gone} of {self.themes.height} themes gone"
        return f"Comparison(round {self.before} and {self.after}: {found})"

    def _repr_html_(self) -> str:
        lines = [change.line for change in self.changed]
        pieces = [render.bullets(lines)] if lines else []
        return render.card(
            repr(self), *pieces, render.table(self.themes.to_dicts()), render.table(self.frame.to_dicts())
        )


def compare(session: Session, before: int | None = None, after: int | None = None) -> Comparison:
    """Return two rounds of samples side by side, with what changed between them and which themes are gone.

    Parameters
    ----------
    session
        The session.
    before, after
        Numbers of the rounds; the last two by default.
    """
    last = after or session.state.iteration
    first = before or last - 1
    _two(session, first, last)
    for number in (first, last):
        group(session, number)
    return compared(session, first, last)


def _two(session: Session, first: int, last: int) -> None:
    state = session.state
    if not 1 <= first < last <= state.iteration:
        raise InputError(
            f"there are {state.iteration} rounds of samples; comparing takes two of them, an earlier and a later one"
        )


def compared(session: Session, first: int, last: int) -> Comparison:
    """Return two rounds side by side by the themes that are known, without grouping new notes.

    Parameters
    ----------
    session
        The session.
    first, last
        Numbers of the rounds.
    """
    _two(session, first, last)
    state = session.state
    changed = tuple(
        change
        for (number, _), change in state.changes.items()
        if first <= number < last and change.status == "approved"
    )
    left, right = state.cards_of(first), state.cards_of(last)
    rows = [_beside(left, right, at) for at in range(max(len(left), len(right)))]
    return Comparison(first, last, pl.DataFrame(rows), changed, _fates(session, first, last))


def _beside(left: Sequence[Card], right: Sequence[Card], at: int) -> dict[str, Any]:
    one, other = (side[at] if at < len(side) else None for side in (left, right))
    return {
        "place": at + 1,
        "input_before": one.input if one else None,
        "answer_before": one.answer if one else None,
        "input_after": other.input if other else None,
        "answer_after": other.answer if other else None,
    }


def _fates(session: Session, first: int, last: int) -> pl.DataFrame:
    state = session.state
    again = {theme.id for theme in shown_themes(state, last) if state.notes_of(last)}
    listed = {change.id: change for change in shown_changes(session, first)}
    rows = [_fate(theme, listed.get(theme.id), state, (first, last), again) for theme in shown_themes(state, first)]
    types = {"theme": pl.String, "notes": pl.Int64, "line": pl.String, "status": pl.String, "broken_before": pl.Int64}
    return pl.DataFrame(rows, schema={**types, "broken_after": pl.Int64, "cards": pl.Int64, "gone": pl.Boolean})


def _fate(
    theme: Theme, change: Change | None, state: State, rounds: tuple[int, int], again: set[str]
) -> dict[str, Any]:
    before, after = (_broken(change, state.cards_of(number)) for number in rounds)
    gone = False if theme.id in again else (after == 0 if after is not None else None)
    return {
        "theme": theme.name,
        "notes": theme.count,
        "line": change.line if change else None,
        "status": change.status if change else None,
        "broken_before": before,
        "broken_after": after,
        "cards": len(state.cards_of(rounds[1])),
        "gone": gone,
    }


def _broken(change: Change | None, cards: Sequence[Card]) -> int | None:
    """Return how many cards break the rule of a change, as they were written; None where that cannot be measured."""
    if change is None or not change.measured:
        return None
    found = [breaks(change.rule, card.first_input or card.input, card.first_answer or card.answer) for card in cards]
    return None if None in found else sum(map(bool, found))


def export(session: Session, folder: str | Path) -> list[Path]:
    """Write everything of a session as files: requirements, conversation, cards, notes, themes, changes.

    Parameters
    ----------
    session
        The session.
    folder
        Where; made when missing.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    rounds = range(1, session.state.iteration + 1)
    all_themes = [{"iteration": number, **theme.to_dict()} for number in rounds for theme in themes(session, number)]
    all_changes = [
        {"iteration": number, **change.to_dict()} for number in rounds for change in changes(session, number)
    ]
    tables = {
        "conversation": [dict(line) for line in session.state.transcript],
        "cards": [card.to_dict() for card in session.state.cards.values()],
        "notes": notes(session).to_dicts(),
        "themes": all_themes,
        "changes": all_changes,
    }
    files = [session.requirements.save(target / "requirements.json")]
    for name, rows in tables.items():
        file = target / f"{name}.jsonl"
        file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
        files.append(file)
    return files
