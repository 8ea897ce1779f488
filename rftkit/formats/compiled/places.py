"""Where compiled functions put what they take from lines: arrays that are made once and used for every chunk.

The functions know one address, that of a table of numbers: counts, and addresses of everything else.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rftkit.formats.compiled.scan import DEEPEST
from rftkit.formats.compiled.words import byte, compiled, number, put_byte, put_number

#: Columns of a line, of a message, and text that keys are made of, with scratch for calls that are sorted.
ID, CHOICE, OUTPUT, METADATA, EXTRA, ROLE, CONTENT, NAME, CALLS, CALL_ID, KEY, SORTED = range(12)
#: What is counted: rows, messages, lines that were left, tools, the tools of this and of the last line, the first
#: message of this line, where the key text of its last message begins.
ROWS, SAID, LEFT, DECLARED, TOOLS, LATEST, FIRST, LAST_KEY = range(8)
#: Addresses: of each row the number of its messages, its tools, the index of its line and its key; of lines that were
#: left; of declared tools and the table they are found in; of scratch.
COUNTS, TOOL_OF, INDEX, ROW_KEYS, LEFT_LINES, TOOL_LISTS, SLOTS, SPANS, PARTS, HASHED, DEPTHS, SUMS = range(8, 20)
_COLUMNS: Final = 20
_DATA, _TO, _ENDS, _NULL = range(4)

#: Keys of a line, and different lists of tools in a chunk; lines beyond that are read elsewhere.
MOST_KEYS: Final = 32
MOST_TOOLS: Final = 1 << 11
#: The fewest bytes that a message takes.
_LEAST: Final = 24
_SLACK: Final = 64


class Places:
    """Room for what is taken from a chunk; memory that is not written to costs nothing.

    Parameters
    ----------
    size, lines
        Bytes and lines of the largest chunk.

    Examples
    --------
    >>> room = Places(1000, 10)
    >>> room.fits(1000, 10), room.fits(2000, 10), room.count(ROWS)
    (True, False, 0)
    """

    def __init__(self, size: int, lines: int) -> None:
        self._size, self._lines = size, lines
        rows = dict.fromkeys((ID, CHOICE, OUTPUT, METADATA, EXTRA, KEY, SORTED), lines)
        self.rows = [rows.get(column, size // _LEAST + 2) for column in range(12)]
        self.data = [np.empty(size + _SLACK, dtype=np.uint8) for _ in self.rows]
        self.ends = [np.zeros(count + 1, dtype=np.int64) for count in self.rows]
        self.null = [np.empty(count, dtype=np.uint8) for count in self.rows]
        self.counts, self.tools, self.index = (np.empty(lines, dtype=np.int64) for _ in range(3))
        self.row_keys = np.empty((lines, 16), dtype=np.uint8)
        self.left = np.empty((lines, 3), dtype=np.int64)
        self.lists = np.empty((MOST_TOOLS, 2), dtype=np.int64)
        self.slots = np.full(4 * MOST_TOOLS, -1, dtype=np.int64)
        scratch = [np.empty(count, dtype=np.int64) for count in (2 * MOST_KEYS, 8, 2)]
        self._scratch = [*scratch, np.empty(DEEPEST + 1, dtype=np.uint8), np.empty(8, dtype=np.uint64)]
        self._now = np.zeros(_COLUMNS + 4 * 12, dtype=np.int64)
        self._point()

    def _point(self) -> None:
        arrays: list[Any] = [
            self.counts,
            self.tools,
            self.index,
            self.row_keys,
            self.left,
            self.lists,
            self.slots,
            *self._scratch,
        ]
        self._now[COUNTS:_COLUMNS] = [array.ctypes.data for array in arrays]
        for column, parts in enumerate(zip(self.data, self.data, self.ends, self.null, strict=True)):
            self._now[_COLUMNS + 4 * column : _COLUMNS + 4 * column + 4] = [array.ctypes.data for array in parts]

    def fits(self, size: int, lines: int) -> bool:
        """Return whether a chunk of some bytes and lines has room."""
        return size <= self._size and lines <= self._lines

    def empty(self) -> None:
        """Forget what was taken."""
        self._now[:COUNTS] = 0
        self.slots[:] = -1
        self._point()

    def count(self, name: int) -> int:
        """Return one of the counts."""
        return int(self._now[name])

    @property
    def now(self) -> int:
        """The address of the table."""
        return int(self._now.ctypes.data)


@compiled
def get(now: int, name: int) -> int:
    """Return a count, or an address."""
    return int(number(now + 8 * name))


@compiled
def put(now: int, name: int, value: int) -> None:
    """Set a count."""
    put_number(now + 8 * name, value)


@compiled
def data_of(now: int, column: int) -> int:
    """Return the address where the text of a column begins."""
    return int(number(now + 8 * (_COLUMNS + _DATA) + 32 * column))


@compiled
def to_of(now: int, column: int) -> int:
    """Return the address where the next text of a column goes."""
    return int(number(now + 8 * (_COLUMNS + _TO) + 32 * column))


@compiled
def set_to(now: int, column: int, to: int) -> None:
    """Set the address where the next text of a column goes."""
    put_number(now + 8 * (_COLUMNS + _TO) + 32 * column, to)


@compiled
def start_of(now: int, column: int, row: int) -> int:
    """Return the address where the text of a row begins; where that of the row before ends."""
    ends = number(now + 8 * (_COLUMNS + _ENDS) + 32 * column)
    return data_of(now, column) + int(number(ends + 8 * row))


@compiled
def end_row(now: int, column: int, row: int) -> None:
    """Let the text of a row end where the next one goes."""
    ends = number(now + 8 * (_COLUMNS + _ENDS) + 32 * column)
    put_number(ends + 8 * row + 8, to_of(now, column) - data_of(now, column))


@compiled
def set_null(now: int, column: int, row: int, null: int) -> None:
    """Say whether a row has no text."""
    put_byte(number(now + 8 * (_COLUMNS + _NULL) + 32 * column) + row, null)


@compiled
def is_null(now: int, column: int, row: int) -> bool:
    """Return whether a row has no text."""
    return bool(byte(number(now + 8 * (_COLUMNS + _NULL) + 32 * column) + row) != 0)
