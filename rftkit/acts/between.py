"""What going from one version of a dataset to another means: which steps are taken back or brought back, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.store.journal import Version
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context


def changes(ds: Context, to: int) -> dict[str, Any]:
    """Return what an undo to a version would do, without doing it.

    Parameters
    ----------
    ds
        The dataset.
    to
        The version to go to.

    Returns
    -------
    dict
        `taken_back` and `brought_back` (version, step and when of steps, newest first), `now` and `then` (records,
        valid, topics).

    Raises
    ------
    NotFoundError
        There is no such version.
    """
    target = ds.store.at(to)
    here, there = ds.store.lineage(ds.line), ds.store.lineage(target)
    known, wanted = {line.version for line in here}, {line.version for line in there}
    return {
        "version": to,
        "taken_back": [_step(line) for line in reversed(here) if line.version not in wanted],
        "brought_back": [_step(line) for line in reversed(there) if line.version not in known],
        "now": counts(ds, ds.line),
        "then": counts(ds, target),
    }


def _step(line: Version) -> dict[str, Any]:
    return {"version": line.version, "step": line.step, "when": line.when}


def counts(ds: Context, line: Version) -> dict[str, int]:
    """Return records, valid records and topics (those that have none below them) of a version.

    Parameters
    ----------
    ds
        The dataset.
    line
        The version.
    """
    said = ds.store.scan("labels", line).select(pl.len().alias("records"), pl.col("valid").sum().alias("valid"))
    told = said.collect().row(0, named=True)
    stored = ds.store.get("topics.json", line)
    topics = 0 if stored is None else len(TopicTree.from_dict(stored).leaves())
    return {"records": int(told["records"]), "valid": int(told["valid"] or 0), "topics": topics}
