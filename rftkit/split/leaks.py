"""Groups that are on both sides of a split that is there already: records came or changed since it was made."""

from __future__ import annotations

import polars as pl

from rftkit import groups as tied


def leaks(frame: pl.DataFrame, pairs: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the groups with members in train and in validation; none where nothing leaks.

    Parameters
    ----------
    frame
        With `id` and `split`, and what ties records: see `rftkit.groups.groups`. Records in neither set tie others too.
    pairs
        Near duplicates.

    Returns
    -------
    polars.DataFrame
        `group`, how many members are in `train` and in `validation`, and the id of one of each
        (`train_id`, `validation_id`).

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "b"], "source_record_id": [None, "a"], "split": ["validation", "train"]})
    >>> leaks(frame).select("train_id", "validation_id").row(0)
    ('b', 'a')
    """
    number = tied.components(frame.height, tied.edges(frame, pairs))
    placed = frame.select("id", "split").with_columns(pl.Series("group", number)).drop_nulls("split")
    sides = [placed.filter(pl.col("split") == side) for side in ("train", "validation")]
    train, validation = (
        side.group_by("group").agg(pl.len().alias(name), pl.col("id").first().alias(f"{name}_id"))
        for side, name in zip(sides, ("train", "validation"), strict=True)
    )
    found = train.join(validation, on="group").sort("group")
    return found.select("group", "train", "validation", "train_id", "validation_id")
