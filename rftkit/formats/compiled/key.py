"""Keys of prompts, as `rftkit.keys` makes them: of the text as it is, and of the text without case and odd blanks."""

from __future__ import annotations

from typing import Any

import numpy as np

from rftkit.formats.compiled.digest import LEAST, digest
from rftkit.formats.compiled.places import KEY, ROWS, SUMS, TOOL_OF, get, start_of
from rftkit.formats.compiled.scan import copied
from rftkit.formats.compiled.words import HIGH, ONES, byte, compiled, number, put_byte, put_word, word

_SPACE, _MESSAGE = 32, 2
_SPACES, _LOW = ONES * np.uint64(32), ~HIGH
_FROM_A, _TO_Z = ONES * np.uint64(0x80 - ord("A")), ONES * np.uint64(0x7F - ord("Z"))
_TWO, _BYTE, _TOP, _ZERO = np.uint64(2), np.uint64(8), np.uint64(1) << np.uint64(63), np.uint64(0)


@compiled
def keys(
    now: int, tools: int, ends: int, none: int, exact: int, content: int, left: int, whole: int, small: int
) -> None:
    """Make the keys of all rows; everything is given by its address.

    Parameters
    ----------
    now
        What was taken from a chunk.
    tools, ends
        The declared tools in one way of writing, one behind the other.
    none
        Number of what stands for no tools.
    exact, content
        Take 16 bytes of each row.
    left
        Takes 1 of each row whose keys have to be made elsewhere: its text is not ASCII, or very short.
    whole, small
        Scratch with room for the longest text.
    """
    for row in range(get(now, ROWS)):
        to = copied(start_of(now, KEY, row), start_of(now, KEY, row + 1), whole)
        put_byte(to, _MESSAGE)
        declared = number(get(now, TOOL_OF) + 8 * row)
        declared = none if declared < 0 else declared
        to = copied(tools + number(ends + 8 * declared), tools + number(ends + 8 * declared + 8), to + 1)
        size = _folded(whole, to, small) - small if _is_ascii(whole, to) else 0
        put_byte(left + row, 0 if size >= LEAST else 1)
        if size >= LEAST:
            digest(whole, to, get(now, SUMS), exact + 16 * row)
            digest(small, small + size, get(now, SUMS), content + 16 * row)


@compiled
def _is_ascii(at: int, end: int) -> bool:
    found = _ZERO
    while at + 8 <= end:
        found |= word(at)
        at += 8
    while at < end:
        found |= np.uint64(byte(at))
        at += 1
    return bool((found & HIGH) == _ZERO)


@compiled
def _folded(at: int, end: int, to: int) -> int:
    """Write ASCII text in lower case, each run of blanks as one, none at an edge or beside a mark; return its end.

    Eight signs at once, where no blank among them needs a look. What was written last is never a blank.
    """
    last, waiting = _MESSAGE, False
    while at < end:
        eight = word(at)
        if at + 8 <= end and not waiting and _is_easy(eight) and (last > _MESSAGE or byte(at) != _SPACE):
            capital = (eight + _FROM_A) & ~(eight + _TO_Z) & HIGH
            put_word(to, eight | (capital >> _TWO))
            at, to = at + 8, to + 8
            last = _SPACE + 1
            continue
        stop = min(at + 8, end)
        while at < stop:
            sign = byte(at)
            at += 1
            if 9 <= sign <= 13 or 28 <= sign <= 32:
                waiting = True
                continue
            if waiting and last > _MESSAGE and sign > _MESSAGE:
                put_byte(to, _SPACE)
                to += 1
            put_byte(to, sign + 32 if 65 <= sign <= 90 else sign)
            to += 1
            last, waiting = sign, False
    return to


@compiled
def _is_easy(eight: Any) -> bool:
    """Return whether eight signs have no control character, no two blanks in a row and no blank at the end."""
    if ((eight - _SPACES) & ~eight & HIGH) != _ZERO:
        return False
    other = eight ^ _SPACES
    blanks = ~(((other & _LOW) + _LOW) | other | _LOW)
    return bool((blanks & (blanks << _BYTE)) == _ZERO and (blanks & _TOP) == _ZERO)
