"""Topic by learnability: where training would find something to learn, and where it is too hard or too easy."""

from __future__ import annotations

import polars as pl

from rftkit.dryrun.measure import UNASSIGNED

#: Flat prompts give every answer about the same reward, so training learns nothing from them.
CLASSES = ("too hard", "hard", "easy", "too easy")
MEANINGS = {
    "too hard": "flat and below 0.5: the model never does better",
    "hard": "rewards differ, mean below 0.5",
    "easy": "rewards differ, mean from 0.5 on",
    "too easy": "flat and from 0.5 on: the model never does worse",
}
_MIDDLE = 0.5


def with_class(prompts: pl.DataFrame) -> pl.DataFrame:
    """Return the prompts with `class`; null where one rollout leaves open whether its rewards differ.

    Parameters
    ----------
    prompts
        As `per_prompt` gives them.

    Examples
    --------
    >>> frame = pl.DataFrame({"mean": [0.0, 0.4, 0.9, 1.0], "learnable": [False, True, True, False]})
    >>> with_class(frame)["class"].to_list()
    ['too hard', 'hard', 'easy', 'too easy']
    """
    low, learnable = pl.col("mean") < _MIDDLE, pl.col("learnable")
    named = (
        pl.when(learnable.is_null())
        .then(None)
        .when(learnable & low)
        .then(pl.lit("hard"))
        .when(learnable)
        .then(pl.lit("easy"))
        .when(low)
        .then(pl.lit("too hard"))
        .otherwise(pl.lit("too easy"))
    )
    return prompts.with_columns(named.alias("class"))


def heat_map(prompts: pl.DataFrame) -> pl.DataFrame:
    """Return how many prompts of each topic are too hard, hard, easy and too easy.

    Parameters
    ----------
    prompts
        As `per_prompt` gives them; no rows come of prompts with one rollout.

    Returns
    -------
    polars.DataFrame
        topic, class, prompts, share (of the topic's prompts), mean (of these prompts; null where there are none).

    Examples
    --------
    >>> frame = pl.DataFrame({"topic": ["a", "a"], "mean": [0.0, 0.4], "learnable": [False, True]})
    >>> heat_map(frame).select("topic", "class", "prompts").rows()
    [('a', 'too hard', 1), ('a', 'hard', 1), ('a', 'easy', 0), ('a', 'too easy', 0)]
    """
    known = with_class(prompts).filter(pl.col("class").is_not_null())
    known = known.with_columns(pl.col("topic").fill_null("").replace("", UNASSIGNED))
    counted = known.group_by("topic", "class").agg(pl.len().cast(pl.Int64).alias("prompts"), pl.col("mean").mean())
    classes = pl.DataFrame({"class": CLASSES, "at": range(len(CLASSES))})
    every = known.select(pl.col("topic").unique()).join(classes, how="cross")
    whole = every.join(counted, on=["topic", "class"], how="left").with_columns(pl.col("prompts").fill_null(0))
    share = pl.col("prompts") / pl.col("prompts").sum().over("topic")
    ordered = whole.with_columns(share.alias("share")).sort("topic", "at")
    return ordered.select("topic", "class", "prompts", "share", "mean")
