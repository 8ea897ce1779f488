"""The folder of a dataset: opened, read at a version, written under a lock."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from rftkit.errors import LockedError, NotFoundError, StoreError
from rftkit.store import journal, tables
from rftkit.store.layout import SCHEMAS
from rftkit.store.transaction import Transaction

_NAME = "log.jsonl"
#: Delta takes these for parts of an address.
_UNUSABLE = re.compile(r"[\[\]]|%[0-9A-Fa-f]{2}")


class Store:
    """A dataset folder.

    Parameters
    ----------
    path
        The folder; made by the first write.
    lock_timeout
        Seconds that a write waits for another process before it gives up with `LockedError`.

    Raises
    ------
    StoreError
        The path is a file, or a folder with other things in it.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "a.rft")
    >>> store.head().version
    0
    """

    def __init__(self, path: str | os.PathLike[str], *, lock_timeout: float = 60.0) -> None:
        self.path = Path(path)
        self.journal = self.path / _NAME
        self.lock_timeout = lock_timeout
        self._seen: tuple[int, list[journal.Version]] = (-1, [])
        self._refuse_foreign_folder()

    def _refuse_foreign_folder(self) -> None:
        if _UNUSABLE.search(str(self.path.absolute())):
            raise StoreError(
                f"{self.path} has a sign in its path that tables cannot lie under: [, ] or % with two digits; "
                "name a folder without them, such as support.rft"
            )
        if self.path.is_file():
            raise StoreError(f"{self.path} is a file, not a dataset; a dataset is a folder such as support.rft")
        if self.path.is_dir() and not self.journal.exists() and any(self._foreign()):
            raise StoreError(
                f"{self.path} is a folder without a dataset in it (no {_NAME}); "
                "name a new folder such as support.rft, or an existing dataset"
            )

    def _foreign(self) -> Iterator[Path]:
        # A writer killed before its first journal line, or a file dropped before the first import, leaves only these.
        ours = {
            *SCHEMAS,
            "versions",
            "uploads",
            "vectors",
            "generator",
            "llm.sqlite",
            "llm.sqlite-wal",
            "llm.sqlite-shm",
        }
        return (entry for entry in self.path.iterdir() if entry.name not in ours and entry.name[0] != ".")

    def versions(self) -> list[journal.Version]:
        """Return all versions, oldest first."""
        size = self.journal.stat().st_size if self.journal.exists() else 0
        if size != self._seen[0]:
            self._seen = (size, journal.read(self.journal))
        return self._seen[1]

    def head(self) -> journal.Version:
        """Return the newest version; version 0 for an empty dataset."""
        versions = self.versions()
        return versions[-1] if versions else journal.EMPTY

    def at(self, version: int) -> journal.Version:
        """Return a version.

        Parameters
        ----------
        version
            Its number.

        Raises
        ------
        NotFoundError
            There is no such version.
        """
        if version == 0:
            return journal.EMPTY
        for line in self.versions():
            if line.version == version:
                return line
        raise NotFoundError(
            f"version {version} does not exist; {self.path} has the versions 1 to {self.head().version}"
            if self.versions()
            else f"version {version} does not exist; {self.path} is empty"
        )

    def lineage(self, version: journal.Version) -> list[journal.Version]:
        """Return the versions that a content came through, oldest first; what was undone is not among them.

        Parameters
        ----------
        version
            A version of this dataset.
        """
        lines = {line.version: line for line in self.versions()}
        found = []
        number = version.content
        while number:
            found.append(lines[number])
            number = lines[number].parent
        return found[::-1]

    def scan(self, table: str, version: journal.Version) -> pl.LazyFrame:
        """Return a table as it is in a version, lazily; an empty frame where the version has none.

        Parameters
        ----------
        table
            Name of the table.
        version
            A version of this dataset.
        """
        if table not in version.tables:
            return pl.LazyFrame(schema=SCHEMAS[table])
        return tables.scan(self.path / table, version.tables[table])

    def files(self, table: str, version: journal.Version) -> list[Path]:
        """Return the files that a table is made of in a version; what is in a file never changes.

        Parameters
        ----------
        table
            Name of the table.
        version
            A version of this dataset.
        """
        return tables.files(self.path / table, version.tables[table]) if table in version.tables else []

    def get(self, name: str, version: journal.Version) -> Any:
        """Return the value of a small file in a version; None where it has none.

        Parameters
        ----------
        name
            For example ``topics.json``.
        version
            A version of this dataset.
        """
        stored = version.files.get(name)
        if stored is None:
            return None
        return msgspec.json.decode((self.path / "versions" / stored).read_bytes())

    @contextmanager
    def write(self, step: str, configuration: dict[str, Any] | None = None) -> Iterator[Transaction]:
        """Hold the dataset for one step; commit it at the end, or leave the dataset as it was.

        Parameters
        ----------
        step
            Name of the step.
        configuration
            Its options, JSON values without secrets.

        Raises
        ------
        LockedError
            Another process kept the dataset for `lock_timeout` seconds.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with self._lock(step):
            transaction = Transaction(self, self.head(), step, configuration or {})
            yield transaction
            if transaction.changed:
                transaction.commit()

    @contextmanager
    def _lock(self, step: str) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=self.lock_timeout)
        except Timeout as error:
            raise LockedError(
                f"another process is writing to {self.path}; {step} waited {self.lock_timeout:g} seconds "
                "and changed nothing: run it again when the other one is done"
            ) from error
        try:
            yield
        finally:
            lock.release()
