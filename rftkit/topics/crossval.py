"""What hand-made labels say about the judge: each is judged by one that has not seen it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rftkit import phases
from rftkit.topics import calibrate, classify
from rftkit.topics.classify import Examples, Space

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FOLDS = 5
_PARTS = 3  # of the topics, each left out once
_FAR = 0.01  # farther than all but this share of labels is strange
_LEAST = 100  # fewer labels do not tell how far that is


@dataclass(frozen=True)
class Judged:
    """What cross-validation found.

    Attributes
    ----------
    linear
        Whether learning from examples is better than the topics' words with the examples.
    model
        Turns features into confidence; None where labels are too few.
    error, accuracy
        Of the labels, each judged unseen.
    farthest
        A nearness below which a record is like no example.

    Examples
    --------
    >>> Judged().farthest
    -inf
    """

    linear: bool = False
    model: calibrate.Calibrator | None = None
    error: float | None = None
    accuracy: float | None = None
    farthest: float = -np.inf


def cross_validated(found: Space, known: Examples, seed: int) -> Judged:
    """Return what the hand-made ones among the examples say.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> none = Examples(np.array([], np.int64), np.array([], np.int64), np.array([]))
    >>> cross_validated(classify.space(eye, ["a", "b", "c"], eye), none, 0).linear
    False
    """
    tested, several = np.flatnonzero(known.by_hand), len(np.unique(known.topics)) > 1
    if len(tested) < 2 * _FOLDS or not several:
        return Judged(linear=several and len(known.rows) >= 2 * len(found.topics))
    chances, near = _unseen(found, known, tested, seed)
    goal = known.topics[tested]
    right = chances.argmax(axis=2) == goal
    linear = bool(right[1].mean() >= right[0].mean())
    rows, ok = calibrate.features(chances[int(linear)], near), right[int(linear)]
    model = calibrate.fit(rows, ok, _out_of_scope(found, known, tested, linear, seed))
    farthest = float(np.quantile(near, _FAR)) if len(near) >= _LEAST else -np.inf
    return Judged(
        linear, model, None if model is None else calibrate.error(model(rows), ok), float(ok.mean()), farthest
    )


def _unseen(found: Space, known: Examples, tested: Ints, seed: int) -> tuple[Floats, Floats]:
    """Return the probabilities by words and by examples, and the nearness, of labels that were left out."""
    fold = fold_of(known.topics[tested], seed)
    chances, near = np.zeros((2, len(tested), len(found.topics))), np.zeros(len(tested))
    for each in phases.each(range(_FOLDS), "what is known, judged unseen"):
        held = fold == each
        keep = np.ones(len(known.rows), dtype=bool)
        keep[tested[held]] = False
        rest, rows = known.only(keep), known.rows[tested[held]]
        belief = classify.by_words(found, rest)
        chances[0, held] = belief[rows]
        if len(np.unique(rest.topics)):
            chances[1, held] = classify.by_examples(found, rest, belief)[rows]
        near[held] = classify.nearness(found, rest)[rows]
    return chances, near


def _out_of_scope(found: Space, known: Examples, tested: Ints, linear: bool, seed: int) -> Floats:
    """Return the features of labels whose topics were taken out of the tree: what out of scope looks like."""
    topics = np.unique(known.topics[tested])
    if len(topics) < 2 * _PARTS:
        return np.zeros((0, 3))
    part = np.random.default_rng(seed + 1).permutation(len(topics)) % _PARTS
    rows = []
    for each in phases.each(range(_PARTS), "what is known, out of scope"):
        keep = np.setdiff1d(np.arange(len(found.topics)), topics[part == each])
        held = np.isin(known.topics, topics[part == each])
        rest = known.only(~held)
        rest = Examples(rest.rows, np.searchsorted(keep, rest.topics), rest.weights)
        smaller = replace(found, topics=found.topics[keep], names=found.names[keep])
        chances, near = classify.evidence(smaller, rest, linear)
        at = known.rows[held & known.by_hand]
        rows.append(calibrate.features(chances[at], near[at]))
    return np.vstack(rows)


def fold_of(topics: Ints, seed: int) -> Ints:
    """Return a fold per example such that each topic is spread over the folds.

    Examples
    --------
    >>> sorted(fold_of(np.zeros(5, np.int64), 0).tolist())
    [0, 1, 2, 3, 4]
    """
    order = np.random.default_rng(seed).permutation(len(topics))
    order = order[np.argsort(topics[order], kind="stable")]
    fold = np.empty(len(topics), dtype=np.int64)
    fold[order] = np.arange(len(topics)) % _FOLDS
    return fold
