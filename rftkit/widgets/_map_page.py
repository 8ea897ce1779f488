"""A map as a static page: dots as one drawing, names, and what the colours mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rftkit import render
from rftkit.render import Html
from rftkit.widgets._map_points import Floats

EMPTY = "No records yet: import some, then they have a place on the map."
NOT_DRAWN = "The map is not drawn yet."
#: Dots of a saved page; a sample where there are more, so that a saved notebook stays small.
DOTS = 1200
WIDE, TALL = 720, 480
#: Steps of a place between two whole numbers of the picture; whole numbers are short.
FINE = 2
#: Light and dark of each tone; those of topics differ in lightness too (after Okabe and Ito).
TONES = {
    "t0": ("#0072b2", "#56a8e0"),
    "t1": ("#d55e00", "#f28e45"),
    "t2": ("#009e73", "#3fc9a0"),
    "t3": ("#aa3f7f", "#e39bc6"),
    "t4": ("#b58900", "#f0d04a"),
    "t5": ("#2fa4d6", "#a5dcf7"),
    "t6": ("#5b3f9e", "#a99be8"),
    "t7": ("#7a5230", "#c9a27e"),
    "rest": ("#9a9a9a", "#7d7d7d"),
    "none": ("#c9c9c9", "#4d4d4d"),
    "ok": ("#1f7a5c", "#5cc4a0"),
    "near": ("#96690a", "#e8bf5a"),
    "far": ("#a3262f", "#ff9a94"),
}


def page(
    drawn: Mapping[str, Any] | None, legend: Mapping[str, Any], places: Floats, codes: Sequence[int], total: int
) -> Html:
    """Return the static twin of the map.

    Parameters
    ----------
    drawn
        What is shown; None before it was drawn.
    legend
        The groups.
    places, codes
        Of the dots.
    total
        Records of the dataset.

    Examples
    --------
    >>> "No records yet" in page(None, {}, np.zeros((0, 2), np.float32), [], 0)
    True
    """
    if drawn is None or not len(places):
        told = EMPTY if not total else NOT_DRAWN
        return render.card("Map", render.notice(told), *([render.tag("code", "ds.map()")] if total else []))
    some = np.arange(len(places))
    if len(places) > DOTS:
        some = np.sort(np.random.default_rng(0).choice(len(places), DOTS, replace=False))
    scale = min(WIDE, TALL)
    at = places[some].astype(np.float64) * scale + [(WIDE - scale) / 2, (TALL - scale) / 2]
    groups = legend["groups"]
    dots = [_dots(at[np.asarray(codes)[some] == code], group) for code, group in enumerate(groups)]
    size = {"viewBox": f"-8 -8 {WIDE + 16} {TALL + 16}", "width": "100%", "role": "img", "aria_label": drawn["said"]}
    drawing = render.tag("svg", *dots, *_names(drawn["names"], scale), **size, style="max-width:60em")
    fewer = [render.note(f"{DOTS:,} of the dots are in this saved picture.")] if len(places) > DOTS else []
    return render.card("Map", drawing, _legend(groups), *fewer, render.tag("code", drawn["python"]), note=drawn["said"])


def _tone(name: str) -> str:
    light, dark = TONES[name]
    return f"light-dark({light}, {dark})"


def _dots(at: Any, group: Mapping[str, Any]) -> Html:
    # one path per group: a dot is a line of no length with a round end
    path = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in (at * FINE).tolist())
    style = f"stroke:{_tone(group['tone'])};stroke-width:{4 * FINE};stroke-linecap:round;opacity:.7;fill:none"
    return render.tag("path", render.tag("title", group["name"]), d=path, style=style, transform=f"scale({1 / FINE})")


def _names(names: Sequence[Mapping[str, Any]], scale: float) -> list[Html]:
    """Return the names of the largest topics that do not stand on each other."""
    kept: list[tuple[float, float, float]] = []
    shown = []
    style = "font-size:12px;font-weight:600;fill:currentColor;paint-order:stroke;stroke:var(--rft-bg);stroke-width:3px"
    for one in names:
        x, y = one["x"] * scale + (WIDE - scale) / 2, one["y"] * scale + (TALL - scale) / 2 - 8
        half = 3.7 * len(one["name"])
        if x - half < 0 or x + half > WIDE or any(abs(x - a) < half + b and abs(y - c) < 15 for a, c, b in kept):
            continue
        kept.append((x, y, half))
        shown.append(render.tag("text", one["name"], x=f"{x:.0f}", y=f"{y:.0f}", text_anchor="middle", style=style))
    return shown


def _legend(groups: Sequence[Mapping[str, Any]]) -> Html:
    def entry(group: Mapping[str, Any]) -> Html:
        dot = render.tag("span", "\N{BLACK CIRCLE} ", style=f"color:{_tone(group['tone'])}")
        return render.tag("span", dot, f"{group['name']} {group['count']:,}", class_="rft__note")

    parts = [render.join(" \N{MIDDLE DOT} " if place else "", entry(one)) for place, one in enumerate(groups[:20])]
    return render.tag("p", *parts)
