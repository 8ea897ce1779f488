"""Messages between Python and columns: exact both ways, fast at a million records.

`pack` turns lists of chat messages into one column of `schema.MESSAGE` structs, `unpack` gives back what
went in: same keys, same order, no null padding. Text helpers read single facts (the last user turn, all user
text) without leaving polars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from rftkit import schema

Message = dict[str, Any]

_FIELDS = ("role", "content", "name", "tool_calls", "tool_call_id", "raw")
_decode = msgspec.json.Decoder().decode
# The order of keys that `unpack` writes without consulting `raw`.
_ORDER = {
    "tool": ("role", "tool_call_id", "name", "content"),
    "assistant": ("role", "content", "name", "tool_calls"),
}
_DEFAULT_ORDER = ("role", "content", "name")
_SLICE = 10_000


def dump(value: Any) -> str:
    """Return JSON text of a value, compact, in the order of its keys.

    Parameters
    ----------
    value
        Anything that JSON can hold.

    Examples
    --------
    >>> dump({"b": 1, "a": [None]})
    '{"b":1,"a":[null]}'
    """
    return msgspec.json.encode(value).decode()


def load(text: str | bytes | None) -> Any:
    """Return the value of a JSON text; None stays None.

    Examples
    --------
    >>> load('{"a": 1}')
    {'a': 1}
    """
    if text is None:
        return None
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError):
        import json  # slower, and takes what msgspec refuses: integers beyond 64 bits and NaN

        return json.loads(text)


def text_of(content: Any) -> str | None:
    """Return the text of a message's content: a string as it is, text parts joined by a newline, else None.

    Examples
    --------
    >>> text_of([{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "a.png"}}])
    'Hi'
    """
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = [part if isinstance(part, str) else _part_text(part) for part in content]
    known = [text for text in texts if text is not None]
    return "\n".join(known) if known else None


def _part_text(part: Any) -> str | None:
    if not isinstance(part, Mapping):
        return None
    text = part.get("text")
    return text if isinstance(text, str) else None


def fields(message: Message) -> tuple[str | None, ...]:
    """Return the `schema.MESSAGE` fields of one message, in their order.

    Examples
    --------
    >>> fields({"role": "user", "content": "Hi"})
    ('user', 'Hi', None, None, None, None)
    """
    role, content = message.get("role"), message.get("content")
    calls, call_id, name = message.get("tool_calls"), message.get("tool_call_id"), message.get("name")
    plain = (
        _text(role),
        text_of(content),
        _text(name),
        None if calls is None else dump(calls),
        _text(call_id),
    )
    exact = isinstance(content, str | None) and _rebuilt_keys(*plain) == tuple(message)
    strings = all(value is None or isinstance(value, str) for value in (role, name, call_id))
    return (*plain, None if exact and strings else dump(message))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _rebuilt_keys(
    role: str | None, content: str | None, name: str | None, calls: str | None, call_id: str | None
) -> tuple[str, ...]:
    have = {"name": name, "tool_calls": calls, "tool_call_id": call_id}
    return tuple(key for key in _ORDER.get(role or "", _DEFAULT_ORDER) if have.get(key, "") is not None)


def rebuild(row: Mapping[str, Any]) -> Message:
    """Return the message that a `schema.MESSAGE` struct stands for.

    Examples
    --------
    >>> rebuild({"role": "user", "content": "Hi", "name": None, "tool_calls": None, "tool_call_id": None, "raw": None})
    {'role': 'user', 'content': 'Hi'}
    """
    if row["raw"] is not None:
        return load(row["raw"])  # type: ignore[no-any-return]
    keys = _rebuilt_keys(row["role"], row["content"], row["name"], row["tool_calls"], row["tool_call_id"])
    return {key: load(row[key]) if key == "tool_calls" else row[key] for key in keys}


def pack(conversations: Iterable[Sequence[Message] | None], name: str = "messages") -> pl.Series:
    """Return a column of message lists.

    Parameters
    ----------
    conversations
        One list of OpenAI chat messages per record; None gives a null.
    name
        Name of the column.

    Returns
    -------
    polars.Series
        dtype ``List(schema.MESSAGE)``.

    Examples
    --------
    >>> pack([[{"role": "user", "content": "Hi"}]]).dtype == pl.List(schema.MESSAGE)
    True
    """
    lengths: list[int | None] = []
    rows: list[tuple[str | None, ...]] = []
    for conversation in conversations:
        lengths.append(None if conversation is None else len(conversation))
        rows.extend(fields(message) for message in conversation or ())
    columns: Sequence[Sequence[str | None]] = list(zip(*rows, strict=True)) if rows else [()] * len(_FIELDS)
    return pack_columns(lengths, columns, name)


def pack_columns(
    lengths: Sequence[int | None], columns: Sequence[Sequence[str | None]], name: str = "messages"
) -> pl.Series:
    """Return a column of message lists from flat columns; what `pack` does, without a tuple per message.

    Parameters
    ----------
    lengths
        Number of messages of each record; None for a null.
    columns
        role, content, name, tool_calls, tool_call_id, raw of all messages, one sequence each.
    name
        Name of the column.

    Examples
    --------
    >>> pack_columns([1], [["user"], ["Hi"], [None], [None], [None], [None]]).len()
    1
    """
    import numpy as np
    from arro3.core import Array, DataType, Field, list_array, struct_array

    parts = [pl.Series(field, values, dtype=pl.String) for field, values in zip(_FIELDS, columns, strict=True)]
    arrays = [Array.from_arrow(part.rechunk()).cast(DataType.large_utf8()) for part in parts]
    structs = struct_array(arrays, fields=[Field(field, DataType.large_utf8()) for field in _FIELDS])
    sizes = np.array([length or 0 for length in lengths], dtype=np.int64)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    series = pl.Series(list_array(Array.from_numpy(offsets), structs), dtype=pl.List(schema.MESSAGE)).alias(name)
    if None not in lengths:
        return series
    present = pl.Series([length is not None for length in lengths])
    return pl.select(pl.when(present).then(series).alias(name)).to_series()


def unpack(column: pl.Series) -> Iterator[list[Message] | None]:
    """Yield the messages of each record, exactly as they went in.

    Parameters
    ----------
    column
        dtype ``List(schema.MESSAGE)``.

    Examples
    --------
    >>> list(unpack(pack([[{"role": "user", "content": "Hi"}]])))
    [[{'role': 'user', 'content': 'Hi'}]]
    """
    # In slices: a Series per record would cost more than the messages, and all at once too much memory.
    for start in range(0, column.len(), _SLICE):
        for rows in column.slice(start, _SLICE).to_list():
            yield None if rows is None else [rebuild(row) for row in rows]


def last_user_text(column: str = "messages") -> pl.Expr:
    """Return the expression of the last user turn's text; null where there is none.

    Examples
    --------
    >>> frame = pl.DataFrame([pack([[{"role": "user", "content": "Hi"}, {"role": "user", "content": "You"}]])])
    >>> frame.select(last_user_text()).item()
    'You'
    """
    return user_texts(column).list.last().alias("last_user_text")


def user_texts(column: str = "messages") -> pl.Expr:
    """Return the expression of the texts of all user turns, a list of strings per record.

    Examples
    --------
    >>> frame = pl.DataFrame([pack([[{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]])])
    >>> frame.select(user_texts()).item().to_list()
    ['Hi']
    """
    element = pl.element().struct
    kept = pl.col(column).list.filter(element.field("role") == "user")
    return kept.list.eval(element.field("content")).alias("user_texts")


def turns(column: str = "messages") -> pl.Expr:
    """Return the expression of the number of user turns: one for a prompt without context, more for multi-turn.

    Examples
    --------
    >>> frame = pl.DataFrame([pack([[{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]])])
    >>> frame.select(turns()).item()
    1
    """
    is_user = pl.col(column).list.eval(pl.element().struct.field("role") == "user")
    return is_user.list.sum().cast(pl.Int64).alias("turns")
