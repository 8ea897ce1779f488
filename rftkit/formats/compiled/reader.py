"""A chunk of lines: what Python calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from rftkit.formats.compiled.digest import LEAST, digest
from rftkit.formats.compiled.key import keys
from rftkit.formats.compiled.line import give_up, line
from rftkit.formats.compiled.places import (
    COUNTS,
    FIRST,
    INDEX,
    LEFT,
    LEFT_LINES,
    ROW_KEYS,
    ROWS,
    SAID,
    SUMS,
    TOOL_OF,
    TOOLS,
    get,
    put,
)
from rftkit.formats.compiled.scan import OPEN
from rftkit.formats.compiled.words import byte, compiled, entry, put_number, stamp

_END = 10


@compiled
def _count(start: int, at: int, index: int, now: int) -> None:
    """Count a line as a row."""
    row = get(now, ROWS)
    digest(start, at, get(now, SUMS), get(now, ROW_KEYS) + 16 * row)
    put_number(get(now, COUNTS) + 8 * row, get(now, SAID) - get(now, FIRST))
    put_number(get(now, TOOL_OF) + 8 * row, get(now, TOOLS))
    put_number(get(now, INDEX) + 8 * row, index)
    put(now, ROWS, row + 1)


@compiled
def _leave(start: int, index: int, now: int, first: int) -> int:
    """Leave a line to others; return where it ends."""
    give_up(now)
    at = start
    while byte(at) != _END:
        at += 1
    left = get(now, LEFT)
    for place, value in enumerate((start - first, at - first, index)):
        put_number(get(now, LEFT_LINES) + 24 * left + 8 * place, value)
    put(now, LEFT, left + 1)
    return at


@cache
def reader() -> Callable[..., None]:
    """Return the function `(start, end, form, now)` that takes the ordinary lines of a chunk, all given by address."""
    key = stamp()

    @entry
    def read(start: int, end: int, form: int, now: int) -> None:
        at, index, first = start, key * 0, start
        while at < end:
            start = at
            put(now, FIRST, get(now, SAID))
            at = line(start, form, now) if byte(start) == OPEN else 0
            if at and byte(at) == _END and at - start >= LEAST:
                _count(start, at, index, now)
            else:
                at = _leave(start, index, now, first)
            at += 1
            index += 1

    return read


@cache
def keyer() -> Callable[..., None]:
    """Return `keys`, compiled once per machine."""
    key = stamp()

    @entry
    def make(
        now: int, tools: int, ends: int, none: int, exact: int, content: int, left: int, whole: int, small: int
    ) -> None:
        if key:
            keys(now, tools, ends, none, exact, content, left, whole, small)

    return make
