"""The map of a dataset: at once by PCA, better by UMAP, which is made once per content and kept beside the data."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from rftkit import embed
from rftkit.acts import gathering, reading
from rftkit.errors import StoreError
from rftkit.jobs import Control, Job, StoppedError
from rftkit.messages import last_user_text
from rftkit.topics import map as places

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_KEPT = 12  # maps of one dataset; the oldest goes
_WORKER = "import sys; from rftkit.topics.map import work; work(*sys.argv[1:])"


def map_(ds: Context, method: str = "pca", *, embedder: str = "auto", seed: int = 0) -> pl.DataFrame:
    """Return a place in two dimensions for every valid record.

    Parameters
    ----------
    ds
        The dataset.
    method
        ``pca`` at once, or ``umap``, which takes a while at first (`Dataset.map_job` does it in the background) and
        is kept in the dataset's folder for the same records, embedder and seed.
    embedder
        Chosen by size by default.
    seed
        The same records and seed give the same map.

    Returns
    -------
    polars.DataFrame
        id, topic, the last user turn, x, y.
    """
    frame, vectors = _material(ds, embedder)
    if method == "umap" and len(vectors) >= places.FEWEST:
        found = _kept(ds, vectors, seed)
        xy = places.umap(vectors, seed) if found is None else found
        if found is None:
            _keep(ds, vectors, seed, xy)
        return _placed(frame, xy)
    return _placed(frame, places.project(vectors, method=method, seed=seed).points.select("x", "y").to_numpy())


def map_job(ds: Context, *, embedder: str = "auto", seed: int = 0) -> Job[pl.DataFrame]:
    """Make the UMAP in the background; its result is what ``map("umap")`` returns, which then is there at once.

    A process of its own does the work, because the compilation that UMAP begins with would hold up the notebook.
    It ends with the notebook.

    Parameters
    ----------
    ds
        The dataset.
    embedder, seed
        See `map_`.

    Returns
    -------
    Job
        Started; `wait()` for its result, `stop()` to end it.
    """

    def work(control: Control) -> pl.DataFrame:
        control.report(0, 3, note="embedding")
        frame, vectors = _material(ds, embedder)
        if len(vectors) < places.FEWEST:
            return map_(ds, "umap", embedder=embedder, seed=seed)
        control.report(1, 3, note="UMAP")
        xy = _kept(ds, vectors, seed)
        xy = _elsewhere(ds, vectors, seed, control) if xy is None else xy
        control.report(3, 3, note="done")
        return _placed(frame, xy)

    return Job(work, name="map").start()


def _material(ds: Context, embedder: str) -> tuple[pl.DataFrame, embed.Array]:
    said = reading.labels(ds).filter(pl.col("valid").fill_null(value=True))
    frame = reading.frame(ds, said, ["id", "topic", "messages"])
    vectors = gathering.vectors(ds, embed.texts(frame).to_list(), embedder).array
    return frame.select("id", "topic", last_user_text()), vectors


def _placed(frame: pl.DataFrame, xy: Any) -> pl.DataFrame:
    return frame.with_columns(pl.Series("x", xy[:, 0], dtype=pl.Float64), pl.Series("y", xy[:, 1], dtype=pl.Float64))


def _file(ds: Context, vectors: embed.Array, seed: int) -> Path:
    return ds.path / "maps" / f"umap-{seed}-{places.digest(vectors)}.npy"


def _kept(ds: Context, vectors: embed.Array, seed: int) -> embed.Array | None:
    path = _file(ds, vectors, seed)
    if not path.exists():
        return None
    try:
        found: embed.Array = np.load(path)
    except (OSError, ValueError):  # cut off by a full disk: make it again
        return None
    return found if found.shape == (len(vectors), 2) else None


def _keep(ds: Context, vectors: embed.Array, seed: int, xy: Any) -> None:
    path = _file(ds, vectors, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    places.save(path, np.asarray(xy))
    old = sorted(path.parent.glob("umap-*.npy"), key=lambda each: each.stat().st_mtime)
    for each in old[:-_KEPT]:
        each.unlink(missing_ok=True)


def _elsewhere(ds: Context, vectors: embed.Array, seed: int, control: Control) -> embed.Array:
    with tempfile.TemporaryDirectory(prefix="rftkit-map-") as folder:
        given, made = Path(folder) / "vectors.npy", Path(folder) / "places.npy"
        np.save(given, vectors)
        _run([sys.executable, "-c", _WORKER, str(given), str(made), str(seed)], control)
        xy: embed.Array = np.load(made)
    _keep(ds, vectors, seed, xy)
    return xy


def _run(command: Sequence[str], control: Control) -> None:
    with tempfile.TemporaryFile("w+") as told:
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told)
        while worker.poll() is None:
            if control.stop.wait(0.1):
                worker.kill()
                worker.wait()
                raise StoppedError("The map was stopped before it was ready.")
        if worker.returncode:
            told.seek(0)
            said = told.read().strip().splitlines()[-1:] or ["it said nothing"]
            raise StoreError(
                f"the process that makes the map ended with {worker.returncode}: {said[0]}; try map('umap')"
            )
