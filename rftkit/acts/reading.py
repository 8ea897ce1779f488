"""Frames of a dataset: the join of what came and what is said about it, whole or narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from rftkit import schema
from rftkit.acts import picking, slices
from rftkit.errors import InputError, NotFoundError
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_NARROW = ("generated", "source_record_id", "strategy", "origin", "content_key")


def tree(ds: Context) -> TopicTree:
    """Return the topic tree; an empty one before there are topics."""
    return ds.remember("tree", ("topics.json",), lambda: _tree(ds))


def _tree(ds: Context) -> TopicTree:
    stored = ds.store.get("topics.json", ds.line)
    return TopicTree(()) if stored is None else TopicTree.from_dict(stored)


def stored_labels(ds: Context) -> pl.DataFrame:
    """Return the `labels` table in the order of the records, topics as ids."""
    return ds.remember("labels", ("labels",), lambda: slices.stored(ds))


def count(ds: Context) -> int:
    """Return how many records there are, which the files of the labels say without being read."""
    return ds.remember("count", ("labels",), lambda: _count(ds))


def _count(ds: Context) -> int:
    return int(ds.store.scan("labels", ds.line).select(pl.len()).collect().item())


def labels(ds: Context) -> pl.DataFrame:
    """Return the `labels` table in the order of the records, topics as paths."""
    return ds.remember("paths", ("labels", "topics.json"), lambda: slices.named(ds, tree(ds), with_paths))


def with_paths(frame: pl.DataFrame, topics: TopicTree) -> pl.DataFrame:
    """Return the frame with topic ids replaced by paths; ids that the tree does not know become null.

    Parameters
    ----------
    frame
        Has `topic` and maybe `secondary_topics`.
    topics
        The tree.
    """
    paths = topics.paths()
    return _swapped(frame, list(paths), list(paths.values()))


def with_ids(frame: pl.DataFrame, topics: TopicTree) -> pl.DataFrame:
    """Return the frame with topic paths replaced by ids; the inverse of `with_paths`.

    Parameters
    ----------
    frame
        Has `topic` and maybe `secondary_topics`.
    topics
        The tree.
    """
    paths = topics.paths()
    return _swapped(frame, list(paths.values()), list(paths))


def _swapped(frame: pl.DataFrame, old: list[str], new: list[str]) -> pl.DataFrame:
    def swap(column: pl.Expr) -> pl.Expr:
        return column.replace_strict(old, new, default=None, return_dtype=pl.String)

    changed = [swap(pl.col("topic"))]
    if "secondary_topics" in frame.columns and frame["secondary_topics"].null_count() < frame.height:
        changed.append(pl.col("secondary_topics").list.eval(swap(pl.element())))
    return frame.with_columns(changed)


def narrow(ds: Context) -> pl.DataFrame:
    """Return one narrow row per record: its labels, whether it was generated, from what, and where it came from."""
    return ds.remember("narrow", ("records", "labels", "topics.json"), lambda: _narrow(ds))


def _narrow(ds: Context) -> pl.DataFrame:
    said = labels(ds)
    beside: dict[str, pl.DataFrame] = ds.remember("came beside", ("records",), dict)
    known = beside.get("narrow")
    if known is None or not known["row"].equals(said["row"]):  # most steps leave the records where they are
        came = ds.store.scan("records", ds.line).select("row", *_NARROW).collect()
        known = said.select("row").join(came, on="row", how="left", maintain_order="left").rechunk()
        beside["narrow"] = known
    return said.hstack(known.drop("row").get_columns())


def rows(ds: Context, wanted: pl.Series, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Return the `records` rows with these row numbers, in order of row.

    Parameters
    ----------
    ds
        The dataset.
    wanted
        Row numbers.
    columns
        Columns of `records`; all by default.
    """
    names = list(schema.RECORDS) if columns is None else ["row", *columns]
    return picking.pick(ds, wanted, [name for name in names if name != "row"])


def frame(ds: Context, said: pl.DataFrame | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Return records with everything about them: columns of `schema.FRAME`, in the order of the records.

    Parameters
    ----------
    ds
        The dataset.
    said
        The `labels` rows (topics as paths) of the records wanted; all by default.
    columns
        Columns wanted; all by default.
    """
    said = labels(ds) if said is None else said
    names = list(schema.FRAME) if columns is None else list(columns)
    wide = [name for name in names if name in schema.RECORDS and name not in ("id", "row")]
    if not wide:
        return said.select(names)
    if said.height <= picking.SLICES or said.height < count(ds):  # of a few nobody need know how many there are
        came = picking.pick(ds, said["row"], wide)
    else:
        came = ds.store.scan("records", ds.line).select("row", *wide).collect()
    joined = said.join(came, on="row", how="left", maintain_order="left")
    return joined.select(names)


def records(
    ds: Context,
    ids: Sequence[str] | None = None,
    *,
    where: str | pl.Expr | None = None,
    search: str | None = None,
    limit: int | None = None,
    columns: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Return records as a frame.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Only these.
    where
        A condition: a polars expression, or SQL such as ``topic = 'refunds' AND NOT valid``.
    search
        Only records with this text in a message, in any case.
    limit
        At most so many.
    columns
        Columns wanted; those of `schema.FRAME` by default.

    Returns
    -------
    polars.DataFrame
        Columns of `schema.FRAME`; `topic` is the path, null for unassigned.

    Raises
    ------
    NotFoundError
        One of the ids does not exist.
    InputError
        The condition cannot be read.
    """
    said = labels(ds) if ids is None else labels_of(ds, ids)
    if where is None and search is None:
        return frame(ds, said if limit is None else said.head(limit), columns)
    found = _matching(frame(ds, said), where, search)
    found = found if limit is None else found.head(limit)
    return found if columns is None else found.select(columns)


def labels_of(ds: Context, ids: Sequence[str]) -> pl.DataFrame:
    """Return the labels of the records with these ids, in the order of the records.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Ids that there are.

    Raises
    ------
    NotFoundError
        One of the ids does not exist.
    """
    asked = pl.Series("id", ids, dtype=pl.String)
    said = labels(ds)
    # one record is what a click is about, and found by comparing in a fraction of the time of looking up
    found = said.filter(said["id"] == asked[0] if asked.len() == 1 else said["id"].is_in(asked.implode()))
    missing = asked.filter(~asked.is_in(found["id"].implode()))
    if missing.len():
        raise NotFoundError(
            f"no record has the id {missing[0]!r}"
            + (f" (nor {missing.len() - 1} other ids given)" if missing.len() > 1 else "")
            + f'; list ids with: rftkit records "{ds.path}" list'
        )
    return found


def _matching(found: pl.DataFrame, where: str | pl.Expr | None, search: str | None) -> pl.DataFrame:
    if where is not None:
        found = filtered(found, where)
    if search is not None:
        texts = pl.col("messages").list.eval(pl.element().struct.field("content").str.to_lowercase())
        hit = texts.list.eval(pl.element().str.contains(search.lower(), literal=True)).list.any()
        found = found.filter(hit.fill_null(value=False))
    return found


def filtered(found: pl.DataFrame, where: str | pl.Expr) -> pl.DataFrame:
    """Return the rows for which a condition holds.

    Parameters
    ----------
    found
        Any frame.
    where
        A polars expression, or SQL over the columns.

    Raises
    ------
    InputError
        The condition cannot be read.

    Examples
    --------
    >>> filtered(pl.DataFrame({"stars": [1, 5]}), "stars > 3").height
    1
    """
    try:
        condition = pl.sql_expr(where) if isinstance(where, str) else where
        return found.filter(condition)
    except (pl.exceptions.PolarsError, TypeError) as error:
        raise InputError(
            f"the condition {str(where)!r} cannot be used ({str(error).splitlines()[0].split(';')[0]}); write SQL over the columns "
            f"{', '.join(found.columns)}, for example: topic = 'refunds' AND NOT valid"
        ) from error


def invalid(ds: Context) -> pl.DataFrame:
    """Return the invalid records, with their errors and details."""
    return frame(ds, labels(ds).filter(~pl.col("valid")))


def unreadable(ds: Context) -> pl.DataFrame:
    """Return the lines that could not be read: file, line, reason and bytes."""
    return ds.store.scan("unreadable", ds.line).collect()
