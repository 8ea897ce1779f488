"""The dots of a map as the browser gets them: places in a square, a group each, names at the densest places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.schema import HAND_MADE
from rftkit.topics.calibrate import HIGH, MEDIUM
from rftkit.topics.map import map_labels

COLOURS = ("topic", "confidence", "valid", "generated")
#: Topics with a colour of their own; so many more are listed, the rest is one group.
HUES = 8
GROUPS = 60
NAMES = 120
UNASSIGNED = "unassigned"
_FULL = 65_535

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


def squared(x: pl.Series, y: pl.Series) -> Floats:
    """Return places between 0 and 1, their proportions kept, y downwards as on a screen.

    Parameters
    ----------
    x, y
        As `Dataset.map` gives them.

    Examples
    --------
    >>> squared(pl.Series([0.0, 2.0]), pl.Series([0.0, 1.0])).tolist()
    [[0.0, 0.75], [1.0, 0.25]]
    """
    if not len(x):
        return np.zeros((0, 2), np.float32)
    places = np.stack([x.to_numpy(), -y.to_numpy()], axis=1)
    low, high = places.min(axis=0), places.max(axis=0)
    wide = max(float((high - low).max()), 1e-12)
    return np.asarray((places - (low + high) / 2) / wide + 0.5, dtype=np.float32)


def packed(places: Floats) -> bytes:
    """Return places as two numbers of 16 bits each.

    Parameters
    ----------
    places
        Between 0 and 1.

    Examples
    --------
    >>> np.frombuffer(packed(np.array([[0, 1]], np.float32)), "<u2").tolist()
    [0, 65535]
    """
    return np.round(np.clip(places, 0, 1) * _FULL).astype("<u2").tobytes()


def grouped(frame: pl.DataFrame, by: str, level: int = 1) -> tuple[npt.NDArray[np.uint8], list[dict[str, Any]]]:
    """Return the group of each record, and the groups with name, path, count and tone.

    Parameters
    ----------
    frame
        topic, topic_confidence, topic_method, valid, generated.
    by
        One of `COLOURS`.
    level
        Of the tree, for topics.

    Examples
    --------
    >>> frame = pl.DataFrame({"topic": ["a/b", "a/c", None]})
    >>> codes, groups = grouped(frame, "topic")
    >>> codes.tolist(), [(one["name"], one["count"], one["tone"]) for one in groups]
    ([0, 0, 1], [('a', 2, 't0'), ('unassigned', 1, 'none')])
    """
    if by not in COLOURS:
        raise InputError(f"by is {by!r}; give one of {', '.join(COLOURS)}")
    names = frame.select(_name(by, level).alias("it")).to_series()
    counts = {
        str(name): int(count)
        for name, count in names.value_counts(sort=True).sort("count", "it", descending=[True, False]).iter_rows()
    }
    kept = _topic_groups(counts) if by == "topic" else _plain_groups(counts, by)
    order = {group["name"] if by != "topic" else group["path"]: at for at, group in enumerate(kept)}
    rest = order.get("", len(kept) - 1)
    codes = names.replace_strict(order, default=rest, return_dtype=pl.UInt8).to_numpy()
    return codes, kept


def _name(by: str, level: int) -> pl.Expr:
    if by == "topic":
        return pl.col("topic").str.split("/").list.head(level).list.join("/").fill_null(UNASSIGNED)
    if by == "valid":
        words = pl.when(pl.col("valid")).then(pl.lit("valid")).otherwise(pl.lit("invalid"))
        return pl.when(pl.col("valid").is_null()).then(pl.lit("not checked")).otherwise(words)
    if by == "generated":
        return pl.when(pl.col("generated")).then(pl.lit("generated")).otherwise(pl.lit("original"))
    sure = pl.col("topic_confidence").fill_null(0.0)
    band = pl.when(sure >= HIGH).then(pl.lit("high")).when(sure >= MEDIUM).then(pl.lit("medium"))
    hand = pl.when(pl.col("topic_method").is_in(HAND_MADE)).then(pl.lit("by hand"))
    return (
        pl.when(pl.col("topic").is_null())
        .then(pl.lit(UNASSIGNED))
        .otherwise(hand.otherwise(band.otherwise(pl.lit("review"))))
    )


def _topic_groups(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the largest topics, the rest as one, the unassigned last."""
    topics = [path for path in counts if path != UNASSIGNED]
    shown = topics if len(topics) <= GROUPS else topics[: GROUPS - 1]
    groups = [
        {
            "name": path.rsplit("/", 1)[-1],
            "path": path,
            "count": counts[path],
            "tone": f"t{at}" if at < HUES else "rest",
        }
        for at, path in enumerate(shown)
    ]
    more = sum(counts[path] for path in topics[len(shown) :])
    if more:
        groups.append({"name": f"{len(topics) - len(shown)} more topics", "path": "", "count": more, "tone": "rest"})
    if UNASSIGNED in counts:
        groups.append({"name": UNASSIGNED, "path": UNASSIGNED, "count": counts[UNASSIGNED], "tone": "none"})
    return groups


_TONES = {
    "confidence": {"high": "ok", "medium": "near", "review": "far", "by hand": "t0", UNASSIGNED: "none"},
    "valid": {"valid": "ok", "invalid": "far", "not checked": "none"},
    "generated": {"original": "t0", "generated": "t1"},
}


def _plain_groups(counts: dict[str, int], by: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "path": name, "count": counts[name], "tone": tone}
        for name, tone in _TONES[by].items()
        if name in counts
    ]


def names(places: Floats, topics: pl.Series, level: int = 1) -> list[dict[str, Any]]:
    """Return where to write the names of the largest topics: in the densest place of their records.

    Parameters
    ----------
    places
        Between 0 and 1.
    topics
        The path per record.
    level
        Of the tree.

    Examples
    --------
    >>> names(np.array([[0.5, 0.5]], np.float32), pl.Series(["a/b"]))
    [{'name': 'a', 'path': 'a', 'x': 0.5, 'y': 0.5, 'count': 1}]
    """
    frame = pl.DataFrame({"x": places[:, 0], "y": places[:, 1], "topic": topics.cast(pl.String)})
    found = map_labels(frame, level).sort("count", "topic", descending=[True, False]).head(NAMES)
    return [
        {"name": path.rsplit("/", 1)[-1][:80], "path": path, "x": round(x, 4), "y": round(y, 4), "count": count}
        for path, x, y, count in found.iter_rows()
    ]


def inside(places: Floats, polygon: Sequence[Sequence[float]]) -> Bools:
    """Return which places are inside a polygon.

    Parameters
    ----------
    places
        x and y.
    polygon
        Its corners.

    Examples
    --------
    >>> inside(np.array([[0.5, 0.5], [2, 2]], np.float32), [(0, 0), (1, 0), (1, 1), (0, 1)]).tolist()
    [True, False]
    """
    corners = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        raise InputError("a lasso needs at least three corners, each with x and y")
    found = np.zeros(len(places), dtype=bool)
    x, y = places[:, 0].astype(np.float64), places[:, 1].astype(np.float64)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        found ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return found
