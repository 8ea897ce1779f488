"""What a step sees of a dataset: its store, the version it reads, and what was already computed for that version."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rftkit.errors import InputError
from rftkit.store import Store, Transaction, Version

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")

#: The table whose files are kept in memory as they lie on the disk.
KEPT = "labels"


class Context:
    """A dataset folder, read at its newest version or at a pinned one.

    Parameters
    ----------
    path
        The folder.
    version
        Read this version, and refuse to write.
    lock_timeout
        Seconds that a step waits for another process that is writing.

    Examples
    --------
    >>> import tempfile
    >>> Context(Path(tempfile.mkdtemp()) / "a.rft").version
    0
    """

    def __init__(self, path: str | os.PathLike[str], *, version: int | None = None, lock_timeout: float = 60.0) -> None:
        self.store = Store(path, lock_timeout=lock_timeout)
        self.pinned = None if version is None else self.store.at(version)
        self._memory: dict[str, tuple[Any, Any]] = {}

    @property
    def path(self) -> Path:
        """The folder."""
        return self.store.path

    @property
    def name(self) -> str:
        """The folder's name without its suffix."""
        return self.path.stem

    @property
    def line(self) -> Version:
        """The journal line of the version that is read."""
        return self.pinned or self.store.head()

    @property
    def version(self) -> int:
        """The number of the version that is read; 0 for an empty dataset."""
        return self.line.version

    @contextmanager
    def step(self, name: str, configuration: dict[str, Any] | None = None) -> Iterator[Transaction]:
        """Hold the dataset for one step that becomes one version.

        Parameters
        ----------
        name
            Name of the step.
        configuration
            Its options.

        Raises
        ------
        InputError
            The dataset is pinned to a version.
        """
        if self.pinned is not None:
            raise InputError(
                f"{self.path} is opened at version {self.pinned.version} and cannot be changed; "
                f'open the newest with rftkit.open("{self.path}")'
            )
        with self.store.write(name, configuration) as transaction:
            transaction.held = self.remember("files", (), dict)
            yield transaction
        self.keep_files(transaction.written)

    def keep_files(self, written: dict[Path, pl.DataFrame]) -> None:
        """Keep the rows of files that were just written, so that the next look does not read them again.

        Parameters
        ----------
        written
            File -> its rows.
        """
        known: dict[Path, pl.DataFrame] = self.remember("files", (), dict)
        known.update((path, rows) for path, rows in written.items() if path.parent.name == KEPT)

    def of_version(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` returns; make it again only when the dataset has another version.

        Parameters
        ----------
        name
            Names the value.
        make
            Makes it.
        """
        known = self._memory.get(name)
        if known is None or known[0] != self.line:
            known = (self.line, make())
            self._memory[name] = known
        return known[1]

    def remember(self, name: str, parts: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what `make` returns; make it again only when one of the parts changed.

        Parameters
        ----------
        name
            Names the value.
        parts
            Tables and files that it depends on.
        make
            Makes it.
        """
        line = self.line
        key = tuple((line.tables.get(part), line.files.get(part)) for part in parts)
        known = self._memory.get(name)
        if known is None or known[0] != key:
            known = (key, make())
            self._memory[name] = known
        return known[1]
