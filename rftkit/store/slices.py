"""Tables as files of some thousand rows: a change writes anew only the files that hold what it changes.

So a decision about one record of a million costs what it costs among sixteen thousand. Delta does not see a difference:
one commit takes the old files out and puts the new ones in, older versions keep theirs.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from rftkit.store import tables

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from deltalake.transaction import AddAction, RemoveAction

#: Rows of one file.
ROWS = 1 << 14

Written = dict[Path, pl.DataFrame]


def replace(folder: Path, frame: pl.DataFrame, written: Written | None = None) -> int | None:
    """Replace the whole content; return the new Delta version, None where the columns are others than before.

    Parameters
    ----------
    folder
        The table's folder.
    frame
        The new content.
    written
        Takes the rows of each file that was written.
    """
    table = tables.opened(folder)
    if [field.name for field in table.schema().fields] != frame.columns:
        return None
    return _commit(folder, table, _put(folder, frame), _files(folder, table), written)


def merge(folder: Path, frame: pl.DataFrame, key: str, written: Written | None = None) -> int:
    """Replace the rows that share a key with the given ones and add the others; return the new version.

    Parameters
    ----------
    folder
        The table's folder.
    frame
        Changed and new rows.
    key
        The column that names a row.
    written
        Takes the rows of each file that was written.
    """
    table, wanted = tables.opened(folder), frame[key].implode()
    found = [frame[key].clear()]
    gone: dict[Path, int] = {}
    new: Written = {}
    for path, size in _files(folder, table).items():
        held = pl.read_parquet(path, columns=[key], hive_partitioning=False)[key]
        here = held.filter(held.is_in(wanted))
        if here.len():
            gone[path] = size
            found.append(here)
            new |= _put(folder, _updated(path, frame, key))
    new |= _put(folder, frame.filter(~pl.col(key).is_in(pl.concat(found).implode())))
    return _commit(folder, table, new, gone, written)


def _updated(path: Path, frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the rows of a file, changed where they were given anew, in their old order."""
    old = pl.read_parquet(path, hive_partitioning=False)
    return old.update(frame, on=key, how="left", include_nulls=True).select(frame.columns)


def _put(folder: Path, frame: pl.DataFrame) -> Written:
    """Write rows as files that no version names yet."""
    return {folder / tables.write_part(folder, part): part for part in frame.iter_slices(ROWS) if part.height}


def _files(folder: Path, table: DeltaTable) -> dict[Path, int]:
    actions = pl.DataFrame(table.get_add_actions())
    return {folder / name: size for name, size in zip(actions["path"], actions["size_bytes"], strict=True)}


def _commit(folder: Path, table: DeltaTable, new: Written, gone: dict[Path, int], written: Written | None) -> int:
    from deltalake.transaction import AddAction, RemoveAction

    when = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [RemoveAction(path.name, True, when, size) for path, size in gone.items()]
    actions += [AddAction(path.name, path.stat().st_size, {}, when, True, _stats(part)) for path, part in new.items()]
    table.create_write_transaction(actions, "append", table.schema())
    if written is not None:
        written |= new
    return tables.version_of(folder)


def _stats(part: pl.DataFrame) -> str:
    return msgspec.json.encode({"numRecords": part.height}).decode()
