"""Delta tables: made, appended to, replaced, read at a version. Nothing here knows what a record is."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote
from uuid import uuid4

import msgspec
import polars as pl

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from deltalake.transaction import RemoveAction

# Undo and pinned reports need old versions, so Delta must not tidy its log away.
_CONFIGURATION = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}

#: Rows that are read together at least: a record is opened without reading those far from it.
GROUP = 1 << 13


def scan(folder: Path, version: int) -> pl.LazyFrame:
    """Return the table as it was at a version.

    Parameters
    ----------
    folder
        The table's folder.
    version
        A Delta version of it.
    """
    place = _place(folder)
    if place == str(folder):
        return pl.scan_delta(place, version=version)
    return pl.scan_delta(_escaped()(place, version=version))


def _place(folder: Path) -> str:
    """Return what Delta is told of where a table lies: its path, or its address where that writes signs otherwise."""
    address = folder.absolute().as_uri()
    return str(folder) if unquote(address) == address else address


@cache
def _escaped() -> type[DeltaTable]:
    """Return a table whose files are named by their paths: Delta names them by their addresses, polars opens paths."""
    from deltalake import DeltaTable

    class EscapedTable(DeltaTable):
        def file_uris(self, *given: Any, **options: Any) -> list[str]:
            return [unquote(address) for address in super().file_uris(*given, **options)]

    return EscapedTable


def prepare(folder: Path, version: int | None, schema: dict[str, pl.DataType]) -> None:
    """Bring a table to a version before it is written to.

    What a killed writer left behind the version is stepped over: Delta restores the old content as a new version.

    Parameters
    ----------
    folder
        The table's folder; the table is made when there is none.
    version
        The Delta version that the dataset knows, None when it knows none.
    schema
        Columns of a new table.
    """
    from deltalake import DeltaTable

    if not DeltaTable.is_deltatable(_place(folder)):
        _create(folder, schema, mode="error")
    elif version is None:
        _create(folder, schema, mode="overwrite")
    else:
        table = DeltaTable(_place(folder))
        if table.version() != version:
            table.restore(version)


def _create(folder: Path, schema: dict[str, pl.DataType], mode: Literal["error", "overwrite"]) -> None:
    options: dict[str, Any] = {"configuration": _CONFIGURATION}
    if mode == "overwrite":
        options["schema_mode"] = "overwrite"
    pl.DataFrame(schema=schema).write_delta(_place(folder), mode=mode, delta_write_options=options)


def replace(folder: Path, frame: pl.DataFrame, written: dict[Path, pl.DataFrame] | None = None) -> int:
    """Replace the whole content; return the new Delta version.

    Parameters
    ----------
    folder
        The table's folder.
    frame
        The new content.
    written
        Takes the rows of each file that was written.
    """
    from rftkit.store import slices

    sliced = None if frame.is_empty() else slices.replace(folder, frame, written)
    if sliced is not None:
        return sliced
    frame.write_delta(_place(folder), mode="overwrite", delta_write_options={"schema_mode": "overwrite"})
    return version_of(folder)


def version_of(folder: Path) -> int:
    """Return the newest Delta version of a table.

    Parameters
    ----------
    folder
        The table's folder.
    """
    return opened(folder).version()


def opened(folder: Path, version: int | None = None) -> DeltaTable:
    """Return a table as Delta gives it.

    Parameters
    ----------
    folder
        The table's folder.
    version
        A Delta version of it; the newest by default.
    """
    from deltalake import DeltaTable

    return DeltaTable(_place(folder), version=version)


def files(folder: Path, version: int) -> list[Path]:
    """Return the files that a version of a table is made of; what is in a file never changes.

    Parameters
    ----------
    folder
        The table's folder.
    version
        A Delta version of it.
    """
    return [folder / name for name in pl.DataFrame(opened(folder, version).get_add_actions())["path"]]


def write_part(folder: Path, frame: pl.DataFrame) -> str:
    """Write rows as a file of the table that no version names yet; return its name.

    Parameters
    ----------
    folder
        The table's folder.
    frame
        Rows with the table's columns.
    """
    name = f"part-{uuid4()}.parquet"
    frame.write_parquet(folder / name, compression="snappy", statistics=False, row_group_size=GROUP)
    return name


def add_parts(folder: Path, parts: dict[str, int]) -> int:
    """Add files written by `write_part` in one Delta commit; return the new version.

    Parameters
    ----------
    folder
        The table's folder.
    parts
        File name -> number of rows.
    """
    from deltalake.transaction import AddAction

    table = opened(folder)
    when = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        AddAction(
            name,
            (folder / name).stat().st_size,
            {},
            when,
            True,
            msgspec.json.encode({"numRecords": rows}).decode(),
        )
        for name, rows in parts.items()
    ]
    table.create_write_transaction(actions, "append", table.schema())
    return version_of(folder)
