"""JSON lines of the OpenAI family, a chunk of bytes at a time: what is ordinary never becomes a draft.

A line is ordinary when its prompt is in the chat form, its id is text and nothing in it needs a second look.
Ordinary lines go straight from typed decoding into columns, values beside the messages as the exact text of the source.
Every other line takes the one careful way of `lines` and `convert`, and both meet again in the order of the file, so
that this module changes how fast a file is read and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
import numpy as np
import polars as pl
import xxhash
from msgspec import UNSET, Raw, UnsetType

from rftkit import messages as chat
from rftkit import schema
from rftkit.formats.containers import Container
from rftkit.formats.convert import Plan, Tally, drafts_of
from rftkit.formats.deep import LIMIT
from rftkit.formats.draft import Draft, frame_of, labels_of
from rftkit.formats.exact import UnreadableError
from rftkit.formats.lines import is_utf8, read_line
from rftkit.formats.prompts import LABEL_KEYS, ORIGIN_KEYS
from rftkit.formats.sources import chunks_of
from rftkit.keys import with_keys

#: Shapes whose ordinary lines are read here.
SHAPES: Final = ("records", "openai-chat", "openai-rft")

Role = Literal["system", "developer", "user", "assistant", "tool"]


class _Said(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A message that is a role and a text."""

    role: Role
    content: str


class _Texts(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An `input` of such messages."""

    messages: list[_Said]
    tools: Raw | UnsetType = UNSET
    tool_choice: Raw | UnsetType = UNSET


class _Any(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An `input` of any messages."""

    messages: list[dict[str, Any]]
    tools: Raw | UnsetType = UNSET
    tool_choice: Raw | UnsetType = UNSET


class _OddError(ValueError):
    """A line is not ordinary."""


_top = msgspec.json.Decoder(dict[str, Raw]).decode
_texts = msgspec.json.Decoder(_Texts).decode
_any = msgspec.json.Decoder(_Any).decode
_said = msgspec.json.Decoder(list[_Said]).decode
_dicts = msgspec.json.Decoder(list[dict[str, Any]]).decode
_string = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode

_ODD: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, ValueError)
_ROLES: Final = frozenset(schema.ROLES)
_CHAT_TOOLS: Final = (b'[{"type":"function","function":{', b'[{"type": "function", "function": {', b"[]")
# Keys beside the prompt that mean something: their lines are read with care.
_SPECIAL: Final = frozenset((*LABEL_KEYS, *ORIGIN_KEYS, "extra", "functions", "body", "rftkit_id", "custom_id")) - {
    "model"
}


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
    """Columns of ordinary lines while they grow."""

    plan: Plan
    line: list[int] = field(default_factory=list)
    id: list[str | None] = field(default_factory=list)
    tools: list[str | None] = field(default_factory=list)
    tool_choice: list[str | None] = field(default_factory=list)
    output: list[str | None] = field(default_factory=list)
    metadata: list[str | None] = field(default_factory=list)
    extra: list[str | None] = field(default_factory=list)
    row_key: list[bytes] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    said: tuple[list[str | None], ...] = field(default_factory=lambda: ([], [], [], [], [], []))
    keys: list[int] = field(default_factory=list)  # how many keys the line has outside of values kept as text
    begun: list[int] = field(default_factory=list)  # how many messages
    texts: list[bytes] = field(default_factory=list)  # values kept as text
    names: dict[str, bytes] = field(default_factory=dict)  # keys as JSON text
    plain: bool = True  # whether to expect messages of role and text


def can_read(container: Container, plan: Plan) -> bool:
    """Return whether a container is a file of JSON lines in one of `SHAPES`.

    Examples
    --------
    >>> from rftkit.formats.containers import of_rows
    >>> can_read(of_rows([]), Plan("records"))
    False
    """
    return container.kind == "jsonl" and container.path is not None and plan.shape in SHAPES and not plan.renames


def chunks(container: Container, plan: Plan, file: str | None) -> Iterator[Chunk]:
    """Yield the chunks of a file of JSON lines.

    Parameters
    ----------
    container
        Of which `can_read` is true.
    plan
        How it is read.
    file
        Its name, for `origin`.
    """
    assert container.path is not None
    first = 1
    for text in chunks_of(container.path):
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
    careful = _ordinary(chunk, spans, columns, first)
    tally = Tally()
    tally.formats[plan.shape] += len(columns.line)
    drafts, lost, blank = _careful(chunk, spans, careful, plan, tally, first)
    frame = _together(columns, drafts, file)
    return Chunk(with_keys(frame), len(spans), blank, tally, lost)


def _spans(chunk: bytes) -> list[tuple[int, int]]:
    ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)
    if not chunk.endswith(b"\n"):
        ends = np.append(ends, len(chunk))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _ordinary(chunk: bytes, spans: Sequence[tuple[int, int]], columns: _Columns, first: int) -> list[int]:
    """Fill the columns; return the indexes of the lines that are not ordinary."""
    take = _take_record if columns.plan.shape == "records" else _take_chat
    sound = is_utf8(chunk)
    nul = b"\\u0000" in chunk
    careful: list[int] = []
    for index, (start, end) in enumerate(spans):
        line = chunk[start:end]
        if line[:1] != b"{" or line[-1:] != b"}" or (nul and b"\\u0000" in line) or not (sound or is_utf8(line)):
            careful.append(index)
            continue
        try:
            take(_top(line), columns)
        except _ODD:
            careful.append(index)
            continue
        columns.line.append(first + index)
        columns.row_key.append(xxhash.xxh3_128_digest(line))
    return _recheck(chunk, spans, columns, careful, first)


def _take_record(top: dict[str, Raw], columns: _Columns) -> None:
    given = top.pop("input")
    name = _string(top.pop("id"))
    keys = len(top) + 2
    if not name or not _SPECIAL.isdisjoint(top):
        raise _OddError
    prompt, said, texts = _prompt(given, columns)
    output = _text(top.pop("output", UNSET), texts)
    metadata = _text(top.pop("metadata", UNSET), texts)
    extra = _extra(top, columns, texts)
    keys += 1 + (prompt.tools is not UNSET) + (prompt.tool_choice is not UNSET)
    _put(columns, name, prompt, said, (output, metadata, extra), keys, texts)


def _take_chat(top: dict[str, Raw], columns: _Columns) -> None:
    if not _SPECIAL.isdisjoint(top) or "output" in top or "input" in top:
        raise _OddError
    keys = len(top)
    name = _string(top.pop("id")) if "id" in top else None
    if name == "":
        raise _OddError
    given = top.pop("messages")
    prompt = _Any([], top.pop("tools", UNSET), top.pop("tool_choice", UNSET))
    texts: list[bytes] = []
    said = _flat(_messages(given, columns), texts)
    reply = _trailing(said) if columns.plan.shape == "openai-chat" else None
    output = None if reply is None else chat.dump(reply)
    metadata = _text(top.pop("metadata", UNSET), texts)
    extra = _extra(top, columns, texts)
    _check_tools(prompt.tools, texts)
    _check_choice(prompt.tool_choice, texts)
    keys += 0 if reply is None else len(reply)
    _put(columns, name, prompt, said, (output, metadata, extra), keys, texts, int(reply is not None))


def _prompt(given: Raw, columns: _Columns) -> tuple[_Texts | _Any, list[Sequence[str | None]], list[bytes]]:
    texts: list[bytes] = []
    prompt: _Texts | _Any
    try:
        prompt = _texts(given) if columns.plain else _any(given)
    except msgspec.ValidationError:
        prompt = _any(given)
        columns.plain = False
    said = _flat(prompt.messages, texts)
    _check_tools(prompt.tools, texts)
    _check_choice(prompt.tool_choice, texts)
    return prompt, said, texts


def _messages(given: Raw, columns: _Columns) -> Sequence[_Said] | Sequence[dict[str, Any]]:
    if columns.plain:
        try:
            return _said(given)
        except msgspec.ValidationError:
            columns.plain = False
    return _dicts(given)


def _flat(messages: Any, texts: list[bytes]) -> list[Sequence[str | None]]:
    """Return the fields of messages; raises when one is not ordinary."""
    if messages and type(messages[0]) is _Said:
        return [(message.role, message.content) for message in messages]
    return [_fields(message, texts) for message in messages]


def _fields(message: dict[str, Any], texts: list[bytes]) -> tuple[str | None, ...]:
    keys = tuple(message)
    role, content = message.get("role"), message.get("content")
    if role not in _ROLES:
        raise _OddError
    if keys == ("role", "content") and type(content) is str:
        return (role, content)
    if not all(type(value) is str for key, value in message.items() if key != "tool_calls" and key != "content"):
        raise _OddError
    if type(content) is not str and content is not None:
        raise _OddError
    calls = message.get("tool_calls")
    if calls is not None:
        _check_calls(calls)
        texts.append(_encode(calls))
    elif "tool_calls" in message:
        raise _OddError
    fields = chat.fields(message)
    if fields[5] is not None:
        raise _OddError
    return fields


def _check_calls(calls: Any) -> None:
    for call in calls:
        if type(call["id"]) is not str or type(call["function"]["arguments"]) is not str:
            raise _OddError


def _check_tools(tools: Raw | UnsetType, texts: list[bytes]) -> None:
    if tools is not UNSET:
        text = bytes(tools)
        if not text.startswith(_CHAT_TOOLS) or _is_long(text):
            raise _OddError
        texts.append(text)


def _check_choice(choice: Raw | UnsetType, texts: list[bytes]) -> None:
    if choice is not UNSET:
        if bytes(choice) == b"null":
            raise _OddError
        texts.append(bytes(choice))


def _is_long(text: bytes) -> bool:
    """Return whether a text may be nested too deeply."""
    return len(text) > 2 * LIMIT and text.count(b"{") + text.count(b"[") > LIMIT


def _text(value: Raw | UnsetType, texts: list[bytes]) -> str | None:
    if value is UNSET:
        return None
    text = bytes(value)
    if _is_long(text):
        raise _OddError
    texts.append(text)
    return None if text == b"null" else text.decode()


def _extra(top: dict[str, Raw], columns: _Columns, texts: list[bytes]) -> str | None:
    if not top:
        return None
    parts = []
    for key, value in top.items():
        name = columns.names.get(key)
        if name is None:
            name = columns.names[key] = _encode(key) + b":"
        text = bytes(value)
        if _is_long(text):
            raise _OddError
        texts.append(text)
        parts.append(name + text)
    return (b"{" + b",".join(parts) + b"}").decode()


def _trailing(said: list[Sequence[str | None]]) -> dict[str, Any] | None:
    """Take the reply away from the messages and return it."""
    if not said or said[-1][0] != "assistant":
        return None
    fields = said.pop()
    names = ("role", "content", "name", "tool_calls", "tool_call_id", "raw")
    row = dict(zip(names, (*fields, *(None,) * (6 - len(fields))), strict=True))
    return chat.rebuild(row)


def _put(
    columns: _Columns,
    name: str | None,
    prompt: _Texts | _Any,
    said: list[Sequence[str | None]],
    beside: tuple[str | None, str | None, str | None],
    keys: int,
    texts: list[bytes],
    moved: int = 0,
) -> None:
    role, content, names, calls, call_ids, raw = columns.said
    for fields in said:
        role.append(fields[0])
        content.append(fields[1])
        if len(fields) == 2:
            keys += 2
            for column in (names, calls, call_ids):
                column.append(None)
        else:
            keys += 2 + (fields[2] is not None) + (fields[3] is not None) + (fields[4] is not None)
            names.append(fields[2])
            calls.append(fields[3])
            call_ids.append(fields[4])
        raw.append(None)
    columns.lengths.append(len(said))
    columns.begun.append(len(said) + moved)
    columns.id.append(name)
    columns.tools.append(None if prompt.tools is UNSET else bytes(prompt.tools).decode())
    columns.tool_choice.append(None if prompt.tool_choice is UNSET else bytes(prompt.tool_choice).decode())
    columns.output.append(beside[0])
    columns.metadata.append(beside[1])
    columns.extra.append(beside[2])
    columns.keys.append(keys)
    columns.texts.append(b"".join(texts))


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
    for at, line in enumerate(columns.line):
        keys, begins = _marks(columns.texts[at])
        if _marks(chunk[slice(*spans[line - first])]) != (columns.keys[at] + keys, columns.begun[at] + begins):
            wrong.add(at)
    careful = sorted([*careful, *(columns.line[at] - first for at in wrong)])
    _drop(columns, wrong)
    return careful


def _marks(text: bytes) -> tuple[int, int]:
    """Return how many keys end in a JSON text, and how many objects begin with a role."""
    return text.count(b'":') - text.count(b'\\":'), text.count(b'{"role"')


def _drop(columns: _Columns, twice: set[int]) -> None:
    if not twice:
        return
    ends = np.cumsum([0, *columns.lengths])
    gone = {at for index in twice for at in range(ends[index], ends[index + 1])}
    for column in columns.said:
        column[:] = [value for at, value in enumerate(column) if at not in gone]
    for name in ("line", "id", "tools", "tool_choice", "output", "metadata", "extra", "row_key", "lengths"):
        column = getattr(columns, name)
        column[:] = [value for at, value in enumerate(column) if at not in twice]


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
    ordinary = _frame(columns, file)
    if not drafts:
        return ordinary
    odd = [draft for _, draft in drafts]
    others = frame_of(odd, file=file).with_columns(labels_of(odd))
    at = pl.Series("at", [*columns.line, *(line for line, _ in drafts)], dtype=pl.Int64)
    both = pl.concat([ordinary, others]).with_columns(at)
    return both.sort("at", maintain_order=True).drop("at")


def _frame(columns: _Columns, file: str | None) -> pl.DataFrame:
    height = len(columns.line)
    made = {
        name: pl.Series(name, getattr(columns, name), dtype=schema.DRAFT[name])
        for name in ("id", "tools", "tool_choice", "output", "metadata", "extra", "row_key")
    }
    made["messages"] = chat.pack_columns(columns.lengths, columns.said)
    lines = pl.Series("line", columns.line, dtype=pl.Int64)
    nothing = {name: pl.lit(None, dtype=dtype) for name, dtype in schema.DRAFT.items() if name not in made}
    nothing["generated"] = pl.lit(value=False)
    nothing["problems"] = pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()
    fields = {entry.name: pl.lit(None, dtype=entry.dtype) for entry in schema.ORIGIN.fields}
    fields |= {"file": pl.lit(file, dtype=pl.String), "line": pl.lit(lines)}
    nothing["origin"] = pl.struct([value.alias(name) for name, value in fields.items()])
    nothing["labels"] = pl.lit(None, dtype=pl.String)
    frame = pl.DataFrame(list(made.values())) if height else pl.DataFrame(schema={n: s.dtype for n, s in made.items()})
    return frame.with_columns([value.alias(name) for name, value in nothing.items()]).select([*schema.DRAFT, "labels"])
