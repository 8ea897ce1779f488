"""Which records a target can take, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing.target import Target

_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal"})


def reasons(frame: pl.DataFrame, target: Target) -> pl.Series:
    """Return why each record is skipped; null where it is written.

    Parameters
    ----------
    frame
        Columns `messages` and `valid`.
    target
        Who is to take them.

    Returns
    -------
    polars.Series
        `invalid`, `no_messages`, `last_not_user`, `has_media` or null.

    Examples
    --------
    >>> from rftkit.formats.writing.target import Target
    >>> frame = pl.DataFrame([chat.pack([[{"role": "user", "content": "Hi"}], []])]).with_columns(valid=True)
    >>> reasons(frame, Target("x", "an example")).to_list()
    [None, 'no_messages']
    """
    if target.every_record:
        return pl.Series("reason", [None] * frame.height, dtype=pl.String)
    last_role = pl.col("messages").list.last().struct.field("role")
    wrong_end = last_role.ne_missing("user") if target.prompt_only else pl.lit(False)
    return frame.select(
        pl.when(pl.col("valid").eq_missing(False))
        .then(pl.lit("invalid"))
        .when(pl.col("messages").list.len().fill_null(0) == 0)
        .then(pl.lit("no_messages"))
        .when(wrong_end)
        .then(pl.lit("last_not_user"))
        .when(pl.lit(_refused_media(frame, target)))
        .then(pl.lit("has_media"))
        .alias("reason")
    ).to_series()


def _refused_media(frame: pl.DataFrame, target: Target) -> pl.Series:
    """Return which records hold parts that the target does not take."""
    allowed = target.media
    if allowed is None or frame.is_empty():
        return pl.repeat(False, frame.height, eager=True)
    raws = frame.select(pl.col("messages").list.eval(pl.element().struct.field("raw").drop_nulls())).to_series()
    odd = raws.list.len().fill_null(0) > 0
    if not odd.any():
        return odd
    refused = [bool(texts) and any(kind not in allowed for kind in media_kinds(texts)) for texts in raws.to_list()]
    return pl.Series(refused, dtype=pl.Boolean)


def media_kinds(texts: list[str]) -> set[str]:
    """Return the kinds of content parts in messages that are not text.

    Parameters
    ----------
    texts
        JSON texts of messages.

    Examples
    --------
    >>> media_kinds(['{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url"}]}'])
    {'image_url'}
    """
    return {kind for text in texts for kind in _kinds(chat.load(text)) if kind not in _TEXT_PARTS}


def _kinds(message: Any) -> Iterator[str]:
    content = message.get("content") if isinstance(message, dict) else None
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict):
            yield str(part.get("type") or ("text" if "text" in part else "unknown"))
