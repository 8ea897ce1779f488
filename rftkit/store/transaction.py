"""One step of a dataset: what it writes becomes one version, all of it or nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from rftkit.store import journal, slices, tables
from rftkit.store.layout import SCHEMAS

if TYPE_CHECKING:
    from rftkit.store.store import Store

#: Rows of one batch; a row number is version, batch and place in one integer.
BATCH_ROWS = 1 << 20


class Transaction:
    """What a step writes. Made by `Store.write`; leaves no trace when the step fails.

    Parameters
    ----------
    store
        The dataset.
    base
        The version that the step reads.
    step
        Its name.
    configuration
        Its options, as they are to be shown in the history.
    """

    def __init__(self, store: Store, base: journal.Version, step: str, configuration: dict[str, Any]) -> None:
        self.store = store
        self.base = base
        self.step = step
        self.configuration = configuration
        self.counts: dict[str, Any] = {}
        self._tables = dict(base.tables)
        self._files = dict(base.files)
        self._parts: dict[str, dict[str, int]] = {}
        self._prepared: set[str] = set()
        self._batches = 0
        #: Rows of the files that this step wrote of tables that are replaced or merged, for whoever reads them next.
        self.written: dict[Path, pl.DataFrame] = {}
        #: Rows of files that whoever takes the step has in memory, by file.
        self.held: Mapping[Path, pl.DataFrame] = {}
        self._content: int | None = None
        self._parent: int | None = None

    @property
    def version(self) -> int:
        """The version that this step will become."""
        return self.base.version + 1

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        written = self._tables != self.base.tables or self._files != self.base.files
        return written or bool(self._parts) or self._content is not None

    def rows(self, count: int) -> pl.Series:
        """Return new row numbers, ascending within the step and above those of every earlier version.

        Parameters
        ----------
        count
            How many, at most `BATCH_ROWS`.
        """
        first = (self.version << 40) + (self._batches * BATCH_ROWS)
        self._batches += 1
        return pl.Series("row", range(first, first + count), dtype=pl.Int64)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows to a table; they are on the disk at once and in the dataset at the end of the step.

        Parameters
        ----------
        table
            Name of the table.
        frame
            Rows; columns are brought to the table's order and types, missing ones are null.
        """
        if frame.is_empty():
            return
        folder = self._ready(table)
        part = tables.write_part(folder, conform(frame, SCHEMAS[table]))
        self._parts.setdefault(table, {})[part] = frame.height

    def pending(self, table: str) -> pl.DataFrame:
        """Return the rows that this step has appended so far.

        Parameters
        ----------
        table
            Name of the table.
        """
        schema = SCHEMAS[table]
        folder = self.store.path / table
        parts = [pl.read_parquet(folder / part) for part in self._parts.get(table, {})]
        return pl.concat([pl.DataFrame(schema=schema), *(conform(part, schema) for part in parts)])

    def replace(self, table: str, frame: pl.DataFrame) -> None:
        """Replace the whole content of a table.

        Parameters
        ----------
        table
            Name of the table.
        frame
            The new content.
        """
        folder = self._ready(table)
        self._parts.pop(table, None)
        self._tables[table] = tables.replace(folder, conform(frame, SCHEMAS[table]), self.written)

    def merge(self, table: str, frame: pl.DataFrame, key: str, gone: pl.Series | None = None) -> None:
        """Replace the rows that share a key, add the others, and take some out.

        Parameters
        ----------
        table
            Name of the table.
        frame
            Changed and new rows, all columns.
        key
            The column that names a row.
        gone
            Keys of rows that are taken out.
        """
        if frame.is_empty() and (gone is None or gone.is_empty()):
            return
        folder = self._ready(table)
        self._flush(table)
        rows = conform(frame, SCHEMAS[table])
        self._tables[table] = slices.merge(folder, rows, key, self.written, gone=gone, held=self.held)

    def put(self, name: str, value: Any) -> None:
        """Set a small file; the old one stays for undo.

        Parameters
        ----------
        name
            For example ``topics.json``.
        value
            What JSON can hold.
        """
        text = msgspec.json.format(msgspec.json.encode(value), indent=1)
        stored = f"{Path(name).stem}.{hashlib.sha256(text).hexdigest()[:16]}{Path(name).suffix}"
        write_file(self.store.path / "versions" / stored, text)
        self._files[name] = stored

    def become(self, target: journal.Version) -> None:
        """Make the content of an earlier version the newest one.

        Parameters
        ----------
        target
            The version to go back to.
        """
        self._tables, self._files = dict(target.tables), dict(target.files)
        self._content, self._parent = target.content, target.parent

    def commit(self) -> journal.Version:
        """Write the journal line; from here on the version exists."""
        from rftkit._version import VERSION

        for table in list(self._parts):
            self._flush(table)
        line = journal.Version(
            version=self.version,
            step=self.step,
            when=journal.now(),
            configuration=self.configuration,
            counts=self.counts,
            tables=self._tables,
            files=self._files,
            content=self.version if self._content is None else self._content,
            parent=self.base.content if self._parent is None else self._parent,
            rftkit=VERSION,
        )
        journal.append(self.store.journal, line)
        self._copy_files()
        return line

    def _ready(self, table: str) -> Path:
        folder = self.store.path / table
        if table not in self._prepared:
            tables.prepare(folder, self._tables.get(table), SCHEMAS[table])
            self._tables[table] = tables.version_of(folder)
            self._prepared.add(table)
        return folder

    def _flush(self, table: str) -> None:
        parts = self._parts.pop(table, None)
        if parts:
            self._tables[table] = tables.add_parts(self.store.path / table, parts)

    def _copy_files(self) -> None:
        # For people and other tools; the versions/ folder is what counts.
        for name in {*self._files, *self.base.files}:
            readable = self.store.path / name
            if name in self._files:
                write_file(readable, (self.store.path / "versions" / self._files[name]).read_bytes())
            else:
                readable.unlink(missing_ok=True)


def conform(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Return the frame with exactly these columns: cast, in order, nulls where one is missing.

    Parameters
    ----------
    frame
        Rows.
    schema
        Column -> dtype.

    Examples
    --------
    >>> conform(pl.DataFrame({"b": [1]}), {"a": pl.String(), "b": pl.Float64()}).row(0)
    (None, 1.0)
    """
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that a kill leaves the old one or the new one, never half of it.

    Parameters
    ----------
    path
        Where; folders are made.
    content
        The bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    with waiting.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
