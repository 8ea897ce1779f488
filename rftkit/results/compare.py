"""Rewards before and after, prompt by prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from rftkit.errors import InputError
from rftkit.results.result import Results

#: One row for each answer; only `id` and `reward` must be there.
GRADED: dict[str, pl.DataType] = {
    "id": pl.String(),
    "sample": pl.Int64(),
    "reward": pl.Float64(),
    "error": pl.String(),
    "output_text": pl.String(),
    "output_tools": pl.String(),
}


def compare(
    before_grades: pl.DataFrame,
    after_grades: pl.DataFrame,
    topics: pl.DataFrame | None = None,
    about: Mapping[str, Any] | None = None,
) -> Results:
    """Return what changed between two models that answered the same prompts.

    Parameters
    ----------
    before_grades, after_grades
        One row for each answer: `id` of the record, `reward` (null where there is none), and `sample`, `error`,
        `output_text`, `output_tools` where known.
    topics
        `id` and `topic`, and `text` of the prompt where known.
    about
        What was compared: job, grader, models, seeds.

    Examples
    --------
    >>> before = pl.DataFrame({"id": ["a", "b", "c"], "reward": [0.0, 0.5, 0.25]})
    >>> after = pl.DataFrame({"id": ["a", "b", "c"], "reward": [0.5, 1.0, 0.5]})
    >>> compare(before, after)
    Results(0.250 to 0.667, +0.417 on 3 prompts: significant)
    """
    sides = [_answers(frame, which) for frame, which in ((before_grades, "before"), (after_grades, "after"))]
    means = [_means(frame, which) for frame, which in zip(sides, ("before", "after"), strict=True)]
    both = means[0].join(means[1], on="id", how="inner", maintain_order="left")
    if both.is_empty():
        raise InputError("no prompt has a reward both before and after; grade answers to the same prompts")
    known = _topics(topics, both)
    frame = both.join(known, on="id", how="left", maintain_order="left")
    frame = frame.with_columns(change=pl.col("after") - pl.col("before"))
    order = ["id", "topic", "text", "before", "after", "change", "answers_before", "answers_after"]
    return Results(frame.select(order), pl.concat(sides), dict(about or {}))


def _answers(frame: pl.DataFrame, which: str) -> pl.DataFrame:
    missing = [name for name in ("id", "reward") if name not in frame.columns]
    if missing:
        raise InputError(f"graded answers need the columns id and reward; missing: {', '.join(missing)}")
    columns = [
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in GRADED.items()
    ]
    return frame.select(pl.lit(which).alias("which"), *columns)


def _means(frame: pl.DataFrame, which: str) -> pl.DataFrame:
    known = frame.filter(pl.col("reward").is_not_null())
    mean, count = pl.col("reward").mean().alias(which), pl.len().cast(pl.Int64).alias(f"answers_{which}")
    return known.group_by("id", maintain_order=True).agg(mean, count)


def _topics(topics: pl.DataFrame | None, both: pl.DataFrame) -> pl.DataFrame:
    given = both.select("id") if topics is None else topics
    return given.select(
        "id",
        *(
            pl.col(name).cast(pl.String) if name in given.columns else pl.lit(None, dtype=pl.String).alias(name)
            for name in ("topic", "text")
        ),
    ).unique("id", keep="first", maintain_order=True)
