"""How far a job is, and what its curves say so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from rftkit.train.state import ENDED
from rftkit.train.warnings import warnings_of


@dataclass(frozen=True)
class TrainingStatus:
    """How far a training job is.

    Attributes
    ----------
    job, state
        Its id, and one of `rftkit.train.STATES`.
    step, total_steps
        Steps done, and steps there are; None where nobody knows.
    eta_seconds
        Time left at the rate so far; None where nobody can say.
    baseline, best, final
        Mean validation reward before training, at its best, and at the end.
    best_step
        The step of the best.
    checkpoint
        The checkpoint that is kept: a folder, or a model of the service.
    warnings
        What a person should look at, in sentences.
    error
        Why it failed, in a sentence.

    Examples
    --------
    >>> TrainingStatus("job-1", "running", step=30, total_steps=120)
    TrainingStatus(job-1: running, step 30 of 120)
    """

    job: str
    state: str
    step: int = 0
    total_steps: int | None = None
    eta_seconds: float | None = None
    baseline: float | None = None
    best: float | None = None
    final: float | None = None
    best_step: int | None = None
    checkpoint: str | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def __repr__(self) -> str:
        of = f" of {self.total_steps:,}" if self.total_steps else ""
        return f"TrainingStatus({self.job}: {self.state}, step {self.step:,}{of})"

    def to_dict(self) -> dict[str, Any]:
        """Return the values as ``rftkit train --status --json`` prints them."""
        return {**vars(self), "warnings": list(self.warnings)}


def status_of(job: Mapping[str, Any], metrics: pl.DataFrame) -> TrainingStatus:
    """Return the status that a job's values and metrics say.

    Parameters
    ----------
    job
        What `job.json` holds.
    metrics
        From `JobFolder.metrics`.

    Examples
    --------
    >>> from rftkit.train.state import metrics_frame
    >>> lines = [{"step": 0, "valid_reward": 0.25}, {"step": 10, "valid_reward": 0.75}, {"step": 20, "valid_reward": 0.5}]
    >>> status = status_of({"id": "job-1", "state": "succeeded", "total_steps": 20}, metrics_frame(lines))
    >>> status.baseline, status.best, status.best_step, status.final
    (0.25, 0.75, 10, 0.5)
    """
    # a job without reinforcement is its warm start
    phase = "sft" if (job.get("config") or {}).get("steps") == 0 else "rl"
    steps = metrics.filter(pl.col("phase") == phase)
    seen = steps.drop_nulls("valid_reward")
    best = seen.sort("valid_reward", "step", descending=[True, False]).head(1)
    first = seen.filter(pl.col("step") == 0)
    step = int(steps["step"].max() or 0)  # type: ignore[arg-type]
    return TrainingStatus(
        job=str(job["id"]),
        state=str(job["state"]),
        step=step,
        total_steps=job.get("total_steps"),
        eta_seconds=_eta(job, steps, step),
        baseline=job.get("baseline", first["valid_reward"].first()),
        best=job.get("best", best["valid_reward"].first()),
        final=job.get("final", seen["valid_reward"].last() if job["state"] in ENDED and not seen.is_empty() else None),
        best_step=job.get("best_step", best["step"].first()),
        checkpoint=job.get("checkpoint"),
        warnings=(*job.get("warnings", ()), *_service(job), *warnings_of(steps)),
        error=job.get("error"),
    )


def _eta(job: Mapping[str, Any], steps: pl.DataFrame, step: int) -> float | None:
    """Return the seconds left: as the service says, by the trainer's own clock, else by the time since the start."""
    if job["state"] != "running":
        return None
    told = _since(job.get("finishes"))
    if told is not None:
        return max(0.0, -told)
    total = job.get("total_steps")
    if not total or not step:
        return None
    clock = steps["seconds"].drop_nulls()
    spent = float(clock.last()) if len(clock) else _since(job.get("started"))  # type: ignore[arg-type]
    return None if not spent else max(0, total - step) * spent / step


def _service(job: Mapping[str, Any]) -> list[str]:
    found = []
    if job.get("unreachable"):
        found.append(f"what is shown is what was known before, because of this: {job['unreachable']}")
    if job.get("over_budget"):
        found.append(f"the job was stopped: ${job['cost_usd']:.2f} of a budget of ${job['budget_usd']:.2f} were spent")
    return found


def _since(moment: str | None) -> float | None:
    return None if moment is None else (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
