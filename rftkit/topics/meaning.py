"""Topics by what prompts mean: the likeliest topic, how sure, and whether there is one at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rftkit import phases
from rftkit.topics import calibrate, classify, crossval, foreign, keywords
from rftkit.topics.outcome import Outcome, seconds
from rftkit.topics.space import Space, space
from rftkit.topics.work import Examples, Ints, Work

Floats = npt.NDArray[np.float64]

_FLOOR = 0.1  # a topic less likely than that is no topic
_OFFERED = 60  # likeliest topics that are kept for a judge
SHARES = 9  # of so many the probabilities are kept where they are wanted


def by_meaning(work: Work, outcome: Outcome, hits: Floats | None, *, together: bool, seed: int) -> None:
    """Decide the records of a run by meaning, helped by keywords.

    Parameters
    ----------
    work
        The records, embedded.
    outcome
        Changed in place.
    hits
        What keywords found in the rows of `work.use`, None where they are not asked.
    together
        Whether prompts may speak for each other.
    seed
        For the folds of the calibration.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> from rftkit.embed.lsa import LSA
    >>> from rftkit.topics.tree import TopicTree
    >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": "cards"}]] * 2)})
    >>> work, outcome = Work.of(frame, TopicTree().add("Cards").add("Rates"), again=False), Outcome.empty(2)
    >>> work.embed(LSA(), None)
    >>> by_meaning(work, outcome, None, together=False, seed=0)
    >>> outcome.topic.tolist()
    [0, 0]
    """
    assert work.vectors is not None
    assert work.embedder is not None
    judged = None
    others = foreign.background(_anchors(work), work.embedder, work.texts)
    for rows in phases.each(list(work.parts(seed)), "judging"):
        place = np.searchsorted(work.use, rows)
        vectors, texts = work.vectors[place], [work.texts[i] for i in place.tolist()]
        found = space(vectors, texts, work.topics, together=together)
        margin = foreign.margin(found, vectors, _anchors(work), others, foreign.rivals(work.embedder.name))
        found = replace(found, belongs=foreign.belief(margin).astype(np.float32))
        known = work.known.within(rows)
        judged = judged or crossval.cross_validated(found, known, seed)
        at = np.flatnonzero(np.isin(rows, work.at))
        _decide(outcome, rows, at, found, known, judged, margin)
        if hits is not None:
            _with_keywords(outcome, rows[at], hits[place[at]])
    if judged is not None:
        outcome.calibrated, outcome.error, outcome.accuracy = judged.model is not None, judged.error, judged.accuracy


def _anchors(work: Work) -> npt.NDArray[np.float32]:
    """Return the vectors of the topics, and of the middle of each topic's examples."""
    from rftkit.embed.minilm import normalized

    assert work.vectors is not None
    if not len(work.known.rows):
        return work.topics
    sums = np.zeros_like(work.topics)
    np.add.at(sums, work.known.topics, work.vectors[np.searchsorted(work.use, work.known.rows)])
    return np.vstack([work.topics, normalized(sums[np.unique(work.known.topics)])])


def _decide(
    outcome: Outcome,
    rows: Ints,
    at: Ints,
    found: Space,
    known: Examples,
    judged: crossval.Judged,
    margin: npt.NDArray[np.float32],
) -> None:
    chances, near = classify.evidence(found, known, judged.linear)
    told = None if judged.model is None else _told(judged, calibrate.features(chances, near), known, at)
    chances, near, margin = chances[at], near[at], margin[at]
    confidence = chances.max(axis=1) * foreign.belief(margin) if told is None else told
    fits = (margin > 0) & (near >= judged.farthest) & (confidence >= min(_FLOOR, 2 / chances.shape[1]))
    best = chances.argmax(axis=1)
    first = np.argsort(-chances, axis=1, kind="stable")[:, :_OFFERED]
    order = first.tolist()
    if outcome.shares is not None:
        likely = np.take_along_axis(chances, first[:, :SHARES], axis=1)
        outcome.shares.update(zip(rows[at].tolist(), likely.tolist(), strict=True))
    for i, row in enumerate(rows[at].tolist()):
        outcome.confidence[row] = confidence[i]
        outcome.second[row], outcome.likely[row] = seconds(chances[i], int(best[i])), order[i]
        if fits[i]:
            outcome.topic[row], outcome.method[row] = best[i], "embedding"


def _told(judged: crossval.Judged, rows: Floats, known: Examples, at: Ints) -> Floats:
    """Return the confidence of the records at these places, as the hand-made labels allow."""
    assert judged.model is not None
    new = np.delete(rows, known.rows, axis=0)
    return np.asarray(calibrate.lowered(judged.model, new, judged.accuracy or 0.0)(rows[at]))


def _with_keywords(outcome: Outcome, rows: Ints, hits: Floats) -> None:
    """Let clear keywords decide where meaning does not contradict them."""
    sure, best = keywords.confidence(hits), hits.argmax(axis=1)
    for i in np.flatnonzero(sure >= keywords.SURE).tolist():
        row = int(rows[i])
        if outcome.topic[row] == best[i]:
            outcome.method[row] = "keyword"
            if not outcome.calibrated:
                outcome.confidence[row] = max(outcome.confidence[row], sure[i])
        elif outcome.topic[row] < 0 and not outcome.calibrated and best[i] in outcome.likely[row][:3]:
            outcome.topic[row], outcome.method[row], outcome.confidence[row] = best[i], "keyword", sure[i] / 2


def by_keywords(work: Work, outcome: Outcome, hits: Floats) -> None:
    """Decide the records of a run by keywords alone.

    Parameters
    ----------
    work
        The records.
    outcome
        Changed in place.
    hits
        What keywords found in the rows of `work.use`.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> from rftkit.topics.tree import TopicTree
    >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": "cards"}]])})
    >>> work, outcome = Work.of(frame, TopicTree().add("Cards").add("Rates"), again=False), Outcome.empty(1)
    >>> by_keywords(work, outcome, np.array([[1.0, 0.0]]))
    >>> outcome.topic.tolist()
    [0]
    """
    sure, best = keywords.confidence(hits), hits.argmax(axis=1)
    model = _keyword_calibration(work, outcome, hits, sure)
    told = sure if model is None else model(_plain(sure))
    for row, i in zip(work.at.tolist(), np.searchsorted(work.use, work.at).tolist(), strict=True):
        if sure[i] > 0:
            outcome.topic[row], outcome.method[row], outcome.confidence[row] = best[i], "keyword", told[i]
            outcome.second[row] = seconds(hits[i] / hits[i].sum(), int(best[i]))


def _keyword_calibration(work: Work, outcome: Outcome, hits: Floats, sure: Floats) -> calibrate.Calibrator | None:
    known = work.known.only(work.known.by_hand).within(work.use)
    known = known.only(sure[known.rows] > 0)
    right = hits[known.rows].argmax(axis=1) == known.topics
    model = calibrate.fit(_plain(sure[known.rows]), right)
    outcome.calibrated = model is not None
    if model is not None:
        outcome.error = calibrate.error(model(_plain(sure[known.rows])), right)
        outcome.accuracy = float(right.mean())
    return model


def _plain(sure: Floats) -> Floats:
    return np.stack([sure, np.zeros(len(sure)), np.zeros(len(sure))], axis=1)
