"""Split: the records of train and of validation, divided, looked at before, and as they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.errors import InputError
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
    frozen: bool | None = None,
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
        they do when the options are those of the last split, and the records alone have changed. A record that was
        imported anew is known again by its prompt.
    frozen
        Whether, besides, none comes to validation: it is exactly what it was, less what is gone. True keeps validation
        whatever the other options are; by default as at the last split.
    """
    result, configuration = _divided(ds, train, stratify, generated_in_validation, min_validation, seed, keep, frozen)
    told = result.to_dict()
    with ds.step("split", configuration) as step:
        labels = reading.stored_labels(ds)
        sides = labels.select("id").join(result.frame.select("id", "split"), on="id", how="left", maintain_order="left")
        changed = sides["split"].ne_missing(labels["split"])
        when = pl.when(changed).then(pl.lit(datetime.now(UTC))).otherwise("updated_at")
        step.replace("labels", labels.with_columns(sides["split"], updated_at=when))
        step.counts = {name: value for name, value in told.items() if isinstance(value, int)}
        step.put("split.json", {"configuration": configuration, **told})
        held = result.frame.filter(pl.col("split") == "validation").select("id")
        prompts = reading.narrow(ds).select("id", "content_key")
        step.replace("splits", held.join(prompts, on="id", how="left", maintain_order="left"))
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
    frozen: bool | None = None,
) -> Split:
    """Return what `split` would do with the same options, without doing it.

    Parameters
    ----------
    ds
        The dataset.
    train, stratify, generated_in_validation, min_validation, seed, keep, frozen
        As `split` takes them.
    """
    return _divided(ds, train, stratify, generated_in_validation, min_validation, seed, keep, frozen)[0]


def _divided(
    ds: Context,
    train: float,
    stratify: str,
    generated_in_validation: bool,
    min_validation: int | None,
    seed: int,
    keep: bool | None,
    frozen: bool | None,
) -> tuple[Split, dict[str, Any]]:
    asked: dict[str, Any] = {
        "train": train,
        "stratify": stratify,
        "generated_in_validation": generated_in_validation,
        "min_validation": min_validation,
        "seed": seed,
    }
    last = ds.store.get("split.json", ds.line)
    if frozen and keep is False:
        raise InputError("frozen keeps validation as it is and keep=False draws it anew; give one of them")
    stays = last is not None and _keeps(last["configuration"], asked, True if frozen else keep)
    held = _validation(ds) if stays else None
    exact = bool(stays and last["configuration"].get("frozen")) if frozen is None else frozen
    result = divide(reading.narrow(ds), **asked, groups=near_pairs(ds, NEAR), keep=held, frozen=exact)
    if held is not None:
        # records that were deleted since have no label that would still name them
        result = replace(result, gone=result.gone + max(last["validation"] - len(held), 0))
    return result, {**asked, "keep": held is not None, "frozen": exact}


def _keeps(last: dict[str, Any], asked: dict[str, Any], keep: bool | None) -> bool:
    """Say whether validation is frozen: where nobody says so, other options ask for another division."""
    return all(last.get(name) == value for name, value in asked.items()) if keep is None else keep


def _validation(ds: Context) -> pl.Series:
    """Return who is in validation: by its label, or by its prompt where the record was imported anew."""
    prompts = ds.store.scan("splits", ds.line).collect()["content_key"].drop_nulls()
    there = reading.narrow(ds).select("id", "split", "content_key", "valid")
    # An invalid copy of a prompt of validation was never in it.
    again = pl.col("content_key").is_in(prompts.implode()) & pl.col("split").is_null() & pl.col("valid").fill_null(True)
    return there.filter((pl.col("split") == "validation") | again.fill_null(value=False))["id"]


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
        `edited` (records of validation whose prompt has changed since), `frozen`, `when`, `configuration`.
    """
    counts = split_counts(ds)
    return None if counts is None else ds.remember("split", _PARTS, lambda: {**counts, **_checked(ds)})


_PARTS = ("records", "labels", "topics.json", "pairs", "split.json", "splits")


def split_counts(ds: Context) -> dict[str, Any] | None:
    """Return what `split_state` says without looking through the records: no `straddling_groups`, `leaks` and `edited`."""
    stored = ds.store.get("split.json", ds.line)
    if stored is None:
        return None
    parts = ("labels", "topics.json", "split.json")
    return dict(ds.remember("split counts", parts, lambda: _counted(ds, stored)))


def _counted(ds: Context, stored: dict[str, Any]) -> dict[str, Any]:
    said = reading.labels(ds).select("split", "topic", "valid")
    valid = said.filter(pl.col("valid").fill_null(value=True))
    counts = dict(valid["split"].value_counts().iter_rows())
    neither = counts.get(None, 0)
    return {
        "train": counts.get("train", 0),
        "validation": counts.get("validation", 0),
        "neither": neither,
        "new": max(neither - stored["left_out"], 0),
        "by_topic": by_topic(valid),
        "frozen": bool(stored["configuration"].get("frozen")),
        "when": _when(ds),
        "configuration": stored["configuration"],
    }


def _checked(ds: Context) -> dict[str, Any]:
    frame = reading.narrow(ds)
    found = leaks(frame, near_pairs(ds, NEAR))
    return {
        "straddling_groups": found.height,
        "leaks": found.head(5).select("train_id", "validation_id").to_dicts(),
        "edited": _edited(ds, frame),
    }


def _edited(ds: Context, frame: pl.DataFrame) -> int:
    """Return how many records of validation have another prompt than when they were put there."""
    then = ds.store.scan("splits", ds.line).collect().rename({"content_key": "then"})
    now = frame.filter(pl.col("split") == "validation").join(then, on="id", how="inner")
    return int(now["content_key"].ne_missing(now["then"]).sum())


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
