"""Checkpoints of a local job: what is whole, what is newest, what is best.

The libraries write a checkpoint file by file. It counts from the moment that its last file, a mark of ours, is there;
what a kill left without one is thrown away. The best model is a folder of its own, named in `job.json` only when it
is complete.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from rftkit.store.transaction import write_file
from rftkit.train.state import JobFolder

if TYPE_CHECKING:
    from rftkit.train.policy import Policy

_MARK: Final = "whole.json"


def mark(checkpoint: Path, **values: Any) -> None:
    """Say that a checkpoint is whole.

    Parameters
    ----------
    checkpoint
        Its folder.
    **values
        What else to know when it is taken up again.
    """
    for file in checkpoint.iterdir():
        _to_disk(file)
    write_file(checkpoint / _MARK, msgspec.json.encode(values))


def told(checkpoint: Path) -> dict[str, Any]:
    """Return what was said of a checkpoint.

    Parameters
    ----------
    checkpoint
        Its folder, which is whole.
    """
    return msgspec.json.decode((checkpoint / _MARK).read_bytes(), type=dict[str, Any])


def newest(phase: Path) -> Path | None:
    """Return the newest whole checkpoint of a phase, and throw away what is not whole.

    Parameters
    ----------
    phase
        The folder of the phase; may be missing.

    Examples
    --------
    >>> newest(Path("nowhere"))
    """
    found = sorted(phase.glob("checkpoint-*"), key=_step) if phase.is_dir() else []
    for checkpoint in found:
        if not (checkpoint / _MARK).exists():
            shutil.rmtree(checkpoint, ignore_errors=True)
    whole = [checkpoint for checkpoint in found if (checkpoint / _MARK).exists()]
    return whole[-1] if whole else None


def prune(phase: Path) -> None:
    """Throw away all checkpoints of a phase but the newest whole one.

    Parameters
    ----------
    phase
        The folder of the phase.
    """
    last = newest(phase)
    for checkpoint in phase.glob("checkpoint-*"):
        if checkpoint != last:
            shutil.rmtree(checkpoint, ignore_errors=True)


def clear(phase: Path) -> None:
    """Throw away all checkpoints of a phase that is over: its model is kept elsewhere.

    Parameters
    ----------
    phase
        The folder of the phase; may be missing.

    Examples
    --------
    >>> clear(Path("nowhere"))
    """
    shutil.rmtree(phase, ignore_errors=True)


def keep_best(folder: JobFolder, policy: Policy, step: int, reward: float | None) -> None:
    """Keep a model as the best one, and let go of the one before.

    Parameters
    ----------
    folder
        The job.
    policy
        The model.
    step
        Where it is.
    reward
        Its mean reward on validation.
    """
    place = _whole(folder, policy, f"best-{step}")
    folder.update(
        checkpoint=f"checkpoints/{place.name}", best_step=step, **({} if reward is None else {"best": reward})
    )
    for other in folder.checkpoints.glob("best-*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)


def keep_warm(folder: JobFolder, policy: Policy) -> None:
    """Keep the model of a warm start, which reinforcement begins with.

    Parameters
    ----------
    folder
        The job.
    policy
        The model.
    """
    place = _whole(folder, policy, "warm")
    folder.update(checkpoint=f"checkpoints/{place.name}")


def warm(folder: JobFolder) -> Path | None:
    """Return the model of the warm start; None as long as there is none.

    Parameters
    ----------
    folder
        The job.
    """
    place = folder.checkpoints / "warm"
    return place if place.is_dir() else None


def _whole(folder: JobFolder, policy: Policy, name: str) -> Path:
    """Write a model into a folder that has its name only when all of it is there."""
    place = folder.checkpoints / name
    half = place.with_name(f".{name}")
    shutil.rmtree(half, ignore_errors=True)
    policy.save(half)
    for file in half.iterdir():
        _to_disk(file)
    shutil.rmtree(place, ignore_errors=True)  # of a run that was cut off
    half.rename(place)
    return place


def model_folder(folder: JobFolder) -> Path | None:
    """Return the folder of the model that a job kept; None as long as it has none.

    Parameters
    ----------
    folder
        The job.

    Examples
    --------
    >>> import tempfile
    >>> model_folder(JobFolder.make(Path(tempfile.mkdtemp())))
    """
    kept = folder.read().get("checkpoint")
    return folder.path / kept if kept else None


def _step(checkpoint: Path) -> int:
    tail = checkpoint.name.rpartition("-")[2]
    return int(tail) if tail.isdigit() else -1


def _to_disk(file: Path) -> None:
    if file.is_file():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
