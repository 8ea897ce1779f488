"""Amazon Bedrock and Nova reinforcement fine-tuning: id, messages, reference answer, tools, flat extras."""

from __future__ import annotations

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.flat import beside, references
from rftkit.formats.writing.prompts import offered_tools
from rftkit.formats.writing.target import Notes, Options, Target

_RESERVED = ("id", "messages", "reference_answer", "tools")


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    """Return one line of JSON per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        `columns` names the keys beside the prompt.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"id": "a", "messages": [{"role": "user", "content": "Hi"}], "extra": '{"answer":{"total":2}}'}
    >>> lines(complete(pl.DataFrame([row])), Options(columns=[]), Notes()).item()
    '{"id":"a","messages":[{"role":"user","content":"Hi"}],"reference_answer":{"total":2}}'
    """
    reference = references(frame)
    notes["no_reference"] += reference.null_count()
    values = {
        "id": text.quoted(pl.col("id")),
        "messages": text.messages_json(exact=False),
        "reference_answer": pl.lit(reference),
        "tools": offered_tools(),
    }
    body = pl.concat_str(text.members(values), pl.lit(beside(frame, _RESERVED, options, notes, own=("topic",))))
    return frame.select(text.braced(body).alias("line")).to_series()


TARGET = Target(
    "bedrock", "Amazon Bedrock and Nova RFT: id, messages, reference_answer, tools", lines=lines, minimum=100
)
