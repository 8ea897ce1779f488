"""Tool calls of a message: without blanks for the column, with their keys sorted for the keys of the prompt."""

from __future__ import annotations

from typing import Any

from rftkit.formats.compiled.places import CALLS, PARTS, SORTED, get, set_null, set_to, to_of
from rftkit.formats.compiled.scan import CLOSE, COMMA, LIST, OPEN, QUOTE, UNLIST, blank, copied, exact_end
from rftkit.formats.compiled.words import byte, compiled, number, put_byte, put_number, standing, writing

_is_id, _is_type, _is_function = standing('"id":'), standing('"type":'), standing('"function":')
_is_name, _is_arguments = standing('"name":'), standing('"arguments":')
_put_function, _put_name = writing('{"function":{"arguments":'), writing(',"name":')
_put_id, _put_type = writing('},"id":'), writing(',"type":')
_ID, _TYPE, _NAME, _ARGUMENTS = range(4)


@compiled
def calls(at: int, now: int, said: int) -> int:
    """Take a list of calls."""
    if byte(at) != LIST:
        return 0
    sign = LIST
    while True:
        _put(sign, now, CALLS)
        _put(sign, now, SORTED)
        at = _call(blank(at + 1), now)
        if at == 0:
            return 0
        _put_sorted(now)
        at = blank(at)
        if byte(at) == UNLIST:
            set_null(now, CALLS, said, 0)
            _put(UNLIST, now, CALLS)
            _put(UNLIST, now, SORTED)
            return at + 1
        if byte(at) != COMMA:
            return 0
        sign = COMMA


@compiled
def _put(sign: int, now: int, column: int) -> None:
    to = to_of(now, column)
    put_byte(to, sign)
    set_to(now, column, to + 1)


@compiled
def _call(at: int, now: int) -> int:
    if byte(at) != OPEN:
        return 0
    seen, sign = 0, OPEN
    while True:
        _put(sign, now, CALLS)
        at, one = _member(blank(at + 1), now)
        if at == 0 or seen & one:
            return 0
        seen |= one
        at, sign = _behind(at, now)
        if at == 0 or sign == CLOSE:
            return at if seen == 7 else 0


@compiled
def _member(at: int, now: int) -> Any:
    if _is_id(at):
        return _part(at, 5, now, _ID), 1
    if _is_type(at):
        return _part(at, 7, now, _TYPE), 2
    if not _is_function(at) or byte(blank(at + 11)) != OPEN:
        return 0, 0
    set_to(now, CALLS, copied(at, at + 11, to_of(now, CALLS)))
    at = blank(at + 11)
    seen, sign = 0, OPEN
    while True:
        _put(sign, now, CALLS)
        at, one = _of_function(blank(at + 1), now)
        if at == 0 or seen & one:
            return 0, 0
        seen |= one
        at, sign = _behind(at, now)
        if at == 0 or sign == CLOSE:
            return (at if seen == 3 else 0), 4


@compiled
def _of_function(at: int, now: int) -> Any:
    if _is_name(at):
        return _part(at, 7, now, _NAME), 1
    if _is_arguments(at):
        return _part(at, 12, now, _ARGUMENTS), 2
    return 0, 0


@compiled
def _behind(at: int, now: int) -> Any:
    """Return where the comma behind a member is and that it is one, or what is behind the closing bracket."""
    at = blank(at)
    if byte(at) == CLOSE:
        _put(CLOSE, now, CALLS)
        return at + 1, CLOSE
    return (at if byte(at) == COMMA else 0), COMMA


@compiled
def _part(at: int, length: int, now: int, part: int) -> int:
    """Take a key and its string as they are, and remember where the string is."""
    to = copied(at, at + length, to_of(now, CALLS))
    at = blank(at + length)
    end = exact_end(at + 1) if byte(at) == QUOTE else 0
    if end:
        put_number(get(now, PARTS) + 16 * part, at)
        put_number(get(now, PARTS) + 16 * part + 8, end)
        set_to(now, CALLS, copied(at, end, to))
    return end


@compiled
def _put_sorted(now: int) -> None:
    """Write a call with its keys sorted."""
    to = _copy_part(now, _ARGUMENTS, _put_function(to_of(now, SORTED)))
    to = _copy_part(now, _NAME, _put_name(to))
    to = _copy_part(now, _ID, _put_id(to))
    to = _copy_part(now, _TYPE, _put_type(to))
    put_byte(to, CLOSE)
    set_to(now, SORTED, to + 1)


@compiled
def _copy_part(now: int, part: int, to: int) -> int:
    place = get(now, PARTS) + 16 * part
    return copied(number(place), number(place + 8), to)
