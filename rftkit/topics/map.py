"""Two numbers per record: where it stands on the map.

PCA is there at once; UMAP shows groups better, takes seconds, and is worth a background job.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError

METHODS = ("pca", "umap")
_LARGEST = 50_000  # UMAP is fitted on so many records at most; the others are placed among them


@dataclass(frozen=True)
class Map:
    """Places of records.

    Attributes
    ----------
    points
        One row per record: its key, `x` and `y`.
    method, seed
        How they were found.

    Examples
    --------
    >>> project(np.eye(3, dtype=np.float32)).points.columns
    ['row', 'x', 'y']
    """

    points: pl.DataFrame = field(repr=False)
    method: str = "pca"
    seed: int = 0

    def labels(self, topics: pl.Series, level: int | None = None) -> pl.DataFrame:
        """Return where to write each topic: in the densest place of its records.

        Parameters
        ----------
        topics
            Path per record, null where unassigned.
        level
            Of the tree; the leaves when not given.

        Examples
        --------
        >>> project(np.eye(3, dtype=np.float32)).labels(pl.Series(["A", "A", None])).columns
        ['topic', 'x', 'y', 'count']
        """
        names = topics if level is None else topics.str.split("/").list.head(level).list.join("/")
        table = self.points.select("x", "y").with_columns(names.cast(pl.String).alias("topic")).drop_nulls("topic")
        rows = [
            {"topic": key[0], **_densest(part), "count": part.height}
            for key, part in table.group_by(["topic"], maintain_order=True)
        ]
        return pl.DataFrame(rows, schema={"topic": pl.String, "x": pl.Float64, "y": pl.Float64, "count": pl.Int64})

    def to_dict(self) -> dict[str, Any]:
        """Return method, seed and number of points as plain values.

        Examples
        --------
        >>> project(np.eye(3, dtype=np.float32)).to_dict()
        {'method': 'pca', 'seed': 0, 'points': 3}
        """
        return {"method": self.method, "seed": self.seed, "points": self.points.height}


def project(
    vectors: npt.NDArray[np.float32], *, method: str = "pca", seed: int = 0, key: pl.Series | None = None
) -> Map:
    """Return where each record stands on a map of two dimensions.

    Parameters
    ----------
    vectors
        One row per record.
    method
        `pca`, at once, or `umap`, in seconds.
    seed
        The same vectors and seed give the same map.
    key
        Column that names the records (`row` or `id`); numbers them when not given.

    Examples
    --------
    >>> project(np.eye(4, dtype=np.float32)).points.height
    4
    """
    if method not in METHODS:
        raise InputError(f"a map is made by {' or '.join(METHODS)}; given {method!r}")
    name = pl.int_range(len(vectors), eager=True).alias("row") if key is None else key
    if len(name) != len(vectors):
        raise InputError(f"there must be one key per vector; given {len(name)} and {len(vectors)}")
    small = len(vectors) < 10  # too few for neighbours
    places = pca(vectors) if method == "pca" or small else umap(vectors, seed)
    points = pl.DataFrame([name, pl.Series("x", places[:, 0]), pl.Series("y", places[:, 1])])
    return Map(points, method, seed)


def pca(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the two directions in which vectors differ most, each with a fixed sign.

    Examples
    --------
    >>> pca(np.array([[1, 0], [0, 0]], dtype=np.float32)).tolist()
    [[0.5, 0.0], [-0.5, 0.0]]
    """
    if not len(vectors):
        return np.zeros((0, 2))
    centred = np.asarray(vectors, dtype=np.float64) - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    best = axes[:, ::-1][:, :2]
    best = best * np.where(best[np.abs(best).argmax(axis=0), np.arange(best.shape[1])] < 0, -1, 1)
    found = np.zeros((len(vectors), 2))
    found[:, : best.shape[1]] = centred @ best
    return np.round(found, 6) + 0.0


def umap(vectors: npt.NDArray[np.float32], seed: int) -> npt.NDArray[np.float64]:
    """Return the places that UMAP finds.

    Examples
    --------
    >>> callable(umap)
    True
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP

        model = UMAP(
            n_components=2, n_neighbors=min(15, len(vectors) - 1), metric="cosine", random_state=seed, n_jobs=1
        )
        if len(vectors) <= _LARGEST:
            return np.asarray(model.fit_transform(vectors), dtype=np.float64)
        chosen = np.sort(np.random.default_rng(seed).choice(len(vectors), _LARGEST, replace=False))
        model.fit(vectors[chosen])
        return np.asarray(model.transform(vectors), dtype=np.float64)


def _densest(part: pl.DataFrame) -> dict[str, float]:
    """Return the place of a record in the fullest cell of a coarse grid, not the mean, which may lie between groups."""
    x, y = part["x"].to_numpy(), part["y"].to_numpy()
    width = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9) / 8
    cells = np.stack([np.floor((x - x.min()) / width), np.floor((y - y.min()) / width)], axis=1)
    _, back, sizes = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    fullest = back.ravel() == int(sizes.argmax())
    return {"x": float(np.median(x[fullest])), "y": float(np.median(y[fullest]))}
