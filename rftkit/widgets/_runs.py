"""Which generation runs on which dataset: a modal that is made again shows the run that the last one started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rftkit.jobs import Job

_RUNS: dict[Path, Job[Any]] = {}


def remember(dataset: Any, job: Job[Any]) -> None:
    """Note the job that was started last on a dataset.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    job
        Of `Dataset.generate`.
    """
    _RUNS[Path(dataset.path).resolve()] = job


def running(dataset: Any) -> Job[Any] | None:
    """Return the job that runs on a dataset; None where none does.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> running(rftkit.open(tempfile.mkdtemp() + "/a.rft")) is None
    True
    """
    job = _RUNS.get(Path(dataset.path).resolve())
    return job if job is not None and job.state in ("waiting", "running", "stopping") else None
