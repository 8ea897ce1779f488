"""Facts about prompts and outputs that several targets need."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import polars as pl

from rftkit import messages as chat
from rftkit import schema
from rftkit.errors import InputError
from rftkit.formats.writing.target import Notes


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every column of `schema.FRAME`; what was missing is null.

    Parameters
    ----------
    frame
        At least `messages`: a column of `schema.MESSAGE` lists, or of lists of objects with role and content.

    Examples
    --------
    >>> frame = complete(pl.DataFrame({"messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> frame["messages"].dtype == pl.List(schema.MESSAGE), frame["id"].to_list()
    (True, [None])
    """
    if "messages" not in frame.columns:
        raise InputError(f"The frame has no column 'messages', only {frame.columns}; it needs the prompts to write.")
    absent = {name: dtype for name, dtype in schema.FRAME.items() if name not in frame.columns}
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in absent.items()]
    return frame.with_columns(_messages(frame["messages"]), *missing)


def _messages(column: pl.Series) -> pl.Series:
    if column.dtype == pl.List(schema.MESSAGE):
        return column
    rows = column.to_list()
    # What a hand-made frame holds was padded by Arrow: a null is a key that was not there.
    bare = [None if row is None else [_without_padding(message) for message in row] for row in rows]
    return chat.pack(bare, column.name)


def _without_padding(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if value is not None or key in ("role", "content")}


def offered_tools() -> pl.Expr:
    """Return the tools as JSON text; null where there are none, so that the key is left out.

    Examples
    --------
    >>> pl.DataFrame({"tools": ["[]", "[1]", "null", None]}).select(offered_tools()).to_series().to_list()
    [None, '[1]', None, None]
    """
    empty = pl.col("tools").str.contains(r"^\s*(?:\[\s*\]|null)\s*$")
    return pl.when(~empty).then(pl.col("tools"))


def has_role(frame: pl.DataFrame, role: str) -> pl.Series:
    """Return which records have a message of a role.

    Examples
    --------
    >>> has_role(pl.DataFrame([chat.pack([[{"role": "user", "content": "Hi"}]])]), "system").to_list()
    [False]
    """
    roles = pl.col("messages").list.eval(pl.element().struct.field("role").eq_missing(role))
    return frame.select(roles.list.any()).to_series()


def output_text(output: str | None) -> str | None:
    """Return what the assistant said in a stored output, as JSON text of a string; None where it said nothing.

    Parameters
    ----------
    output
        JSON text: a string, a message, a list of messages, or a completion with `choices`.

    Examples
    --------
    >>> output_text('{"role":"assistant","content":"Hello"}')
    '"Hello"'
    """
    messages = output_messages(output)
    said = chat.text_of(messages[-1].get("content")) if messages else None
    return None if said is None else chat.dump(said)


def output_messages(output: str | None) -> list[dict[str, Any]] | None:
    """Return a stored output as chat messages; None where it is no message.

    Parameters
    ----------
    output
        JSON text: a string, a message, a list of messages, or a completion with `choices`.

    Examples
    --------
    >>> output_messages('"Hello"')
    [{'role': 'assistant', 'content': 'Hello'}]
    """
    value = _parsed(output)
    if isinstance(value, str):
        return [{"role": "assistant", "content": value}] if value else None
    if isinstance(value, dict) and isinstance(value.get("choices"), list):
        choice = next(iter(value["choices"]), None)
        value = choice.get("message") if isinstance(choice, dict) else None
    messages = value if isinstance(value, list) else [value]
    turns = [_assistant(message) for message in messages]
    return None if not turns or None in turns else [turn for turn in turns if turn is not None]


def _parsed(output: str | None) -> Any:
    try:
        return chat.load(output)
    except (ValueError, RecursionError):  # deeper than Python can hold: no message has that
        return None


def _assistant(message: Any) -> dict[str, Any] | None:
    if not isinstance(message, dict) or not {"content", "tool_calls"} & message.keys():
        return None
    return message if isinstance(message.get("role"), str) else {"role": "assistant", **message}


def outputs(frame: pl.DataFrame, notes: Notes) -> list[list[dict[str, Any]] | None]:
    """Return every record's output as messages, and count what has none.

    Parameters
    ----------
    frame
        Column `output`.
    notes
        Counts records without an output, and outputs that are no message.

    Examples
    --------
    >>> outputs(pl.DataFrame({"output": ['"Hi"', "7", None]}), Notes())
    [[{'role': 'assistant', 'content': 'Hi'}], None, None]
    """
    found = [output_messages(output) for output in frame["output"]]
    nothing = frame["output"].fill_null("null").is_in(["null", '""'])
    notes["no_output"] += int(nothing.sum())
    notes["output_no_message"] += sum(turns is None for turns in found) - int(nothing.sum())
    return found


def with_dict_arguments(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the arguments of tool calls as objects instead of JSON text.

    Parameters
    ----------
    frame
        Column `messages`, none of them empty.

    Examples
    --------
    >>> call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    >>> frame = pl.DataFrame([chat.pack([[{"role": "assistant", "content": None, "tool_calls": [call]}]])])
    >>> next(chat.unpack(with_dict_arguments(frame)["messages"]))[0]["tool_calls"][0]["function"]["arguments"]
    {'a': 1}
    """
    flat = frame.select(pl.col("messages").explode()).to_series().struct.unnest()
    if flat["tool_calls"].null_count() == flat.height:
        return frame
    calls = [None if text is None else _dict_arguments(text) for text in flat["tool_calls"]]
    columns = [calls if name == "tool_calls" else flat[name].to_list() for name in flat.columns]
    return frame.with_columns(chat.pack_columns(frame["messages"].list.len().to_list(), columns))


def _dict_arguments(text: str) -> str:
    calls = chat.load(text)
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            continue
        arguments = function.get("arguments")
        if isinstance(arguments, str) and top_level_object(arguments):
            function["arguments"] = msgspec.Raw(arguments.encode())
    return chat.dump(calls)


def top_level_object(text: str) -> bool:
    """Return whether a text is a JSON object.

    Examples
    --------
    >>> top_level_object('{"a": 1}'), top_level_object("[]"), top_level_object("{")
    (True, False, False)
    """
    try:
        return isinstance(chat.load(text), dict)
    except (ValueError, RecursionError):
        return False


@lru_cache(maxsize=1024)  # many records offer the same tools
def parameters(tools: str | None) -> list[dict[str, Any]]:
    """Return the function of every tool of a record.

    Examples
    --------
    >>> parameters('[{"type":"function","function":{"name":"f"}}]')
    [{'name': 'f'}]
    """
    offered = chat.load(tools) or []
    functions = [tool.get("function") for tool in offered if isinstance(tool, dict)]
    return [function for function in functions if isinstance(function, dict)]
