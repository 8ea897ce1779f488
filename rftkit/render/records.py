"""Records as a page: the conversation, and on one quiet line what is known about it."""

from __future__ import annotations

from typing import Any

import polars as pl

from rftkit.messages import unpack
from rftkit.render import numbers
from rftkit.render.markup import Html, join, tag
from rftkit.render.pieces import card, note
from rftkit.render.thread import thread


def records(frame: pl.DataFrame, *, title: object = None, limit: int = 3) -> Html:
    """Return the first records of a frame as conversations.

    Parameters
    ----------
    frame
        `messages` and, where there are, id, topic, strategy, quality, errors, reasons.
    title
        The heading.
    limit
        How many.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> frame = pl.DataFrame({"id": ["a"], "messages": pack([[{"role": "user", "content": "Hi <b>"}]])})
    >>> "Hi &lt;b&gt;" in records(frame)
    True
    """
    shown = frame.head(limit)
    known = shown.drop("messages").to_dicts()
    talks = unpack(shown["messages"])
    parts = [join(_about(row), thread(messages)) for row, messages in zip(known, talks, strict=True)]
    more = frame.height - shown.height
    return card(title, *parts, note(f"\N{HORIZONTAL ELLIPSIS} and {numbers.count(more)} more") if more else None)


def _about(row: dict[str, Any]) -> Html:
    name = row.get("id") or row.get("candidate_id") or ""
    stars = "" if row.get("quality") is None else f"{row['quality']:.1f} stars"
    codes = ", ".join([*(row.get("errors") or ()), *(row.get("reasons") or ())])
    facts = [fact for fact in (row.get("topic"), row.get("strategy"), stars, codes) if fact]
    quiet = tag("span", " \N{MIDDLE DOT} ".join(facts), class_="rft__note")
    return tag("p", tag("b", name), "  ", quiet, class_="rft__head")
