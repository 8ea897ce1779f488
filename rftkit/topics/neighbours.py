"""The nearest neighbours of the records, and what they say: who is near, how near, and which group they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rftkit import phases

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

NEIGHBOURS = 20
SHARPNESS = 8  # the power of the cosine: a near neighbour counts much more than a fair one
_BLOCK = 1024
_RUN = 64
_LEXICAL = 0.4  # how much the words themselves count beside the meaning
_LEXICAL_WIDTH = 128


def view(vectors: Floats, texts: Sequence[str]) -> Floats:
    """Return the vectors that are compared: centred meaning beside the words themselves.

    Centring takes away what all records share (their domain); the words tell apart what the model finds alike.

    Examples
    --------
    >>> view(np.eye(3, dtype=np.float32), ["a", "b", "c"]).shape[0]
    3
    """
    from rftkit.embed.minilm import normalized

    centred = normalized(vectors - vectors.mean(axis=0)) if len(vectors) > 2 else normalized(vectors)
    words = lexical(texts)
    return centred if words is None else normalized(np.hstack([centred, np.float32(_LEXICAL) * words]))


def lexical(texts: Sequence[str]) -> Floats | None:
    """Return reduced TF-IDF vectors of words and character n-grams, None where the texts are too few for it.

    Examples
    --------
    >>> lexical(["one", "two"]) is None
    True
    """
    if len(texts) < 50:
        return None
    phases.phase("words of the records")
    phases.apart(_load)
    from scipy.sparse import hstack
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    from rftkit.embed.minilm import normalized

    least = 2 if len(texts) < 2000 else 3
    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=least, token_pattern=r"(?u)\b\w+\b", dtype=np.float32
    )
    grams = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(4, 4), sublinear_tf=True, min_df=least, max_features=20_000, dtype=np.float32
    )
    try:
        table = hstack([each.fit_transform(phases.looked(texts)) for each in (words, grams)]).tocsr()
    except ValueError:  # no word occurs twice: the words say nothing
        return None
    width = min(_LEXICAL_WIDTH, min(table.shape) - 1)
    if width < 2:
        return None
    model = TruncatedSVD(width, random_state=0, n_iter=2)
    return normalized(phases.apart(lambda: model.fit_transform(table)))


def _load() -> None:
    """Import what takes a second at first, and many where the machine is busy."""
    import sklearn.decomposition
    import sklearn.feature_extraction.text  # noqa: F401


@dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of every record, the nearest first.

    Attributes
    ----------
    rows
        Their rows, one line per record.
    near
        Their cosines.

    Examples
    --------
    >>> nearest(np.eye(3, dtype=np.float32), 1).rows.shape
    (3, 1)
    """

    rows: Ints
    near: Floats


def nearest(vectors: Floats, count: int) -> Neighbours:
    """Return the `count` nearest neighbours of every row by cosine, found by comparing all pairs in blocks.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], dtype=np.float32)
    >>> nearest(vectors, 1).rows.ravel().tolist()
    [1, 0, 1]
    """
    total = len(vectors)
    count = max(min(count, total - 1), 0)
    rows, near = np.empty((total, count), np.int64), np.empty((total, count), np.float32)

    def run(start: int) -> None:
        end = min(start + _BLOCK, total)
        rows[start:end], near[start:end] = _block(vectors, start, end, count)

    if count:
        phases.beside(run, range(0, total, _BLOCK), "neighbours")
    return Neighbours(rows, near)


def _block(vectors: Floats, start: int, end: int, count: int) -> tuple[Ints, Floats]:
    scores = vectors[start:end] @ vectors.T
    scores[np.arange(end - start), np.arange(start, end)] = -2
    found = largest(scores, count)
    values = np.take_along_axis(scores, found, 1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(found, order, 1), np.take_along_axis(values, order, 1)


def nearest_in(vectors: Floats, others: Floats, count: int) -> Neighbours:
    """Return the nearest rows of `others` for every row.

    Examples
    --------
    >>> nearest_in(np.array([[1, 0.1]], dtype=np.float32), np.eye(2, dtype=np.float32), 1).rows.tolist()
    [[0]]
    """
    from rftkit.embed.minilm import normalized

    other = normalized(others).T
    count = min(count, other.shape[1])
    rows, near = np.empty((len(vectors), count), np.int64), np.empty((len(vectors), count), np.float32)
    for start in phases.each(range(0, len(vectors), _BLOCK), "neighbours"):
        scores = normalized(vectors[start : start + _BLOCK]) @ other
        found = np.argpartition(scores, -count, axis=1)[:, -count:]
        rows[start : start + _BLOCK] = found
        near[start : start + _BLOCK] = np.take_along_axis(scores, found, 1)
    return Neighbours(rows, near)


def largest(scores: Floats, count: int) -> Ints:
    """Return the columns of the `count` largest scores of every row, in no order.

    The columns are looked at in runs of 64: the largest scores are all in the runs with the largest maxima, so that
    only those are compared one by one, which is several times as fast as partitioning whole rows.

    Examples
    --------
    >>> largest(np.array([[0.1, 0.9, 0.5]], dtype=np.float32), 1).tolist()
    [[1]]
    """
    runs, tail = divmod(scores.shape[1], _RUN)
    if runs <= 2 * count:
        return np.argpartition(scores, -count, axis=1)[:, -count:]
    body = scores[:, : runs * _RUN].reshape(len(scores), runs, _RUN)
    best = np.argpartition(body.max(axis=2), -count, axis=1)[:, -count:]
    within = (best[:, :, None] * _RUN + np.arange(_RUN)).reshape(len(scores), -1)
    last = np.broadcast_to(np.arange(runs * _RUN, runs * _RUN + tail), (len(scores), tail))
    places = np.hstack([within, last])
    values = np.take_along_axis(scores, places, 1)
    return np.take_along_axis(places, np.argpartition(values, -count, axis=1)[:, -count:], 1)


def vote(neighbours: Neighbours, labels: Ints) -> tuple[Ints, Floats]:
    """Return the group that most neighbours are in, and their share.

    Examples
    --------
    >>> near = Neighbours(np.array([[0, 1, 2]]), np.ones((1, 3), np.float32))
    >>> [part.tolist() for part in vote(near, np.array([4, 4, 1]))]
    [[4], [0.6666666865348816]]
    """
    weights = np.clip(neighbours.near, 0, 1) ** SHARPNESS + np.float32(1e-6)
    groups = labels[neighbours.rows]
    columns = phases.looked(range(groups.shape[1]))
    total = np.stack([(weights * (groups == groups[:, [i]])).sum(axis=1) for i in columns], axis=1)
    best = total.argmax(axis=1)[:, None]
    winner = np.take_along_axis(groups, best, 1)[:, 0]
    share = np.take_along_axis(total, best, 1)[:, 0] / weights.sum(axis=1)
    return np.asarray(winner, np.int64), np.asarray(share, np.float32)


def shares(neighbours: Neighbours, labels: Ints) -> Floats:
    """Return, for every record, the share of its neighbours (weighted by nearness) that are in its own group.

    Examples
    --------
    >>> shares(nearest(np.array([[1, 0], [1, 0.1]], dtype=np.float32), 1), np.array([0, 0])).tolist()
    [1.0, 1.0]
    """
    if not neighbours.rows.shape[1]:
        return np.ones(len(labels), dtype=np.float32)
    weights = np.clip(neighbours.near, 0, 1) ** SHARPNESS + np.float32(1e-6)
    same = labels[neighbours.rows] == labels[:, None]
    return np.asarray((weights * same).sum(axis=1) / weights.sum(axis=1), dtype=np.float32)


def smoothed(vectors: Floats, neighbours: Neighbours, steps: int = 3, share: float = 0.8) -> Floats:
    """Return the vectors drawn towards those of their neighbours, `steps` times: groups stand out, noise goes.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [1, 0.1]], dtype=np.float32)
    >>> smoothed(vectors, nearest(vectors, 1)).shape
    (2, 2)
    """
    from scipy.sparse import csr_matrix

    from rftkit.embed.minilm import normalized

    total, count = neighbours.rows.shape
    if not count:
        return vectors
    weights = np.clip(neighbours.near, 0, 1).astype(np.float32) ** SHARPNESS + np.float32(1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    places = np.arange(total + 1) * count
    spread = csr_matrix((weights.ravel(), neighbours.rows.ravel(), places), shape=(total, total))
    for _ in phases.looked(range(steps)):
        vectors = normalized((1 - share) * vectors + share * (spread @ vectors))
    return vectors
