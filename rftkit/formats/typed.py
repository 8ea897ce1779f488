"""Ordinary lines of the OpenAI family by typed decoding: from the bytes of a line into the columns of its chunk."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl
import xxhash

from rftkit import messages as chat
from rftkit import schema
from rftkit.formats.convert import Plan
from rftkit.formats.lines import is_utf8
from rftkit.formats.ordinary import ODD, Fields, Known, Line, Said, take_chat, take_record
from rftkit.keys import FIELD, MESSAGE, one_way

_SELDOM: Final = ("name", "tool_calls", "tool_call_id")


@dataclass(slots=True)
class Columns:
    """Columns of ordinary lines while they grow. Text is bytes here: polars decodes whole columns.

    Examples
    --------
    >>> Columns(Plan("records")).line
    []
    """

    plan: Plan
    line: list[int] = field(default_factory=list)
    id: list[str | None] = field(default_factory=list)
    tools: list[bytes | None] = field(default_factory=list)
    tool_choice: list[bytes | None] = field(default_factory=list)
    output: list[bytes | None] = field(default_factory=list)
    metadata: list[bytes | None] = field(default_factory=list)
    extra: list[bytes | None] = field(default_factory=list)
    row_key: list[bytes] = field(default_factory=list)
    key_text: list[str | None] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    role: list[str] = field(default_factory=list)
    content: list[str | None] = field(default_factory=list)
    seldom: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {name: [] for name in _SELDOM})
    keys: list[int] = field(default_factory=list)  # keys that the line has outside of values kept as text
    begun: list[int] = field(default_factory=list)  # messages that begin with their role
    texts: list[bytes] = field(default_factory=list)  # values kept as text
    upto: list[int] = field(default_factory=list)  # how many of these belong to the lines so far
    declared: dict[bytes, str] = field(default_factory=dict)  # tools in one way of writing


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from looking through lists of strings that only grow."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def ordinary(chunk: bytes, spans: Sequence[tuple[int, int]], columns: Columns) -> list[int]:
    """Fill the columns; return the indexes of the lines that are not ordinary.

    Parameters
    ----------
    chunk
        Bytes.
    spans
        Begin and end of each line.
    columns
        Take the ordinary lines; `line` takes their indexes.

    Examples
    --------
    >>> ordinary(b"oops", [(0, 4)], Columns(Plan("records")))
    [0]
    """
    with _no_collection():
        careful = _fill(chunk, spans, columns)
    return _recheck(chunk, spans, columns, careful)


def _fill(chunk: bytes, spans: Sequence[tuple[int, int]], columns: Columns) -> list[int]:
    known = Known(finished=columns.plan.shape == "openai-chat")
    take = take_record if columns.plan.shape == "records" else take_chat
    sound = is_utf8(chunk)
    nul = b"\\u0000" in chunk
    careful: list[int] = []
    for index, (start, end) in enumerate(spans):
        line = chunk[start:end]
        if line[:1] != b"{" or line[-1:] != b"}" or (nul and b"\\u0000" in line) or not (sound or is_utf8(line)):
            careful.append(index)
            continue
        try:
            _put(columns, take(line, known))
        except ODD:
            careful.append(index)
            continue
        known.lines += 1
        columns.line.append(index)
        columns.row_key.append(xxhash.xxh3_128_digest(line))
    return careful


def _put(columns: Columns, taken: Line) -> None:
    said = taken.said
    if said and type(said[0]) is Said:
        columns.role += [message.role for message in said]  # type: ignore[union-attr]
        columns.content += [message.content for message in said]  # type: ignore[union-attr]
        text = MESSAGE.join([f"{one.role}{FIELD}{one.content}{_EMPTY}" for one in said])  # type: ignore[union-attr]
    else:
        text = _put_fields(columns, said)  # type: ignore[arg-type]
    tools = taken.tools
    if not said:
        columns.key_text.append(None)  # no prompt: nothing can be equal to it
    elif tools is None:
        columns.key_text.append(f"{text}{MESSAGE}[]")
    else:
        if tools not in columns.declared:
            columns.declared[tools] = one_way(tools.decode())
        columns.key_text.append(f"{text}{MESSAGE}{columns.declared[tools]}")
    columns.lengths.append(len(said))
    columns.id.append(taken.id)
    columns.tools.append(tools)
    columns.tool_choice.append(taken.tool_choice)
    columns.output.append(taken.output)
    columns.metadata.append(taken.metadata)
    columns.extra.append(taken.extra)
    columns.keys.append(taken.keys)
    columns.begun.append(taken.begun)
    columns.texts += taken.texts
    columns.upto.append(len(columns.texts))


_EMPTY: Final = FIELD * 4


def _put_fields(columns: Columns, said: list[Fields]) -> str:
    at = len(columns.role)
    texts = []
    for index, (role, content, name, calls, call_id, one) in enumerate(said, at):
        columns.role.append(role)
        columns.content.append(content)
        for column, value in (("name", name), ("tool_calls", calls), ("tool_call_id", call_id)):
            if value is not None:
                columns.seldom[column].append((index, value))
        parts = (role, content or "", name or "", one or "", call_id or "", "")
        texts.append(FIELD.join(parts))
    return MESSAGE.join(texts)


# --- keys that come twice, and messages that do not begin with their role -----------------------------------------


def _recheck(chunk: bytes, spans: Sequence[tuple[int, int]], columns: Columns, careful: list[int]) -> list[int]:
    """Find lines with a key that comes twice, or with messages whose keys are in another order.

    Decoders keep the last of two equal keys and forget the order, and say nothing. But a line has as many ends of
    keys as keys were read from it, and each message begins with its role. Counts over the whole chunk nearly always
    show that this holds for all lines; only if not, lines are counted one by one.
    """
    odd = [_marks(chunk[slice(*spans[index])]) for index in careful]
    texts = _marks(b"".join(columns.texts))
    known = sum(columns.keys) + texts[0] + sum(mark[0] for mark in odd)
    begun = sum(columns.begun) + texts[1] + sum(mark[1] for mark in odd)
    if _marks(chunk) == (known, begun):
        return careful
    wrong = set()
    start = 0
    for at, index in enumerate(columns.line):
        keys, begins = _marks(b"".join(columns.texts[start : columns.upto[at]]))
        start = columns.upto[at]
        if _marks(chunk[slice(*spans[index])]) != (columns.keys[at] + keys, columns.begun[at] + begins):
            wrong.add(at)
    careful = sorted([*careful, *(columns.line[at] for at in wrong)])
    _drop(columns, wrong)
    return careful


def _marks(text: bytes) -> tuple[int, int]:
    """Return how many keys end in a JSON text, and how many objects begin with a role."""
    return text.count(b'":') - text.count(b'\\":'), text.count(b'{"role"')


def _drop(columns: Columns, wrong: set[int]) -> None:
    if not wrong:
        return
    ends = np.cumsum([0, *columns.lengths])
    kept = np.ones(int(ends[-1]), dtype=bool)
    for index in wrong:
        kept[ends[index] : ends[index + 1]] = False
    now = (np.cumsum(kept) - 1).tolist()
    columns.seldom = {
        name: [(now[at], value) for at, value in entries if kept[at]] for name, entries in columns.seldom.items()
    }
    columns.role = [value for value, keep in zip(columns.role, kept, strict=True) if keep]
    columns.content = [value for value, keep in zip(columns.content, kept, strict=True) if keep]
    for name in ("line", "row_key", "key_text", "lengths", "id", *_TEXTS):
        setattr(columns, name, [value for at, value in enumerate(getattr(columns, name)) if at not in wrong])


_TEXTS: Final = ("tools", "tool_choice", "output", "metadata", "extra")


# --- frames -----------------------------------------------------------------------------------------------------------


def columns_of(columns: Columns, file: str | None) -> pl.DataFrame:
    """Return what was taken as a frame without keys of prompts.

    Parameters
    ----------
    columns
        Filled; `line` has the numbers of the lines.
    file
        The file they are from.

    Examples
    --------
    >>> columns_of(Columns(Plan("records")), None).height
    0
    """
    made = [pl.Series(name, getattr(columns, name), dtype=pl.Binary).cast(pl.String) for name in _TEXTS]
    made += [pl.Series("id", columns.id, dtype=pl.String), pl.Series("row_key", columns.row_key, dtype=pl.Binary)]
    made.append(_messages(columns))
    return completed(made, columns.line, file)


def completed(made: list[pl.Series], lines: Any, file: str | None) -> pl.DataFrame:
    """Return the columns of ordinary lines with those that are the same for all of them.

    Parameters
    ----------
    made
        What was in the lines.
    lines
        Their numbers.
    file
        The file they are from.

    Examples
    --------
    >>> completed([pl.Series("id", ["a"])], [1], "a.jsonl")["problems"].to_list()
    [[]]
    """
    height = len(lines)
    origin = {entry.name: pl.Series(entry.name, [None], dtype=entry.dtype) for entry in schema.ORIGIN.fields}
    origin |= {"file": pl.Series("file", [file], dtype=pl.String)}
    where = {name: value.new_from_index(0, height) for name, value in origin.items()}
    where["line"] = pl.Series("line", lines, dtype=pl.Int64)
    made.append(pl.DataFrame(list(where.values())).to_struct("origin"))
    made.append(pl.Series("generated", [False], dtype=pl.Boolean).new_from_index(0, height))
    made.append(pl.Series("problems", [[]], dtype=schema.DRAFT["problems"]).new_from_index(0, height))
    known = {series.name for series in made}
    types = {**schema.DRAFT, "labels": pl.String()}
    made += [
        pl.Series(name, [None], dtype=dtype).new_from_index(0, height)
        for name, dtype in types.items()
        if name not in known
    ]
    return pl.DataFrame(made).select(list(types))


def _messages(columns: Columns) -> pl.Series:
    count = len(columns.role)
    seldom = {}
    for name, entries in columns.seldom.items():
        values: list[str | None] = [None] * count
        for at, value in entries:
            values[at] = value
        seldom[name] = values
    fields = (columns.role, columns.content, seldom["name"], seldom["tool_calls"], seldom["tool_call_id"])
    return chat.pack_columns(columns.lengths, [*fields, [None] * count])
