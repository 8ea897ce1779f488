"""Withdraw: a decision about a candidate is taken back, and it waits again as it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from rftkit import review
from rftkit.acts import reviewing
from rftkit.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from rftkit.acts.context import Context


def withdraw(ds: Context, ids: Sequence[str]) -> int:
    """Take the decisions about candidates back; edits of them are dropped.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Candidates.

    Returns
    -------
    int
        How many wait again.

    Raises
    ------
    NotFoundError
        There is no such candidate.
    InputError
        One of them is a record already.
    """
    if not ids:
        return 0
    said = dict(reviewing.candidates(ds, waiting=False).select("candidate_id", "decision").iter_rows())
    for name in ids:
        if name not in said:
            raise NotFoundError(f"there is no candidate {name!r}; list them with: rftkit review DATASET list")
        if said[name] == "added":
            raise InputError(f"the candidate {name!r} is a record already; undo the step that added it")
    rows = review.withdraw(ids)
    with ds.step("review", {"withdraw": rows.height}) as step:
        step.append("decisions", rows)
        step.counts = {"withdrawn": rows.height}
    return pl.Series(ids).n_unique()
