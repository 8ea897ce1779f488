"""From scores to confidence: "0.8" shall mean that about 80 of 100 are right.

Where hand-made labels exist, each is judged by a head that has not seen it (cross-validation), and a small logistic
model learns from what was right how sure to be. Where none exist, the confidence is a softmax that nobody has
checked, and is marked so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]

HIGH, MEDIUM = 0.8, 0.5
_MANY = 100  # fewer records say nothing about a mean
_LEAST = 20  # fewer judged labels than this calibrate nothing


def softmax(scores: Floats, sharpness: float) -> Floats:
    """Return probabilities, one row each.

    Examples
    --------
    >>> softmax(np.array([[1.0, 1.0]]), 5).tolist()
    [[0.5, 0.5]]
    """
    shifted = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def features(probabilities: Floats, near: Floats) -> Floats:
    """Return what a confidence is learned from: the best probability, its lead, the nearest example's cosine.

    Examples
    --------
    >>> features(np.array([[0.9, 0.1]]), np.array([0.5])).shape
    (1, 3)
    """
    two = (
        np.sort(probabilities, axis=1)[:, -2:]
        if probabilities.shape[1] > 1
        else np.pad(probabilities, ((0, 0), (1, 0)))
    )
    best = np.clip(two[:, -1], 1e-6, 1 - 1e-6)
    lead = np.log(best) - np.log(np.clip(two[:, 0], 1e-6, 1))
    return np.stack([np.log(best / (1 - best)), np.minimum(lead, 8), near], axis=1)


@dataclass(frozen=True)
class Calibrator:
    """A fitted calibration.

    Attributes
    ----------
    mean, scale, weights, bias
        Of the standardised logistic model.

    Examples
    --------
    >>> fit(np.zeros((2, 3)), np.array([True, False])) is None
    True
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def __call__(self, rows: Floats) -> Floats:
        """Return the confidence of each row of features."""
        z = ((rows - self.mean) / self.scale) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-z)))


def lowered(model: Calibrator, rows: Floats, accuracy: float) -> Calibrator:
    """Return the model, less sure where it promises more of unseen records than was right of judged labels.

    A head that saw all labels is surer than those that judged them; what it is right about more often is not known.

    Parameters
    ----------
    model
        Fitted on labels that were judged unseen.
    rows
        Features of the records that nobody labelled; fewer than 100 of them lower nothing.
    accuracy
        Of the labels.

    Examples
    --------
    >>> sure = Calibrator(np.zeros(3), np.ones(3), np.zeros(3), 3.0)
    >>> lowered(sure, np.zeros((100, 3)), 0.8)(np.zeros((1, 3))).round(2).tolist()
    [0.8]
    """
    if len(rows) < _MANY or not 0 < accuracy < model(rows).mean():
        return model
    from scipy.optimize import brentq

    def promised(less: float) -> float:
        return float(replace(model, bias=model.bias - less)(rows).mean()) - accuracy

    return replace(model, bias=model.bias - float(brentq(promised, 0, 50, xtol=1e-3)))


def fit(rows: Floats, right: npt.NDArray[np.bool_], strange: Floats | None = None) -> Calibrator | None:
    """Return the calibration that judged labels teach, None where there are too few or all are alike.

    Parameters
    ----------
    rows, right
        Features of labels that were judged unseen, and whether the judgement was right.
    strange
        Features of labels whose topic nobody was told about. They teach what being out of scope looks like; how sure
        to be is then learned from `rows` alone, so that they draw no confidence down.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(200, 3))
    >>> sure = fit(rows, rows[:, 0] > 0)(np.array([[2.0, 0, 0], [-2.0, 0, 0]]))
    >>> bool(sure[0] > 0.8 > 0.2 > sure[1])
    True
    """
    if len(right) < _LEAST:
        return None
    if right.all() or not right.any():  # nothing to learn a slope from: the rate itself, drawn to the middle
        rate = (right.sum() + 1) / (len(right) + 2)
        return Calibrator(np.zeros(3), np.ones(3), np.zeros(3), float(np.log(rate / (1 - rate))))
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    known = (rows - mean) / scale
    weights, bias = _logistic(known, right)
    if strange is not None and len(strange):
        both = np.vstack([known, (strange - mean) / scale])
        counts = np.concatenate([np.ones(len(known)), np.full(len(strange), len(known) / len(strange))])
        direction, _ = _logistic(both, np.concatenate([right, np.zeros(len(strange), dtype=bool)]), counts)
        slope, bias = _logistic((known @ direction)[:, None], right)
        weights = direction * slope[0]
    return Calibrator(mean, scale, weights, bias)


def _logistic(rows: Floats, right: npt.NDArray[np.bool_], counts: Floats | None = None) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0).fit(rows, right, sample_weight=counts)
    return np.asarray(model.coef_[0]), float(model.intercept_[0])


def error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Return the expected calibration error: how far confidence and the share that is right are apart.

    Examples
    --------
    >>> round(error(np.array([0.75, 0.75, 0.75, 0.75]), np.array([True, True, True, False])), 3)
    0.0
    """
    which = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)
    parts = [which == each for each in range(bins)]
    return float(sum(abs(confidence[p].mean() - right[p].mean()) * p.mean() for p in parts if p.any()))


def bands(confidence: Floats) -> dict[str, int]:
    """Return how many are high (from 0.8), medium (from 0.5) and for review.

    Examples
    --------
    >>> bands(np.array([0.8, 0.6, 0.1]))
    {'high': 1, 'medium': 1, 'review': 1}
    """
    high, medium = int((confidence >= HIGH).sum()), int((confidence >= MEDIUM).sum())
    return {"high": high, "medium": medium - high, "review": len(confidence) - medium}
