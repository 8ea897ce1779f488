"""The numbers of a dry run: how rewards lie over prompts, within prompts and over topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rftkit.dryrun import interval
from rftkit.dryrun.interval import Estimate, Plan

EDGES = (0.2, 0.4, 0.6, 0.8)
BUCKETS = ("0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1")
PERCENTILES = (10, 25, 50, 75, 90)
UNASSIGNED = "__unassigned"
_WHOLE = 1 - 1e-9


def per_prompt(frame: pl.DataFrame, spread: float = 0.05) -> pl.DataFrame:
    """Return one row for each prompt that has a reward.

    Parameters
    ----------
    frame
        `id`, `topic`, `reward` (null where there is none), one row for each answer.
    spread
        A prompt is learnable where the standard deviation of its rewards is above this.

    Returns
    -------
    polars.DataFrame
        id, topic, rollouts, mean, spread (standard deviation of its rewards), above (share of its rewards above
        zero), perfect (share of whole rewards), learnable (null with one rollout), fewer (answers on the rarer side of the
        middle of its rewards), and what the first three would vary: mean_noise, above_noise, perfect_noise.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "a", "b"], "topic": ["x"] * 3, "reward": [0.0, 1.0, 1.0]})
    >>> per_prompt(frame).select("id", "mean", "spread", "learnable").rows()
    [('a', 0.5, 0.5, True), ('b', 1.0, 0.0, None)]
    """
    reward, many = pl.col("reward"), pl.len() > 1
    above, perfect = (reward > 0).cast(pl.Float64), (reward >= _WHOLE).cast(pl.Float64)
    upper = (reward > (reward.min() + reward.max()) / 2).sum().cast(pl.Int64)
    order = ["id", *(["sample"] if "sample" in frame.columns else [])]  # sums depend on it in their last digit
    found = (
        frame.filter(reward.is_not_null())
        .sort(order, maintain_order=True)
        .group_by("id", maintain_order=True)
        .agg(
            pl.col("topic").first(),
            pl.len().cast(pl.Int64).alias("rollouts"),
            reward.mean().alias("mean"),
            reward.std(ddof=0).alias("spread"),
            above.mean().alias("above"),
            perfect.mean().alias("perfect"),
            pl.when(many).then(reward.std(ddof=0) > spread).alias("learnable"),
            pl.min_horizontal(upper, pl.len().cast(pl.Int64) - upper).alias("fewer"),
            *(
                (value.var() / pl.len()).alias(f"{name}_noise")
                for name, value in (("mean", reward), ("above", above), ("perfect", perfect))
            ),
        )
    )
    return found.with_columns(pl.when(pl.col("learnable")).then(pl.col("fewer")).otherwise(0).alias("fewer"))


@dataclass(frozen=True)
class Measures:
    """What a set of prompts has.

    Attributes
    ----------
    prompts, rollouts
        How many have a reward.
    mean, above_zero, perfect
        Of the answers: mean reward, share with some reward, share with the whole.
    std
        Spread over prompts of their mean rewards.
    std_within
        Spread of the rewards of one prompt, as training sees it; None with one rollout.
    learnable
        Share of prompts whose rewards differ; None with one rollout.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "a", "b", "b"], "topic": ["x"] * 4, "reward": [0.0, 1.0, 1.0, 1.0]})
    >>> found = measures(per_prompt(frame))
    >>> found.mean.value, found.learnable.value
    (0.75, 0.5)
    """

    prompts: int
    rollouts: int
    mean: Estimate
    std: Estimate
    std_within: float | None
    above_zero: Estimate
    perfect: Estimate
    learnable: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values."""
        learnable = self.learnable.to_dict()
        return {
            "count": self.prompts,
            "rollouts": self.rollouts,
            "mean": self.mean.value,
            "mean_low": self.mean.low,
            "mean_high": self.mean.high,
            "std": self.std.value,
            "std_low": self.std.low,
            "std_high": self.std.high,
            "std_within": self.std_within,
            "share_above_zero": self.above_zero.value,
            "share_above_zero_low": self.above_zero.low,
            "share_above_zero_high": self.above_zero.high,
            "share_perfect": self.perfect.value,
            "share_perfect_low": self.perfect.low,
            "share_perfect_high": self.perfect.high,
            "learnable": {"share": learnable["value"], "low": learnable["low"], "high": learnable["high"]},
        }


def measures(prompts: pl.DataFrame, population: Mapping[str, int] | None = None) -> Measures:
    """Return the numbers of some prompts.

    Parameters
    ----------
    prompts
        As `per_prompt` gives them.
    population
        Topic -> prompts that could have been drawn ("" for no topic); None for endlessly many.
    """
    plan = Plan(prompts["topic"].fill_null("").to_list(), population)
    each = float(prompts["rollouts"].mean() or 1)  # type: ignore[arg-type]
    within = prompts["spread"].filter(prompts["rollouts"] > 1)
    square = (within**2).mean()
    mean, above, perfect = (_estimate(prompts, name, plan, each) for name in ("mean", "above", "perfect"))
    return Measures(
        prompts.height,
        int(prompts["rollouts"].sum()),
        mean=mean,
        std=interval.deviation(prompts["mean"]),
        std_within=float(square) ** 0.5 if isinstance(square, float) else None,
        above_zero=above,
        perfect=perfect,
        learnable=_learnable(prompts, population),
    )


def _estimate(prompts: pl.DataFrame, name: str, plan: Plan, each: float) -> Estimate:
    """Return the mean of a column; each topic's noise is that of its prompts with two rollouts or more."""
    noise = prompts[f"{name}_noise"]
    if noise.null_count() == noise.len():
        return interval.share(prompts[name], None, plan, 1.0)
    return interval.share(prompts[name], noise.fill_null(noise.mean()), plan, each)


def _learnable(prompts: pl.DataFrame, population: Mapping[str, int] | None) -> Estimate:
    known = prompts.filter(pl.col("learnable").is_not_null())
    if known.is_empty():
        return Estimate(None)
    plan = Plan(known["topic"].fill_null("").to_list(), population)
    return interval.share(known["learnable"], interval.flip_noise(known["rollouts"], known["fewer"]), plan)


def by_topic(prompts: pl.DataFrame, population: Mapping[str, int] | None = None) -> dict[str, Measures]:
    """Return the numbers of each topic, in the order of their names; those of no topic under ``__unassigned``.

    Parameters
    ----------
    prompts
        As `per_prompt` gives them.
    population
        Topic -> prompts that could have been drawn; None for endlessly many.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "b"], "topic": ["x", None], "reward": [0.0, 1.0]})
    >>> {topic: found.mean.value for topic, found in by_topic(per_prompt(frame)).items()}
    {'__unassigned': 1.0, 'x': 0.0}
    """
    parts = prompts.with_columns(pl.col("topic").fill_null("")).partition_by("topic", as_dict=True)
    named = sorted((str(key[0]) or UNASSIGNED, part) for key, part in parts.items())
    return {name: measures(part, population) for name, part in named}


def buckets(frame: pl.DataFrame) -> pl.DataFrame:
    """Return how many answers lie in each fifth of 0 to 1; what is outside counts with the nearest.

    Parameters
    ----------
    frame
        `reward`, one row for each answer.

    Returns
    -------
    polars.DataFrame
        bucket, count, share.

    Examples
    --------
    >>> buckets(pl.DataFrame({"reward": [0.0, 0.1, 1.0, None]}))["count"].to_list()
    [2, 0, 0, 0, 1]
    """
    known = frame["reward"].drop_nulls()
    place = sum(((known >= edge).cast(pl.Int64) for edge in EDGES), pl.repeat(0, known.len(), eager=True))
    counts = [int((place == at).sum()) for at in range(len(BUCKETS))]
    shares = [count / known.len() if known.len() else None for count in counts]
    return pl.DataFrame({"bucket": BUCKETS, "count": counts, "share": pl.Series(shares, dtype=pl.Float64)})


def histogram(frame: pl.DataFrame, bins: int = 20) -> pl.DataFrame:
    """Return how many answers lie in each of many equal parts of 0 to 1, or of the range of the rewards where it is wider.

    Parameters
    ----------
    frame
        `reward`, one row for each answer.
    bins
        How many parts.

    Returns
    -------
    polars.DataFrame
        low, high, count.

    Examples
    --------
    >>> histogram(pl.DataFrame({"reward": [0.0, 0.99, 1.0]}), 2).rows()
    [(0.0, 0.5, 1), (0.5, 1.0, 2)]
    """
    known = frame["reward"].drop_nulls().to_list()
    first, last = min([0.0, *known]), max([1.0, *known])
    width = (last - first) / bins
    counts = [0] * bins
    for value in known:
        counts[min(bins - 1, int((value - first) / width))] += 1
    lows = [first + at * width for at in range(bins)]
    return pl.DataFrame({"low": lows, "high": [low + width for low in lows], "count": counts})


def percentiles(frame: pl.DataFrame) -> dict[str, float | None]:
    """Return the least and largest reward of the answers, and those that so many percent do not exceed.

    Parameters
    ----------
    frame
        `reward`, one row for each answer.

    Examples
    --------
    >>> percentiles(pl.DataFrame({"reward": [0.0, 0.5, 1.0]}))["p50"]
    0.5
    """
    known = frame["reward"].drop_nulls()
    cuts = {f"p{cut}": known.quantile(cut / 100, "linear") for cut in PERCENTILES}
    return {"min": known.min(), **cuts, "max": known.max()}  # type: ignore[dict-item]
