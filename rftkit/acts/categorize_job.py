"""Categorize in the background: the vectors first, piece by piece, since they take most of the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import embed
from rftkit.acts import asking, categorizing, reading
from rftkit.embed.cache import VectorCache
from rftkit.jobs import Control, Job

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.topics.categorize_report import CategorizeReport

STOPPED = "Categorizing was stopped; the topics are as they were. Vectors that were made are kept."
_PIECE = 512  # texts that are embedded between two looks whether to stop


def categorize_job(ds: Context, **options: Any) -> Job[CategorizeReport]:
    """Categorize in the background; the notebook stays usable, and a stop leaves the topics as they were.

    Parameters
    ----------
    ds
        The dataset.
    **options
        As `categorize` takes them.

    Returns
    -------
    Job
        Started; its result is what `categorize` returns.
    """

    def work(control: Control) -> CategorizeReport:
        method = tuple(options.get("method", ("keyword", "embedding")))
        if "embedding" in method and reading.tree(ds).topics:
            _embed(ds, bool(options.get("all", False)), str(options.get("embedder", "auto")), control)
        control.go_on(STOPPED)
        done = control.progress.total or 0
        control.report(done, done, note="asking the model" if "llm" in method else "judging")
        return categorizing.categorize(ds, **options)

    return Job(work, name="categorize").start()


def _embed(ds: Context, again: bool, name: str, control: Control) -> None:
    """Fill the dataset's cache of vectors; a space that is made from the texts at hand has none to fill."""
    said = reading.labels(ds).filter(pl.col("valid").fill_null(value=True))
    asked = asking.embedder(name)
    found = embed.get(asked, count=said.height) if isinstance(asked, str) else asked
    if isinstance(found, embed.Fittable):
        return
    open_ = said if again else said.filter(pl.col("topic").is_null())
    texts = embed.texts(reading.frame(ds, open_, ["messages"])).to_list()
    _in_pieces(VectorCache(ds.path / "vectors"), found, texts, control)


def _in_pieces(cache: VectorCache, found: Any, texts: Sequence[str], control: Control) -> None:
    missing = list(dict.fromkeys(cache.missing(found.name, texts)))
    for start in range(0, len(missing), _PIECE):
        control.go_on(STOPPED)
        control.report(start, len(missing), note="embedding")
        cache.embed(found, missing[start : start + _PIECE])
    control.report(len(missing), len(missing), note="embedding")
