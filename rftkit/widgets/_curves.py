"""Curves of a training job as the browser gets them: few enough points, whatever the number of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

#: Points of one curve at most; more would be finer than the screen.
POINTS = 240
#: What is drawn together, and how each line is called.
CHARTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("reward", {"train": "train_reward", "validation": "valid_reward"}),
    ("groups without spread", {"share": "zero_spread_share"}),
    ("answer length", {"length": "length"}),
    ("divergence", {"kl": "kl"}),
    ("loss", {"loss": "loss"}),
)
_OF_GRADER = "by_grader/"


def charts(metrics: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the charts that have something to draw, the rewards first.

    Parameters
    ----------
    metrics
        From `rftkit.TrainingJob.metrics`.

    Returns
    -------
    list of dict
        `name` and `lines`: each a `name` and `points` of step and value.

    Examples
    --------
    >>> from rftkit.train.state import metrics_frame
    >>> charts(metrics_frame([{"step": 0, "valid_reward": 0.2}, {"step": 9, "valid_reward": 0.5}]))
    [{'name': 'reward', 'lines': [{'name': 'validation', 'points': [[0, 0.2], [9, 0.5]]}]}]
    """
    steps = metrics.filter(pl.col("phase") == "rl")
    parts = {name.removeprefix(_OF_GRADER): name for name in metrics.columns if name.startswith(_OF_GRADER)}
    wanted = [*CHARTS[:1], ("reward by grader", parts if len(parts) > 1 else {}), *CHARTS[1:]]
    found = [{"name": name, "lines": _lines(steps, columns)} for name, columns in wanted]
    return [one for one in found if one["lines"]]


def _lines(steps: pl.DataFrame, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    drawn = [(name, steps.select("step", column).drop_nulls()) for name, column in columns.items()]
    return [{"name": name, "points": thinned(list(rows.iter_rows()))} for name, rows in drawn if rows.height]


def thinned(points: Sequence[tuple[int, float]], most: int = POINTS) -> list[list[float]]:
    """Return points as lists, in equal parts of steps their means where there are too many.

    Parameters
    ----------
    points
        Step and value, by step.
    most
        So many are kept as they are.

    Examples
    --------
    >>> thinned([(0, 0.0), (1, 1.0), (2, 2.0), (3, 5.0)], most=2)
    [[1, 0.5], [3, 3.5]]
    """
    if len(points) <= most:
        return [[step, round(value, 5)] for step, value in points]
    size = -(-len(points) // most)
    parts = [points[at : at + size] for at in range(0, len(points), size)]
    return [[part[-1][0], round(sum(value for _, value in part) / len(part), 5)] for part in parts]
