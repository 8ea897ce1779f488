"""TRL, prompt only: `prompt` in chat form and every other key as a column for the reward functions.

Tools are JSON text, because a loader that makes columns of them would fill every schema with the keys of all others.
Arguments of tool calls are objects, because that is what chat templates print; datasets from 4.7 on keeps such
columns as JSON. Content parts are written as their text.
"""

from __future__ import annotations

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.flat import beside
from rftkit.formats.writing.prompts import offered_tools, with_dict_arguments
from rftkit.formats.writing.target import Notes, Options, Target

_RESERVED = ("prompt", "tools", "messages", "completion", "chosen", "rejected", "images")


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    r"""Return one line of JSON per record.

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
    >>> frame = complete(pl.DataFrame({"messages": [[{"role": "user", "content": "Hi"}]], "tools": ['[{"x":1}]']}))
    >>> lines(frame, Options(), Notes()).item()
    '{"prompt":[{"role":"user","content":"Hi"}],"tools":"[{\\"x\\":1}]"}'
    """
    tools = offered_tools()
    values = {
        "prompt": text.messages_json(exact=False),
        "tools": pl.when(tools.is_not_null()).then(text.quoted(tools)),
    }
    body = pl.concat_str(text.members(values), pl.lit(beside(frame, _RESERVED, options, notes)))
    return with_dict_arguments(frame).select(text.braced(body).alias("line")).to_series()


TARGET = Target("trl", "TRL prompt-only rows: prompt, tools as JSON text, columns for reward functions", lines=lines)
