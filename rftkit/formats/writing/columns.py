"""Which keys may stand beside a prompt: those that the records have, and what rftkit knows of them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rftkit.errors import InputError
from rftkit.formats.writing import text
from rftkit.formats.writing.flat import OWN, top_level
from rftkit.formats.writing.target import Target


def known_columns(frame: pl.DataFrame, *, most: int = 60) -> list[str]:
    """Return the keys that records have for a grader, the source's own first, then rftkit's.

    Parameters
    ----------
    frame
        Some records: columns `extra` and `metadata`.
    most
        Name at most so many of the source's keys.

    Examples
    --------
    >>> known_columns(pl.DataFrame({"extra": ['{"answer": 4}'], "metadata": ['{"team": "a"}']}))[:3]
    ['answer', 'team', 'topic']
    """
    found: dict[str, None] = {}
    for column in ("extra", "metadata"):
        for source in frame[column].drop_nulls():
            found.update(dict.fromkeys(top_level(source)))
    foreign = [name for name in found if name not in OWN][:most]
    return [*foreign, *OWN]


def unknown_columns(frame: pl.DataFrame, target: Target, columns: Sequence[str] | None) -> list[str]:
    """Return a sentence where keys were asked for that no record has.

    Parameters
    ----------
    frame
        The records: columns `extra` and `metadata`.
    target
        The format.
    columns
        What was asked for.

    Raises
    ------
    InputError
        The format has no place for chosen keys.

    Examples
    --------
    >>> from rftkit.formats.writing.targets import target_of
    >>> frame = pl.DataFrame({"extra": ['{"answer": 4}'], "metadata": ["{}"]})
    >>> unknown_columns(frame, target_of("trl"), ["answer", "colour", "topic"])
    ["No record has a key 'colour', so it is in no line."]
    """
    if columns is None:
        return []
    if not target.columns:
        raise InputError(
            f"Format {target.name!r} is always written with the same columns; leave out columns, or take another format."
        )
    asked = [name for name in columns if name not in OWN]
    there = frame.select(
        (text.may_name(pl.col("extra"), [name]) | text.may_name(pl.col("metadata"), [name])).any().alias(str(place))
        for place, name in enumerate(asked)
    )
    missing = [name for place, name in enumerate(asked) if not there[str(place)].item()]
    if not missing:
        return []
    names, one = ", ".join(map(repr, missing)), len(missing) == 1
    return [f"No record has {'a key' if one else 'keys'} {names}, so {'it is' if one else 'they are'} in no line."]
