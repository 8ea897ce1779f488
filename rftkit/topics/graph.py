"""The neighbour graph of the records and the communities in it.

Every record is tied to its nearest neighbours; records that are near each other from both sides are tied twice as
strongly, because the two directions add up. Communities are found by Louvain; nobody has to say how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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
    from scipy.sparse import hstack
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    from rftkit.embed.minilm import normalized

    if len(texts) < 50:
        return None
    least = 2 if len(texts) < 2000 else 3
    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=least, token_pattern=r"(?u)\b\w+\b", dtype=np.float32
    )
    grams = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(4, 4), sublinear_tf=True, min_df=least, max_features=20_000, dtype=np.float32
    )
    try:
        table = hstack([words.fit_transform(texts), grams.fit_transform(texts)]).tocsr()
    except ValueError:  # no word occurs twice: the words say nothing
        return None
    width = min(_LEXICAL_WIDTH, min(table.shape) - 1)
    if width < 2:
        return None
    return normalized(TruncatedSVD(width, random_state=0, n_iter=2).fit_transform(table))


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
    from concurrent.futures import ThreadPoolExecutor

    total = len(vectors)
    count = max(min(count, total - 1), 0)
    rows, near = np.empty((total, count), np.int64), np.empty((total, count), np.float32)

    def run(start: int) -> None:
        end = min(start + _BLOCK, total)
        rows[start:end], near[start:end] = _block(vectors, start, end, count)

    if count:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, range(0, total, _BLOCK)))
    return Neighbours(rows, near)


def _block(vectors: Floats, start: int, end: int, count: int) -> tuple[Ints, Floats]:
    scores = vectors[start:end] @ vectors.T
    scores[np.arange(end - start), np.arange(start, end)] = -2
    found = largest(scores, count)
    values = np.take_along_axis(scores, found, 1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(found, order, 1), np.take_along_axis(values, order, 1)


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


def build(neighbours: Neighbours, sharpness: float = SHARPNESS) -> Any:
    """Return the symmetric graph (a scipy sparse matrix) of neighbours; mutual ones are tied twice as strongly.

    Examples
    --------
    >>> build(nearest(np.array([[1, 0], [1, 0.1]], dtype=np.float32), 1)).shape
    (2, 2)
    """
    from scipy.sparse import csr_matrix

    total, count = neighbours.rows.shape
    weights = np.clip(neighbours.near, 0, 1).astype(np.float32) ** sharpness
    weights += np.float32(1e-6)  # a record far from everything keeps a thread to its neighbours
    places = np.repeat(np.arange(total), count)
    directed = csr_matrix((weights.ravel(), (places, neighbours.rows.ravel())), shape=(total, total))
    return (directed + directed.T).tocsr()


def communities(graph: Any, resolution: float = 1.0, seed: int = 0) -> Ints:
    """Return the community of every node, numbered by size, largest first.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> communities(csr_matrix(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0.0]]))).tolist()
    [0, 0, 1, 1]
    """
    from sknetwork.clustering import Louvain

    if graph.nnz == 0:
        return np.arange(graph.shape[0], dtype=np.int64)
    found = Louvain(resolution=resolution, random_state=seed, shuffle_nodes=True).fit_predict(graph)
    return by_size(found)


def by_size(labels: npt.NDArray[Any]) -> Ints:
    """Return the labels numbered from 0 by size; equal sizes by first row.

    Examples
    --------
    >>> by_size(np.array([5, 7, 7])).tolist()
    [1, 0, 0]
    """
    _, first, back, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[back]


def links(graph: Any, labels: Ints) -> npt.NDArray[np.float64]:
    """Return the weight between all pairs of groups; inside a group on the diagonal.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> links(csr_matrix(np.array([[0, 2.0], [2.0, 0]])), np.array([0, 1])).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    from scipy.sparse import csr_matrix

    count = int(labels.max()) + 1 if len(labels) else 0
    member = csr_matrix((np.ones(len(labels)), (np.arange(len(labels)), labels)), shape=(len(labels), count))
    return np.asarray((member.T @ graph @ member).todense())


def merged(
    graph: Any, labels: Ints, centres: Floats, *, least: int = 1, count: int | None = None, loosest: float = np.inf
) -> Ints:
    """Return the labels after merging groups smaller than `least`, then pairs until only `count` groups are left.

    With `loosest`, merging goes on below `count` groups as long as a pair is tied more than that (1 is what chance
    gives).

    Groups merge with the one they are most tied to for their sizes (the gain of modularity), ties broken by centres.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> graph = csr_matrix(np.array([[0, 1, 0.0], [1, 0, 0.1], [0, 0.1, 0]]))
    >>> merged(graph, np.array([0, 1, 2]), np.eye(3, dtype=np.float32), count=2).tolist()
    [0, 0, 1]
    """
    weight, sizes = links(graph, labels), np.bincount(labels).astype(float)
    parent, alive, sums = np.arange(len(sizes)), sizes > 0, centres.astype(np.float64) * sizes[:, None]
    while alive.sum() > 1:
        small = np.flatnonzero(alive & (sizes < least))
        enough = count is None or alive.sum() <= count
        if not len(small) and enough and loosest == np.inf:
            break
        near = _ties(weight, sums, alive)
        if not len(small) and enough and near.max() < loosest:
            break
        a = int(small[np.argmin(sizes[small])]) if len(small) else int(np.argmax(near.max(axis=1)))
        b = int(np.argmax(near[a]))
        weight[b] += weight[a]
        weight[:, b] += weight[:, a]
        sizes[b] += sizes[a]
        sums[b] += sums[a]
        alive[a], parent[parent == a] = False, b
    return by_size(parent[labels])


def _ties(weight: npt.NDArray[Any], sums: npt.NDArray[Any], alive: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    degree = np.maximum(weight.sum(axis=1), 1e-12)
    centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    near = weight / np.outer(degree, degree) * weight.sum() + 1e-3 * (centres @ centres.T)
    near[~alive] = -np.inf
    near[:, ~alive] = -np.inf
    np.fill_diagonal(near, -np.inf)
    return np.asarray(near)


def centres(vectors: Floats, labels: Ints) -> Floats:
    """Return the mean vector of every group, at length 1.

    Examples
    --------
    >>> centres(np.array([[1, 0], [0, 1]], dtype=np.float32), np.array([0, 0])).round(2).tolist()
    [[0.7099999785423279, 0.7099999785423279]]
    """
    from scipy.sparse import csr_matrix

    from rftkit.embed.minilm import normalized

    count = int(labels.max()) + 1 if len(labels) else 0
    member = csr_matrix(
        (np.ones(len(labels), np.float32), (labels, np.arange(len(labels)))), shape=(count, len(labels))
    )
    return normalized(member @ vectors)


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
    for _ in range(steps):
        vectors = normalized((1 - share) * vectors + share * (spread @ vectors))
    return vectors


def agreed(graph: Any, seed: int, resolution: float, runs: int = 10) -> Any:
    """Return the graph with each edge weakened by how often runs of Louvain put its ends apart.

    What is found by chance in one run is not found in the next; what is found in all of them stays.

    Examples
    --------
    >>> graph = build(nearest(np.array([[1, 0], [1, 0.1]], dtype=np.float32), 1))
    >>> bool((agreed(graph, 0, 1.0).data > 0).all())
    True
    """
    from scipy.sparse import csr_matrix

    edges = graph.tocoo()
    same = np.zeros(edges.nnz, dtype=np.float32)
    for run in range(runs):
        labels = communities(graph, resolution, seed * 1000 + run)
        same += labels[edges.row] == labels[edges.col]
    kept = edges.data * np.maximum(same / runs, np.float32(0.1)) ** 3
    return csr_matrix((kept, (edges.row, edges.col)), shape=graph.shape)


def settled(graph: Any, labels: Ints, rounds: int = 3) -> Ints:
    """Return the labels after every record has gone, some rounds long, where most of its neighbours are.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> graph = csr_matrix(np.array([[0, 1, 1.0], [1, 0, 1], [1, 1, 0]]))
    >>> settled(graph, np.array([0, 0, 1]), 1).tolist()
    [0, 0, 1]
    """
    from scipy.sparse import csr_matrix

    count = int(labels.max()) + 1 if len(labels) else 0
    for _ in range(rounds):
        member = csr_matrix(
            (np.ones(len(labels), np.float32), (np.arange(len(labels)), labels)), shape=(len(labels), count)
        )
        # A touch of the label itself decides ties and keeps records without neighbours where they are.
        new = np.asarray((graph @ member + np.float32(1e-4) * member).argmax(axis=1), dtype=np.int64).ravel()
        if len(np.unique(new)) < count:
            break  # no group gets lost
        labels = new
    return by_size(labels)


def joined(vectors: Floats, labels: Ints, count: int = 1, dearest: float = np.inf) -> Ints:
    """Return the labels after joining groups by Ward's rule until `count` are left: small and alike ones first.

    With `dearest`, joining ends before a join that costs more than this share of the records of an average group
    (Ward's cost is in squared lengths, and the vectors have length 1).

    Examples
    --------
    >>> vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], dtype=np.float32)
    >>> joined(vectors, np.array([0, 1, 2]), 2).tolist()
    [0, 0, 1]
    >>> joined(vectors, np.array([0, 1, 2]), dearest=0.165).tolist()
    [0, 0, 1]
    """
    sizes = np.bincount(labels).astype(np.float64)
    apart = _ward(vectors, labels, sizes)
    parent = np.arange(len(sizes))
    for left in range(len(sizes), max(count, 1), -1):
        a, b = np.unravel_index(int(apart.argmin()), apart.shape)
        between = apart[a, b]
        if between * left > dearest * len(labels):
            break
        new = (sizes[a] + sizes) * apart[a] + (sizes[b] + sizes) * apart[b] - sizes * between
        new /= sizes[a] + sizes[b] + sizes
        new[a] = new[b] = np.inf
        apart[b], apart[:, b] = new, new
        apart[a], apart[:, a] = np.inf, np.inf
        sizes[b] += sizes[a]
        parent[parent == a] = b
    return by_size(parent[labels])


def _ward(vectors: Floats, labels: Ints, sizes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what joining each pair of groups costs by Ward's rule."""
    middle = np.zeros((len(sizes), vectors.shape[1]))
    np.add.at(middle, labels, vectors)
    middle /= sizes[:, None]
    squares = np.einsum("ij,ij->i", middle, middle)
    apart = np.maximum(squares[:, None] + squares - 2 * middle @ middle.T, 0)
    apart *= sizes[:, None] * sizes / (sizes[:, None] + sizes)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart)


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
    for start in range(0, len(vectors), _BLOCK):
        scores = normalized(vectors[start : start + _BLOCK]) @ other
        found = np.argpartition(scores, -count, axis=1)[:, -count:]
        rows[start : start + _BLOCK] = found
        near[start : start + _BLOCK] = np.take_along_axis(scores, found, 1)
    return Neighbours(rows, near)


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
    total = np.stack([(weights * (groups == groups[:, [i]])).sum(axis=1) for i in range(groups.shape[1])], axis=1)
    best = total.argmax(axis=1)[:, None]
    winner = np.take_along_axis(groups, best, 1)[:, 0]
    share = np.take_along_axis(total, best, 1)[:, 0] / weights.sum(axis=1)
    return np.asarray(winner, np.int64), np.asarray(share, np.float32)
