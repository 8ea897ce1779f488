"""How the dataset stands: coverage, targets, matrix, summary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.coverage import Coverage, Matrix
from rftkit.coverage import coverage as cover
from rftkit.summary import Summary
from rftkit.summary import summary as summarize

if TYPE_CHECKING:
    from rftkit.acts.context import Context

Targets = str | Mapping[str, float]


def targets(ds: Context) -> Targets:
    """Return the targets that were set; ``uniform`` before any were."""
    stored = ds.store.get("targets.json", ds.line)
    return "uniform" if stored is None else stored["targets"]


def set_targets(ds: Context, targets: Targets) -> Coverage:
    """Set the target shares of the topics.

    Parameters
    ----------
    ds
        The dataset.
    targets
        ``uniform``, ``proportional``, or share by path.

    Returns
    -------
    Coverage
        With these targets.
    """
    result = coverage(ds, targets=targets)
    stored = targets if isinstance(targets, str) else dict(targets)
    with ds.step("set targets", {"targets": stored}) as step:
        step.put("targets.json", {"targets": stored})
    return result


def coverage(
    ds: Context, *, targets: Targets | None = None, level: int | None = None, grow: float | None = None
) -> Coverage:
    """Return how the topics are covered and what is missing.

    Parameters
    ----------
    ds
        The dataset.
    targets
        ``uniform``, ``proportional``, or share by path; those that were set by default.
    level
        Level of the tree; leaves by default.
    grow
        Growth of a balanced dataset, 0.2 for a fifth.
    """
    chosen = _targets(ds) if targets is None else targets
    return cover(reading.narrow(ds), reading.tree(ds), targets=chosen, level=level, grow=grow, waiting=_waiting(ds))


def _targets(ds: Context) -> Targets:
    return targets(ds)


def _waiting(ds: Context) -> int:
    """Return how many valid candidates wait for a decision."""
    from rftkit.acts.generating import candidates

    if "candidates" not in ds.line.tables:
        return 0
    return candidates(ds).filter("valid", pl.col("decision").is_null()).height


def matrix(ds: Context, facet: str = "difficulty", *, level: int | None = None) -> Matrix:
    """Return counts of topic x facet.

    Parameters
    ----------
    ds
        The dataset.
    facet
        difficulty, turns, tools, language or source.
    level
        Level of the tree; leaves by default.
    """
    frame = reading.frame(ds)
    return cover(frame, reading.tree(ds), targets=targets(ds), level=level).matrix(facet)


def summary(ds: Context) -> Summary:
    """Return the state of the dataset and whether it is ready for training."""
    return summarize(reading.narrow(ds), reading.tree(ds), coverage(ds), **_times(ds))


def _times(ds: Context) -> dict[str, Any]:
    """Return when the records were last sanitized, categorized and changed, as versions and times."""
    changing = {"import", "edit", "delete", "add", "undo repairs"}
    lines = [line for line in ds.store.versions() if line.version <= ds.line.content or line.version == ds.version]
    last: dict[str, Any] = {"sanitize": None, "categorize": None, "changed": None}
    for line in lines:
        if line.step in ("sanitize", "categorize"):
            last[line.step] = line
        if line.step in changing:
            last["changed"] = line
        if line.step in ("topics", "topics discover", "topics template", "topics load", "import"):
            last["categorize"] = line
    return {
        f"last_{name}": None if line is None else datetime.fromisoformat(line.when)
        for name, line in (
            ("sanitized", last["sanitize"]),
            ("categorized", last["categorize"]),
            ("changed", last["changed"]),
        )
    }
