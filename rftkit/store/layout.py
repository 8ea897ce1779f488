"""The tables of a dataset and their columns."""

from __future__ import annotations

from typing import Final

import polars as pl

from rftkit import schema

#: Table -> columns. Tables whose columns belong to a step are registered by that step's act.
SCHEMAS: Final[dict[str, dict[str, pl.DataType]]] = {
    "records": schema.RECORDS,
    "labels": schema.LABELS,
    "candidates": schema.CANDIDATES,
    "decisions": schema.DECISIONS,
    "replacements": schema.REPLACEMENTS,
    "verdicts": schema.VERDICTS,
    "unreadable": schema.UNREADABLE,
    "rollouts": schema.ROLLOUTS,
    "dry_runs": schema.DRY_RUNS,
    "splits": schema.SPLITS,
}
