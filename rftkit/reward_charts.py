"""Charts of rewards: their histogram, and topic by learnability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rftkit import charts

if TYPE_CHECKING:
    import altair as alt

#: From too hard to too easy; what training learns from is the strong colour.
CLASSES = ("too hard", "hard", "easy", "too easy")


def histogram(bins: pl.DataFrame, mean: float | None = None) -> alt.LayerChart:
    """Return the histogram of rewards, the mean as a line.

    Parameters
    ----------
    bins
        low, high, count.
    mean
        The mean reward.

    Examples
    --------
    >>> chart = histogram(pl.DataFrame({"low": [0.0, 0.5], "high": [0.5, 1.0], "count": [3, 1]}), 0.3)
    >>> len(chart.layer)
    2
    """
    import altair as alt

    charts._choose_renderer()
    bars = (
        alt.Chart(charts._values(bins))
        .mark_bar(color=charts.BAR)
        .encode(
            x=alt.X("low:Q", title="reward").bin("binned"),
            x2="high:Q",
            y=alt.Y("count:Q", title="answers"),
            tooltip=["low:Q", "high:Q", "count:Q"],
        )
    )
    layers = [bars]
    if mean is not None:
        line = alt.Chart(charts._values([{"mean": mean}])).mark_rule(
            color=charts.TARGET, strokeWidth=2, strokeDash=[4, 3]
        )
        layers.append(line.encode(x="mean:Q"))
    subtitle = "" if mean is None else f"mean {mean:.3f}"
    return charts._layered(layers, "Rewards", subtitle, width=charts.WIDTH, height=180)


def heat_map(cells: pl.DataFrame) -> alt.LayerChart:
    """Return topic by learnability: the share of each topic's prompts as colour, their number as text.

    Parameters
    ----------
    cells
        topic, class, prompts, share.

    Examples
    --------
    >>> cells = pl.DataFrame({"topic": ["a"], "class": ["hard"], "prompts": [3], "share": [1.0], "mean": [0.2]})
    >>> len(heat_map(cells).layer)
    2
    """
    import altair as alt

    charts._choose_renderer()
    base = alt.Chart(charts._values(cells)).encode(
        x=alt.X("class:N", sort=list(CLASSES), title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("topic:N", title=None, sort=None),
    )
    colour = alt.Color("share:Q", title="share of the topic", scale=alt.Scale(domain=[0, 1], scheme="blues"))
    squares = base.mark_rect(cornerRadius=2).encode(
        color=colour, tooltip=["topic:N", "class:N", "prompts:Q", alt.Tooltip("share:Q", format=".0%")]
    )
    ink = alt.condition("datum.share > 0.5", alt.value("white"), alt.value("black"))
    numbers = base.mark_text(fontSize=12).encode(text="prompts:Q", color=ink)
    rows = cells["topic"].n_unique()
    title, subtitle = "Topic by learnability", "prompts whose rewards differ are what training learns from"
    return charts._layered([squares, numbers], title, subtitle, width=charts.WIDTH, height=charts._height(rows))
