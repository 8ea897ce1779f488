"""The neighbour graph of the records and the communities in it.

Every record is tied to its nearest neighbours; records that are near each other from both sides are tied twice as
strongly, because the two directions add up. Communities are found by Louvain; nobody has to say how many.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rftkit import phases
from rftkit.topics.joining import by_size
from rftkit.topics.neighbours import SHARPNESS, Ints, Neighbours


def build(neighbours: Neighbours, sharpness: float = SHARPNESS) -> Any:
    """Return the symmetric graph (a scipy sparse matrix) of neighbours; mutual ones are tied twice as strongly.

    Examples
    --------
    >>> from rftkit.topics.neighbours import nearest
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


def louvain(graph: Any, resolution: float = 1.0, seed: int = 0) -> Ints:
    """Return the community of every node, numbered by size, largest first.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> louvain(csr_matrix(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0.0]]))).tolist()
    [0, 0, 1, 1]
    """
    from sknetwork.clustering import Louvain

    if graph.nnz == 0:
        return np.arange(graph.shape[0], dtype=np.int64)
    model = Louvain(resolution=resolution, random_state=seed, shuffle_nodes=True)
    return by_size(phases.apart(lambda: model.fit_predict(graph)))


def agreed(graph: Any, seed: int, resolution: float, runs: int = 10) -> Any:
    """Return the graph with each edge weakened by how often runs of Louvain put its ends apart.

    What is found by chance in one run is not found in the next; what is found in all of them stays.

    Examples
    --------
    >>> from rftkit.topics.neighbours import nearest
    >>> graph = build(nearest(np.array([[1, 0], [1, 0.1]], dtype=np.float32), 1))
    >>> bool((agreed(graph, 0, 1.0).data > 0).all())
    True
    """
    from scipy.sparse import csr_matrix

    edges = graph.tocoo()
    same = np.zeros(edges.nnz, dtype=np.float32)
    for run in phases.each(range(runs), "groups"):
        labels = louvain(graph, resolution, seed * 1000 + run)
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
    for _ in phases.looked(range(rounds)):
        member = csr_matrix(
            (np.ones(len(labels), np.float32), (np.arange(len(labels)), labels)), shape=(len(labels), count)
        )
        # A touch of the label itself decides ties and keeps records without neighbours where they are.
        new = np.asarray((graph @ member + np.float32(1e-4) * member).argmax(axis=1), dtype=np.int64).ravel()
        if len(np.unique(new)) < count:
            break  # no group gets lost
        labels = new
    return by_size(labels)
