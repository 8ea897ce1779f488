"""The text of a record that is embedded.

In a conversation the last user turn alone ("yes, the second one") often does not say what it is about. So the few
turns before it come along, and the name of the tool that was called last. On 4,000 dialogues with 36 intents and 16
domains, k-means with the true numbers agrees with the labels at NMI .44 / .34 for the last user turn alone, .67 / .67
for the last three user turns, .70 / .70 with the assistant's turns between them, and .72 / .74 with the last tool.
"""

from __future__ import annotations

import polars as pl

from rftkit import messages as chat

#: So many turns, of user and assistant together, and so many characters of each but the last user turn.
TURNS = 5
LONGEST = 300


def texts(frame: pl.DataFrame, *, column: str = "messages") -> pl.Series:
    """Return the text of each record that is embedded: the last user turn, then what it refers to.

    A prompt of a single turn is that turn. The last user turn comes first, so that a model that reads only so many
    words never misses it.

    Parameters
    ----------
    frame
        With a column of messages.
    column
        Its name.

    Examples
    --------
    >>> turns = [{"role": "user", "content": "A table for two"}, {"role": "assistant", "content": "At 6 or 7?"}]
    >>> frame = pl.DataFrame([chat.pack([[*turns, {"role": "user", "content": "7"}]])])
    >>> texts(frame).to_list()
    ['7 A table for two At 6 or 7?']
    """
    parts = frame.select(
        last=chat.last_user_text(column).fill_null(""),
        before=_before(column),
        tool=_last_tool(column),
    )
    joined = pl.concat_str("last", "tool", "before", separator=" ", ignore_nulls=True)
    return parts.select(joined.str.strip_chars().alias("text")).to_series()


def _before(column: str) -> pl.Expr:
    """Return the turns that come before the last user turn, cut, oldest first; null where there is none."""
    element = pl.element().struct
    spoken = pl.col(column).list.filter(
        element.field("role").is_in(["user", "assistant"]) & _said(element.field("content"))
    )
    context = spoken.list.tail(TURNS)
    cut = context.list.head(context.list.len() - 1).list.eval(element.field("content").str.slice(0, LONGEST))
    return pl.when(cut.list.len() > 0).then(cut.list.join(" "))


def _said(text: pl.Expr) -> pl.Expr:
    return text.is_not_null() & (text != "")


def _last_tool(column: str) -> pl.Expr:
    """Return the name of the tool that was called last, as words; null where none was."""
    element = pl.element().struct
    calls = pl.col(column).list.eval(element.field("tool_calls").drop_nulls()).list.last()
    name = calls.str.extract_all(r'"name":"[^"\\]+"').list.last().str.slice(8).str.strip_chars('"')
    words = name.str.replace_all(r"([a-z])([A-Z])", "$1 $2").str.replace_all(r"[^\p{L}]+", " ")
    return words.str.to_lowercase().str.strip_chars()
