"""The static pages of the dataset generator: the conversation and checklist, the cards with what was said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rftkit import render
from rftkit.idea.requirements import SOURCE_WORDS
from rftkit.render import Html, join, tag

NO_SAMPLES = "No samples yet: five of them show whether it was understood."
_DECISIONS = {"keep": "kept", "discard": "thrown away", "": ""}
_STATUS = {"approved": "approved", "rejected": "rejected", "proposed": "waits"}


def generator_page(
    name: str,
    talk: Mapping[str, Any],
    checklist: Sequence[Mapping[str, Any]],
    model: Mapping[str, Any],
    written: Sequence[Mapping[str, Any]],
    cards: Html | None = None,
) -> Html:
    """Return the static twin of the dataset generator.

    Parameters
    ----------
    name
        Of the dataset.
    talk, checklist, model, written
        Traits of the widget.
    cards
        The page of its cards, where there are some.

    Examples
    --------
    >>> "Nothing was said yet" in generator_page("idea", {}, [], {}, [])
    True
    """
    if not talk:
        return render.card(f"Dataset from an idea: {name}", render.notice("Nothing was said yet."))
    told = talk["progress"]
    far = f"{told['required']} of {told['required_total']} required, {told['filled']} of {told['total']} fields"
    rows = [{**row, "from": source_words(row)} for row in checklist]
    columns = {"title": "field", "value": "value", "from": "from"}
    said = [{"role": "user" if line["who"] == "you" else "rftkit", "content": line["text"]} for line in talk["lines"]]
    asked = {"role": "rftkit", "content": talk["question"]["text"]}
    parts = [
        render.table(rows, columns, limit=12),
        *_listed("Checked in every record, or told to the writer", talk["instructions"]),
        render.head("Conversation"),
        render.thread([*said, asked]),
        *_sets(written),
    ]
    note = f"{far}; {'confirmed' if talk['confirmed'] else 'not confirmed yet'}; written by {model['name']}"
    page = render.card(f"Dataset from an idea: {name}", *parts, note=note)
    return page if cards is None else join(page, cards)


def source_words(row: Mapping[str, Any]) -> str:
    """Return where a value came from, in words.

    Examples
    --------
    >>> source_words({"source": "said", "by_hand": True}), source_words({"source": "", "required": True})
    ('written by you', 'open, required')
    """
    if not row["source"]:
        return "open, required" if row.get("required") else "open"
    return "written by you" if row.get("by_hand") else SOURCE_WORDS[row["source"]]


def _listed(head: str, lines: Sequence[str]) -> list[Html]:
    return [render.head(head), render.bullets(lines)] if lines else []


def _sets(written: Sequence[Mapping[str, Any]]) -> list[Html]:
    rows = [{**one, "rows": f"{one['written']:,} of {one['requested']:,}"} for one in written]
    columns = {"path": "file", "rows": "records", "model": "by", "gave_up": "why fewer"}
    return [render.head("Written"), render.table(rows, columns, limit=len(rows))] if rows else []


def cards_page(cards: Mapping[str, Any], coding: Mapping[str, Any], comparison: Mapping[str, Any] | None) -> Html:
    """Return the static twin of the annotation cards.

    Parameters
    ----------
    cards, coding, comparison
        Traits of the widget.

    Examples
    --------
    >>> "five of them show" in cards_page({}, {}, None)
    True
    """
    if not cards.get("cards"):
        return render.card("Samples", render.notice(cards.get("waits") or NO_SAMPLES))
    parts = [_card(card) for card in cards["cards"]]
    themes = [{**theme, "quotes": "; ".join(theme["quotes"])} for theme in coding["themes"]]
    if themes:
        columns = {"name": "theme", "count": "notes", "quotes": "quotes"}
        parts += [render.head("Themes"), render.table(themes, columns, limit=len(themes))]
    lines = [f"{one['line']} ({_STATUS[one['status']]}; {one['because']})" for one in coding["changes"]]
    parts += _listed("Changes", lines)
    parts += _listed("Every record is held to", coding["instructions"])
    parts += _compared(comparison)
    note = f"round {cards['iteration']} of {cards['iterations']}, by {cards['writer']}"
    return render.card("Samples", *([render.notice(cards["note"])] if cards["note"] else []), *parts, note=note)


def _card(card: Mapping[str, Any]) -> Html:
    marks = [_DECISIONS[card["decision"]], "edited" if card["edited"] else ""]
    head = " \N{MIDDLE DOT} ".join(filter(None, (f"Card {card['id']}", *marks)))
    said = [{"role": "input", "content": card["input"]}, {"role": "answer", "content": card["answer"]}]
    notes = [
        join(tag("q", note["passage"]), f" {note['text']}") if note["passage"] else note["text"]
        for note in card["notes"]
    ]
    return join(render.head(head), render.thread(said), render.bullets(notes))


def _compared(found: Mapping[str, Any] | None) -> list[Html]:
    if found is None:
        return []
    head = f"Round {found['before']} and {found['after']}"
    themes = [{**row, "fate": fate(row)} for row in found["themes"]]
    parts = [
        render.head(head),
        *([render.bullets([one["line"] for one in found["changed"]])] if found["changed"] else []),
    ]
    if themes:
        parts.append(render.table(themes, {"theme": "theme", "notes": "notes", "fate": "then"}, limit=len(themes)))
    columns = {
        "place": "",
        "input_before": "input before",
        "answer_before": "answer before",
        "input_after": "input after",
        "answer_after": "answer after",
    }
    return [*parts, render.table(found["cards"], columns, limit=len(found["cards"]))]


def fate(row: Mapping[str, Any]) -> str:
    """Return what became of a theme in the next round, in words.

    Examples
    --------
    >>> fate({"gone": True, "broken_after": 0, "cards": 5}), fate({"gone": None, "broken_after": None, "cards": 5})
    ('gone: 0 of 5 cards', 'cannot be measured, not noted again')
    """
    if row["broken_after"] is None:
        return "noted again" if row["gone"] is False else "cannot be measured, not noted again"
    return f"{'gone' if row['gone'] else 'still there'}: {row['broken_after']} of {row['cards']} cards"
