"""Stars of records that have none stored: from the same parts as those of candidates, against the dataset itself.

A large dataset is stood for by a sample that a seed decides, so that a page of records is rated in a fifth of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages
from rftkit.acts import picking, reading

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Records that stand for a larger dataset.
SAMPLE = 3_000

#: Overlaps below this say nothing.
_FLOOR = 0.5


def rate(ds: Context, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the stars of records, 1 to 5, and the parts they are the mean of.

    Parameters
    ----------
    ds
        The dataset.
    ids
        The records.

    Returns
    -------
    dict
        Id to ``stars``, ``parts`` (name to 0 to 1) and ``sample``: how many records they were compared with. A record
        without a user turn has no stars and is left out.
    """
    said = reading.labels(ds).filter(pl.col("id").is_in(list(ids)))
    came = picking.pick(ds, said["row"], ["messages"])
    frame = said.select("row", "id", "topic").join(came, on="row", how="left", maintain_order="left")
    return _yardstick(ds).rate(frame)


def _yardstick(ds: Context) -> Yardstick:
    return ds.remember("yardstick", ("records", "labels", "topics.json"), lambda: _made(ds))


def _made(ds: Context) -> Yardstick:
    from rftkit.generate.similarity import Overlaps
    from rftkit.generate.words import WordModel

    said = reading.labels(ds).select("row", "topic").filter(pl.col("row").is_not_null())
    drawn = said.sample(min(SAMPLE, said.height), seed=0) if said.height > SAMPLE else said
    came = picking.pick(ds, drawn["row"], ["messages"])
    known = _texts(drawn.join(came, on="row", how="left", maintain_order="left"))
    return Yardstick(
        WordModel(known["text"].to_list(), known["topic"].to_list()),
        Overlaps(known["folded"].to_list(), known["context"].to_list()),
        {row: place for place, row in enumerate(drawn["row"].to_list())},
    )


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    from rftkit.generate.similarity import contexts, normalise

    text = messages.last_user_text().fill_null("").alias("text")
    told = frame.select(text, pl.col("topic").fill_null(""), contexts().fill_null("").alias("context"))
    return told.with_columns(normalise(pl.col("text")).alias("folded"))


@dataclass
class Yardstick:
    """What records are rated against.

    Attributes
    ----------
    words, overlaps
        How the data uses words, and its texts.
    places
        Row to its place among them: a record is not compared with itself.

    Examples
    --------
    >>> Yardstick(None, None, {}).rate(pl.DataFrame(schema={"row": pl.Int64}))
    {}
    """

    words: Any
    overlaps: Any
    places: dict[int, int]
    _known: dict[int, dict[str, Any] | None] = field(default_factory=dict)

    def rate(self, frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
        """Return the stars of records by id.

        Parameters
        ----------
        frame
            row, id, topic, messages.
        """
        if frame.is_empty():
            return {}
        fresh = frame.filter(~pl.col("row").is_in(list(self._known)))
        for row, told in zip(fresh["row"], _texts(fresh).rows(named=True), strict=True):
            self._known[row] = self._one(row, told) if told["text"].strip() else None
        pairs = frame.select("row", "id").iter_rows()
        return {id_: known for row, id_ in pairs if (known := self._known[row]) is not None}

    def _one(self, row: int, told: dict[str, str]) -> dict[str, Any]:
        from rftkit.generate.stars import parts

        overlap, _ = self.overlaps.closest(told["folded"], told["context"], _FLOOR, skip=self.places.get(row, -1))
        found = parts(told["text"], told["topic"], self.words, overlap)
        return {"stars": found.stars, "parts": found.to_dict(), "sample": len(self.places)}
