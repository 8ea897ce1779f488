"""Structural rules over the columns of messages: no record becomes a Python object unless its messages are odd.

All messages of all records stand below one another once (`flat`); each rule is a filter of that frame. Only messages
that the columns cannot hold exactly (`raw` is set: parts, odd types, no object at all) are looked at one by one, in
`rftkit.sanitize.parts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from rftkit import schema
from rftkit.sanitize import parts
from rftkit.sanitize.codes import findings, place

#: What is stripped before a text counts as blank: every Unicode white space, and what has no width or no ink.
BLANK: Final = "".join(
    chr(point)
    for point in (
        *range(0x21), *range(0x7F, 0xA1), 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x1680, 0x17B4, 0x17B5,
        *range(0x180B, 0x1810), *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070),
        0x2800, 0x3000, 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC,
        0xE0001, *range(0xE0020, 0xE0080),
    )
)  # fmt: skip

#: A last user turn with fewer characters than this is short.
SHORT: Final = 10

_VALID_ROLE = pl.col("role").is_in(schema.ROLES)
_IS_USER = (pl.col("role") == "user").fill_null(value=False)
# Stripping compares every character with every blank one; a text that begins and ends with printable ASCII needs none of
# it. Texts are ordered by their bytes, so the first byte lies in a range exactly where the text does.
_INK_FIRST = pl.col("content").is_between(pl.lit("!"), pl.lit("\x7f"), closed="left").fill_null(value=False)
_INK_LAST = pl.col("content").str.tail(1).is_between(pl.lit("!"), pl.lit("~")).fill_null(value=False)
_LAST_OF_ROW = (pl.col("row") != pl.col("row").shift(-1)).fill_null(value=True)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row per message: row, position, the fields of `schema.MESSAGE`, and what its raw text says.

    Parameters
    ----------
    frame
        Has `row` and `messages`.

    Returns
    -------
    polars.DataFrame
        `row, position, role, content, name, tool_calls, tool_call_id, raw, kind, media`. `kind` is how the content
        is given (`text`, `parts`, `null`, `missing`, or a code of what is wrong with it).

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> frame = pl.DataFrame([pl.Series("row", [0]), pack([[{"role": "user", "content": "Hi"}]])])
    >>> flat(frame).select("row", "position", "role", "kind").rows()
    [(0, 0, 'user', 'text')]
    """
    some = frame.lazy().filter(pl.col("messages").list.len() > 0)
    exploded = some.select(
        pl.col("row").cast(pl.Int64), pl.int_ranges(pl.col("messages").list.len()).alias("position"), "messages"
    ).explode("position", "messages")
    plain = pl.when(pl.col("content").is_null()).then(pl.lit("null")).otherwise(pl.lit("text"))
    split = exploded.unnest("messages").with_columns(plain.alias("kind"), pl.lit(False).alias("media"))
    return parts.consult(split.collect())


def rules(frame: pl.DataFrame, messages: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """Yield the findings of every structural rule but those on tool calls.

    Parameters
    ----------
    frame
        Has `row`, `messages` and, where a reader made it, `raw`, `problems`, `repairs`.
    messages
        What `flat` returned for it.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> frame = pl.DataFrame([pl.Series("row", [0]), pack([[{"role": "system", "content": "Hi"}]])])
    >>> [code for part in rules(frame, flat(frame)) for code in part.collect()["code"]]
    ['no_user_message', 'last_not_user']
    """
    yield from _of_records(frame)
    lazy = messages.lazy()
    yield from _of_messages(lazy)
    yield from _of_turns(lazy)


def _of_records(frame: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """Yield what a record says of itself: codes of the reader, repairs, and messages that are not there."""
    lazy = frame.lazy()
    known = pl.col("problems").list.len().fill_null(0) > 0 if "problems" in frame.columns else pl.lit(value=False)
    # `raw` holds an input that is no list of messages; the reader has said why, and nothing may be added to that.
    held = pl.col("raw").is_not_null() if "raw" in frame.columns else pl.lit(value=False)
    absent = pl.col("messages").is_null()
    yield findings(lazy.filter(absent & ~held & ~known), "missing_messages")
    yield findings(lazy.filter(absent & held & ~known), "invalid_data_structure")
    yield findings(lazy.filter((pl.col("messages").list.len() == 0) & ~known), "empty_messages")
    if "problems" in frame.columns:
        taken = lazy.select("row", pl.col("problems").alias("code")).explode("code").drop_nulls("code")
        yield taken.select(pl.col("row").cast(pl.Int64), "code", pl.lit(None, dtype=pl.String).alias("detail"))
    if "repairs" in frame.columns:
        yield findings(lazy.filter(pl.col("repairs").is_not_null() & (pl.col("repairs") != "[]")), "repaired")


def _of_messages(messages: pl.LazyFrame) -> Iterator[pl.LazyFrame]:
    """Yield what is wrong with one message: what it is, its role, its content."""
    kind = pl.col("kind")
    here = place()
    objects = messages.filter(kind != "invalid_message")
    yield findings(messages.filter(kind == "invalid_message"), "invalid_message", here, " is not an object")
    odd = ~_VALID_ROLE.fill_null(value=False)
    yield findings(objects.filter(odd), "invalid_role", here, f" has a role that is none of {', '.join(schema.ROLES)}")
    calls = pl.col("tool_calls").is_not_null() & (pl.col("tool_calls") != "[]") & (pl.col("role") == "assistant")
    yield findings(objects.filter((kind == "missing") & ~calls), "missing_content", here, " has no content")
    wrong = objects.filter(kind == "invalid_content")
    yield findings(wrong, "invalid_content", here, " has content that is neither text nor a list of known parts")
    nothing = objects.filter((kind == "null") & ~calls)
    yield findings(
        nothing, "null_content", here, " has null content, which only an assistant that calls a tool may have"
    )
    maybe = objects.filter(_IS_USER & ~pl.col("media") & kind.is_in(["text", "parts", "empty"]) & ~_INK_FIRST)
    blank = _now(maybe).filter(_stripped() == "")
    yield findings(blank, "empty_user_message", here, " is blank")
    hollow = objects.filter((kind == "empty") & ~_IS_USER)
    yield findings(hollow, "invalid_content", here, " has an empty list of parts")
    yield findings(
        objects.filter("media"),
        "has_media",
        here,
        " holds an image, audio or a file; text-only targets skip the record",
    )


def _stripped() -> pl.Expr:
    return pl.col("content").fill_null("").str.strip_chars(BLANK)


def _now(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows, filtered now: in one plan polars would strip every text before it looks at the other filters."""
    return frame.collect().lazy()


def _of_turns(messages: pl.LazyFrame) -> Iterator[pl.LazyFrame]:
    """Yield what is wrong with the order of turns; where a role is unknown that would only repeat `invalid_role`.

    Messages stand in the order of their records, so the last of each and the counts up to it need no grouping.
    """
    running = messages.select(
        "row", "role", (~_VALID_ROLE.fill_null(value=False)).cum_sum().alias("odd"), _IS_USER.cum_sum().alias("users")
    )
    ends = running.filter(_LAST_OF_ROW)
    counts = ends.with_columns(pl.col("odd", "users") - pl.col("odd", "users").shift(1, fill_value=0))
    counts = _now(counts)
    yield findings(counts.filter((pl.col("odd") == 0) & (pl.col("users") == 0)), "no_user_message")
    last = counts.filter((pl.col("role") != "user") & _VALID_ROLE)
    yield findings(last, "last_not_user", "the last message is from ", pl.col("role"), " and not from user")
    turns = messages.filter(_IS_USER).filter(_LAST_OF_ROW).filter(~pl.col("media"))
    # Bytes are known without decoding: what has more of them than a short text can have, and no blanks to strip, is not.
    few = pl.col("content").str.len_bytes() < 4 * SHORT
    maybe = _now(turns.filter(few | ~(_INK_FIRST & _INK_LAST))).select("row", _stripped().alias("text"))
    short = maybe.with_columns(length=pl.col("text").str.len_chars()).filter(pl.col("length").is_between(1, SHORT - 1))
    yield findings(
        short, "user_message_too_short",
        "the last user turn has ", pl.col("length").cast(pl.String), f" characters, fewer than {SHORT}",
    )  # fmt: skip
