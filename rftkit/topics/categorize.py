"""Give records their topic: by keywords, by meaning, by a model for what remains.

Hand-made topics (assigned by a person, or imported with the data) are never overwritten; they teach. What is like
nothing that the tree knows stays unassigned, and unassigned records yield suggestions for new topics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import keywords
from rftkit.topics.categorize_report import CategorizeReport
from rftkit.topics.judging import Judge, Question, Verdict, by_judge
from rftkit.topics.meaning import by_keywords, by_meaning
from rftkit.topics.outcome import Outcome, labels
from rftkit.topics.suggest import suggestions
from rftkit.topics.tree import TopicTree
from rftkit.topics.work import HAND_MADE, Work

if TYPE_CHECKING:
    from rftkit.embed.protocol import Embedder, Fittable

__all__ = ["HAND_MADE", "METHODS", "CategorizeReport", "Judge", "Question", "Verdict", "categorize"]

METHODS = ("keyword", "embedding", "llm")


def categorize(
    frame: pl.DataFrame,
    tree: TopicTree,
    *,
    method: Sequence[str] = ("keyword", "embedding"),
    embedder: str | Embedder | Fittable = "auto",
    vectors: npt.NDArray[np.float32] | None = None,
    all: bool = False,
    only: npt.NDArray[np.bool_] | None = None,
    together: bool = True,
    judge: Judge | None = None,
    suggest: bool = True,
    seed: int = 0,
) -> CategorizeReport:
    """Give records a topic of the tree.

    Parameters
    ----------
    frame
        With `messages`, and `id`, `topic`, `topic_method`, `topic_confidence` where they exist.
    tree
        Its leaves are the topics a record can have.
    method
        Any of `keyword`, `embedding`, `llm`, used in this order; each decides what the ones before left open.
    embedder
        A name, or an embedder; the one that made `vectors` where these are given.
    vectors
        One row per record, when they exist already.
    all
        Judge again what has a topic, too. Hand-made topics stay in any case.
    only
        Which records may be judged, all by default; the others teach and are listened to.
    together
        Whether the prompts may speak for each other; without it each is judged by itself.
    judge
        Decides what remains; needed for `llm`.
    suggest
        Whether unassigned records are searched for new topics.
    seed
        For the folds of the calibration.

    Examples
    --------
    >>> from rftkit import messages
    >>> frame = pl.DataFrame({"id": ["a"], "messages": messages.pack([[{"role": "user", "content": "my cards"}]])})
    >>> categorize(frame, TopicTree().add("Cards", keywords=["card"]), method=["keyword"])
    CategorizeReport(1 of 1 assigned, {'high': 1, 'medium': 0, 'review': 0}, uncalibrated)
    """
    wanted = _methods(method, judge)
    if not tree.topics:
        raise InputError("the tree has no topics; discover some, take a template, or add them first")
    work = Work.of(frame, tree, again=all, only=only, seed=seed)
    outcome = Outcome.empty(frame.height)
    hits = keywords.scores(work.texts, work.leaves) if "keyword" in wanted else None
    if "embedding" in wanted and len(work.at):
        work.embed(embedder, vectors)
        by_meaning(work, outcome, hits, together=together, seed=seed)
    elif hits is not None:
        by_keywords(work, outcome, hits)
    if "llm" in wanted and judge is not None:
        by_judge(work, outcome, judge)
    found = labels(work, outcome)
    new = suggestions(work, found, seed) if suggest else ()
    return CategorizeReport(found, outcome.calibrated, work.why, new, outcome.error, outcome.accuracy)


def _methods(method: Sequence[str], judge: Judge | None) -> tuple[str, ...]:
    wanted = tuple(method.split(",")) if isinstance(method, str) else tuple(method)
    unknown = [name for name in wanted if name not in METHODS]
    if unknown or not wanted:
        raise InputError(f"a method is one of {', '.join(METHODS)}; given {', '.join(unknown) or 'none'}")
    if "llm" in wanted and judge is None:
        raise InputError("the method 'llm' needs a model; name one, or leave 'llm' out")
    return wanted
