"""Judging again after a change to a few records: only what the change can touch is read, judged and written.

A verdict depends on the record itself, on the records with its content, those with its id as it came, and those whose
user text is similar. So the records whose verdict a change can touch are found by their keys, judged together with
all that their verdicts depend on, and are then what judging everything would make them. Where a change touches too
much, or not everything was judged before, everything is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import picking, reading, sanitizing, similar
from rftkit.sanitize import FACTS, encoding_for, facts, judge, near_pairs

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.store import Transaction

#: With more new or changed records than this, everything is judged.
FEW = 256
#: And where a change touches more records than this.
MOST = 50_000

_KEYS = ("row", "content_key", "text_key")


def write(ds: Context, step: Transaction, put: pl.DataFrame, gone: pl.Series, fresh: pl.DataFrame | None) -> None:
    """Take label rows out and put others in, judged again as far as that touches; part of a step.

    Parameters
    ----------
    ds
        The dataset.
    step
        The step.
    put
        `labels` rows, topics as ids: new ones, or those that take the place of others by their `position`.
    gone
        Row numbers of the records that are no longer there as they were.
    fresh
        `records` rows that the step adds.
    """
    labels = reading.stored_labels(ds)
    out = labels.filter(pl.col("row").is_in(gone.implode()))
    found = put if sanitizing.last_options(ds) is None else _touched(ds, step, out, put, fresh)
    if found is None:
        whole = pl.concat([labels.filter(~pl.col("row").is_in(gone.implode())), put]).sort("position")
        step.replace("labels", sanitizing.refreshed(ds, step, whole, fresh))
    else:
        left = out["position"].filter(~out["position"].is_in(put["position"].implode()))
        step.merge("labels", found, key="position", gone=left)


def _touched(
    ds: Context, step: Transaction, out: pl.DataFrame, put: pl.DataFrame, fresh: pl.DataFrame | None
) -> pl.DataFrame | None:
    """Return the label rows that a change alters, judged; None where everything must be judged."""
    options, floor = sanitizing.last_options(ds) or {}, sanitizing.floor_of(ds)
    if put.height > FEW or options["near_duplicates"] < floor:
        return None
    new = _facts(fresh, options)
    known = _Known.after(ds, out, put, new, fresh)
    beside = None if known is None else similar.to(ds, new, known.living, floor)
    if known is None or beside is None:
        return None
    pairs = near_pairs(new, against=beside, floor=floor)
    every = pl.concat([ds.store.scan("pairs", ds.line), pairs.lazy()])
    touched = known.touched_by(out, new, every.filter(pl.col("jaccard") >= options["near_duplicates"]))
    if touched is None:
        return None
    step.append("facts", new)
    step.append("pairs", pairs)
    return _judged(ds, touched, known, new, put, options, floor)


def _facts(fresh: pl.DataFrame | None, options: dict[str, Any]) -> pl.DataFrame:
    if fresh is None:
        return pl.DataFrame(schema=FACTS)
    encoding = encoding_for(options["model"])
    return facts(fresh.sort("row"), count_tokens_over=options["max_tokens"], encoding=encoding)


@dataclass(frozen=True)
class _Touched:
    """What a change touches.

    Parameters
    ----------
    rows
        Records whose verdict it can alter.
    context
        These, and all that their verdicts depend on.
    pairs
        The similar texts among them.
    """

    rows: pl.Series
    context: pl.Series
    pairs: pl.DataFrame


@dataclass(frozen=True)
class _Known:
    """The keys of all records as they are after a change, of those that were before, and of those that are gone."""

    keys: pl.DataFrame
    living: pl.DataFrame
    gone: pl.DataFrame
    ids: pl.DataFrame

    @classmethod
    def after(
        cls, ds: Context, out: pl.DataFrame, put: pl.DataFrame, new: pl.DataFrame, fresh: pl.DataFrame | None
    ) -> _Known | None:
        """Return the keys; None where a record was never judged."""
        labels = reading.stored_labels(ds)
        if labels["valid"].null_count():
            return None
        keys = ds.store.scan("facts", ds.line).select(_KEYS).collect()
        rows = labels["row"].sort()
        living = keys.filter(picking.holds(rows, keys["row"]))
        if living.height != labels.height:
            return None
        away = living["row"].is_in(out["row"].implode())
        ids = ds.store.scan("records", ds.line).select("row", source_id="id").collect()
        came = ids if fresh is None else pl.concat([ids, fresh.select("row", source_id="id")])
        left = living.filter(~away)
        return cls(pl.concat([left, new.select(_KEYS)]), left, living.filter(away), came)

    def touched_by(self, out: pl.DataFrame, new: pl.DataFrame, pairs: pl.LazyFrame) -> _Touched | None:
        """Return what a change touches; None where that is too much.

        Parameters
        ----------
        out
            The label rows that are gone.
        new
            The facts that are new.
        pairs
            All similar texts that count.
        """
        changed = pl.concat([self.gone, new.select(_KEYS)])
        copies = self._with("content_key", changed["content_key"])
        named = self._same_ids(pl.concat([out["row"], new["row"]]))
        texts = _together(changed["text_key"], self._of(copies)["text_key"])
        near, _ = _touching(pairs, texts)
        rows = _together(new["row"], copies, named, self._with("text_key", near))
        if rows.len() > MOST:
            return None
        far, among = _touching(pairs, _together(near, self._of(rows)["text_key"]))
        beside = _together(rows, self._same_ids(rows), self._with("text_key", far))
        context = _together(beside, self._with("content_key", self._of(beside)["content_key"]))
        return None if context.len() > MOST else _Touched(rows, context, among)

    def _with(self, column: str, wanted: pl.Series) -> pl.Series:
        """Return the records that have one of some keys."""
        return self.keys.filter(pl.col(column).is_in(wanted.drop_nulls().unique().implode()))["row"]

    def _of(self, rows: pl.Series) -> pl.DataFrame:
        return self.keys.filter(pl.col("row").is_in(rows.implode()))

    def _same_ids(self, rows: pl.Series) -> pl.Series:
        """Return the records that came with the id of one of these."""
        named = self.ids.filter(pl.col("row").is_in(rows.implode()))["source_id"].drop_nulls().unique()
        same = self.ids.filter(pl.col("source_id").is_in(named.implode()))["row"]
        return self._of(same)["row"]


def _together(*parts: pl.Series) -> pl.Series:
    return pl.concat(parts).drop_nulls().unique()


def _touching(pairs: pl.LazyFrame, texts: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Return these texts with those that are similar to one of them, and the pairs that say so."""
    these = texts.implode()
    found = pairs.filter(pl.col("text_a").is_in(these) | pl.col("text_b").is_in(these)).collect()
    return _together(texts, found["text_a"], found["text_b"]), found


def _judged(
    ds: Context,
    touched: _Touched,
    known: _Known,
    new: pl.DataFrame,
    put: pl.DataFrame,
    options: dict[str, Any],
    floor: float,
) -> pl.DataFrame:
    """Return the label rows that were put in, and those whose verdict is another than before."""
    some, encoding = pl.col("row").is_in(touched.context.implode()), encoding_for(options["model"])
    labels = pl.concat([reading.stored_labels(ds).filter(some), put])
    kept = ds.store.scan("facts", ds.line).select(pl.exclude("text")).filter(some).collect()
    report = judge(
        labels.select("row", "id").join(known.ids, on="row", how="left", maintain_order="left"),
        sanitizing.counted(ds, pl.concat([kept, new.drop("text")]), options["max_tokens"], encoding),
        touched.pairs,
        max_tokens=options["max_tokens"],
        near_duplicates=options["near_duplicates"],
        encoding=encoding,
        floor=floor,
    )
    now = sanitizing.applied(labels, report)
    other = _other(labels, now) & now["row"].is_in(touched.rows.implode())
    return now.filter(other | now["row"].is_in(put["row"].implode()))


def _other(before: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
    """Return which verdicts are others than before."""
    told = (pl.col("errors", "warnings").list.join("\n"), "valid", "details")
    one, two = before.select(told), now.select(told)
    return (
        pl.DataFrame([one[name].ne_missing(two[name]) for name in one.columns])
        .select(pl.any_horizontal("*"))
        .to_series()
    )
