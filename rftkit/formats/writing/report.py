"""What an export did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What was written where, and what was not.

    Parameters
    ----------
    written
        Records in the file.
    skipped
        Records that the format cannot take, or that are invalid.
    skipped_reasons
        How many of them for which reason: invalid, no_messages, last_not_user, has_media.
    path
        The file.
    format
        Its format.
    files
        Everything that was written: the file, and beside it manifest, dataset card and unreadable lines.
    warnings
        Sentences about what the reader of the file should know.
    replaced
        Those of the files that were there before; what they held is gone.

    Examples
    --------
    >>> WriteReport(2, 1, {"invalid": 1}, "train.jsonl", "openai-rft", ("train.jsonl",), ())
    WriteReport: 2 records as openai-rft in train.jsonl, 1 skipped
    """

    written: int
    skipped: int
    skipped_reasons: dict[str, int]
    path: str
    format: str
    files: tuple[str, ...]
    warnings: tuple[str, ...]
    replaced: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return one line for a prompt."""
        tail = f", {self.skipped:,} skipped" if self.skipped else ""
        return f"WriteReport: {self.written:,} records as {self.format} in {self.path}{tail}"

    def to_dict(self) -> dict[str, Any]:
        """Return the keys of `--json`.

        Examples
        --------
        >>> WriteReport(2, 0, {}, "a.csv", "csv", ("a.csv",), ()).to_dict()["written"]
        2
        """
        return {
            "written": self.written,
            "skipped": self.skipped,
            "path": self.path,
            "format": self.format,
            "skipped_reasons": dict(self.skipped_reasons),
            "files": list(self.files),
            "warnings": list(self.warnings),
            "replaced": list(self.replaced),
        }

    def _repr_html_(self) -> str:
        from rftkit import render

        return render.report("Export", self.to_dict())
