"""What a target of an export is, and what it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

#: What text-only targets take beside text.
NO_MEDIA: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose about an export.

    Parameters
    ----------
    columns
        Which keys stand beside the prompt for the grader; None for all, an empty list for none.
    excel_safe
        Alter CSV cells that a spreadsheet would run.
    dataset
        Name of the dataset, for targets that want one.
    split
        Name of the split, for targets that want one.

    Examples
    --------
    >>> Options().columns is None
    True
    """

    columns: Sequence[str] | None = None
    excel_safe: bool = False
    dataset: str = "rftkit"
    split: str | None = None


#: Codes of what the person should know, counted; `sentences.py` has their words.
Notes = Counter[str]

Lines = Callable[[pl.DataFrame, Options, Notes], pl.Series]
Table = Callable[[pl.DataFrame, Options, Notes], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Target:
    """One format that can be written.

    Parameters
    ----------
    name
        What a person types after `--format`.
    description
        Half a sentence for lists.
    lines
        Makes JSON text, one object per record; for targets that are JSON lines.
    table
        Makes a frame, for targets that are a table.
    suffix
        How names of its files end, before .gz or .zst.
    prompt_only
        The last message has to be the user's; others are skipped.
    media
        Kinds of content parts it takes beside text; None for all.
    minimum
        Fewest records that the service takes.
    every_record
        Writes invalid records too, and records without messages.
    columns
        Whether a person may choose what stands beside the prompt.

    Examples
    --------
    >>> Target("x", "an example", lines=lambda frame, options, notes: frame["id"]).suffix
    '.jsonl'
    """

    name: str
    description: str
    lines: Lines | None = None
    table: Table | None = None
    suffix: str = ".jsonl"
    prompt_only: bool = True
    media: frozenset[str] | None = NO_MEDIA
    minimum: int = 0
    every_record: bool = False
    columns: bool = True
