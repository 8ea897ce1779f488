"""The table of rollouts: what models answered to the prompts of a dataset, each kept once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import schema
from rftkit.acts import reading
from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.acts.context import Context

KEY = ("id", "sample", "model", "settings", "prompt_key")


def rollouts(ds: Context, *, model: str | None = None, run: str | None = None) -> pl.DataFrame:
    """Return the rollouts that are kept: columns of `schema.ROLLOUTS`.

    Parameters
    ----------
    ds
        The dataset.
    model
        Only those of this model.
    run
        Only those that this run collected.
    """
    found = ds.remember("rollouts", ("rollouts",), lambda: _latest(ds.store.scan("rollouts", ds.line).collect()))
    found = found if model is None else found.filter(pl.col("model") == model)
    return found if run is None else found.filter(pl.col("run") == run)


def _latest(stored: pl.DataFrame) -> pl.DataFrame:
    # files of a table come in any order: the latest answer counts, and an answer before a failure
    ordered = stored.sort(pl.col("error").is_null(), "when", maintain_order=True)
    return ordered.unique(KEY, keep="last", maintain_order=True).sort("when", "id", "sample")


def keep(ds: Context, frame: pl.DataFrame, *, step: str = "rollouts", **configuration: Any) -> int:
    """Keep rollouts that were made elsewhere, and return how many were new.

    Parameters
    ----------
    ds
        The dataset.
    frame
        At least `id`, `sample`, `model` and `output_text`; other columns of `schema.ROLLOUTS` where there are any.
    step
        Name of the step in the history.
    **configuration
        What the history should say of it.
    """
    absent = [name for name in ("id", "sample", "model", "output_text") if name not in frame.columns]
    if absent:
        raise InputError(f"rollouts need the columns id, sample, model and output_text; missing: {', '.join(absent)}")
    new = _unknown(ds, _whole(ds, frame))
    if new.height:
        with ds.step(step, configuration) as writing:
            writing.append("rollouts", new)
            writing.counts = {"rollouts": new.height}
    return new.height


def _whole(ds: Context, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every column of the table; the prompt is the record's prompt of now."""
    from rftkit.store.transaction import conform

    whole = conform(frame, schema.ROLLOUTS)
    keys = prompts_of(ds, whole["id"].unique().to_list(), ("id", "exact_key"))
    known = whole.join(keys, on="id", how="left", maintain_order="left")
    return known.with_columns(
        pl.col("prompt_key").fill_null(pl.col("exact_key")),
        pl.col("settings").fill_null(""),
        pl.col("when").fill_null(datetime.now(UTC)),
    ).select(list(schema.ROLLOUTS))


def _unknown(ds: Context, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are not kept yet; a row with an answer replaces one with an error."""
    had, failed = rollouts(ds), pl.col("error").is_not_null()
    join: dict[str, Any] = {"on": KEY, "how": "anti", "nulls_equal": True, "maintain_order": "left"}
    new = frame.join(had.filter(~failed).select(KEY), **join)
    return pl.concat([new.filter(~failed), new.filter(failed).join(had.select(KEY), **join)])


def prompts_of(ds: Context, ids: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    """Return columns of the records with these ids that there are, in the order of the ids.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Of records.
    columns
        Columns of `schema.FRAME`.
    """
    if not ids:
        return pl.DataFrame(schema={name: schema.FRAME.get(name, pl.String()) for name in columns})
    there = pl.Series("id", ids, dtype=pl.String).unique(maintain_order=True)
    said = reading.labels(ds).filter(pl.col("id").is_in(there.implode()))
    found = reading.frame(ds, said, columns)
    return there.to_frame().join(found, on="id", how="inner", maintain_order="left").select(columns)
