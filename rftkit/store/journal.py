"""The journal of a dataset: one JSON line for each version, appended and never changed."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from rftkit.errors import StoreError


@dataclass(frozen=True)
class Version:
    """What one journal line says.

    Attributes
    ----------
    version
        Counts from 1; 0 is the empty dataset that no line names.
    step
        The step that made it: import, sanitize, topics, ...
    configuration
        The options of the step.
    counts
        What the step did, in numbers.
    tables
        Delta version of each table.
    files
        Name of the stored copy of each small file.
    content
        The version whose content this one has; differs from `version` after an undo.
    parent
        The content that `undo` goes back to.

    Examples
    --------
    >>> Version(version=1, step="import").line().startswith(b'{"version":1,"step":"import"')
    True
    """

    version: int
    step: str
    when: str = ""
    configuration: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    content: int = 0
    parent: int = 0
    rftkit: str = ""

    def line(self) -> bytes:
        """Return the journal line, with its newline."""
        return msgspec.json.encode(asdict(self)) + b"\n"


EMPTY = Version(version=0, step="empty")


def now() -> str:
    """Return the time as the journal writes it: ISO 8601, UTC, to the millisecond.

    Examples
    --------
    >>> now().endswith("Z")
    True
    """
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(path: Path) -> list[Version]:
    """Return all versions, oldest first.

    A last line without a newline was cut off by a kill and does not count.

    Parameters
    ----------
    path
        The journal file; a missing one is an empty dataset.
    """
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [_parse(line, number, path) for number, line in enumerate(lines, start=1) if line.strip()]


def _parse(line: bytes, number: int, path: Path) -> Version:
    try:
        return msgspec.convert(msgspec.json.decode(line), Version)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"line {number} of {path} is not a journal line ({error}); restore the file from a copy of the dataset"
        ) from error


def append(path: Path, version: Version) -> None:
    """Write one line and flush it to the disk; a cut-off last line is removed first.

    Parameters
    ----------
    path
        The journal file, made when missing.
    version
        The line to add.
    """
    with path.open("ab+") as file:
        drop_cut_line(file.fileno())
        file.write(version.line())
        file.flush()
        os.fsync(file.fileno())


def drop_cut_line(descriptor: int) -> None:
    """Remove a last line that has no newline: a kill cut it off.

    Parameters
    ----------
    descriptor
        Of a file that is open for reading and writing.
    """
    size = os.fstat(descriptor).st_size
    keep = size
    while keep > 0:
        start = max(0, keep - 65536)
        block = os.pread(descriptor, keep - start, start)
        cut = block.rfind(b"\n")
        if cut >= 0:
            keep = start + cut + 1
            break
        keep = start
    if keep != size:
        os.ftruncate(descriptor, keep)
