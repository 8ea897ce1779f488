"""The heads behind `categorize`: from a space and labelled examples to probabilities of topics.

Without examples the topics' own words are the centres, and where many prompts are judged together the centres move
to the prompts around them. With examples a linear classifier learns from them, from the topics' words, and, for
topics without an example, from the prompts that are nearest to their words.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from rftkit import phases
from rftkit.topics import calibrate
from rftkit.topics.space import Space, space
from rftkit.topics.work import Examples

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

__all__ = ["Examples", "Space", "by_examples", "by_words", "evidence", "nearness", "space"]

_SHARPNESS = 20.0
_TOLD = 13.0  # what is told is softer than what moves the centres
_STRENGTH = 10.0
_ROUNDS = 12


def by_words(found: Space, known: Examples | None = None) -> npt.NDArray[np.float64]:
    """Return the probabilities of topics from their words, and from examples where there are some.

    Every topic has a centre. It starts at the topic's words and examples, and moves to the prompts that believe in it
    where prompts are judged together; examples keep believing in their own topic.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> by_words(space(eye, ["a", "b", "c"], eye)).argmax(axis=1).tolist()
    [0, 1, 2]
    """
    by_itself = calibrate.softmax(found.alone @ _anchored(found.names, found.alone, known).T, _TOLD)
    if not found.together:
        return by_itself
    # Prompts that believe in each other can be wrong together, so each keeps half a say of its own.
    return (by_itself + calibrate.softmax(found.calm @ _centres(found, known).T, _TOLD)) / 2


def _centres(found: Space, known: Examples | None) -> Floats:
    from rftkit.embed.minilm import normalized

    anchors = _anchored(found.topics, found.calm, known)
    centres = anchors
    for _ in phases.looked(range(_ROUNDS)):
        belief = calibrate.softmax(found.calm @ centres.T, _SHARPNESS).astype(np.float32) * found.belongs[:, None]
        if known is not None and len(known.rows):
            belief[known.rows] = 0
            belief[known.rows, known.topics] = 1
        moved = normalized(belief.T @ found.calm)
        centres = normalized(0.5 * moved + 0.5 * anchors)
    return centres


def _anchored(topics: Floats, prompts: Floats, known: Examples | None) -> Floats:
    """Return the topics' words drawn to the mean of their examples, more the more there are."""
    from rftkit.embed.minilm import normalized

    if known is None or not len(known.rows):
        return topics
    sums = np.zeros_like(topics)
    np.add.at(sums, known.topics, prompts[known.rows] * known.weights[:, None].astype(np.float32))
    weights = np.bincount(known.topics, known.weights, minlength=len(sums))[:, None].astype(np.float32)
    return normalized(normalized(sums) * weights / (weights + 1) + topics / (weights + 1))


def by_examples(found: Space, examples: Examples, belief: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the probabilities of topics, learned from examples; prompts listen to their neighbours.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> found = space(eye, ["a", "b", "c"], eye)
    >>> known = Examples(np.array([0, 1]), np.array([0, 1]), np.ones(2))
    >>> by_examples(found, known, by_words(found)).shape
    (3, 3)
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    count = len(found.topics)
    given, goal, weights = _material(found, examples, belief)
    model = LogisticRegression(C=_STRENGTH, max_iter=150, tol=1e-3)
    # a descent is many small products: threads that wait for each other cost several times the work itself
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unfinished descent is good enough: the result is calibrated
        phases.apart(lambda: model.fit(given, goal, sample_weight=weights))
    result = np.zeros((len(found.view), count))
    result[:, model.classes_] = _probabilities(model, found.view)
    result[examples.rows] = 0
    result[examples.rows, examples.topics] = 1
    return found.shared(result)


def _probabilities(model: object, rows: Floats) -> npt.NDArray[np.float64]:
    return np.asarray(model.predict_proba(rows))  # type: ignore[attr-defined]


def _material(
    found: Space, examples: Examples, belief: npt.NDArray[np.float64]
) -> tuple[Floats, Ints, npt.NDArray[np.float64]]:
    count = len(found.topics)
    pseudo = _nearest_to_words(examples, belief, count)
    parts = [(found.view[examples.rows], examples.topics, examples.weights)]
    parts.append((found.topics, np.arange(count), np.ones(count)))
    if len(pseudo.rows):
        parts.append((found.view[pseudo.rows], pseudo.topics, pseudo.weights))
    given, goal, weights = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return given, goal, weights


def _nearest_to_words(examples: Examples, belief: npt.NDArray[np.float64], count: int, each: int = 5) -> Examples:
    """Return, for topics without an example, the few rows that their words claim most clearly."""
    bare = np.setdiff1d(np.arange(count), examples.topics)
    free = np.setdiff1d(np.arange(len(belief)), examples.rows)
    rows, topics, weights = [], [], []
    for topic in bare.tolist():
        best = free[np.argsort(-belief[free, topic], kind="stable")[:each]]
        best = best[belief[best, topic] >= 0.5]
        rows.extend(best.tolist())
        topics.extend([topic] * len(best))
        weights.extend((0.5 * belief[best, topic]).tolist())
    return Examples(np.array(rows, np.int64), np.array(topics, np.int64), np.array(weights))


def nearness(found: Space, examples: Examples) -> npt.NDArray[np.float64]:
    """Return how near each row is to its nearest example (a topic where there are none), for how dense it is there.

    Among prompts that are much alike, the nearest example must be nearer than where prompts are far apart.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> found = space(eye, ["a", "b", "c"], eye, together=False)
    >>> nearness(found, Examples(np.array([0]), np.array([0]), np.ones(1))).round(2).tolist()[0]
    1.0
    """
    others = found.view[examples.rows] if len(examples.rows) else found.topics
    return np.asarray((found.view @ others.T).max(axis=1) - found.density, dtype=np.float64)


def evidence(found: Space, examples: Examples, linear: bool) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the probabilities of topics and the nearness of every row.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> none = Examples(np.array([], np.int64), np.array([], np.int64), np.array([]))
    >>> [part.shape for part in evidence(space(eye, ["a", "b", "c"], eye), none, linear=False)]
    [(3, 3), (3,)]
    """
    belief = by_words(found, examples)
    return by_examples(found, examples, belief) if linear else belief, nearness(found, examples)
