"""Split: train and validation without leaks, every topic in both.

* Groups never straddle: a source with its variations, near duplicates, prompts cut from one conversation.
* Shares are exact within one group, overall and by topic; topics that cannot give their part are made up for by others.
* Every topic with two groups or more is in validation, and no topic goes there whole.
* Validation is made of real records: groups without generated members first; where a mixed one must be taken, its
  generated members are left out of both sets.
* The order is random and depends on ids and the seed alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from rftkit.errors import InputError
from rftkit.split.result import UNASSIGNED, Split

if TYPE_CHECKING:
    from rftkit.split.members import Bools, Members

__all__ = ["UNASSIGNED", "Split", "split"]


def split(
    frame: pl.DataFrame,
    *,
    train: float = 0.9,
    stratify: str = "topic",
    generated_in_validation: bool = False,
    min_validation: int | None = None,
    seed: int = 0,
    groups: pl.DataFrame | None = None,
    keep: Iterable[str] | None = None,
    frozen: bool = False,
) -> Split:
    """Divide the valid records into train and validation.

    Parameters
    ----------
    frame
        With `id`, and where there are: `topic`, `valid`, `generated`, `source_record_id`, `origin`, `content_key`.
        Invalid records are not split; those that nothing has judged yet are.
    train
        Share of train, above 0 and below 1.
    stratify
        ``topic``: each topic by its share; ``none``: all records at once.
    generated_in_validation
        Let validation take generated records too.
    min_validation
        At least so many records in validation.
    seed
        Another seed, another division.
    groups
        What must stay together: a frame with `group` (as from `rftkit.groups.groups`), or pairs of near duplicates
        (`row_a`, `row_b`) which are joined with what the frame says itself. By default what the frame says.
    keep
        Ids that stay in validation: hand in those of an earlier split and the later one is comparable with it.
    frozen
        Validation is exactly the records of `keep` that may be there: none comes to it, and what belongs to their groups
        is left out of both sets.

    Returns
    -------
    Split
        One row per record, and the account.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": [f"r{i}" for i in range(40)], "topic": ["Cards"] * 30 + ["Loans"] * 10})
    >>> split(frame, train=0.8).to_dict()["by_topic"]
    {'Cards': {'train': 24, 'validation': 6}, 'Loans': {'train': 8, 'validation': 2}}
    """
    from rftkit.split import members

    _check(frame, train, stratify, min_validation)
    keep = None if keep is None else list(keep)
    held = members.of(frame, stratify, generated_in_validation, seed, groups, keep)
    exact = keep is not None and frozen
    chosen = held.kept_alone() if exact else _chosen(held, 1 - train, min_validation)
    asked = {
        "train": train,
        "stratify": stratify,
        "generated_in_validation": generated_in_validation,
        "min_validation": min_validation,
        "seed": seed,
    }
    result = held.result(chosen, {**asked, "frozen": True} if exact else asked, only_kept=exact)
    return result if keep is None else _compared(result, pl.Series(list(keep), dtype=pl.String))


def _compared(result: Split, kept: pl.Series) -> Split:
    """Say how many records that were to stay in validation did."""
    there = result.frame.filter(pl.col("split") == "validation")["id"].cast(pl.String)
    stayed = int(there.is_in(kept.implode()).sum())
    return replace(result, kept=stayed, gone=kept.n_unique() - stayed)


def _check(frame: pl.DataFrame, train: float, stratify: str, min_validation: int | None) -> None:
    if "id" not in frame.columns:
        raise InputError(f"split needs a column 'id'; given {frame.columns}")
    if not 0 < train < 1:
        raise InputError(f"train is {train}; give a share above 0 and below 1, such as 0.9")
    if stratify not in ("topic", "none"):
        raise InputError(f"stratify is {stratify!r}; give 'topic' or 'none'")
    if min_validation is not None and min_validation < 0:
        raise InputError(f"min_validation is {min_validation}; give a number of records")


def _chosen(held: Members, share: float, least: int | None) -> Bools:
    """Return the groups of validation, more of them than the share asks for where too few records came out."""
    least = least or 0
    share = max(share, least / held.count) if held.count else share
    chosen = held.choose(share)
    for _ in range(20):
        found = held.real_records(chosen)
        if found >= least or share >= 1:
            break
        share = min(share * max(least / max(found, 1), 1.02), 1.0)
        chosen = held.choose(share)
    found = held.real_records(chosen)
    if found < least:
        raise InputError(
            f"validation can have {found} records at most, {least} were asked for; lower min_validation"
            + ("" if held.allows_generated else ", or allow generated records with generated_in_validation=True")
        )
    return chosen
