"""The account of an import: every row is a draft, blank, folded into another, or unreadable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file was taken for.

    Parameters
    ----------
    file
        Its name.
    format, container
        Shape of its rows, and what holds them.
    mapping
        Field to column.
    why
        Half a sentence.
    confidence
        From 0 to 1.
    note
        What a person should be told about how it was read.

    Examples
    --------
    >>> FileReport("a.jsonl", "records", "jsonl").format
    'records'
    """

    file: str
    format: str
    container: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    confidence: float = 1.0
    note: str = ""


@dataclass(frozen=True)
class ReadReport:
    """What became of every row.

    ``read = drafts + blank + folded + unreadable``; rows that hold no prompt at all, such as the span of an
    agent around its model calls, are counted in `not_understood` and nowhere else.

    Parameters
    ----------
    read
        Lines of JSON lines, rows of other containers; a row with several prompts counts as many.
    blank, unreadable, folded
        Lines without anything, lines that are no JSON, prompts that are the beginning of a longer one.
    formats
        Prompts by the shape they were read by.
    other_shape
        Rows of another known shape than their file's, by that shape.
    mapping
        Field to column, of all files.
    not_understood
        `{"reason", "count"}` of rows without a prompt.
    own_names
        How often a foreign row had a key named like one of rftkit's own labels; such keys stay untouched.
    passed_over
        `{"file", "reason"}` of files found in a folder that hold no chat data.
    files
        One `FileReport` per file.

    Examples
    --------
    >>> ReadReport(read=3, blank=1).drafts
    2
    """

    read: int = 0
    blank: int = 0
    unreadable: int = 0
    folded: int = 0
    formats: Mapping[str, int] = field(default_factory=dict)
    other_shape: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    not_understood: tuple[dict[str, Any], ...] = ()
    own_names: Mapping[str, int] = field(default_factory=dict)
    passed_over: tuple[dict[str, str], ...] = ()
    files: tuple[FileReport, ...] = ()

    @property
    def drafts(self) -> int:
        """Prompts that were given out."""
        return self.read - self.blank - self.folded - self.unreadable

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values.

        Examples
        --------
        >>> ReadReport(read=3).to_dict()["read"]
        3
        """
        return asdict(self)

    def __repr__(self) -> str:
        formats = ", ".join(f"{name} {count:,}" for name, count in self.formats.items()) or "nothing"
        return (
            f"ReadReport(read {self.read:,}: {formats}; blank {self.blank:,}, folded {self.folded:,}, "
            f"unreadable {self.unreadable:,})"
        )


def sentences(report: ReadReport) -> list[str]:
    """Return what a person should be told about a report, one sentence each.

    Examples
    --------
    >>> sentences(ReadReport(other_shape={"openai-chat": 27}))
    ['27 rows have the shape openai-chat and not that of their file; read them with --mixed.']
    """
    told = [
        f"{count:,} rows have the shape {name} and not that of their file; read them with --mixed."
        for name, count in report.other_shape.items()
    ]
    told += [f"{entry['count']:,} rows hold no prompt: {entry['reason']}." for entry in report.not_understood]
    told += [
        f"{count:,} rows have a key {name!r}, which rftkit uses itself; it is kept beside the record, untouched."
        for name, count in report.own_names.items()
    ]
    told += [f"{file.file} {file.note}." for file in report.files if file.note]
    return told + [f"{entry['file']} was passed over: {entry['reason']}." for entry in report.passed_over]


def counted(reasons: Counter[str]) -> tuple[dict[str, Any], ...]:
    """Return reasons with their counts, the most frequent first.

    Examples
    --------
    >>> counted(Counter({"a span that calls no model": 2}))
    ({'reason': 'a span that calls no model', 'count': 2},)
    """
    return tuple({"reason": reason, "count": count} for reason, count in reasons.most_common())
