"""Curves of a few series over steps as a static picture: drawn here, coloured by the page, readable as text."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from rftkit.render.markup import Html, join, tag
from rftkit.render.numbers import count, score
from rftkit.render.pieces import note

_WIDTH, _HEIGHT, _LEFT, _BELOW = 560, 150, 40, 20
_HUES = ("var(--rft-bar)", "var(--rft-ok)", "var(--rft-near)", "var(--rft-far)", "var(--rft-muted)")
_DASHES = ("none", "6 3", "2 3", "8 3 2 3", "1 4")

Points = Sequence[tuple[float, float]]


def curves(series: Mapping[str, Points], title: str, *, low: float = 0.0, high: float = 1.0) -> Html:
    """Return series of points (step, value) as lines, with a legend that tells where each begins and ends.

    Parameters
    ----------
    series
        Name to its points, by step.
    title
        What is drawn, for the heading and for who does not see it.
    low, high
        The axis reaches at least from here to there.

    Examples
    --------
    >>> page = curves({"training": [(1, 0.2), (2, 0.4)]}, "mean reward by step")
    >>> page.count("<polyline"), "0.20 to 0.40" in page
    (1, True)
    """
    shown = {name: [point for point in points if math.isfinite(point[1])] for name, points in series.items()}
    every = [point for points in shown.values() for point in points]
    if not every:
        return note("nothing to draw yet")
    xs, ys = [x for x, _ in every], [y for _, y in every]
    box = (min(xs), max(xs), min(low, *ys), max(high, *ys))
    looks = zip(itertools.cycle(_HUES), itertools.cycle(_DASHES), strict=False)
    pairs = [(name, points, look) for (name, points), look in zip(shown.items(), looks, strict=False) if points]
    lines = [_line(points, box, *look) for _, points, look in pairs]
    picture = tag(
        "svg",
        _axes(box),
        *lines,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT + _BELOW}",
        width=_WIDTH,
        role="img",
        aria_label=title,
        style="max-width:100%;height:auto",
    )
    legend = join(*(_entry(name, points, look) for name, points, look in pairs))
    return join(note(title), picture, tag("div", legend, class_="rft__note"))


def duration(seconds: float | None) -> str:
    """Return a time span as a person says it.

    Examples
    --------
    >>> duration(42), duration(150), duration(7200), duration(None)
    ('42 s', '2 min 30 s', '2 h 0 min', '–')
    """
    if seconds is None:
        return count(None)
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def _place(point: tuple[float, float], box: tuple[float, float, float, float]) -> str:
    left, right, low, high = box
    x = _LEFT + (point[0] - left) / ((right - left) or 1) * (_WIDTH - _LEFT - 8)
    y = 6 + (high - point[1]) / ((high - low) or 1) * (_HEIGHT - 12)
    return f"{x:.1f},{y:.1f}"


def _line(points: Points, box: tuple[float, float, float, float], hue: str, dash: str) -> Html:
    style = f"fill:none;stroke:{hue};stroke-width:2;stroke-dasharray:{dash}"
    return tag("polyline", points=" ".join(_place(point, box) for point in points), style=style)


def _axes(box: tuple[float, float, float, float]) -> Html:
    left, right, low, high = box
    marks = []
    for value in (low, (low + high) / 2, high):
        y = _place((left, value), box).split(",")[1]
        rule = tag("line", x1=_LEFT, x2=_WIDTH - 8, y1=y, y2=y, style="stroke:var(--rft-soft)")
        marks.append(join(rule, _label(score(value), 0, y)))
    steps = {left: _LEFT, right: _WIDTH - 48}
    marks += [_label(f"step {count(step)}", x, str(_HEIGHT + 14)) for step, x in steps.items()]
    return join(*marks)


def _label(text: str, x: float, y: str) -> Html:
    return tag("text", text, x=x, y=y, style="fill:var(--rft-muted);font-size:11px")


def _entry(name: str, points: Points, look: tuple[str, str]) -> Html:
    sample = tag("line", x1=0, x2=22, y1=5, y2=5, style=f"stroke:{look[0]};stroke-width:2;stroke-dasharray:{look[1]}")
    key = tag("svg", sample, width=26, height=10, aria_hidden="true")
    first, last = score(points[0][1]), score(points[-1][1])
    return tag("span", key, f"{name}: {first} to {last}", style="margin-right:1.6em;white-space:nowrap")
