"""Split: the records of train and of validation, divided, looked at before, and as they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.split import Split
from rftkit.split import split as divide
from rftkit.split.leaks import leaks

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
    keep: bool | None = None,
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
    keep
        Whether the records of validation stay there, so that results before and after can be compared. By default
        they do when the options are those of the last split, and the records alone have changed.
    """
    result, configuration = _divided(ds, train, stratify, generated_in_validation, min_validation, seed, keep)
    told = result.to_dict()
    with ds.step("split", configuration) as step:
        labels = reading.stored_labels(ds).drop("split")
        labels = labels.join(result.frame.select("id", "split"), on="id", how="left", maintain_order="left")
        step.replace("labels", labels.with_columns(updated_at=pl.lit(datetime.now(UTC))))
        step.counts = {name: value for name, value in told.items() if isinstance(value, int)}
        step.put("split.json", {"configuration": configuration, **told})
    return result


def preview_split(
    ds: Context,
    *,
    train: float = 0.9,
    stratify: str = "topic",
    generated_in_validation: bool = False,
    min_validation: int | None = None,
    seed: int = 0,
    keep: bool | None = None,
) -> Split:
    """Return what `split` would do with the same options, without doing it.

    Parameters
    ----------
    ds
        The dataset.
    train, stratify, generated_in_validation, min_validation, seed, keep
        As `split` takes them.
    """
    return _divided(ds, train, stratify, generated_in_validation, min_validation, seed, keep)[0]


def _divided(
    ds: Context,
    train: float,
    stratify: str,
    generated_in_validation: bool,
    min_validation: int | None,
    seed: int,
    keep: bool | None,
) -> tuple[Split, dict[str, Any]]:
    asked: dict[str, Any] = {
        "train": train,
        "stratify": stratify,
        "generated_in_validation": generated_in_validation,
        "min_validation": min_validation,
        "seed": seed,
    }
    last = ds.store.get("split.json", ds.line)
    frozen = _validation(ds) if last is not None and _keeps(last["configuration"], asked, keep) else None
    result = divide(reading.narrow(ds), **asked, groups=near_pairs(ds, NEAR), keep=frozen)
    if frozen is not None:
        # records that were deleted since have no label that would still name them
        result = replace(result, gone=result.gone + max(last["validation"] - len(frozen), 0))
    return result, {**asked, "keep": frozen is not None}


def _keeps(last: dict[str, Any], asked: dict[str, Any], keep: bool | None) -> bool:
    """Say whether validation is frozen: where nobody says so, other options ask for another division."""
    return all(last.get(name) == value for name, value in asked.items()) if keep is None else keep


def _validation(ds: Context) -> pl.Series:
    return reading.stored_labels(ds).filter(pl.col("split") == "validation")["id"]


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


def split_state(ds: Context) -> dict[str, Any] | None:
    """Return the split as it stands now, with a leak check of now; None before there is one.

    Returns
    -------
    dict
        `train`, `validation`, `neither` (valid records in no set), `new` (those of them that came after the split),
        `by_topic`, `straddling_groups`, `leaks` (the first of them: an id of train and one of validation),
        `when`, `configuration`.
    """
    stored = ds.store.get("split.json", ds.line)
    return None if stored is None else ds.remember("split", _PARTS, lambda: _state(ds, stored))


_PARTS = ("records", "labels", "topics.json", "pairs", "split.json")


def _state(ds: Context, stored: dict[str, Any]) -> dict[str, Any]:
    frame = reading.narrow(ds)
    valid = frame.filter(pl.col("valid").fill_null(value=True))
    counts = dict(valid["split"].value_counts().iter_rows())
    found = leaks(frame, near_pairs(ds, NEAR))
    neither = counts.get(None, 0)
    return {
        "train": counts.get("train", 0),
        "validation": counts.get("validation", 0),
        "neither": neither,
        "new": max(neither - stored["left_out"], 0),
        "by_topic": by_topic(valid),
        "straddling_groups": found.height,
        "leaks": found.head(5).select("train_id", "validation_id").to_dicts(),
        "when": _when(ds),
        "configuration": stored["configuration"],
    }


def _when(ds: Context) -> str:
    return next((line.when for line in reversed(ds.store.lineage(ds.line)) if line.step == "split"), "")


def by_topic(frame: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return the records of each topic in train and validation; those without a topic under ``__unassigned``.

    Parameters
    ----------
    frame
        Columns `topic` and `split`.

    Examples
    --------
    >>> by_topic(pl.DataFrame({"topic": ["a", "a", None], "split": ["train", "validation", "train"]}))
    {'a': {'train': 1, 'validation': 1}, '__unassigned': {'train': 1, 'validation': 0}}
    """
    from rftkit.split import UNASSIGNED

    side = pl.col("split")
    counted = frame.group_by("topic").agg(
        (side == "train").sum().alias("train"), (side == "validation").sum().alias("validation")
    )
    rows = counted.sort("topic", nulls_last=True).iter_rows()
    return {topic or UNASSIGNED: {"train": train, "validation": held} for topic, train, held in rows}
