"""One message of an ordinary line, from its bytes into the columns of messages."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rftkit import schema
from rftkit.formats.compiled.calls import calls
from rftkit.formats.compiled.places import (
    CALL_ID,
    CALLS,
    CONTENT,
    FIRST,
    KEY,
    LAST_KEY,
    NAME,
    OUTPUT,
    ROLE,
    ROWS,
    SAID,
    SORTED,
    data_of,
    end_row,
    get,
    is_null,
    put,
    set_null,
    set_to,
    start_of,
    to_of,
)
from rftkit.formats.compiled.scan import (
    CLOSE,
    COMMA,
    LIST,
    QUOTE,
    SLASH,
    UNLIST,
    blank,
    copied,
    is_nothing,
    taken,
)
from rftkit.formats.compiled.words import byte, compiled, put_byte, standing, writing

_FIELD, _MESSAGE = 1, 2
_is_role, _is_content, _is_name = standing('{"role":'), standing('"content":'), standing('"name":')
_is_calls, _is_call_id = standing('"tool_calls":'), standing('"tool_call_id":')
_is_system, _is_developer, _is_user, _is_assistant, _is_tool = (standing(f'"{role}"') for role in schema.ROLES)
_begin_reply, _put_null = writing('{"role":"assistant","content":'), writing("null")
_put_name, _put_calls, _put_escape = writing(',"name":'), writing(',"tool_calls":'), writing("\\u00")
_ASSISTANT: Final = len("assistant")
_DIGITS: Final = np.frombuffer(b"0123456789abcdef", dtype=np.uint8).astype(np.int64)
_LETTER: Final = np.zeros(256, dtype=np.int64)
for _sign, _name in zip(b'"\\\b\f\n\r\t', b'"\\bfnrt', strict=True):
    _LETTER[_sign] = _name
#: Orders of fields that `messages.rebuild` writes, as numbers: one sign for each field behind the role.
_PLAIN, _NAMED, _CALLING, _NAMED_CALLING, _RESULT, _NAMED_RESULT = 1, 0o12, 0o13, 0o123, 0o41, 0o421


@compiled
def messages(at: int, now: int) -> int:
    """Take a list of messages."""
    if byte(at) != LIST:
        return 0
    while True:
        at = _message(blank(at + 1), now)
        if at == 0:
            return 0
        at = blank(at)
        if byte(at) == UNLIST:
            return at + 1
        if byte(at) != COMMA:
            return 0


@compiled
def _message(at: int, now: int) -> int:
    said = get(now, SAID)
    for column in range(ROLE, CALL_ID + 1):
        set_null(now, column, said, 1)
    role = blank(at + 8) if _is_role(at) else 0
    length = _role_length(role) if role else 0
    if length == 0:
        return 0
    set_to(now, ROLE, copied(role + 1, role + 1 + length, to_of(now, ROLE)))
    set_null(now, ROLE, said, 0)
    set_to(now, SORTED, data_of(now, SORTED))
    at, order = _fields(role + length + 2, now, said)
    if at == 0 or not _fits(order, byte(role + 1) == 116, length == _ASSISTANT, is_null(now, CONTENT, said)):
        return 0
    for column in range(ROLE, CALL_ID + 1):
        end_row(now, column, said)
    _put_key(now, said)
    put(now, SAID, said + 1)
    return at


@compiled
def _role_length(at: int) -> int:
    if _is_user(at) or _is_tool(at):
        return 4
    if _is_assistant(at) or _is_developer(at):
        return 9
    return 6 if _is_system(at) else 0


@compiled
def _fits(order: int, tool: bool, assistant: bool, empty: bool) -> bool:
    """Return whether fields in this order can stand in a message of this role."""
    if empty and not assistant:
        return False
    if order == _PLAIN:
        return True
    if order in (_RESULT, _NAMED_RESULT):
        return tool
    if order in (_CALLING, _NAMED_CALLING):
        return assistant
    return order == _NAMED and not tool


@compiled
def text_of(at: int, now: int, column: int, row: int) -> int:
    """Take a string as the text of a row."""
    if byte(at) != QUOTE:
        return 0
    at, to = taken(at + 1, to_of(now, column))
    set_to(now, column, to)
    set_null(now, column, row, 0)
    return at


@compiled
def _fields(at: int, now: int, said: int) -> Any:
    """Take what stands behind the role; return where it ends and the order of the fields."""
    order = 0
    while True:
        at = blank(at)
        if byte(at) == CLOSE:
            return at + 1, order
        if byte(at) != COMMA or order > 0o777:
            return 0, order
        at = blank(at + 1)
        if _is_content(at):
            order, at = order * 8 + 1, _content(blank(at + 10), now, said)
        elif _is_name(at):
            order, at = order * 8 + 2, text_of(blank(at + 7), now, NAME, said)
        elif _is_calls(at):
            order, at = order * 8 + 3, calls(blank(at + 13), now, said)
        elif _is_call_id(at):
            order, at = order * 8 + 4, text_of(blank(at + 15), now, CALL_ID, said)
        else:
            at = 0
        if at == 0:
            return 0, order


@compiled
def _content(at: int, now: int, said: int) -> int:
    return at + 4 if is_nothing(at) else text_of(at, now, CONTENT, said)


@compiled
def _put_key(now: int, said: int) -> None:
    """Append the text by which a message is known again, as `rftkit.keys.text_of` writes it."""
    to = to_of(now, KEY)
    put(now, LAST_KEY, to)
    if said > get(now, FIRST):
        put_byte(to, _MESSAGE)
        to += 1
    for column in range(ROLE, CALL_ID + 1):
        if column == CALLS:
            to = copied(data_of(now, SORTED), to_of(now, SORTED), to)
        else:
            to = copied(start_of(now, column, said), to_of(now, column), to)
        put_byte(to, _FIELD)
        to += 1
    set_to(now, KEY, to)


# --- the reply of a finished conversation -------------------------------------------------------------------------


@compiled
def without_reply(now: int) -> None:
    """Move the last message to the output where the assistant says it."""
    last, row = get(now, SAID) - 1, get(now, ROWS)
    start = start_of(now, ROLE, last)
    if to_of(now, ROLE) - start != _ASSISTANT or byte(start) != ord("a"):
        return
    to = _begin_reply(to_of(now, OUTPUT))
    to = _put_null(to) if is_null(now, CONTENT, last) else _put_string(now, CONTENT, last, to)
    if not is_null(now, NAME, last):
        to = _put_string(now, NAME, last, _put_name(to))
    if not is_null(now, CALLS, last):
        to = copied(start_of(now, CALLS, last), to_of(now, CALLS), _put_calls(to))
    put_byte(to, CLOSE)
    set_to(now, OUTPUT, to + 1)
    set_null(now, OUTPUT, row, 0)
    put(now, SAID, last)
    set_to(now, KEY, get(now, LAST_KEY))
    for column in range(ROLE, CALL_ID + 1):
        set_to(now, column, start_of(now, column, last))


@compiled
def _put_string(now: int, column: int, row: int, to: int) -> int:
    """Write a text as a JSON string."""
    put_byte(to, QUOTE)
    to += 1
    for at in range(start_of(now, column, row), to_of(now, column)):
        sign = byte(at)
        if sign >= 32 and sign != QUOTE and sign != SLASH:
            put_byte(to, sign)
            to += 1
        elif _LETTER[sign]:
            put_byte(to, SLASH)
            put_byte(to + 1, _LETTER[sign])
            to += 2
        else:
            to = _put_escape(to)
            put_byte(to, _DIGITS[sign >> 4])
            put_byte(to + 1, _DIGITS[sign & 15])
            to += 2
    put_byte(to, QUOTE)
    return to + 1
