"""One ordinary line: its keys, and what stands beside the messages."""

from __future__ import annotations

from typing import Final

import numpy as np

from rftkit.formats.compiled.places import (
    CALL_ID,
    CHOICE,
    DEPTHS,
    EXTRA,
    FIRST,
    ID,
    KEY,
    METADATA,
    MOST_KEYS,
    OUTPUT,
    ROLE,
    ROWS,
    SAID,
    SPANS,
    TOOLS,
    end_row,
    get,
    is_null,
    put,
    set_null,
    set_to,
    start_of,
    to_of,
)
from rftkit.formats.compiled.said import messages, text_of, without_reply
from rftkit.formats.compiled.scan import (
    CLOSE,
    COLON,
    COMMA,
    OPEN,
    QUOTE,
    blank,
    copied,
    is_nothing,
    is_same,
    plain_end,
    value_end,
)
from rftkit.formats.compiled.tools import tools
from rftkit.formats.compiled.words import byte, compiled, number, put_byte, put_number
from rftkit.formats.ordinary import SPECIAL

#: How the lines of a file are made: rows of `records`, prompts, finished conversations.
RECORDS, PROMPTS, FINISHED = range(3)

#: What a key is.
_OTHER, _ID, _INPUT, _MESSAGES, _TOOLS, _CHOICE, _OUTPUT, _METADATA, _SPECIAL = range(9)
_NAMES: Final = {
    "id": _ID,
    "input": _INPUT,
    "messages": _MESSAGES,
    "tools": _TOOLS,
    "tool_choice": _CHOICE,
    "output": _OUTPUT,
    "metadata": _METADATA,
    **dict.fromkeys(sorted(SPECIAL), _SPECIAL),
}
_KINDS: Final = np.array(list(_NAMES.values()), dtype=np.int64)
_SIGNS: Final = np.frombuffer("".join(_NAMES).encode(), dtype=np.uint8).astype(np.int64)
_ENDS: Final = np.cumsum([0, *map(len, _NAMES)])


@compiled
def line(at: int, form: int, now: int) -> int:
    """Take a line; return the address behind it, 0 where it is not ordinary.

    Parameters
    ----------
    at
        Where the line begins, with a brace.
    form
        How the lines of the file are made.
    now
        Where it goes: the next row and the next messages, which count only when the caller counts them.
    """
    row = get(now, ROWS)
    for column in range(EXTRA + 1):
        set_null(now, column, row, 1)
    put(now, TOOLS, -1)
    keys = 0
    while True:
        at = blank(at + 1)
        end = _key_end(at)
        if end == 0 or _is_again(at + 1, end - 2, now, keys):
            return 0
        keys += 1
        at = _member(at, end, form, now)
        at = blank(at) if at else 0
        if at == 0:
            return 0
        if byte(at) == CLOSE:
            return at + 1 if _ended(form, now) else 0
        if byte(at) != COMMA:
            return 0


@compiled
def give_up(now: int) -> None:
    """Forget what was taken of the last line."""
    row, first = get(now, ROWS), get(now, FIRST)
    put(now, SAID, first)
    for column in range(EXTRA + 1):
        set_to(now, column, start_of(now, column, row))
    for column in range(ROLE, CALL_ID + 1):
        set_to(now, column, start_of(now, column, first))
    set_to(now, KEY, start_of(now, KEY, row))


@compiled
def _key_end(at: int) -> int:
    """Step over a key without escapes and its colon."""
    end = plain_end(at + 1)
    return end + 2 if byte(at) == QUOTE and byte(end) == QUOTE and byte(end + 1) == COLON else 0


@compiled
def _is_again(start: int, end: int, now: int, keys: int) -> bool:
    """Return whether a key of this line came before, or there are too many; remember it."""
    if keys == MOST_KEYS:
        return True
    spans = get(now, SPANS)
    for index in range(keys):
        if number(spans + 16 * index + 8) == end - start and is_same(number(spans + 16 * index), start, end - start):
            return True
    put_number(spans + 16 * keys, start)
    put_number(spans + 16 * keys + 8, end - start)
    return False


@compiled
def _kind(start: int, length: int, form: int) -> int:
    """Return what a key is; what has no meaning in this form is any other key, or makes the line special."""
    found = _OTHER
    for index in range(len(_KINDS)):
        if _ENDS[index + 1] - _ENDS[index] == length and _is_name(start, _ENDS[index], length):
            found = _KINDS[index]
    if form == RECORDS:
        return _OTHER if found in (_MESSAGES, _TOOLS, _CHOICE) else found
    return _SPECIAL if found in (_INPUT, _OUTPUT) else found


@compiled
def _is_name(at: int, begin: int, length: int) -> bool:
    for index in range(length):  # noqa: SIM110 - a generator is nothing that can be compiled
        if byte(at + index) != _SIGNS[begin + index]:
            return False
    return True


@compiled
def _member(at: int, end: int, form: int, now: int) -> int:
    """Take a key, from its quote on, and its value."""
    kind, value = _kind(at + 1, end - at - 3, form), blank(end)
    if kind == _ID:
        return text_of(value, now, ID, get(now, ROWS))
    if kind == _INPUT:
        return _prompt(value, now)
    if kind == _METADATA:
        return value + 4 if is_nothing(value) else _as_it_is(value, now, METADATA)
    if kind == _OUTPUT:
        return value + 4 if is_nothing(value) else _as_it_is(value, now, OUTPUT)
    if kind == _OTHER:
        return _beside(at, end, value, now)
    return 0 if kind == _SPECIAL else _of_prompt(kind, value, now)


@compiled
def _of_prompt(kind: int, value: int, now: int) -> int:
    if kind == _MESSAGES:
        return messages(value, now)
    if kind == _TOOLS:
        return tools(value, now)
    return 0 if is_nothing(value) else _as_it_is(value, now, CHOICE)


@compiled
def _as_it_is(at: int, now: int, column: int) -> int:
    """Take a value as the text that it is."""
    end = value_end(at, get(now, DEPTHS))
    if end:
        set_to(now, column, copied(at, end, to_of(now, column)))
        set_null(now, column, get(now, ROWS), 0)
    return end


@compiled
def _beside(key: int, colon: int, value: int, now: int) -> int:
    """Take a key that means nothing here, and its value, as they are; blanks between them go."""
    to = to_of(now, EXTRA)
    put_byte(to, OPEN if is_null(now, EXTRA, get(now, ROWS)) else COMMA)
    set_to(now, EXTRA, copied(key, colon, to + 1))
    return _as_it_is(value, now, EXTRA)


@compiled
def _prompt(at: int, now: int) -> int:
    """Take the input of a record: its messages, and what is declared beside them."""
    if byte(at) != OPEN:
        return 0
    seen = 0
    while True:
        at = blank(at + 1)
        end = _key_end(at)
        kind = _kind(at + 1, end - at - 3, PROMPTS) if end else _OTHER
        if kind < _MESSAGES or kind > _CHOICE or seen & (1 << kind):
            return 0
        seen |= 1 << kind
        at = _of_prompt(kind, blank(end), now)
        at = blank(at) if at else 0
        if at == 0:
            return 0
        if byte(at) == CLOSE:
            return at + 1
        if byte(at) != COMMA:
            return 0


@compiled
def _ended(form: int, now: int) -> bool:
    """Finish the columns of a line; return whether it is ordinary."""
    row = get(now, ROWS)
    if to_of(now, ID) == start_of(now, ID, row) and (form == RECORDS or not is_null(now, ID, row)):
        return False
    if not is_null(now, EXTRA, row):
        put_byte(to_of(now, EXTRA), CLOSE)
        set_to(now, EXTRA, to_of(now, EXTRA) + 1)
    if form == FINISHED and get(now, SAID) > get(now, FIRST):
        without_reply(now)
    for column in range(EXTRA + 1):
        end_row(now, column, row)
    end_row(now, KEY, row)
    return get(now, SAID) > get(now, FIRST)
