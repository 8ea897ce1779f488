"""Declared tools: many lines declare the same, so each list that is written alike is taken once."""

from __future__ import annotations

from typing import Any

import numpy as np

from rftkit.formats.compiled.digest import LEAST, digest
from rftkit.formats.compiled.places import (
    DECLARED,
    DEPTHS,
    HASHED,
    LATEST,
    MOST_TOOLS,
    SLOTS,
    SUMS,
    TOOL_LISTS,
    TOOLS,
    get,
    put,
)
from rftkit.formats.compiled.scan import is_same, value_end
from rftkit.formats.compiled.words import compiled, number, put_number, standing, word
from rftkit.formats.ordinary import CHAT_TOOLS

_is_tight, _is_loose, _is_none = (standing(begin.decode()) for begin in CHAT_TOOLS)
_MANY = np.uint64(4 * MOST_TOOLS)


@compiled
def tools(at: int, now: int) -> int:
    """Take a list of tools."""
    if get(now, DECLARED):
        place = get(now, TOOL_LISTS) + 16 * get(now, LATEST)
        length = int(number(place + 8))
        if is_same(number(place), at, length):
            put(now, TOOLS, get(now, LATEST))
            return at + length
    if not (_is_tight(at) or _is_loose(at) or _is_none(at)):
        return 0
    end = value_end(at, get(now, DEPTHS))
    return end if end and _declare(at, end - at, now) else 0


@compiled
def _declare(at: int, length: int, now: int) -> bool:
    """Find or enter tools in the table of those that were declared."""
    slot: Any = 0
    if length >= LEAST:
        digest(at, at + length, get(now, SUMS), get(now, HASHED))
        slot = np.int64(word(get(now, HASHED)) % _MANY)
    while True:
        found = number(get(now, SLOTS) + 8 * slot)
        place = get(now, TOOL_LISTS) + 16 * found
        if found < 0 or (number(place + 8) == length and is_same(number(place), at, length)):
            break
        slot = (slot + 1) % (4 * MOST_TOOLS)
    return _enter(found, slot, at, length, now)


@compiled
def _enter(found: int, slot: int, at: int, length: int, now: int) -> bool:
    if found < 0:
        found = get(now, DECLARED)
        if found == MOST_TOOLS:
            return False
        put_number(get(now, SLOTS) + 8 * slot, found)
        put_number(get(now, TOOL_LISTS) + 16 * found, at)
        put_number(get(now, TOOL_LISTS) + 16 * found + 8, length)
        put(now, DECLARED, found + 1)
    put(now, TOOLS, found)
    put(now, LATEST, found)
    return True
