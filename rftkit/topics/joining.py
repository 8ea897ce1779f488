"""Small groups joined into larger ones: by their ties in a graph, or by where their centres lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rftkit import phases
from rftkit.topics.neighbours import Floats, Ints


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
        phases.look()
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
    for left in phases.looked(range(len(sizes), max(count, 1), -1)):
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
