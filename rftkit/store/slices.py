"""Tables as files of some thousand rows: a change writes anew only the files that hold what it changes.

So a decision about one record of a million costs what it costs among sixteen thousand. Delta does not see a difference:
one commit takes the old files out and puts the new ones in, older versions keep theirs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
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


def merge(
    folder: Path,
    frame: pl.DataFrame,
    key: str,
    written: Written | None = None,
    *,
    gone: pl.Series | None = None,
    held: Mapping[Path, pl.DataFrame] | None = None,
) -> int:
    """Replace the rows that share a key with the given ones, add the others, take some out; return the new version.

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
    gone
        Keys of rows that are taken out.
    held
        Rows of files that are in memory, so that these files are not read.
    """
    table = tables.opened(folder)
    files, known = _files(folder, table), held or {}
    keys = {path: _keys(path, key, known) for path in files}
    out = frame[key].clear() if gone is None else gone.cast(frame.schema[key])
    touched = pl.concat([frame[key], out]).implode()
    new: Written = {}
    hit = [path for path, here in keys.items() if here.is_in(touched).any()]
    there = pl.concat([frame[key].clear(), *(keys[path] for path in hit)])
    fresh = frame.filter(~pl.col(key).is_in(there.implode()))
    open_ = _with_room(keys, fresh.height)
    for path in {*hit, *open_}:
        rows = known[path] if path in known else pl.read_parquet(path, hive_partitioning=False)
        kept = _updated(rows, frame.filter(frame[key].is_in(keys[path].implode())), key)
        kept = kept.filter(~pl.col(key).is_in(out.implode()))
        new |= _put(folder, pl.concat([kept, fresh]) if path in open_ else kept)
    if not open_:
        new |= _put(folder, fresh)
    return _commit(folder, table, new, {path: files[path] for path in {*hit, *open_}}, written)


def _with_room(keys: dict[Path, pl.Series], count: int) -> list[Path]:
    """Return the last file, where new rows fit in: many small additions do not become as many files."""
    full = [path for path, here in keys.items() if here.len()]
    last = max(full, key=lambda path: keys[path].max(), default=None)  # type: ignore[arg-type, return-value]
    return [last] if count and last is not None and keys[last].len() + count <= ROWS else []


def _keys(path: Path, key: str, held: Mapping[Path, pl.DataFrame]) -> pl.Series:
    if path in held:
        return held[path][key]
    return pl.read_parquet(path, columns=[key], hive_partitioning=False)[key]


def _updated(old: pl.DataFrame, frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the rows of a file, changed where they were given anew, in their old order."""
    if frame.is_empty():
        return old.select(frame.columns)
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
