"""Split and export: the last two steps of phase 1."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.formats import writing
from rftkit.split import Split
from rftkit.split import split as divide

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Records at least this alike are kept on one side of the split.
NEAR = 0.7


def split(
    ds: Context,
    *,
    train: float = 0.9,
    stratify: str = "topic",
    generated_in_validation: bool = False,
    min_validation: int | None = None,
    seed: int = 0,
) -> Split:
    """Divide the valid records into train and validation; a source, its variations and near duplicates stay together.

    Parameters
    ----------
    ds
        The dataset.
    train
        Share of the training set.
    stratify
        ``topic`` or ``none``.
    generated_in_validation
        Whether generated records may be in validation.
    min_validation
        At least so many records in validation.
    seed
        The same seed gives the same split.
    """
    result = divide(
        reading.narrow(ds),
        train=train,
        stratify=stratify,
        generated_in_validation=generated_in_validation,
        min_validation=min_validation,
        seed=seed,
        groups=near_pairs(ds, NEAR),
    )
    told = result.to_dict()
    configuration = {
        "train": train,
        "stratify": stratify,
        "generated_in_validation": generated_in_validation,
        "min_validation": min_validation,
        "seed": seed,
    }
    with ds.step("split", configuration) as step:
        labels = reading.stored_labels(ds).drop("split")
        labels = labels.join(result.frame.select("id", "split"), on="id", how="left", maintain_order="left")
        step.replace("labels", labels.with_columns(updated_at=pl.lit(datetime.now(UTC))))
        step.counts = {name: value for name, value in told.items() if isinstance(value, int)}
        step.put("split.json", {"configuration": configuration, **told})
    return result


def near_pairs(ds: Context, threshold: float) -> pl.DataFrame:
    """Return the pairs of living records that are at least so alike.

    Parameters
    ----------
    ds
        The dataset.
    threshold
        Jaccard of character 5-grams of the user text.

    Returns
    -------
    polars.DataFrame
        row_a, row_b, jaccard.
    """
    if "pairs" not in ds.line.tables:
        return pl.DataFrame(schema={"row_a": pl.Int64, "row_b": pl.Int64, "jaccard": pl.Float64})
    return ds.store.scan("pairs", ds.line).filter(pl.col("jaccard") >= threshold).collect()


def export(
    ds: Context,
    path: str | Path,
    *,
    format: str = "openai-rft",
    split: str = "all",
    excel_safe: bool = False,
    ids: list[str] | None = None,
) -> Any:
    """Write records to a file.

    Parameters
    ----------
    ds
        The dataset.
    path
        The file; .gz and .zst are compressed.
    format
        One of `rftkit.formats.writing.FORMATS`.
    split
        train, validation or all.
    excel_safe
        Alter cells that a spreadsheet would run as formulas.
    ids
        Only these records.

    Returns
    -------
    WriteReport
        What was written, and what was skipped and why.

    Raises
    ------
    InputError
        The split was not made yet, or there is no such format.
    """
    frame = reading.records(ds, ids)
    if split not in ("train", "validation", "all"):
        raise InputError(f"there is no split {split!r}; use train, validation or all")
    if split != "all":
        frame = _of_split(ds, frame, split)
    return writing.write(
        frame,
        path,
        format,
        split=None if split == "all" else split,
        dataset_name=ds.name,
        seed=_seed(ds),
        excel_safe=excel_safe,
        unreadable=reading.unreadable(ds),
        version=ds.version,
    )


def _of_split(ds: Context, frame: pl.DataFrame, split: str) -> pl.DataFrame:
    if frame["split"].null_count() == frame.height:
        raise InputError(f'no record is in {split}; split first with: rftkit split "{ds.path}"')
    chosen = frame.filter(pl.col("split") == split)
    if chosen.is_empty():
        raise InputError(
            f"the last split left no record in {split}: what belongs together stays together, and there are too few "
            f'groups; see rftkit split "{ds.path}" --help, or import more records'
        )
    return chosen


def _seed(ds: Context) -> int | None:
    stored = ds.store.get("split.json", ds.line)
    return None if stored is None else stored["configuration"]["seed"]
