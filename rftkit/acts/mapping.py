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

from rftkit import embed, phases
from rftkit.acts import gathering, reading
from rftkit.errors import StoreError
from rftkit.jobs import Control, Job, StoppedError
from rftkit.messages import last_user_text
from rftkit.topics import map as places

if TYPE_CHECKING:
    from rftkit.acts.context import Context

STOPPED = "The map was stopped before it was ready. Vectors that were made are kept."
_KEPT = 12  # maps of one dataset; the oldest goes
_WORKER = "import sys; from rftkit.topics.map import work; work(*sys.argv[1:])"


def map_(
    ds: Context,
    method: str = "pca",
    *,
    embedder: str = "auto",
    seed: int = 0,
    limit: int | None = None,
    invalid: bool = False,
    control: Control | None = None,
) -> pl.DataFrame:
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
    limit
        At most so many records, chosen by the seed; a record that is chosen stays so when others come.
    invalid
        Whether invalid records have a place too.
    control
        Told how far it is, and may stop it; vectors that were made are kept.

    Returns
    -------
    polars.DataFrame
        id, topic, the last user turn, x, y.
    """
    with phases.watched(control, STOPPED):
        frame, vectors = _material(ds, embedder, seed, limit, invalid)
        if method != "umap" or len(vectors) < places.FEWEST:
            points = phases.apart(lambda: places.project(vectors, method=method, seed=seed).points)
            return _placed(frame, points.select("x", "y").to_numpy())
        found = _kept(ds, vectors, seed)
        phases.phase(f"UMAP of {len(vectors):,} records")
        xy = phases.apart(lambda: places.umap(vectors, seed)) if found is None else found
    if found is None:
        _keep(ds, vectors, seed, xy)
    return _placed(frame, xy)


def map_job(
    ds: Context,
    method: str = "umap",
    *,
    embedder: str = "auto",
    seed: int = 0,
    limit: int | None = None,
    invalid: bool = False,
) -> Job[pl.DataFrame]:
    """Make a map in the background; its result is what `map_` returns, which then is there at once.

    A process of its own does the work of UMAP, because the compilation that it begins with would hold up the notebook.
    It ends with the notebook.

    Parameters
    ----------
    ds
        The dataset.
    method, embedder, seed, limit, invalid
        See `map_`.

    Returns
    -------
    Job
        Started; `wait()` for its result, `stop()` to end it.
    """

    def work(control: Control) -> pl.DataFrame:
        with phases.watched(control, STOPPED):
            frame, vectors = _material(ds, embedder, seed, limit, invalid)
        if len(vectors) < places.FEWEST or method != "umap":
            xy = places.project(vectors, method=method, seed=seed).points.select("x", "y").to_numpy()
            return _placed(frame, xy)
        control.report(0, 0, note=f"UMAP of {len(vectors):,} records")
        found = _kept(ds, vectors, seed)
        return _placed(frame, _elsewhere(ds, vectors, seed, control) if found is None else found)

    return Job(work, name="map").start()


def best(
    ds: Context,
    *,
    embedder: str = "auto",
    seed: int = 0,
    limit: int | None = None,
    invalid: bool = False,
    control: Control | None = None,
) -> tuple[str, pl.DataFrame]:
    """Return the best map that is there at once, and its method: UMAP where it was made before, else PCA.

    Parameters
    ----------
    ds
        The dataset.
    embedder, seed, limit, invalid, control
        See `map_`.
    """
    with phases.watched(control, STOPPED):
        frame, vectors = _material(ds, embedder, seed, limit, invalid)
        found = _kept(ds, vectors, seed) if len(vectors) >= places.FEWEST else None
        if found is not None:
            return "umap", _placed(frame, found)
        return "pca", _placed(frame, phases.apart(lambda: places.pca(vectors)))


def _material(
    ds: Context, embedder: str, seed: int, limit: int | None, invalid: bool
) -> tuple[pl.DataFrame, embed.Array]:
    said = reading.labels(ds) if invalid else gathering.living(ds)
    chosen = said if limit is None else some(said, limit, seed)
    frame = reading.frame(ds, chosen, ["id", "topic", "messages"])
    # the embedder of the whole dataset, also where only some of its records are on the map
    name = "static" if embed.choose(embedder, count=said.height).name == "static" else embedder
    if frame.is_empty():
        return frame.select("id", "topic", last_user_text()), np.zeros((0, 2), np.float32)
    material = gathering.gathered(ds, chosen, name)
    return frame.select("id", "topic", last_user_text()), material.vectors


def some(said: pl.DataFrame, limit: int, seed: int) -> pl.DataFrame:
    """Return at most so many records; a record keeps its luck whatever comes after it.

    Parameters
    ----------
    said
        Labels of the records.
    limit
        How many.
    seed
        The same records and seed give the same ones.
    """
    if said.height <= limit:
        return said
    luck = _mixed(said["row"].to_numpy().astype(np.uint64) + np.uint64(seed))
    return said[np.sort(np.argpartition(luck, limit)[:limit])]


def _mixed(rows: Any) -> Any:
    """Return numbers that look random and depend on nothing but the row (the finish of SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed = rows * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


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
                raise StoppedError(STOPPED)
        if worker.returncode:
            told.seek(0)
            said = told.read().strip().splitlines()[-1:] or ["it said nothing"]
            raise StoreError(
                f"the process that makes the map ended with {worker.returncode}: {said[0]}; try map('umap')"
            )
