"""Categorize in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit.acts import categorizing
from rftkit.jobs import Job

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.topics.categorize_report import CategorizeReport


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
    return Job(lambda control: categorizing.categorize(ds, **options, control=control), name="categorize").start()
