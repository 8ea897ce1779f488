"""Parquet: everything rftkit knows of each record, one column each, nested values as exact JSON text.

`messages` and `metadata`, `tools`, `output`, `extra` are JSON text, because a column of structs would fill what a
message lacks with nulls; the parts of `origin` are columns.
"""

from __future__ import annotations

import polars as pl

from rftkit import schema
from rftkit.formats.writing import text
from rftkit.formats.writing.target import Notes, Options, Target

_LEFT_OUT = ("row", "position", "content_key", "exact_key", "origin", "messages", "problems")


def table(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.DataFrame:
    """Return one row per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        Unused: every column is written.
    notes
        Unused: nothing is lost.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> frame = complete(pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> table(frame, Options(), Notes())["messages"].item()
    '[{"role":"user","content":"Hi"}]'
    """
    rest = [name for name in schema.FRAME if name not in (*_LEFT_OUT, "id")]
    origin = [pl.col("origin").struct.field(part.name).alias(f"origin_{part.name}") for part in schema.ORIGIN.fields]
    return frame.select("id", text.messages_json().alias("messages"), *rest, *origin)


TARGET = Target(
    "parquet",
    "Parquet with every column, nested values as JSON text",
    table=table,
    suffix=".parquet",
    prompt_only=False,
    media=None,
    columns=False,
)
