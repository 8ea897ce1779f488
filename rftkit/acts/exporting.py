"""Export: records into a file for a trainer, and what that file would hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.formats import writing
from rftkit.formats.writing.columns import known_columns
from rftkit.formats.writing.target import Options
from rftkit.jobs import Control, Job

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_SAMPLE = 200


def export(
    ds: Context,
    path: str | Path,
    *,
    format: str = "openai-rft",
    split: str = "all",
    columns: Sequence[str] | None = None,
    licence: str | None = None,
    excel_safe: bool = False,
    overwrite: bool = True,
    ids: list[str] | None = None,
    told: Callable[[int, int], None] | None = None,
) -> writing.WriteReport:
    """Write records to a file.

    Parameters
    ----------
    ds
        The dataset.
    path
        The file; .gz and .zst are compressed.
    format
        One of `rftkit.formats.writing.FORMATS`.
    split
        train, validation or all.
    columns
        Keys beside the prompt, for graders; see `export_columns`. By default all of the source's keys, plain metadata,
        topic and rftkit_id.
    licence
        For the dataset card beside a split, such as ``cc-by-4.0``; the card says unknown where nobody names one.
    excel_safe
        Alter cells that a spreadsheet would run as formulas.
    overwrite
        Replace files of the same name; the report names them. Otherwise refuse where there are some.
    ids
        Only these records.
    told
        Told how many records are written, and how many there are.

    Returns
    -------
    WriteReport
        What was written, and what was skipped and why.

    Raises
    ------
    InputError
        The split was not made yet, there is no such format, or a file is there that may not be replaced.
    """
    writing.target_of(format)
    said = _chosen(ds, split, ids)
    return writing.write(
        reading.frame(ds, said),
        path,
        format,
        split=None if split == "all" else split,
        dataset_name=ds.name,
        seed=_seed(ds),
        excel_safe=excel_safe,
        columns=columns,
        unreadable=reading.unreadable(ds),
        licence=licence,
        version=ds.version,
        overwrite=overwrite,
        told=told,
    )


def export_job(ds: Context, path: str | Path, **options: Any) -> Job[writing.WriteReport]:
    """Start an export in the background; stopped before its end it leaves no file, and an old one as it was.

    Parameters
    ----------
    ds
        The dataset.
    path, **options
        As `export` takes them.
    """

    def work(control: Control) -> writing.WriteReport:
        def told(done: int, total: int) -> None:
            control.report(done, total)
            control.go_on("The export was stopped before its end; no file was written.")

        return export(ds, path, told=told, **options)

    return Job(work, name="export").start()


def preview_export(
    ds: Context,
    *,
    format: str = "openai-rft",
    split: str = "all",
    columns: Sequence[str] | None = None,
    excel_safe: bool = False,
) -> writing.Draft:
    """Return what an export would write: how many records, which not and why, and the first one as text.

    Parameters
    ----------
    ds
        The dataset.
    format, split, columns, excel_safe
        As `export` takes them.
    """
    target = writing.target_of(format)
    frame = reading.frame(ds, _chosen(ds, split, None), ["id", "messages", "valid"])
    options = Options(columns, excel_safe, ds.name, None if split == "all" else split)
    return writing.draft(frame, target, options, lambda id_: reading.records(ds, [id_]))


def export_columns(ds: Context) -> list[str]:
    """Return the keys that can stand beside a prompt: those that the first records have, then rftkit's own.

    Returns
    -------
    list[str]
        For `columns` of `export`.
    """
    said = reading.labels(ds).head(_SAMPLE)
    return known_columns(reading.frame(ds, said, ["extra", "metadata"]))


def _chosen(ds: Context, split: str, ids: list[str] | None) -> pl.DataFrame:
    """Return the labels of the records of a split."""
    said = reading.labels(ds) if ids is None else reading.labels_of(ds, ids)
    if split not in ("train", "validation", "all"):
        raise InputError(f"there is no split {split!r}; use train, validation or all")
    return said if split == "all" else _of_split(ds, said, split)


def _of_split(ds: Context, said: pl.DataFrame, split: str) -> pl.DataFrame:
    if said["split"].null_count() == said.height:
        raise InputError(f'no record is in {split}; split first with: rftkit split "{ds.path}"')
    chosen = said.filter(pl.col("split") == split)
    if chosen.is_empty():
        raise InputError(
            f"the last split left no record in {split}: what belongs together stays together, and there are too few "
            f'groups; see rftkit split "{ds.path}" --help, or import more records'
        )
    return chosen


def _seed(ds: Context) -> int | None:
    stored = ds.store.get("split.json", ds.line)
    return None if stored is None else stored["configuration"]["seed"]
