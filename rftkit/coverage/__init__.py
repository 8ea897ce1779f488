"""Coverage: what the records of a dataset cover by topic, against what they should, and what is missing.

`coverage` counts a frame once; everything else (another level, other targets, a preview of records to be added) is
arithmetic on the counts and costs nothing, so a threshold can be dragged.
"""

from __future__ import annotations

import polars as pl

from rftkit.coverage.facets import FACETS, facet, language
from rftkit.coverage.gaps import apportion, needed, room, within
from rftkit.coverage.matrix import Matrix, matrix
from rftkit.coverage.result import Coverage, Options, build
from rftkit.coverage.scores import DEFINITIONS, balance, rating, status, target_fit, tolerance
from rftkit.coverage.tally import Tally, tally
from rftkit.coverage.targets import MODES, Targets
from rftkit.topics.tree import TopicTree

__all__ = [
    "DEFINITIONS",
    "FACETS",
    "MODES",
    "Coverage",
    "Matrix",
    "Options",
    "Tally",
    "Targets",
    "apportion",
    "balance",
    "build",
    "coverage",
    "facet",
    "language",
    "matrix",
    "needed",
    "rating",
    "room",
    "status",
    "tally",
    "target_fit",
    "tolerance",
    "within",
]


def coverage(
    frame: pl.DataFrame,
    tree: TopicTree | None = None,
    *,
    targets: Targets = "uniform",
    level: int | None = None,
    grow: float | None = None,
    synthetic_ratio: float | None = 0.3,
    only_valid: bool = True,
    waiting: int = 0,
) -> Coverage:
    """Say how the topics are covered, what is missing, and what to do next.

    Parameters
    ----------
    frame
        With `topic` (path, null for unassigned) and, where there are, `valid` and `generated`. A record whose `valid`
        is null was not sanitized yet and counts as valid. A Categorical `topic` is counted fastest.
    tree
        The topics; None for those of the frame.
    targets
        ``uniform``; ``proportional`` (the shares as they are, so nothing is missing); ``traces`` (the shares of the
        records that were not generated); or a mapping of topics to shares or weights.
    level
        Level of the tree, 1 for the first; None for the leaves. Records on a topic that has subtopics count as
        ``Parent/__general`` at the leaves.
    grow
        Let the dataset grow by this part, 0.2 for 20 %, with the targets kept.
    synthetic_ratio
        Largest allowed part of generated records in the whole dataset; None for no limit. It never changes `needed`,
        it scales `fill` down evenly.
    only_valid
        Leave out invalid records.
    waiting
        Candidates that wait for a decision; they only matter to the next act.

    Returns
    -------
    Coverage
        The counts by topic and everything that follows from them.

    Examples
    --------
    >>> frame = pl.DataFrame({"topic": ["Cards"] * 60 + ["Loans"] * 40 + [None] * 5})
    >>> c = coverage(frame, targets={"Cards": 0.5, "Loans": 0.5})
    >>> c.topics.select("path", "count", "share", "target", "status", "needed").rows()
    [('Cards', 60, 0.6, 0.5, 'over', 0), ('Loans', 40, 0.4, 0.5, 'under', 20)]
    >>> c.unassigned, round(c.balance, 2), c.balance_rating, c.target_fit
    (5, 0.67, 'good', 0.9)
    """
    options = Options(targets, level, grow, synthetic_ratio, waiting)
    counted, outline = tally(frame, tree, only_valid=only_valid)
    return build(counted, outline, options, frame)
