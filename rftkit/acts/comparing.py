"""What a few new texts are judged against: all records where there are not many, else those that could decide.

Whoever writes one prompt anew must not wait until a million others are unpacked. A text that overlaps with another by
at least nine tenths has one of any tenth of its 5-grams, and one more: so no near copy is missed. For what is usual
here (words of topics, language, voice) a sample speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from rftkit.acts import mapping, reading
from rftkit.generate.similarity import normalise
from rftkit.messages import last_user_text

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Up to so many records all are compared.
ALL = 50_000
#: Records that speak for what is usual.
SAMPLE = 20_000
_SIZE = 5


def against(ds: Context, texts: Sequence[str]) -> pl.DataFrame:
    """Return the records that texts are judged against.

    Parameters
    ----------
    ds
        The dataset.
    texts
        The last user turns of what is judged.
    """
    said = reading.labels(ds)
    if said.height <= ALL:
        return reading.frame(ds)
    usual = mapping.some(said, SAMPLE, 0)
    scan = ds.store.scan("records", ds.line).select("row", text=normalise(last_user_text()))
    sample = scan.join(usual.lazy().select("row"), on="row", how="semi").collect()["text"].drop_nulls()
    folded = pl.select(normalise(pl.lit(pl.Series(texts, dtype=pl.String)))).to_series().to_list()
    marks = [mark for text in folded for mark in rare(text, sample)]
    near = scan.filter(pl.col("text").str.contains_any(marks) if marks else pl.lit(value=False)).select("row").collect()
    rows = pl.concat([usual["row"], near["row"]]).unique()
    return reading.frame(ds, said.filter(pl.col("row").is_in(rows.implode())))


def rare(text: str, sample: pl.Series) -> list[str]:
    """Return the rarest 5-grams of a text: so many that every text like it has one of them.

    Parameters
    ----------
    text
        Folded.
    sample
        Folded texts that say what is rare.

    Examples
    --------
    >>> rare("my card is lost", pl.Series(["my card is blue", "my card is new"]))
    [' is l', ' lost']
    """
    every = list(dict.fromkeys(text[at : at + _SIZE] for at in range(max(1, len(text) - _SIZE + 1))))
    often = {gram: int(sample.str.contains(gram, literal=True).sum() or 0) for gram in every if gram}
    return sorted(often, key=lambda gram: (often[gram], gram))[: len(often) // 10 + 1]
