"""Ask a judge, such as a language model, about the records that keywords and meaning left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rftkit.errors import InputError
from rftkit.topics import calibrate
from rftkit.topics.outcome import Outcome
from rftkit.topics.work import Work, known_path


@dataclass(frozen=True, slots=True)
class Question:
    """What a judge is asked about one record.

    Attributes
    ----------
    text
        Of the record.
    topics
        Path and description of the topics it may have, the likeliest first.

    Examples
    --------
    >>> Question("where is my card", (("Cards/Delivery", ""),)).topics[0][0]
    'Cards/Delivery'
    """

    text: str
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says: a path (None for no topic of the tree) and how sure it is.

    Examples
    --------
    >>> Verdict("Cards/Delivery", 0.9).path
    'Cards/Delivery'
    """

    path: str | None
    confidence: float


#: Answers questions, in order; None where no answer came.
Judge = Callable[[Sequence[Question]], Sequence[Verdict | None]]


def by_judge(work: Work, outcome: Outcome, judge: Judge) -> None:
    """Let a judge decide the records that have no topic yet, or an unsure one.

    Parameters
    ----------
    work
        The records of the run.
    outcome
        What was decided so far; changed in place.
    judge
        Is asked once, about all that is open.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> from rftkit.topics.tree import TopicTree
    >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": "hm"}]])})
    >>> work = Work.of(frame, TopicTree().add("Cards"), again=False)
    >>> outcome = Outcome.empty(1)
    >>> by_judge(work, outcome, lambda questions: [Verdict("Cards", 0.7)])
    >>> outcome.topic.tolist(), outcome.method
    ([0], ['llm'])
    """
    at = work.at
    open_ = at[(outcome.confidence[at] < calibrate.MEDIUM) | (outcome.topic[at] < 0)].tolist()
    if not open_:
        return
    verdicts = judge([_question(work, outcome, row) for row in open_])
    if len(verdicts) != len(open_):
        raise InputError(f"the judge must answer every question; asked {len(open_)}, answered {len(verdicts)}")
    columns = {path: i for i, path in enumerate(work.paths)}
    for row, verdict in zip(open_, verdicts, strict=True):
        path = None if verdict is None or verdict.path is None else known_path(work.tree, verdict.path)
        if verdict is None or (verdict.path is not None and path not in columns):
            continue  # no answer, or a topic that is not in the tree: what was decided before stands
        outcome.topic[row] = -1 if path is None else columns[path]
        outcome.method[row] = None if path is None else "llm"
        outcome.confidence[row] = float(np.clip(verdict.confidence, 0, 1))


def _question(work: Work, outcome: Outcome, row: int) -> Question:
    likely = outcome.likely.get(row, range(len(work.leaves)))
    return Question(work.text(row), tuple((work.paths[i], work.leaves[i].description) for i in likely))
