"""Fireworks reinforcement fine-tuning: messages, tools, `ground_truth`, and what else an evaluator may read."""

from __future__ import annotations

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.flat import beside, references
from rftkit.formats.writing.prompts import offered_tools
from rftkit.formats.writing.target import Notes, Options, Target

_RESERVED = ("messages", "tools", "ground_truth")


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
    >>> row = {"messages": [{"role": "user", "content": "Hi"}], "extra": '{"reference_answer":"12.15"}'}
    >>> lines(complete(pl.DataFrame([row])), Options(columns=[]), Notes()).item()
    '{"messages":[{"role":"user","content":"Hi"}],"ground_truth":"12.15"}'
    """
    reference = references(frame)
    notes["no_reference"] += reference.null_count()
    values = {
        "messages": text.messages_json(exact=False),
        "tools": offered_tools(),
        "ground_truth": pl.lit(reference),
    }
    body = pl.concat_str(text.members(values), pl.lit(beside(frame, _RESERVED, options, notes)))
    return frame.select(text.braced(body).alias("line")).to_series()


TARGET = Target("fireworks", "Fireworks RFT: messages, tools, ground_truth, flat columns", lines=lines)
