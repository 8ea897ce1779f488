"""Themes of notes: by rules, by their words, or as a model grouped them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from rftkit.idea.notes import STOP, Code, Note, Theme, code_note
from rftkit.idea.requirements import Requirements
from rftkit.offline.text import words


def themes_of(notes: Sequence[Note], wanted: Requirements, cards: dict[str, Any] | None = None) -> list[Theme]:
    """Return the themes of notes, most frequent first, by rules; what rules cannot read is grouped by its words.

    Parameters
    ----------
    notes
        The notes.
    wanted
        The requirements.
    cards
        Cards by id.

    Examples
    --------
    >>> notes = [Note("n1", "1.1", 1, "answer", "", "too long"), Note("n2", "1.2", 1, "answer", "", "way too wordy")]
    >>> [(theme.name, theme.count) for theme in themes_of(notes, Requirements())]
    [('answers too long', 2)]
    """
    cards = cards or {}
    found: dict[str, list[tuple[Note, Code]]] = defaultdict(list)
    rest = []
    for note in notes:
        codes = code_note(note, wanted, cards.get(note.card))
        for code in codes:
            found[_id(code)].append((note, code))
        if not codes:
            rest.append(note)
    known = [_theme(name, pairs) for name, pairs in found.items()]
    return sorted([*known, *_by_words(rest)], key=lambda theme: (-theme.count, theme.id))


def _id(code: Code) -> str:
    detail = (
        ""
        if code.detail is None
        else "-" + "-".join(code.detail if isinstance(code.detail, tuple) else (str(code.detail),))
    )
    return re.sub(r"[^\w-]+", "_", f"{code.code}-{code.target}{detail}")


def _theme(name: str, pairs: Sequence[tuple[Note, Code]]) -> Theme:
    code = pairs[0][1]
    return _quoted(Theme(name, code.code, code.name, code.target, code.detail, ()), [note for note, _ in pairs])


def _quoted(theme: Theme, notes: Iterable[Note]) -> Theme:
    every = list({note.id: note for note in notes}.values())
    return replace(
        theme,
        notes=tuple(note.id for note in every),
        quotes=tuple(f"{note.text} [on \u201c{note.passage}\u201d]" if note.passage else note.text for note in every),
        cards=tuple(dict.fromkeys(note.card for note in every)),
    )


def _by_words(notes: Sequence[Note]) -> list[Theme]:
    """Group notes that share half of their telling words."""
    groups: list[tuple[set[str], list[Note]]] = []
    for note in notes:
        own = {word[:6] for word in words(note.text) if word.isalpha() and word not in STOP}
        home = next(
            (group for group in groups if own and len(own & group[0]) >= 0.5 * min(len(own), len(group[0]))), None
        )
        if home:
            home[1].append(note)
            home[0].update(own)
        else:
            groups.append((own, [note]))
    made = []
    for _, members in groups:
        title = " ".join(members[0].text.split()[:8]).rstrip(".,;")
        target = next((note.part for note in members if note.part != "whole"), "answer")
        made.append(_quoted(Theme(f"other-{members[0].id}", "other", title, target, None, ()), members))
    return made


def from_model(
    found: Sequence[dict[str, Any]], notes: Sequence[Note], wanted: Requirements, cards: dict[str, Any]
) -> list[Theme]:
    """Return the themes that a model proposed; notes that it forgot are themed by rules.

    Parameters
    ----------
    found
        ``name``, ``notes`` (numbers from 1), ``target`` and ``change`` of each.
    notes
        The notes in the order of their numbers.
    wanted, cards
        As `themes_of` takes them.
    """
    made, seen = [], set[str]()
    for place, one in enumerate(found, 1):
        members = [
            notes[number - 1]
            for number in one.get("notes") or ()
            if isinstance(number, int) and 1 <= number <= len(notes)
        ]
        if not members:
            continue
        seen.update(note.id for note in members)
        made.append(_quoted(_of_model(one, members, wanted, cards, place), members))
    left = [note for note in notes if note.id not in seen]
    return sorted([*made, *themes_of(left, wanted, cards)], key=lambda theme: -theme.count)


def _of_model(
    one: dict[str, Any], members: Sequence[Note], wanted: Requirements, cards: dict[str, Any], place: int
) -> Theme:
    """Return a theme in the model's words, with the code that rules see in most of its notes."""
    target = str(one.get("target")) if one.get("target") in ("input", "answer") else "answer"
    codes = [code for note in members for code in code_note(note, wanted, cards.get(note.card))]
    counted = sorted(codes, key=lambda code: -sum(_id(code) == _id(other) for other in codes))
    name, change = str(one.get("name") or "").strip() or "a theme", str(one.get("change") or "").strip()
    if counted and sum(_id(counted[0]) == _id(other) for other in codes) * 2 > len(members):
        code = counted[0]
        return Theme(_id(code), code.code, name, code.target, code.detail, (), change=change)
    return Theme(
        f"model-{place}-{re.sub(r'[^a-z0-9]+', '_', name.lower())[:40]}", "other", name, target, None, (), change=change
    )
