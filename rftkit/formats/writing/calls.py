"""The calls that a stored output makes, as a reference for graders of tool calls."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.prompts import offered_tools, output_messages
from rftkit.formats.writing.target import Options

#: The key of a row; a source row's own key of that name stands instead.
KEY = "reference_tool_calls"


def reference_calls(frame: pl.DataFrame, options: Options) -> pl.Series:
    r"""Return the member ``reference_tool_calls`` of each row, or an empty text.

    Its value is JSON text (flat, because some services refuse nested columns): a list of calls with name and
    arguments, empty where the output is in words. A record without tools or without an output has none.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        `columns` names the keys that are wanted.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> call = '{"tool_calls":[{"function":{"name":"find","arguments":"{\\"x\\":1}"}}],"content":null}'
    >>> frame = complete(pl.DataFrame({"messages": [[]], "tools": ['[{"x":1}]'], "output": [call]}))
    >>> reference_calls(frame, Options()).item()
    ',"reference_tool_calls":"[{\\"name\\":\\"find\\",\\"arguments\\":\\"{\\\\\\"x\\\\\\":1}\\"}]"'
    """
    nothing = pl.Series(KEY, [""], dtype=pl.String).new_from_index(0, frame.height)
    unasked = options.columns is not None and KEY not in options.columns
    if unasked or not {"tools", "output", "extra", "metadata"} <= set(frame.columns):
        return nothing
    own = pl.any_horizontal(text.may_name(pl.col(name), [KEY]) for name in ("extra", "metadata"))
    wanted = frame.select(offered_tools().is_not_null() & pl.col("output").is_not_null() & ~own).to_series()
    places = wanted.fill_null(value=False).arg_true()
    if places.is_empty():
        return nothing
    found = pl.Series([_member(output) for output in frame["output"].gather(places)], dtype=pl.String)
    return nothing.scatter(places, found)


def _member(output: str) -> str:
    turns = output_messages(output)
    if not turns:
        return ""
    calls = msgspec.json.encode([_plain(call) for call in turns[-1].get("tool_calls") or []])
    return f',"{KEY}":{msgspec.json.encode(calls.decode()).decode()}'


def _plain(call: Any) -> dict[str, Any]:
    function = call.get("function") if isinstance(call, dict) else None
    known = function if isinstance(function, dict) else {}
    return {"name": known.get("name"), "arguments": known.get("arguments")}
