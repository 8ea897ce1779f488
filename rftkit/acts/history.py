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


def redo(ds: Context) -> int:
    """Bring back what the last undo took back; as long as nothing else was done since.

    Returns
    -------
    int
        The version whose content the dataset now has.

    Raises
    ------
    InputError
        Nothing was taken back since the last step.
    """
    target = redo_target(ds)
    if target is None:
        raise InputError(f"{ds.path} has nothing to bring back: nothing was taken back since the last step")
    return undo(ds, target)


def redo_target(ds: Context) -> int | None:
    """Return the version whose content `redo` brings back; None where there is nothing to bring back.

    Parameters
    ----------
    ds
        The dataset.
    """
    parents: dict[int, int] = {}
    waiting: list[int] = []
    content = 0
    for line in ds.store.versions():
        if line.step != "undo":
            parents[line.version], waiting = line.parent, []
        elif _came_from(parents, content, line.content):
            waiting.append(content)
        else:
            waiting = waiting[:-1] if waiting[-1:] == [line.content] else []
        content = line.content
    return waiting[-1] if waiting else None


def _came_from(parents: dict[int, int], content: int, earlier: int) -> bool:
    """Say whether a content was reached through an earlier one."""
    while content > earlier:
        content = parents.get(content, 0)
    return content == earlier
