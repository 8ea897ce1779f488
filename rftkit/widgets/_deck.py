"""Candidates as a reader gets them: grouped by what they were made from, the shared context once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from rftkit.messages import load, text_of, unpack
from rftkit.widgets._decisions import Said
from rftkit.widgets._sentences import sentence
from rftkit.widgets._talk import talk


@dataclass
class Card:
    """One candidate and what is said about it.

    Examples
    --------
    >>> Card("c1", "r1", "cards", [{"role": "user", "content": "Hi"}]).text
    'Hi'
    """

    id: str
    group: str
    topic: str
    messages: list[Any]
    said: Said = field(default_factory=Said)
    valid: bool = True
    reasons: list[dict[str, str]] = field(default_factory=list)
    stars: float | None = None
    parts: dict[str, float] = field(default_factory=dict)
    strategy: str = ""
    model: str = ""
    facets: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    replaces: str = ""
    replaced: bool = False  # another candidate was made in its place

    @property
    def text(self) -> str:
        """Its last user turn."""
        place = last_user(self.messages)
        return "" if place is None else text_of(self.messages[place].get("content")) or ""

    @property
    def context(self) -> list[Any]:
        """Everything before its last user turn."""
        place = last_user(self.messages)
        return self.messages if place is None else self.messages[:place]

    def shown(self, place: int, context: Sequence[Any]) -> dict[str, Any]:
        """Return the card as the browser gets it.

        Parameters
        ----------
        place
            Where it stands among those that match.
        context
            What its group shows once.
        """
        own = self.context
        return {
            "id": self.id,
            "place": place,
            "group": self.group,
            "topic": self.topic,
            "text": self.text,
            "own": None if own == list(context) else talk(own),
            "decision": self.said.decision or "",
            "edited": self.said.messages is not None,
            "valid": self.valid,
            "reasons": self.reasons,
            "stars": self.stars,
            "parts": self.parts,
            "strategy": self.strategy.replace("_", " "),
            "model": self.model,
            "facets": {str(name): str(value) for name, value in self.facets.items()},
            "replaces": self.replaces,
        }


def last_user(messages: Sequence[Any]) -> int | None:
    """Return the place of the last user turn; None where there is none.

    Examples
    --------
    >>> last_user([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}])
    0
    """
    places = [place for place, one in enumerate(messages) if isinstance(one, Mapping) and one.get("role") == "user"]
    return places[-1] if places else None


def cards(frame: pl.DataFrame) -> list[Card]:
    """Return the cards of candidates, groups together, in the order the groups first appear.

    Parameters
    ----------
    frame
        What `Dataset.candidates` returns.

    Examples
    --------
    >>> from rftkit import schema
    >>> cards(schema.empty(schema.CANDIDATES).with_columns(decision=pl.lit(None, dtype=pl.String), edited=pl.lit(False)))
    []
    """
    rows = frame.drop("messages").iter_rows(named=True)
    made = [_card(row, said or []) for row, said in zip(rows, unpack(frame["messages"]), strict=True)]
    gone = {card.replaces for card in made if card.replaces}
    for card in made:
        card.replaced = card.id in gone
    first: dict[str, int] = {}
    for place, card in enumerate(made):
        first.setdefault(card.group, place)
    return sorted(made, key=lambda card: first[card.group])


def _card(row: Mapping[str, Any], said: list[Any]) -> Card:
    details = load(row["details"]) or {}
    source = row["source_record_id"] or ""
    topic = row["topic"] or ""
    return Card(
        id=row["candidate_id"],
        group=f"record {source}" if source else f"topic {topic}",
        topic=topic,
        messages=said,
        said=Said(row["decision"], tuple(said) if row["edited"] else None),
        valid=bool(row["valid"]),
        reasons=[{"code": code, "sentence": sentence(str(details.get(code, code)))} for code in row["reasons"] or ()],
        stars=row["quality"],
        parts=load(row["quality_parts"]) or {},
        strategy=row["strategy"] or "",
        model=row["model"] or "",
        facets=load(row["facets"]) or {},
        source=source,
        replaces=row.get("replaces") or "",
    )


def group(members: Sequence[Card], sources: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Return what a group shows once: its source, the last user turn of it, the context.

    Parameters
    ----------
    members
        Its cards.
    sources
        Id of a record to its messages.

    Examples
    --------
    >>> group([Card("c1", "record r1", "cards", [{"role": "user", "content": "Hi"}], source="r1")], {})["gone"]
    True
    """
    first = members[0]
    known = sources.get(first.source)
    place = None if known is None else last_user(known)
    text = None if known is None or place is None else text_of(known[place].get("content"))
    return {
        "key": first.group,
        "source": first.source,
        "gone": bool(first.source) and known is None,
        "topic": first.topic,
        "text": text,
        "context": talk(first.context),
        "count": len(members),
    }
