"""Two numbers per record: where it stands on the map.

PCA is there at once; UMAP shows groups better, takes seconds, and is worth a background job.
"""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError

METHODS = ("pca", "umap")
FEWEST = 10  # below so many records there are too few neighbours for UMAP, and the map is made by PCA
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

    def _repr_html_(self) -> str:
        from rftkit import render

        facts = {"points": self.points.height, "method": self.method, "seed": self.seed}
        return render.card("Map", render.facts(facts), render.table(self.points, limit=5))

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
        return map_labels(self.points.select("x", "y").with_columns(topics.cast(pl.String).alias("topic")), level)

    def to_dict(self) -> dict[str, Any]:
        """Return method, seed and number of points as plain values.

        Examples
        --------
        >>> project(np.eye(3, dtype=np.float32)).to_dict()
        {'method': 'pca', 'seed': 0, 'points': 3}
        """
        return {"method": self.method, "seed": self.seed, "points": self.points.height}


def map_labels(frame: pl.DataFrame, level: int | None = None) -> pl.DataFrame:
    """Return where to write each topic on a map: in the densest place of its records.

    Parameters
    ----------
    frame
        x, y and topic (a path, null where unassigned), as `Dataset.map` returns them.
    level
        Of the tree; the leaves when not given.

    Examples
    --------
    >>> frame = pl.DataFrame({"x": [0.0, 0.1, 5.0], "y": [0.0, 0.1, 0.0], "topic": ["A/b", "A/b", "A/c"]})
    >>> map_labels(frame, level=1).select("topic", "count").rows()
    [('A', 3)]
    """
    names = pl.col("topic")
    named = names if level is None else names.str.split("/").list.head(level).list.join("/")
    rows = [
        {"topic": key[0], **_densest(part), "count": part.height}
        for key, part in frame.with_columns(named).drop_nulls("topic").group_by(["topic"], maintain_order=True)
    ]
    return pl.DataFrame(rows, schema={"topic": pl.String, "x": pl.Float64, "y": pl.Float64, "count": pl.Int64})


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
    places = pca(vectors) if method == "pca" or len(vectors) < FEWEST else umap(vectors, seed)
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


def digest(vectors: npt.NDArray[np.float32]) -> str:
    """Return a name for these vectors in this order, and for the UMAP that is installed: the same map, the same name.

    Examples
    --------
    >>> digest(np.eye(2, dtype=np.float32)) == digest(np.eye(3, dtype=np.float32))
    False
    """
    from importlib.metadata import version

    import xxhash

    known = xxhash.xxh3_128(f"{vectors.shape} {vectors.dtype} {version('umap-learn')}".encode())
    known.update(np.ascontiguousarray(vectors).data)
    return known.hexdigest()


def save(path: str | Path, places: npt.NDArray[np.float64]) -> None:
    """Write places so that a kill leaves the whole file or none.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.npy"
    >>> save(path, np.zeros((1, 2)))
    >>> np.load(path).shape
    (1, 2)
    """
    with tempfile.NamedTemporaryFile(dir=Path(path).parent, suffix=".part", delete=False) as part:
        np.save(part, places)
    Path(part.name).replace(path)


def work(given: str, made: str, seed: str) -> None:
    """Read vectors, write their places: what a process of its own does. Ends when whoever started it is gone.

    Parameters
    ----------
    given, made
        Files of vectors and of places.
    seed
        A number.

    Examples
    --------
    >>> callable(work)
    True
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    save(made, umap(np.load(given), int(seed)))


def _end_with_parent() -> None:
    os.read(0, 1)  # the parent never writes: this returns when its end of the pipe is closed
    os._exit(1)


def _densest(part: pl.DataFrame) -> dict[str, float]:
    """Return the place of a record in the fullest cell of a coarse grid, not the mean, which may lie between groups."""
    x, y = part["x"].to_numpy(), part["y"].to_numpy()
    width = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9) / 8
    cells = np.stack([np.floor((x - x.min()) / width), np.floor((y - y.min()) / width)], axis=1)
    _, back, sizes = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    fullest = back.ravel() == int(sizes.argmax())
    return {"x": float(np.median(x[fullest])), "y": float(np.median(y[fullest]))}
