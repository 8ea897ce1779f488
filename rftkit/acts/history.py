"""Versions of a dataset and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_COLUMNS = {
    "version": pl.Int64(),
    "step": pl.String(),
    "when": pl.String(),
    "configuration": pl.String(),
    "counts": pl.String(),
}


def history(ds: Context) -> pl.DataFrame:
    """Return the versions, oldest first.

    Returns
    -------
    polars.DataFrame
        version, step, when (ISO 8601, UTC), configuration and counts (JSON text).
    """
    from rftkit.messages import dump

    lines = [line for line in ds.store.versions() if line.version <= ds.version]
    rows = [(line.version, line.step, line.when, dump(line.configuration), dump(line.counts)) for line in lines]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")


def undo(ds: Context, to: int | None = None) -> int:
    """Go back to the content of an earlier version; the way back is a version too, so it can be undone.

    Parameters
    ----------
    ds
        The dataset.
    to
        The version to go back to; by default the one before the last step that was not undone.

    Returns
    -------
    int
        The version whose content the dataset now has.

    Raises
    ------
    InputError
        There is nothing to undo.
    NotFoundError
        There is no such version.
    """
    head = ds.store.head()
    if head.version == 0 or (to is None and head.content == 0):
        raise InputError(f"{ds.path} has nothing to undo: it is as it was at the start")
    target = ds.store.at(head.parent if to is None else to)
    undone = [line.step for line in ds.store.versions() if line.version == head.content]
    with ds.step("undo", {"to": target.version, "undone": undone[0] if undone else None}) as step:
        step.become(target)
    return target.version
