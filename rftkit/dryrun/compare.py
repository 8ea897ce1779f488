"""Two dry runs side by side: prompts that both have, each with itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from rftkit import render
from rftkit.dryrun import interval
from rftkit.dryrun.interval import Estimate, Plan
from rftkit.dryrun.measure import UNASSIGNED
from rftkit.errors import InputError

_MEASURES = ("mean", "above", "perfect", "learnable")
_NAMES = {"mean": "mean", "above": "share_above_zero", "perfect": "share_perfect", "learnable": "learnable_share"}


@dataclass(frozen=True)
class Change:
    """One number before and after, over the prompts that both runs have.

    Attributes
    ----------
    before, after
        The number.
    change
        After minus before, with its interval: each prompt is compared with itself.

    Examples
    --------
    >>> Change(0.2, 0.5, Estimate(0.3, 0.1, 0.5)).clear
    True
    """

    before: float | None
    after: float | None
    change: Estimate

    @property
    def clear(self) -> bool:
        """Whether the interval of the change leaves out 0."""
        low, high = self.change.low, self.change.high
        return low is not None and high is not None and (low > 0 or high < 0)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values."""
        ends = {"low": self.change.low, "high": self.change.high}
        return {"before": self.before, "after": self.after, "change": self.change.value, **ends, "clear": self.clear}


@dataclass(frozen=True)
class Comparison:
    """What changed between two dry runs.

    Attributes
    ----------
    frame
        id, topic, before, after, change: mean reward of each prompt that both have.
    measures
        mean, share_above_zero, share_perfect, learnable_share.
    by_topic
        The change of the mean reward in each topic.
    only_before, only_after
        Prompts that only one of them has.

    Examples
    --------
    >>> from rftkit.dryrun.measure import per_prompt
    >>> runs = [pl.DataFrame({"id": ["a", "b"], "topic": ["x", "x"], "reward": values}) for values in ([0.0, 1.0], [1.0, 1.0])]
    >>> compare(*(per_prompt(run) for run in runs)).measures["mean"].change.value
    0.5
    """

    frame: pl.DataFrame
    measures: dict[str, Change]
    by_topic: dict[str, Change]
    only_before: int
    only_after: int

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values."""
        return {
            "prompts": self.frame.height,
            "only_before": self.only_before,
            "only_after": self.only_after,
            **{name: one.to_dict() for name, one in self.measures.items()},
            "by_topic": {name: one.to_dict() for name, one in self.by_topic.items()},
        }

    def __repr__(self) -> str:
        one = self.measures["mean"]
        return f"Comparison({self.frame.height:,} prompts: mean {one.before:.3f} to {one.after:.3f})"

    def _repr_html_(self) -> str:
        rows = [{"": name, **one.to_dict()} for name, one in [*self.measures.items(), *self.by_topic.items()]]
        both = f"{render.plural(self.frame.height, 'prompt')} that both runs have, each compared with itself"
        return str(render.card("Two dry runs", render.table(rows), note=both))


def compare(before: pl.DataFrame, after: pl.DataFrame) -> Comparison:
    """Return what changed, over the prompts that both runs have.

    Parameters
    ----------
    before, after
        Prompts as `rftkit.dryrun.measure.per_prompt` gives them.

    Raises
    ------
    InputError
        The runs have no prompt in common.
    """
    columns = ["id", *_MEASURES]
    both = before.select(*columns, "topic").join(
        after.select(columns), on="id", how="inner", suffix="_after", maintain_order="left"
    )
    if both.is_empty():
        raise InputError("the two dry runs have no prompt in common; run both on the same data with the same seed")
    both = both.with_columns(pl.col("topic").fill_null("").replace("", UNASSIGNED))
    topics = {str(key[0]): part for key, part in both.partition_by("topic", as_dict=True).items()}
    frame = both.select("id", "topic", pl.col("mean").alias("before"), pl.col("mean_after").alias("after"))
    return Comparison(
        frame.with_columns(change=pl.col("after") - pl.col("before")),
        dict(_changes(both)),
        {name: _change(part, "mean") for name, part in sorted(topics.items())},
        before.height - both.height,
        after.height - both.height,
    )


def _changes(both: pl.DataFrame) -> Iterator[tuple[str, Change]]:
    for name in _MEASURES:
        yield _NAMES[name], _change(both, name)


def _change(both: pl.DataFrame, name: str) -> Change:
    known = both.filter(pl.col(name).is_not_null() & pl.col(f"{name}_after").is_not_null())
    if known.is_empty():
        return Change(None, None, Estimate(None))
    first, then = known[name].cast(pl.Float64), known[f"{name}_after"].cast(pl.Float64)
    plan = Plan(known["topic"].to_list())
    return Change(float(first.mean()), float(then.mean()), interval.mean(then - first, plan))  # type: ignore[arg-type]
