"""OpenAI and Azure reinforcement fine-tuning: one prompt per line, everything else flat for the grader."""

from __future__ import annotations

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.flat import beside
from rftkit.formats.writing.prompts import has_role, offered_tools
from rftkit.formats.writing.target import Notes, Options, Target

_RESERVED = ("messages", "tools")


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
    >>> frame = complete(pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> lines(frame, Options(), Notes()).item()
    '{"messages":[{"role":"user","content":"Hi"}],"rftkit_id":"a"}'
    """
    notes["system_role"] += int(has_role(frame, "system").sum())
    values = {"messages": text.messages_json(), "tools": offered_tools()}
    body = pl.concat_str(text.members(values), pl.lit(beside(frame, _RESERVED, options, notes)))
    return frame.select(text.braced(body).alias("line")).to_series()


TARGET = Target("openai-rft", "OpenAI and Azure RFT: prompts, tools and flat columns for the grader", lines=lines)
