"""The text of a record that is embedded."""

from __future__ import annotations

import polars as pl

from rftkit import messages as chat

#: So many user turns, the last ones, say what a conversation is about now.
TURNS = 3


def texts(frame: pl.DataFrame, *, column: str = "messages") -> pl.Series:
    """Return the text of each record that is embedded: the last user turns.

    Parameters
    ----------
    frame
        With a column of messages.
    column
        Its name.

    Examples
    --------
    >>> frame = pl.DataFrame([chat.pack([[{"role": "user", "content": "Hi"}, {"role": "user", "content": "You"}]])])
    >>> texts(frame).to_list()
    ['Hi You']
    """
    recent = chat.user_texts(column).list.drop_nulls().list.tail(TURNS).list.join(" ")
    return frame.select(recent.fill_null("").alias("text")).to_series()
