"""From a chunk of bytes to columns: the arrays of the compiled functions as polars has them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from arro3.core import Array, list_array

from rftkit import schema
from rftkit.formats.compiled.line import FINISHED, PROMPTS, RECORDS
from rftkit.formats.compiled.places import (
    CHOICE,
    DECLARED,
    EXTRA,
    ID,
    KEY,
    LEFT,
    METADATA,
    OUTPUT,
    ROLE,
    ROWS,
    SAID,
    Places,
)
from rftkit.formats.compiled.reader import keyer, reader
from rftkit.formats.compiled.scan import lines
from rftkit.keys import MESSAGE, digests, normalise, one_way

_FORMS: Final = {"records": RECORDS, "openai-rft": PROMPTS, "openai-chat": FINISHED}
_OF_LINES: Final = {"id": ID, "tool_choice": CHOICE, "output": OUTPUT, "metadata": METADATA, "extra": EXTRA}
_OF_MESSAGES: Final = ("role", "content", "name", "tool_calls", "tool_call_id")


@dataclass(frozen=True, slots=True)
class Taken:
    """What the compiled functions took from a chunk.

    Parameters
    ----------
    columns
        Of ordinary lines: what was in them, and their keys.
    numbers
        Index of each of these lines in the chunk.
    left
        Begin, end and index of every other line.

    Examples
    --------
    >>> Taken((), np.zeros(0), np.zeros((0, 3))).left.shape
    (0, 3)
    """

    columns: tuple[pl.Series, ...]
    numbers: Any
    left: Any


def _room(rooms: deque[Any], size: int, lines: int) -> Places:
    """Return room that is empty and large enough: what another chunk has left, or new."""
    try:
        room: Places = rooms.pop()
    except IndexError:
        return Places(size, lines)
    if not room.fits(size, lines):
        return Places(size, lines)
    room.empty()
    return room


def take(chunk: bytes, shape: str, rooms: deque[Any]) -> Taken:
    r"""Take the ordinary lines of a chunk.

    Parameters
    ----------
    chunk
        Whole lines in UTF-8.
    shape
        One of `records`, `openai-rft`, `openai-chat`.
    rooms
        Where arrays are kept between chunks; several threads may use it.

    Examples
    --------
    >>> line = b'{"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}, "label": "x"}\n'
    >>> taken = take(line + b"oops\n", "records", deque())
    >>> [series.to_list() for series in taken.columns if series.name in ("id", "extra")], taken.left.tolist()
    ([['a'], ['{"label":"x"}']], [[86, 90, 1]])
    """
    text = lines(chunk)
    room = _room(rooms, len(chunk), chunk.count(b"\n") + 1)
    begin = text.ctypes.data
    reader()(begin, begin + len(chunk), _FORMS[shape], room.now)
    rows = room.count(ROWS)
    declared = [_cut(text, start - begin, length) for start, length in room.lists[: room.count(DECLARED)].tolist()]
    made = [_texts(room, column, rows, name) for name, column in _OF_LINES.items()]
    made += [_declared(declared, room.tools[:rows]), _messages(room, rows), _fixed(room.row_keys[:rows], "row_key")]
    made += _keys(room, rows, declared)
    taken = Taken(tuple(made), room.index[:rows].copy(), room.left[: room.count(LEFT)].copy())
    rooms.append(room)
    return taken


def _cut(text: Any, start: int, length: int) -> str:
    cut: bytes = text[start : start + length].tobytes()
    return cut.decode()


def _binary(data: Any, ends: Any, mask: Any = None) -> pl.Series:
    parts = list_array(Array.from_numpy(ends), Array.from_numpy(data), mask=mask)
    return pl.Series(parts, dtype=pl.List(pl.UInt8)).cast(pl.Binary)


def _texts(room: Places, column: int, rows: int, name: str) -> pl.Series:
    """Return a column of text; a copy, because the arrays are used again."""
    missing = room.null[column][:rows] != 0
    if missing.all():
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, rows)
    ends = room.ends[column][: rows + 1].copy()
    mask = Array.from_numpy(missing) if missing.any() else None
    return _binary(room.data[column][: ends[-1]].copy(), ends, mask).cast(pl.String).alias(name)


def _fixed(keys: Any, name: str) -> pl.Series:
    ends = np.arange(0, 16 * len(keys) + 1, 16, dtype=np.int64)
    return _binary(keys.reshape(-1).copy(), ends).alias(name)


def _declared(texts: Sequence[str], numbers: Any) -> pl.Series:
    known = pl.Series("tools", [*texts, None], dtype=pl.String)
    return known.gather(np.where(numbers < 0, len(texts), numbers))


def _messages(room: Places, rows: int) -> pl.Series:
    said = room.count(SAID)
    columns = [_texts(room, column, said, name) for column, name in enumerate(_OF_MESSAGES, ROLE)]
    columns.append(pl.Series("raw", [None], dtype=pl.String).new_from_index(0, said))
    offsets = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(room.counts[:rows], out=offsets[1:])
    structs = Array.from_arrow(pl.DataFrame(columns).to_struct())
    made = list_array(Array.from_numpy(offsets), structs)
    return pl.Series("messages", pl.Series(made), dtype=pl.List(schema.MESSAGE))


# --- keys -----------------------------------------------------------------------------------------------------------


def _keys(room: Places, rows: int, declared: Sequence[str]) -> list[pl.Series]:
    """Return both keys of each row; text that is not ASCII is folded by Python."""
    tools = [one_way(text) for text in declared] + ["[]"]
    parts = [text.encode() for text in tools]
    ends = np.cumsum([0, *map(len, parts)])
    exact, content = np.empty((rows, 16), dtype=np.uint8), np.empty((rows, 16), dtype=np.uint8)
    left = np.zeros(rows, dtype=np.uint8)
    longest = int(np.diff(room.ends[KEY][: rows + 1]).max(initial=0)) + max(map(len, parts)) + 64
    whole, small = np.empty((2, longest), dtype=np.uint8)
    joined = lines(b"".join(parts))
    given = (joined, ends, exact, content, left, whole, small)
    places = [array.ctypes.data for array in given]
    keyer()(room.now, *places[:2], len(declared), *places[2:])
    others = np.flatnonzero(left)
    if len(others):
        _fold(room, others, tools, exact, content)
    return [_fixed(content, "content_key"), _fixed(exact, "exact_key")]


def _fold(room: Places, rows: Any, tools: Sequence[str], exact: Any, content: Any) -> None:
    ends, data = room.ends[KEY], room.data[KEY]
    said = [data[ends[row] : ends[row + 1]].tobytes().decode() for row in rows]
    texts = pl.Series([f"{text}{MESSAGE}{tools[room.tools[row]]}" for text, row in zip(said, rows, strict=True)])
    for into, keys in ((exact, digests(texts)), (content, digests(normalise(texts)))):
        into[rows] = np.frombuffer(b"".join(keys.to_list()), dtype=np.uint8).reshape(-1, 16)
