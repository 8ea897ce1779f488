"""Look for kinds of things in the texts of messages: columns first, Python only where something may be.

One pass over all texts leaves those that may hold anything; each kind then searches only the texts that may hold it.
No detail ever repeats what was found: it says the kind and the place.
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
    r"""One kind of thing that is looked for.

    Parameters
    ----------
    name
        As a person reads it, with its article: `an e-mail address`.
    pattern
        A regular expression.
    check
        Called with a match; says whether it really is one. None: the pattern is enough.
    hints
        Every match contains one of these texts, in any case. Searching texts for many hints at once costs little.
    hint
        Instead of hints, a pattern that Rust searches for quickly (no word boundaries, no Unicode classes) and that
        every text with a match contains.

    Examples
    --------
    >>> Kind("a year", r"\b[0-9]{4}\b", hint="[0-9]{4}").name
    'a year'
    """

    name: str
    pattern: str
    check: Callable[[re.Match[str]], bool] | None = None
    hints: tuple[str, ...] = ()
    hint: str = ""


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
    >>> year = Kind("a year", "[0-9]{4}", hint="[0-9]{4}")
    >>> frame = pl.DataFrame(one, schema_overrides={"tool_calls": pl.String})
    >>> scan(frame, [year], "personal_data").collect()["detail"].item()
    '"a year in message 1 (user)"'
    """
    texts = _suspects(messages, kinds)
    hits = pl.concat([_hits(texts, kind, order) for order, kind in enumerate(kinds)])
    where = hits.unique(["row", "position", "order"]).sort("row", "position", "order")
    named = where.with_columns(pl.concat_str("kind", pl.lit(" in "), place()).alias("entry"))
    by_row = named.group_by("row", maintain_order=True).agg(
        pl.col("entry").head(SHOWN).str.join(", "), (pl.len().cast(pl.Int64) - SHOWN).alias("more")
    )
    more = (
        pl.when(pl.col("more") > 0)
        .then(pl.concat_str(pl.lit(" and "), pl.col("more").cast(pl.String), pl.lit(" more")))
        .otherwise(pl.lit(""))
    )
    return findings(by_row, code, pl.col("entry"), more)


def _may_hold(kinds: Sequence[Kind]) -> pl.Expr:
    """Return the expression of whether a text may hold one of the kinds."""
    text = pl.col("text")
    hints = sorted({hint for kind in kinds for hint in kind.hints})
    patterns = [kind.hint for kind in kinds if kind.hint]
    tests = [text.str.contains_any(hints, ascii_case_insensitive=True)] if hints else []
    tests += [text.str.contains("|".join(f"(?:{pattern})" for pattern in patterns))] if patterns else []
    return pl.any_horizontal(tests)


def _suspects(messages: pl.DataFrame, kinds: Sequence[Kind]) -> pl.DataFrame:
    """Return the texts that may hold any kind: contents, and the arguments of tool calls."""
    columns = ["row", "position", "role", "text"]
    parts = [
        messages.lazy().rename({name: "text"}).select(columns).filter(_may_hold(kinds))
        for name in ("content", "tool_calls")
    ]
    return pl.concat(parts).collect()


def _hits(texts: pl.DataFrame, kind: Kind, order: int) -> pl.DataFrame:
    found = texts.filter(_may_hold([kind]))
    search = re.compile(kind.pattern)
    holds = [_holds(search, kind, text) for text in found["text"]]
    found = found.filter(pl.Series(holds, dtype=pl.Boolean))
    return found.select("row", "position", "role", kind=pl.lit(kind.name), order=pl.lit(order))


def _holds(search: re.Pattern[str], kind: Kind, text: str) -> bool:
    if kind.check is None:
        return search.search(text) is not None
    return any(map(kind.check, search.finditer(text)))
