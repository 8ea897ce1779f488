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
    if (targets, level, grow) == (None, None, None):
        return ds.of_version("coverage", lambda: _cover(ds, _targets(ds), level, grow))
    return _cover(ds, _targets(ds) if targets is None else targets, level, grow)


def _cover(ds: Context, chosen: Targets, level: int | None, grow: float | None) -> Coverage:
    return cover(reading.narrow(ds), reading.tree(ds), targets=chosen, level=level, grow=grow, waiting=_waiting(ds))


def _targets(ds: Context) -> Targets:
    return targets(ds)


def _waiting(ds: Context) -> int:
    """Return how many valid candidates wait for a decision."""
    from rftkit.acts.reviewing import candidates

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
    return ds.of_version("summary", lambda: _summarize(ds))


def _summarize(ds: Context) -> Summary:
    return summarize(
        reading.narrow(ds),
        reading.tree(ds),
        coverage(ds),
        **_times(ds),
        from_idea=_from_idea(ds),
        left_out=_left_out(ds),
    )


def _left_out(ds: Context) -> int | None:
    """Return how many valid records the last split left out of both sets; None before there is one."""
    last = ds.store.get("split.json", ds.line)
    return None if last is None else int(last["left_out"])


def _from_idea(ds: Context) -> bool:
    """Whether the dataset generator has written records here."""
    return any(line.step == "new" for line in ds.store.lineage(ds.line))


#: Steps that change records, those of them that judge records again by themselves, and those that assign topics.
_CHANGING = ("import", "edit", "delete", "add", "new", "undo repairs")
_JUDGING = ("edit", "delete", "add", "new", "undo repairs")
_ASSIGNING = (
    "categorize",
    "import",
    "add",
    "new",
    "delete",
    "topics",
    "topics discover",
    "topics template",
    "topics load",
)


def _times(ds: Context) -> dict[str, Any]:
    """Return when the records were last sanitized, categorized and changed."""
    last: dict[str, datetime | None] = dict.fromkeys(("last_sanitized", "last_categorized", "last_changed"))
    for line in ds.store.lineage(ds.line):
        when = datetime.fromisoformat(line.when)
        if line.step == "sanitize" or (line.step in _JUDGING and last["last_sanitized"]):
            last["last_sanitized"] = when
        if line.step in _ASSIGNING and "topics.json" in line.files:
            last["last_categorized"] = when
        if line.step in _CHANGING:
            last["last_changed"] = when
    return last
