"""OpenAI chat JSON lines for supervised tuning: the prompt and, where one is kept, its output as the last turn."""

from __future__ import annotations

import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing import text
from rftkit.formats.writing.flat import beside
from rftkit.formats.writing.prompts import offered_tools, outputs
from rftkit.formats.writing.target import Notes, Options, Target

#: The one key beside messages and tools that the service knows; a person may ask for more.
_KNOWN = ("parallel_tool_calls",)


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    """Return one line of JSON per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        `columns` names the keys beside the conversation; by default only what the service knows.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"messages": [{"role": "user", "content": "Hi"}], "output": '"Hello"'}
    >>> lines(complete(pl.DataFrame([row])), Options(), Notes()).item()
    '{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}'
    """
    columns = _KNOWN if options.columns is None else options.columns
    values = {"messages": conversation(frame, notes), "tools": offered_tools()}
    rest = beside(frame, ("messages", "tools"), Options(columns=columns), notes)
    body = pl.concat_str(text.members(values), pl.lit(rest))
    return frame.select(text.braced(body).alias("line")).to_series()


def conversation(frame: pl.DataFrame, notes: Notes) -> pl.Expr:
    """Return messages and output as JSON text of one list.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"messages": [{"role": "user", "content": "Hi"}], "output": None}
    >>> frame = complete(pl.DataFrame([row], schema_overrides={"output": pl.String}))
    >>> frame.select(conversation(frame, Notes())).item()
    '[{"role":"user","content":"Hi"}]'
    """
    tails = [None if turns is None else "," + chat.dump(turns)[1:] for turns in outputs(frame, notes)]
    tail = pl.lit(pl.Series("tail", tails, dtype=pl.String)).fill_null("]")
    return pl.concat_str(text.messages_json().str.strip_suffix("]"), tail)


TARGET = Target(
    "openai-chat",
    "OpenAI chat for supervised tuning: the prompt, and its output as the last assistant turn",
    lines=lines,
    prompt_only=False,
    media=frozenset({"image_url"}),
)
