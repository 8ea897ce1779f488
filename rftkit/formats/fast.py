"""JSON lines of the OpenAI family, a chunk of bytes at a time: what is ordinary never becomes a draft.

A line is ordinary when its prompt is in the chat form, its id is text and nothing in it needs a second look.
Ordinary lines go straight from typed decoding into columns, values beside the messages as the exact text of the source.
Every other line takes the one careful way of `lines` and `convert`, and both meet again in the order of the file, so
that this module changes how fast a file is read and nothing else.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import xxhash

from rftkit import messages as chat
from rftkit import schema
from rftkit.formats.containers import Container
from rftkit.formats.convert import Plan, Tally, drafts_of
from rftkit.formats.draft import Draft, frame_of, labels_of
from rftkit.formats.exact import UnreadableError
from rftkit.formats.lines import is_utf8, read_line
from rftkit.formats.ordinary import ODD, Fields, Known, Line, Said, take_chat, take_record
from rftkit.formats.sources import chunks_of
from rftkit.keys import FIELD, MESSAGE, one_way, with_keys

#: Shapes whose ordinary lines are read here.
SHAPES: Final = ("records", "openai-chat", "openai-rft")

_SELDOM: Final = ("name", "tool_calls", "tool_call_id")


@dataclass(slots=True)
class Chunk:
    r"""What became of the lines of a chunk.

    Parameters
    ----------
    frame
        Columns of `schema.DRAFT` and `labels`.
    lines, blank
        How many lines there were, and how many without anything.
    tally
        Shapes and what is said about them.
    lost
        `(line, reason, bytes)` of what is no JSON.

    Examples
    --------
    >>> read_chunk(b'{"id": "a", "input": {"messages": []}}\n\n', Plan("records")).blank
    1
    """

    frame: pl.DataFrame
    lines: int
    blank: int
    tally: Tally
    lost: list[tuple[int, str, bytes]]


@dataclass(slots=True)
class _Columns:
    """Columns of ordinary lines while they grow. Text is bytes here: polars decodes whole columns."""

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


def can_read(container: Container, plan: Plan) -> bool:
    """Return whether a container is a file of JSON lines in one of `SHAPES`.

    Examples
    --------
    >>> from rftkit.formats.containers import of_rows
    >>> can_read(of_rows([]), Plan("records"))
    False
    """
    return container.kind == "jsonl" and container.path is not None and plan.shape in SHAPES and not plan.renames


def chunks(path: Path, plan: Plan, file: str | None) -> Iterator[Chunk]:
    """Yield the chunks of a file of JSON lines.

    Parameters
    ----------
    path
        The file, packed or not.
    plan
        How it is read.
    file
        Its name, for `origin`.
    """
    first = 1
    for text in chunks_of(path):
        chunk = read_chunk(text, plan, file=file, first=first)
        first += chunk.lines
        yield chunk


def read_chunk(chunk: bytes, plan: Plan, *, file: str | None = None, first: int = 1) -> Chunk:
    r"""Read the lines of a chunk.

    Parameters
    ----------
    chunk
        Whole lines, split on ``\n`` alone.
    plan
        How the file is read; its shape is one of `SHAPES`.
    file
        Name of the file, for `origin`.
    first
        Number of the first line.

    Examples
    --------
    >>> line = b'{"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}, "label": "x"}\n'
    >>> chunk = read_chunk(line + b"oops\n", Plan("records"))
    >>> chunk.frame["extra"].to_list(), chunk.lost
    (['{"label":"x"}'], [(2, 'this is plain text and no JSON', b'oops')])
    """
    spans = _spans(chunk)
    columns = _Columns(plan)
    with _no_collection():
        careful = _ordinary(chunk, spans, columns, first)
    tally = Tally()
    tally.formats[plan.shape] += len(columns.line)
    drafts, lost, blank = _careful(chunk, spans, careful, plan, tally, first)
    frame = _together(columns, drafts, file)
    return Chunk(frame, len(spans), blank, tally, lost)


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


def _spans(chunk: bytes) -> list[tuple[int, int]]:
    ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)
    if not chunk.endswith(b"\n"):
        ends = np.append(ends, len(chunk))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _ordinary(chunk: bytes, spans: Sequence[tuple[int, int]], columns: _Columns, first: int) -> list[int]:
    """Fill the columns; return the indexes of the lines that are not ordinary."""
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
        columns.line.append(first + index)
        columns.row_key.append(xxhash.xxh3_128_digest(line))
    return _recheck(chunk, spans, columns, careful, first)


def _put(columns: _Columns, taken: Line) -> None:
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


def _put_fields(columns: _Columns, said: list[Fields]) -> str:
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


def _recheck(
    chunk: bytes, spans: Sequence[tuple[int, int]], columns: _Columns, careful: list[int], first: int
) -> list[int]:
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
    for at, line in enumerate(columns.line):
        keys, begins = _marks(b"".join(columns.texts[start : columns.upto[at]]))
        start = columns.upto[at]
        if _marks(chunk[slice(*spans[line - first])]) != (columns.keys[at] + keys, columns.begun[at] + begins):
            wrong.add(at)
    careful = sorted([*careful, *(columns.line[at] - first for at in wrong)])
    _drop(columns, wrong)
    return careful


def _marks(text: bytes) -> tuple[int, int]:
    """Return how many keys end in a JSON text, and how many objects begin with a role."""
    return text.count(b'":') - text.count(b'\\":'), text.count(b'{"role"')


def _drop(columns: _Columns, wrong: set[int]) -> None:
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


# --- the careful way, and the order of the file -------------------------------------------------------------------


def _careful(
    chunk: bytes, spans: Sequence[tuple[int, int]], careful: Sequence[int], plan: Plan, tally: Tally, first: int
) -> tuple[list[tuple[int, Draft]], list[tuple[int, str, bytes]], int]:
    drafts: list[tuple[int, Draft]] = []
    lost: list[tuple[int, str, bytes]] = []
    blank = 0
    for index in careful:
        line = chunk[slice(*spans[index])]
        if not line.strip():
            blank += 1
            continue
        try:
            made = drafts_of(read_line(line), plan, tally, first + index)
        except UnreadableError as reason:
            lost.append((first + index, str(reason), line))
            continue
        drafts.extend((first + index, draft) for draft in made)
    return drafts, lost, blank


def _together(columns: _Columns, drafts: Sequence[tuple[int, Draft]], file: str | None) -> pl.DataFrame:
    ordinary = with_keys(_frame(columns, file), pl.Series(columns.key_text, dtype=pl.String))
    if not drafts:
        return ordinary
    odd = [draft for _, draft in drafts]
    others = with_keys(frame_of(odd, file=file)).with_columns(labels_of(odd))
    at = pl.Series("at", [*columns.line, *(line for line, _ in drafts)], dtype=pl.Int64)
    both = pl.concat([ordinary, others.select(ordinary.columns)]).with_columns(at)
    return both.sort("at", maintain_order=True).drop("at")


def _frame(columns: _Columns, file: str | None) -> pl.DataFrame:
    made = [pl.Series(name, getattr(columns, name), dtype=pl.Binary).cast(pl.String) for name in _TEXTS]
    made += [pl.Series("id", columns.id, dtype=pl.String), pl.Series("row_key", columns.row_key, dtype=pl.Binary)]
    made.append(_messages(columns))
    height = len(columns.line)
    origin = {entry.name: pl.Series(entry.name, [None], dtype=entry.dtype) for entry in schema.ORIGIN.fields}
    origin |= {"file": pl.Series("file", [file], dtype=pl.String)}
    where = {name: value.new_from_index(0, height) for name, value in origin.items()}
    where["line"] = pl.Series("line", columns.line, dtype=pl.Int64)
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


def _messages(columns: _Columns) -> pl.Series:
    count = len(columns.role)
    seldom = {}
    for name, entries in columns.seldom.items():
        values: list[str | None] = [None] * count
        for at, value in entries:
            values[at] = value
        seldom[name] = values
    fields = (columns.role, columns.content, seldom["name"], seldom["tool_calls"], seldom["tool_call_id"])
    return chat.pack_columns(columns.lengths, [*fields, [None] * count])
