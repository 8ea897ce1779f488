"""The way back in a session: the last act of the person is taken out of the sum of rows; the row itself stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError
from rftkit.idea.state import standing

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session

#: What a row is called where it is offered to be taken back; other rows follow from these or cannot be taken back.
ACTS = {
    "said": "the answer",
    "requirements": "the change of the checklist",
    "confirmed": "the confirmation",
    "card": "the edit of a card",
    "decided": "the decision on a card",
    "noted": "the note",
    "unnoted": "the deletion of a note",
    "renamed": "the name of a theme",
    "merged": "the merging of themes",
    "changes": "the decision on a change",
}
#: What a model or a writer has made; an act before it stays, because what was made followed from it.
WALLS = ("samples", "written")


def undoable(session: Session) -> str:
    """Return what `undo` would take back, in words; empty where there is nothing.

    Parameters
    ----------
    session
        The session.
    """
    row = latest(session)
    return "" if row is None else ACTS[row["kind"]]


def undo(session: Session) -> str:
    """Take back the last act, as far as nothing was written from it yet, and return what it was.

    Parameters
    ----------
    session
        The session.

    Raises
    ------
    InputError
        There is nothing to take back.
    """
    row = latest(session)
    if row is None:
        raise InputError("nothing can be taken back here: samples and sets that were written stay")
    follows = [one["n"] for one in standing(session.rows.read()) if one["n"] > row["n"]]
    session.rows.append("undone", rows=[row["n"], *follows])
    return ACTS[row["kind"]]


def latest(session: Session) -> dict[str, Any] | None:
    """Return the row that `undo` would take back; None where there is nothing.

    Parameters
    ----------
    session
        The session.
    """
    for row in reversed(standing(session.rows.read())):
        if row["kind"] in WALLS:
            break
        if row["kind"] in ACTS:
            return dict(row)
    return None
