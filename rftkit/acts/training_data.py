"""What a training job learns from, written into its folder once: the two sets of the split and the grader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit.acts import exporting
from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.train.state import JobFolder

SPLITS = ("train", "validation")


def prepare(ds: Context, folder: JobFolder) -> None:
    """Write the data of a job, unless it is there.

    Parameters
    ----------
    ds
        The dataset, at the version that the job trains on.
    folder
        The job; its `counts` tell afterwards how many lines each file has.
    """
    told = folder.read()
    if told.get("counts"):
        return
    counts = {}
    for split in SPLITS:
        report = exporting.export(ds, folder.data(split), split=split, format=told.get("format", "openai-rft"))
        counts[split] = report.written
        for sentence in report.warnings:
            folder.event("data", f"{split}: {sentence}")
    _answers(ds, folder, told.get("config") or {})
    if not all(counts.values()):
        raise InputError("no record of the split can be trained on; look at ds.preview_export(split='train')")
    folder.update(counts=counts)


def _answers(ds: Context, folder: JobFolder, config: dict[str, Any]) -> None:
    """Write what a warm start imitates where that is the outputs, which no other export holds."""
    if config.get("sft_steps") and config.get("sft_on") == "output":
        exporting.export(ds, folder.data("sft"), split="train", format="openai-chat")


def split_counts(ds: Context) -> dict[str, Any]:
    """Return how many records train and validation have.

    Parameters
    ----------
    ds
        The dataset.

    Raises
    ------
    InputError
        There is no split yet, or one of its sets is empty.
    """
    from rftkit.acts.splitting import split_state

    state = split_state(ds)
    if state is None:
        raise InputError(f'training needs a split; make one with ds.split(), or: rftkit split "{ds.path}"')
    counts = {split: int(state[split]) for split in SPLITS}
    empty = [split for split in SPLITS if not counts[split]]
    if empty:
        raise InputError(f"the split left no record in {empty[0]}; split again with ds.split(), or import more records")
    return counts
