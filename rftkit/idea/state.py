"""What a session is: the sum of its rows. Every act of the person is one row, and nothing else is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rftkit.idea.changes import Change
from rftkit.idea.conflicts import Conflict
from rftkit.idea.interview import Question
from rftkit.idea.notes import Note, Theme
from rftkit.idea.requirements import Requirements, Rule, from_dict


@dataclass(frozen=True, slots=True)
class Card:
    """One sample record.

    Attributes
    ----------
    id
        Iteration and place, such as ``2.4``.
    input, answer
        As they are now; `first_input` and `first_answer` as they were written.
    decision
        ``keep``, ``discard``, or empty.

    Examples
    --------
    >>> Card("1.1", 1, "Hi", "greeting").edited
    False
    """

    id: str
    iteration: int
    input: str
    answer: str | None
    facets: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    decision: str = ""
    first_input: str | None = None
    first_answer: str | None = None

    @property
    def edited(self) -> bool:
        """Whether a person changed it."""
        return self.first_input is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain values."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "facets": dict(self.facets),
            "edited": self.edited,
        }


@dataclass(frozen=True)
class State:
    """Where a session stands.

    Examples
    --------
    >>> state_of([{"kind": "confirmed"}]).confirmed
    True
    """

    wanted: Requirements = field(default_factory=Requirements)
    question: Question | None = None
    pending: Conflict | None = None
    skipped: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    confirmed: bool = False
    transcript: tuple[Mapping[str, Any], ...] = ()
    cards: Mapping[str, Card] = field(default_factory=dict)
    iterations: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    proposals: Mapping[int, tuple[Theme, ...]] = field(default_factory=dict)
    proposed_for: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[tuple[int, str], Change] = field(default_factory=dict)
    written: tuple[Mapping[str, Any], ...] = ()
    begun: Mapping[str, Any] | None = None

    @property
    def iteration(self) -> int:
        """The number of the latest samples; 0 before the first."""
        return len(self.iterations)

    def cards_of(self, iteration: int) -> list[Card]:
        """Return the cards of an iteration, in order."""
        return [card for card in self.cards.values() if card.iteration == iteration]

    def notes_of(self, iteration: int) -> list[Note]:
        """Return the notes on the cards of an iteration."""
        return [note for note in self.notes if note.iteration == iteration]


def state_of(rows: Iterable[Mapping[str, Any]]) -> State:
    """Return where a session stands after its rows.

    Parameters
    ----------
    rows
        Oldest first.

    Examples
    --------
    >>> state_of([]).iteration
    0
    """
    state = State()
    for row in standing(rows):
        step = _STEPS.get(str(row["kind"]))
        state = step(state, row) if step else state
    return state


def standing(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows that count: all but those that were taken back.

    Parameters
    ----------
    rows
        Oldest first.

    Examples
    --------
    >>> [row["kind"] for row in standing([{"n": 1, "kind": "confirmed"}, {"n": 2, "kind": "undone", "rows": [1]}])]
    []
    """
    every = list(rows)
    gone = {number for row in every if row["kind"] == "undone" for number in row["rows"]}
    return [row for row in every if row["kind"] != "undone" and row.get("n") not in gone]


def _requirements(state: State, row: Mapping[str, Any]) -> State:
    wanted = from_dict(row["requirements"])
    confirmed = state.confirmed and not row.get("reopens")
    return replace(state, wanted=wanted, confirmed=confirmed)


def _asked(state: State, row: Mapping[str, Any]) -> State:
    said = dict(row["question"])
    kept = {**said, "examples": tuple(said["examples"]), "choices": tuple(said["choices"])}
    state = replace(state, question=Question(**kept))
    return _told(
        state,
        {"n": row.get("n"), "when": row.get("when"), "who": "rftkit", "text": said["text"], "field": said["field"]},
    )


def _said(state: State, row: Mapping[str, Any]) -> State:
    pending = row.get("pending")
    conflict = Conflict(**{**pending, "choices": tuple(pending["choices"])}) if pending else None
    settled = (*state.settled, *row.get("settled", ()))
    state = replace(
        state, pending=conflict, skipped=(*state.skipped, *row.get("skipped", ())), settled=settled, question=None
    )
    if row.get("requirements"):
        state = replace(state, wanted=from_dict(row["requirements"]), confirmed=False)
    state = replace(state, confirmed=state.confirmed or bool(row.get("confirmed")))
    told = {name: row.get(name) for name in ("n", "when", "text", "understood", "note")}
    return _told(state, {**told, "who": "you"})


def _told(state: State, line: Mapping[str, Any]) -> State:
    return replace(state, transcript=(*state.transcript, line))


def _confirmed(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, confirmed=True)


def _samples(state: State, row: Mapping[str, Any]) -> State:
    cards = {card["id"]: Card(iteration=row["iteration"], **card) for card in row["cards"]}
    return replace(state, cards={**state.cards, **cards}, iterations=(*state.iterations, {**row, "cards": list(cards)}))


def _card(state: State, row: Mapping[str, Any]) -> State:
    card = state.cards[row["id"]]
    first: dict[str, Any] = {
        "first_input": card.first_input or card.input,
        "first_answer": card.first_answer or card.answer,
    }
    changed = replace(card, input=row["input"], answer=row["answer"], **first)
    return replace(state, cards={**state.cards, card.id: changed})


def _decided(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, cards={**state.cards, row["id"]: replace(state.cards[row["id"]], decision=row["decision"])})


def _noted(state: State, row: Mapping[str, Any]) -> State:
    note = Note(
        **{name: row[name] for name in ("id", "card", "iteration", "part", "passage", "text")}, when=row.get("when", "")
    )
    return replace(state, notes=(*(other for other in state.notes if other.id != note.id), note))


def _unnoted(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, notes=tuple(note for note in state.notes if note.id != row["id"]))


def _themes(state: State, row: Mapping[str, Any]) -> State:
    themes = tuple(_theme(one) for one in row["themes"])
    return replace(
        state,
        proposals={**state.proposals, row["iteration"]: themes},
        proposed_for={**state.proposed_for, row["iteration"]: tuple(row["notes"])},
    )


def _theme(one: Mapping[str, Any]) -> Theme:
    kept = {name: one[name] for name in Theme.__dataclass_fields__}
    lists = {name: tuple(kept[name]) for name in ("notes", "quotes", "cards")}
    detail = tuple(kept["detail"]) if isinstance(kept["detail"], list) else kept["detail"]
    return Theme(**{**kept, **lists, "detail": detail})


def _renamed(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, names={**state.names, row["id"]: row["name"]})


def _merged(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, merged={**state.merged, **dict.fromkeys(row["ids"], row["into"])})


def _changes(state: State, row: Mapping[str, Any]) -> State:
    if row.get("requirements"):
        state = replace(state, wanted=from_dict(row["requirements"]))
    changes = {(row["iteration"], one["id"]): Change(**{**one, "rule": Rule(**one["rule"])}) for one in row["changes"]}
    return replace(state, changes={**state.changes, **changes})


def _written(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, written=(*state.written, row), begun=None)


def _begun(state: State, row: Mapping[str, Any]) -> State:
    return replace(state, begun=row["options"])


_STEPS = {
    "requirements": _requirements,
    "asked": _asked,
    "said": _said,
    "confirmed": _confirmed,
    "samples": _samples,
    "card": _card,
    "decided": _decided,
    "noted": _noted,
    "unnoted": _unnoted,
    "themes": _themes,
    "renamed": _renamed,
    "merged": _merged,
    "changes": _changes,
    "begun": _begun,
    "written": _written,
}


def shown_themes(state: State, iteration: int) -> list[Theme]:
    """Return the themes of an iteration with the names and mergers of the person.

    Parameters
    ----------
    state
        The session.
    iteration
        Of which samples.

    Examples
    --------
    >>> shown_themes(State(), 1)
    []
    """
    found: dict[str, Theme] = {}
    proposed = {theme.id: theme for theme in state.proposals.get(iteration, ())}
    for theme in proposed.values():
        home = _home(theme.id, state.merged, proposed)
        base = found.get(home) or replace(proposed[home], notes=(), quotes=(), cards=())
        joined: dict[str, Any] = {
            name: tuple(dict.fromkeys((*getattr(base, name), *getattr(theme, name)))) for name in ("notes", "cards")
        }
        quotes = (
            *base.quotes,
            *(quote for note, quote in zip(theme.notes, theme.quotes, strict=True) if note not in base.notes),
        )
        found[home] = replace(base, **joined, quotes=quotes)
    named = [replace(theme, name=state.names.get(theme.id, theme.name)) for theme in found.values()]
    return sorted(named, key=lambda theme: (-theme.count, theme.id))


def _home(name: str, merged: Mapping[str, str], known: Mapping[str, Theme]) -> str:
    seen = {name}
    while name in merged and merged[name] in known and merged[name] not in seen:
        name = merged[name]
        seen.add(name)
    return name
