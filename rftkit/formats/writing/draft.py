"""What an export would write, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.choose import reasons
from rftkit.formats.writing.prompts import complete
from rftkit.formats.writing.sentences import skipped as skip_sentences
from rftkit.formats.writing.sentences import warnings as warning_sentences
from rftkit.formats.writing.target import Notes, Options, Target


@dataclass(frozen=True, slots=True)
class Draft:
    """What an export would write.

    Parameters
    ----------
    written, skipped
        Records that the format takes, and that it does not.
    skipped_reasons
        How many of them for which reason.
    first
        The first record as it would stand in the file; "" where there is none.
    sentences
        What was skipped and why, and what the reader of the file should know.

    Examples
    --------
    >>> Draft(2, 1, {"invalid": 1}, "{}", ()).written
    2
    """

    written: int
    skipped: int
    skipped_reasons: dict[str, int]
    first: str
    sentences: tuple[str, ...]


def draft(frame: pl.DataFrame, target: Target, options: Options, whole: Callable[[str], pl.DataFrame]) -> Draft:
    """Say what an export would write.

    Parameters
    ----------
    frame
        The records: `id`, `messages`, `valid`.
    target
        The format.
    options
        What was chosen.
    whole
        Returns everything of the record with an id.

    Examples
    --------
    >>> from rftkit.formats.writing.targets import target_of
    >>> frame = pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]], "valid": [True]})
    >>> draft(frame, target_of("jsonl"), Options(), lambda id: frame).first
    '{"input":"Hi","answer":null}'
    """
    rows = complete(frame)
    reason = reasons(rows, target)
    counts = dict(Counter(why for why in reason.drop_nulls()))
    taken = rows.height - sum(counts.values())
    few = warning_sentences({"few": taken if taken < target.minimum else 0}, minimum=target.minimum)
    unchecked = 0 if target.every_record else int(rows["valid"].filter(reason.is_null()).null_count())
    said = [*skip_sentences(counts), *warning_sentences({"unchecked": unchecked}), *few]
    place = reason.is_null().arg_max() if taken else None
    first = "" if place is None else shown(complete(whole(str(rows["id"][place]))), target, options)
    return Draft(taken, sum(counts.values()), counts, first, tuple(said))


def shown(frame: pl.DataFrame, target: Target, options: Options) -> str:
    r"""Return records as a target writes them, as text; a Parquet row as one line per column.

    Parameters
    ----------
    frame
        Whole records.
    target
        The format.
    options
        What was chosen.

    Examples
    --------
    >>> from rftkit.formats.writing.targets import target_of
    >>> frame = complete(pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> shown(frame, target_of("csv"), Options())
    'input,answer\nHi,""\n'
    """
    if target.lines is not None:
        lines = target.lines(frame, options, Notes()).to_frame("line")
        return "\n".join(lines.select(text.one_line(pl.col("line"))).to_series())
    assert target.table is not None, "a target writes lines or a table"
    made = target.table(frame, options, Notes())
    if target.suffix == ".csv":
        return made.write_csv(quote_style="necessary")
    return "\n".join(f"{name}: {value}" for name, value in made.row(0, named=True).items() if value is not None)
