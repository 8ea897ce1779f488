"""Rows that are only ever added, one JSON line for each act of a person: on the disk when `append` returns.

A kill leaves every row that was there and at most one cut line, which does not count and is removed by the next writer.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from rftkit.errors import LockedError, StoreError
from rftkit.store.journal import drop_cut_line, now


class Rows:
    """A file of rows.

    Parameters
    ----------
    path
        The file; made by the first row.
    lock_timeout
        Seconds to wait for another process that writes.

    Examples
    --------
    >>> import tempfile
    >>> rows = Rows(Path(tempfile.mkdtemp()) / "a" / "log.jsonl")
    >>> rows.append("note", text="too long")["n"], rows.read()[0]["text"]
    (1, 'too long')
    """

    def __init__(self, path: Path, *, lock_timeout: float = 30.0) -> None:
        self.path, self.lock_timeout = path, lock_timeout
        self._seen: tuple[int, list[dict[str, Any]]] = (-1, [])

    def read(self) -> list[dict[str, Any]]:
        """Return all rows, oldest first."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size != self._seen[0]:
            lines = self.path.read_bytes().split(b"\n")[:-1] if size else []
            self._seen = (size, [self._row(line, at) for at, line in enumerate(lines, 1) if line.strip()])
        return self._seen[1]

    def _row(self, line: bytes, at: int) -> dict[str, Any]:
        try:
            return msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise StoreError(f"line {at} of {self.path} is no row ({error}); restore the file from a copy") from error

    def append(self, kind: str, **values: Any) -> dict[str, Any]:
        """Add one row and flush it to the disk.

        Parameters
        ----------
        kind
            What the row says.
        **values
            What JSON can hold.
        """
        from filelock import FileLock, Timeout

        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path.with_suffix(".lock"), timeout=self.lock_timeout):
                return self._append(kind, values)
        except Timeout as error:
            raise LockedError(f"another process is writing to {self.path}; try again when it is done") from error

    def _append(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        row = {"n": len(self.read()) + 1, "when": now(), "kind": kind, **values}
        with self.path.open("ab+") as file:
            drop_cut_line(file.fileno())
            file.write(msgspec.json.encode(row) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return row
