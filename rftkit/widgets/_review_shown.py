"""The review as the browser gets it: what can be chosen, how far it is, what adding would do to the coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.errors import InputError
from rftkit.widgets._deck import Card

if TYPE_CHECKING:
    from rftkit.coverage import Coverage

#: Characters of a text in the first look; the whole comes with the cards.
CLIP = 1_000
#: Names of what can be chosen by.
CHOICES: dict[str, Any] = {"min_stars": 0.0, "topic": "", "reason": "", "waiting": False, "decision": "", "search": ""}
DECISIONS = ("", "accept", "reject")


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be shown, with what was not named as usual.

    Parameters
    ----------
    given
        As `VariationReviewer.choose` takes it.

    Examples
    --------
    >>> checked({"min_stars": 3})["min_stars"]
    3.0
    """
    unknown = [name for name in given if name not in CHOICES]
    if unknown:
        raise InputError(f"candidates cannot be chosen by {unknown[0]!r}; choose by {', '.join(CHOICES)}")
    made = {**CHOICES, **{name: value for name, value in given.items() if value is not None}}
    if made["decision"] not in DECISIONS:
        raise InputError(f"decision is {made['decision']!r}; give accept or reject, or leave it out")
    return {**made, "min_stars": float(made["min_stars"])}


def matches(card: Card, chosen: Mapping[str, Any]) -> bool:
    """Say whether a candidate is to be shown.

    Parameters
    ----------
    card
        The candidate.
    chosen
        What `checked` gives.

    Examples
    --------
    >>> matches(Card("c1", "r1", "cards/lost", []), checked({"topic": "cards"}))
    True
    """
    topic, search = chosen["topic"], str(chosen["search"]).lower()
    kept = (
        (card.stars or 0.0) >= chosen["min_stars"],
        not topic or card.topic == topic or card.topic.startswith(f"{topic}/"),
        not chosen["reason"] or any(reason["code"] == chosen["reason"] for reason in card.reasons),
        not chosen["waiting"] or card.said.decision is None,
        not chosen["decision"]
        or (card.said.wanted if chosen["decision"] == "accept" else card.said.decision == "reject"),
        not search or search in card.text.lower() or search in card.source.lower(),
    )
    return all(kept)


def _scores(coverage: Coverage) -> dict[str, Any]:
    return {
        "total": coverage.total,
        "balance": coverage.balance,
        "rating": coverage.balance_rating,
        "target_fit": coverage.target_fit,
    }


def _growing(before: Coverage, after: Coverage, most: int = 12) -> list[dict[str, Any]]:
    """Return the topics that would grow, those that grow most first."""
    was = dict(before.topics.select("path", "count").iter_rows())
    rows = [{**row, "added": row["count"] - was.get(row["path"], 0)} for row in after.topics.iter_rows(named=True)]
    grown = sorted((row for row in rows if row["added"] > 0), key=lambda row: (-row["added"], row["path"]))
    names = ("path", "count", "added", "share", "target", "status")
    return [{name: row[name] for name in names} for row in grown[:most]]


def clipped(value: Any) -> Any:
    """Return a value with its texts cut to what the first look needs.

    Parameters
    ----------
    value
        What JSON can hold.

    Examples
    --------
    >>> len(clipped({"text": "a" * 5000})["text"])
    1001
    """
    if isinstance(value, str):
        return value if len(value) <= CLIP else value[:CLIP] + "\N{HORIZONTAL ELLIPSIS}"
    if isinstance(value, list):
        return [clipped(one) for one in value[:20]]
    return {name: clipped(one) for name, one in value.items()} if isinstance(value, dict) else value


def many(ids: Sequence[str]) -> str:
    """Return how many candidates, in words.

    Parameters
    ----------
    ids
        The candidates.

    Examples
    --------
    >>> many(["a", "b"])
    '2 candidates'
    """
    return "1 candidate" if len(ids) == 1 else render.plural(len(ids), "candidate")


def decided(ids: Iterable[str], by_id: Mapping[str, Card]) -> str:
    """Return the keyword of `Dataset.decide` that says the same.

    Parameters
    ----------
    ids
        The candidates that were decided.
    by_id
        Id to candidate.

    Examples
    --------
    >>> decided(["c1"], {"c1": Card("c1", "r1", "cards", [])})
    "accept=['c1']"
    """
    names = list(ids)
    shown = repr(names) if len(names) <= 2 else "ids"
    decision = by_id[names[0]].said.decision
    return {"reject": f"reject={shown}", "edit": f"edit={{{names[0]!r}: messages}}"}.get(
        decision or "", f"accept={shown}"
    )


def progress(cards: Sequence[Card]) -> dict[str, Any]:
    """Return how far the review is.

    Parameters
    ----------
    cards
        The candidates.

    Examples
    --------
    >>> progress([Card("c1", "r1", "cards", [])])["left"]
    1
    """
    said = Counter(card.said.decision for card in cards)
    return {
        "candidates": len(cards),
        "decided": len(cards) - said[None],
        "accepted": sum(card.said.wanted for card in cards),
        "edited": said["edit"],
        "rejected": said["reject"],
        "left": said[None],
        "invalid": sum(not card.valid and card.said.decision is None for card in cards),
    }


def impact(base: Coverage, cards: Sequence[Card], paths: Iterable[str]) -> dict[str, Any]:
    """Return the scores before and after adding what is accepted, and the topics that grow.

    Parameters
    ----------
    base
        The coverage as it is.
    cards
        The candidates.
    paths
        The topics there are.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.coverage import coverage
    >>> told = impact(coverage(pl.DataFrame({"topic": ["cards"]})), [], ["cards"])
    >>> told["before"] == told["after"]
    True
    """
    known = set(paths)
    added = Counter(card.topic for card in cards if card.said.wanted and card.topic in known)
    after = base.after(added) if added else base
    return {
        "before": _scores(base),
        "after": _scores(after),
        "topics": _growing(base, after),
        "definitions": {name: DEFINITIONS[name] for name in ("balance", "target fit") if name in DEFINITIONS},
    }


def offers(cards: Sequence[Card], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown, and what there is to choose by.

    Parameters
    ----------
    cards
        The candidates.
    chosen
        What `checked` gives.

    Examples
    --------
    >>> offers([Card("c1", "r1", "cards", [])], checked({}))["topics"]
    [{'name': 'cards', 'count': 1}]
    """
    topics = Counter(card.topic for card in cards if card.topic)
    reasons = Counter(reason["code"] for card in cards for reason in card.reasons)
    return {
        **chosen,
        "topics": [{"name": name, "count": count} for name, count in topics.most_common(500)],
        "reasons": [{"name": name, "count": count} for name, count in reasons.most_common()],
        "python": _python(chosen),
    }


def _python(chosen: Mapping[str, Any]) -> str:
    topic = str(chosen["topic"]).replace("'", "''")
    parts = [
        f"(topic = '{topic}' OR STARTS_WITH(topic, '{topic}/'))" if topic else "",
        f"ARRAY_CONTAINS(reasons, '{chosen['reason']}')" if chosen["reason"] else "",
        "decision IS NULL" if chosen["waiting"] else "",
        {"accept": "decision IN ('accept', 'edit')", "reject": "decision = 'reject'"}.get(chosen["decision"], ""),
    ]
    where = " AND ".join(filter(None, parts))
    given = [f"where={where!r}"] if where else []
    given += [f"min_stars={chosen['min_stars']:g}"] if chosen["min_stars"] else []
    return f"ds.candidates({', '.join(given)})"
