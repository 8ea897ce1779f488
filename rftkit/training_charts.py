"""Charts of training: rewards by step, and each topic before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import charts
from rftkit.errors import InputError

if TYPE_CHECKING:
    import altair as alt

#: Points of one line at most; more would be finer than the screen.
_POINTS = 400
_LINES = {"train_reward": "training", "valid_reward": "validation"}
_OUTCOMES = {"better": charts.STATUS["ok"], "unclear": charts.TARGET, "worse": charts.STATUS["under"]}


def rewards(metrics: pl.DataFrame, *, baseline: float | None = None) -> alt.LayerChart:
    """Return the mean reward of training and of validation by step, the baseline as a line.

    Parameters
    ----------
    metrics
        From `rftkit.TrainingJob.metrics`.
    baseline
        The validation reward before training.

    Examples
    --------
    >>> from rftkit.train.state import metrics_frame
    >>> chart = rewards(metrics_frame([{"step": 1, "train_reward": 0.2}, {"step": 2, "train_reward": 0.4}]), baseline=0.2)
    >>> len(chart.layer)
    3
    """
    import altair as alt

    points = _points(metrics.filter(pl.col("phase") == "rl"))
    if points.is_empty():
        raise InputError("no reward was logged yet; wait for the first steps of the job")
    charts._choose_renderer()
    names = [name for name in _LINES.values() if name in points["of"]]
    hues = alt.Scale(domain=names, range=list(charts.HUES[: len(names)]))
    base = alt.Chart(charts._values(points)).encode(
        x=alt.X("step:Q", title="step", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("reward:Q", title="mean reward", scale=alt.Scale(domain=[0, max(1.0, _top(points))])),
        color=alt.Color("of:N", title=None, scale=hues),
        strokeDash=alt.StrokeDash("of:N", legend=None),
    )
    layers = [
        base.mark_line(strokeWidth=2),
        base.mark_point(size=14, filled=True).encode(tooltip=["of:N", "step:Q", "reward:Q"]),
    ]
    if baseline is not None:
        rule = alt.Chart(charts._values([{"baseline": baseline}])).mark_rule(color=charts.TARGET, strokeDash=[4, 3])
        layers.append(rule.encode(y="baseline:Q"))
    subtitle = "" if baseline is None else f"grey line: validation before training, {baseline:.2f}"
    return charts._layered(layers, "Reward by step", subtitle, width=charts.WIDTH, height=220)


def before_after(topics: pl.DataFrame) -> alt.LayerChart:
    """Return each topic's mean reward before (open) and after (filled), coloured by what is beyond luck.

    Parameters
    ----------
    topics
        topic, before, after, prompts, outcome.

    Examples
    --------
    >>> row = {"topic": "a", "before": 0.2, "after": 0.5, "prompts": 30, "outcome": "better"}
    >>> len(before_after(pl.DataFrame([row])).layer)
    3
    """
    import altair as alt

    charts._choose_renderer()
    hues = alt.Scale(domain=list(_OUTCOMES), range=list(_OUTCOMES.values()))
    told: list[Any] = [
        "topic:N",
        alt.Tooltip("before:Q", format=".3f"),
        alt.Tooltip("after:Q", format=".3f"),
        "prompts:Q",
        "outcome:N",
    ]
    base = alt.Chart(charts._values(topics)).encode(
        y=alt.Y("topic:N", title=None, sort=None),
        color=alt.Color("outcome:N", title=None, scale=hues),
        tooltip=told,
    )
    axis = alt.X("before:Q", title="mean reward", scale=alt.Scale(domain=[0, 1]))
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=axis, x2="after:Q"),
        base.mark_point(size=60, filled=False, strokeWidth=2).encode(x=axis),
        base.mark_point(size=70, filled=True).encode(x="after:Q"),
    ]
    subtitle = "open: before training, filled: after"
    return charts._layered(
        layers, "Before and after by topic", subtitle, width=charts.WIDTH, height=charts._height(topics.height)
    )


def _points(metrics: pl.DataFrame) -> pl.DataFrame:
    """Return step, reward and whose it is; the means of neighbouring steps where there are too many."""
    parts = []
    for column, name in _LINES.items():
        known = metrics.select("step", pl.col(column).alias("reward")).drop_nulls()
        part = max(1, -(-known.height // _POINTS))
        groups = known.group_by(pl.int_range(pl.len()) // part, maintain_order=True)
        thin = groups.agg(pl.col("step").last(), pl.col("reward").mean()) if known.height else known
        parts.append(thin.select("step", "reward", pl.lit(name).alias("of")))
    return pl.concat(parts)


def _top(points: pl.DataFrame) -> float:
    return float(points["reward"].to_numpy().max())
