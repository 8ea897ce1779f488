"""Look for kinds of things in the texts of messages: columns first, Python only for what a pattern has hit.

A kind has a pattern that Rust and Python both read. One combined pattern over all texts leaves the few that may hold
anything, each kind's own pattern over those leaves its hits, and only where a kind has a check (a checksum, the words
before) does Python look at the hits. No detail ever repeats what was found: it says the kind and the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from rftkit.sanitize.codes import findings, place

#: A record's detail names so many places; what is beyond is only counted.
SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that is looked for.

    Parameters
    ----------
    name
        As a person reads it, with its article: `an e-mail address`.
    pattern
        A regular expression that Rust and Python read alike: no look-around, no back-references.
    check
        Called with the match; says whether it really is one. None: the pattern is enough.
    cheap
        What is searched first, where `pattern` is slow to search for; every match of `pattern` contains one of it.

    Examples
    --------
    >>> Kind("a year", r"[0-9]{4}").name
    'a year'
    """

    name: str
    pattern: str
    check: Callable[[re.Match[str]], bool] | None = None
    cheap: str | None = None


def scan(messages: pl.DataFrame, kinds: Sequence[Kind], code: str) -> pl.LazyFrame:
    """Return one finding per record in which any kind was found.

    Parameters
    ----------
    messages
        Has `row`, `position`, `role`, `content`, `tool_calls`.
    kinds
        What is looked for.
    code
        Code of the findings.

    Examples
    --------
    >>> one = {"row": [0], "position": [0], "role": ["user"], "content": ["in 1999"], "tool_calls": [None]}
    >>> schema = {"row": pl.Int64, "position": pl.Int64, "role": pl.String, "content": pl.String, "tool_calls": pl.String}
    >>> scan(pl.DataFrame(one, schema=schema), [Kind("a year", "[0-9]{4}")], "personal_data").collect()["detail"].item()
    '"a year in message 1 (user)"'
    """
    # One pattern of all kinds; a name of a group may stand in it only once, so groups lose theirs.
    any_kind = "|".join(f"(?:{kind.cheap or kind.pattern})" for kind in kinds).replace("?P<value>", "?:")
    texts = _suspects(messages, any_kind)
    hits = pl.concat([_hits(texts, kind, order) for order, kind in enumerate(kinds)])
    where = hits.unique(["row", "position", "order"]).sort("row", "position", "order")
    named = where.with_columns(pl.concat_str("kind", pl.lit(" in "), place()).alias("entry"))
    by_row = named.group_by("row", maintain_order=True).agg(
        pl.col("entry").head(SHOWN).str.join(", "), (pl.len().cast(pl.Int64) - SHOWN).alias("more")
    )
    more = pl.when(pl.col("more") > 0).then(pl.format(" and {} more", "more")).otherwise(pl.lit(""))
    return findings(by_row, code, pl.col("entry"), more)


def _suspects(messages: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Return the texts that may hold any kind: contents, and the arguments of tool calls."""
    columns = ["row", "position", "role", "text"]
    parts = [
        messages.lazy().rename({name: "text"}).select(columns).filter(pl.col("text").str.contains(pattern))
        for name in ("content", "tool_calls")
    ]
    return pl.concat(parts).collect()


def _hits(texts: pl.DataFrame, kind: Kind, order: int) -> pl.DataFrame:
    found = texts.filter(pl.col("text").str.contains(kind.pattern))
    if kind.check is not None and found.height:
        search, check = re.compile(kind.pattern).finditer, kind.check
        found = found.filter(pl.Series([any(check(hit) for hit in search(text)) for text in found["text"]]))
    return found.select("row", "position", "role", kind=pl.lit(kind.name), order=pl.lit(order))
