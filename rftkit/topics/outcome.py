"""What a run of `categorize` decides, row by row, and the labels that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.topics.work import Ints, Work, column, put_aside

SECOND = 0.2  # a topic as likely as that is secondary


@dataclass
class Outcome:
    """What a run decides about every row of the frame.

    Attributes
    ----------
    topic
        Column of the topic, -1 for none.
    confidence, method
        How sure, and how it was found.
    second
        Columns of secondary topics.
    likely
        Columns of the likeliest topics of rows that meaning has judged.
    shares
        Probabilities of the first of `likely`; only where they are wanted, since they take room.
    calibrated, error, accuracy
        What hand-made labels said.

    Examples
    --------
    >>> Outcome.empty(2).topic.tolist()
    [-1, -1]
    """

    topic: Ints
    confidence: npt.NDArray[np.float64]
    method: list[str | None]
    second: dict[int, list[int]] = field(default_factory=dict)
    likely: dict[int, list[int]] = field(default_factory=dict)
    shares: dict[int, list[float]] | None = None
    calibrated: bool = False
    error: float | None = None
    accuracy: float | None = None

    @classmethod
    def empty(cls, total: int) -> Outcome:
        """Return that nothing was decided.

        Examples
        --------
        >>> Outcome.empty(1).method
        [None]
        """
        return cls(np.full(total, -1, dtype=np.int64), np.zeros(total), [None] * total)


def seconds(chances: npt.NDArray[np.float64], best: int, limit: int = 2) -> list[int]:
    """Return the topics besides the best that are likely enough to be secondary.

    Examples
    --------
    >>> seconds(np.array([0.5, 0.3, 0.2, 0.0]), 0)
    [1, 2]
    """
    order = np.argsort(-chances, kind="stable")[: limit + 1].tolist()
    return [topic for topic in order if topic != best and chances[topic] >= SECOND][:limit]


def labels(work: Work, outcome: Outcome) -> pl.DataFrame:
    """Return the labels of all records: what was decided, and what stays.

    Examples
    --------
    >>> from rftkit import messages
    >>> from rftkit.topics.tree import TopicTree
    >>> frame = pl.DataFrame({"id": ["a"], "messages": messages.pack([[{"role": "user", "content": "hm"}]])})
    >>> labels(Work.of(frame, TopicTree().add("Cards"), again=False), Outcome.empty(1))["topic"].to_list()
    [None]
    """
    topic: list[str | None] = list(work.current)
    sure = _numbers(work.frame, "topic_confidence")
    before = column(work.frame, "topic")
    stays = put_aside(before, work.methods)
    method = [m if p is not None or a else None for m, p, a in zip(work.methods, work.current, stays, strict=True)]
    second = _lists(work.frame, "secondary_topics")
    for row in work.at.tolist():
        at = int(outcome.topic[row])
        topic[row] = work.paths[at] if at >= 0 else None
        sure[row], method[row] = (float(outcome.confidence[row]), outcome.method[row]) if at >= 0 else (None, None)
        second[row] = [work.paths[each] for each in outcome.second.get(row, []) if at >= 0 and each != at]
    for row in np.flatnonzero(work.hand).tolist():
        sure[row] = 1.0 if sure[row] is None else sure[row]
    return work.frame.select(name for name in ("row", "id") if name in work.frame.columns).with_columns(
        pl.Series("topic", topic, dtype=pl.String),
        pl.Series("topic_confidence", sure, dtype=pl.Float64),
        pl.Series("topic_method", method, dtype=pl.String),
        pl.Series("secondary_topics", second, dtype=pl.List(pl.String)),
        pl.Series("changed", [a != b for a, b in zip(before, topic, strict=True)], dtype=pl.Boolean),
    )


def _numbers(frame: pl.DataFrame, name: str) -> list[float | None]:
    return frame[name].cast(pl.Float64).to_list() if name in frame.columns else [None] * frame.height


def _lists(frame: pl.DataFrame, name: str) -> list[list[str]]:
    if name not in frame.columns:
        return [[] for _ in range(frame.height)]
    return [list(each or []) for each in frame[name].to_list()]
