"""What new texts are judged against: all records where there are not many, else a sample and all that could decide.

Whoever writes one prompt anew must not wait until a million others are unpacked. What is usual here (words of topics,
language, voice, how near prompts are to each other) a sample tells; the records that a text could be too much like are
looked for in all of them, so no near copy is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rftkit.acts import mapping, picking, reading
from rftkit.generate.nearby import Nearby
from rftkit.generate.similarity import grams, normalise
from rftkit.messages import last_user_text

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: What generation looks at of a record.
SEEN = ("id", "messages", "topic", "tools", "tool_choice", "valid", "generated", "extra", "output")
#: Up to so many records all are compared.
ALL = 50_000
#: Records that speak for what is usual.
SAMPLE = 20_000
#: So many of them say which parts of a text are rare.
_RARITY = 5_000
#: Records that are looked through at a time.
_BATCH = 50_000


def usual(ds: Context, ids: Sequence[str] = ()) -> pl.DataFrame:
    """Return the records that say what is usual: all where there are not many, else a sample.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Records that have to be among them.
    """
    said = reading.labels(ds)
    if said.height <= ALL:
        return reading.frame(ds, columns=SEEN)
    drawn = ds.remember("usual", ("records", "labels", "topics.json"), lambda: _drawn(ds))
    there = pl.col("id").is_in(drawn["id"].implode())
    more = said.filter(pl.col("id").is_in(pl.Series(list(ids), dtype=pl.String).implode()), ~there)
    return drawn if more.is_empty() else pl.concat([drawn, reading.frame(ds, more, SEEN)])


def _drawn(ds: Context) -> pl.DataFrame:
    return reading.frame(ds, mapping.some(reading.labels(ds), SAMPLE, 0), SEEN)


def beyond(ds: Context, limit: float) -> Callable[[Sequence[str]], pl.DataFrame] | None:
    """Return what finds the records that could be too much like a text, for `Validator`; None where all are compared.

    Parameters
    ----------
    ds
        The dataset.
    limit
        The overlap from which on a text is too much like another.
    """
    if reading.labels(ds).height <= ALL:
        return None
    some = usual(ds).head(_RARITY).select(normalise(last_user_text())).to_series().drop_nulls().to_list()
    often = np.sort(grams(some)[0])
    return lambda texts: _near(ds, Nearby([text for text in dict.fromkeys(texts) if text], often, limit))


def _near(ds: Context, nearby: Nearby) -> pl.DataFrame:
    """Return row and messages of the records that could be too much like a text: one look through all of them."""
    scan = ds.store.scan("records", ds.line).select("row", "messages", _text=normalise(last_user_text()))
    some = pl.col("_text").str.contains_any(list(dict.fromkeys(nearby.parts))) if nearby.parts else pl.lit(value=False)
    batches = scan.filter(some).collect_batches(chunk_size=_BATCH, engine="streaming")
    found = [part.filter(pl.Series(nearby.among(part["_text"].to_list()), dtype=pl.Boolean)) for part in batches]
    near = pl.concat([scan.head(0).collect(), *found]).sort("row")
    return near.filter(picking.holds(reading.labels(ds)["row"].sort(), near["row"])).select("row", "messages")
