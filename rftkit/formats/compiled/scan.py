r"""JSON in memory: where its values end, and the text of its strings.

Every function takes the address where something begins and returns the address behind it, or 0 where it is no JSON that
this folder reads. No address is compared with the end of the text: line feeds follow it, which are nowhere part of a
line.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rftkit.formats.compiled.words import HIGH, ONES, byte, compiled, put_byte, put_word, standing, word

#: Line feeds behind a text, so that nothing is read beyond it.
BEHIND: Final = 64
#: Levels of brackets in one value; deeper lines are read elsewhere.
DEEPEST: Final = 60
#: Signs of a number; longer ones are read elsewhere.
LONGEST: Final = 40

QUOTE, SLASH, COMMA, COLON, OPEN, CLOSE, LIST, UNLIST = (ord(sign) for sign in '"\\,:{}[]')

_U: Final = ord("u")
_QUOTES, _SLASHES, _BLANKS = ONES * np.uint64(QUOTE), ONES * np.uint64(SLASH), ONES * np.uint64(32)
_ZERO: Final = np.uint64(0)
_SHORT: Final = np.zeros(256, dtype=np.int64)  # what stands behind a backslash -> what it means
for _sign, _means in zip(b'"\\/bfnrt', b'"\\/\b\f\n\r\t', strict=True):
    _SHORT[_sign] = _means
_HEX: Final = np.full(256, -1, dtype=np.int64)
for _digit in b"0123456789abcdefABCDEF":
    _HEX[_digit] = int(chr(_digit), 16)
_is_true, _is_false, is_nothing = standing("true"), standing("false"), standing("null")


def lines(text: bytes) -> Any:
    """Return bytes with line feeds behind them, as an array; its address is what compiled functions take.

    Examples
    --------
    >>> len(lines(b"x"))
    65
    """
    return np.frombuffer(b"".join([text, b"\n" * BEHIND]), dtype=np.uint8)


@compiled
def blank(at: int) -> int:
    """Step over blanks.

    Examples
    --------
    >>> text = lines(b"  x")
    >>> blank(text.ctypes.data) - text.ctypes.data
    2
    """
    while byte(at) == 32 or byte(at) == 9:
        at += 1
    return at


@compiled
def is_same(one: int, other: int, length: int) -> bool:
    """Return whether the same bytes stand at two addresses.

    Examples
    --------
    >>> text = lines(b"aba")
    >>> at = text.ctypes.data
    >>> is_same(at, at + 2, 1), is_same(at, at + 1, 1)
    (True, False)
    """
    for index in range(0, length - 7, 8):
        if word(one + index) != word(other + index):
            return False
    for index in range(length & ~7, length):  # noqa: SIM110 - a generator is nothing that can be compiled
        if byte(one + index) != byte(other + index):
            return False
    return True


@compiled
def _is_plain(eight: Any) -> bool:
    """Return whether eight bytes hold no quote, no backslash and no control character."""
    quotes, slashes = eight ^ _QUOTES, eight ^ _SLASHES
    found = ((quotes - ONES) & ~quotes) | ((slashes - ONES) & ~slashes) | ((eight - _BLANKS) & ~eight)
    return bool((found & HIGH) == _ZERO)


@compiled
def plain_end(at: int) -> int:
    """Step over what stands for itself in a string: to a quote, a backslash or a control character.

    Examples
    --------
    >>> text = lines(b'naive" and more')
    >>> plain_end(text.ctypes.data) - text.ctypes.data
    5
    """
    while _is_plain(word(at)):
        at += 8
    while byte(at) >= 32 and byte(at) != QUOTE and byte(at) != SLASH:
        at += 1
    return at


@compiled
def _code(at: int) -> int:
    """Return the number of four hexadecimal digits, negative where there are none."""
    code = 0
    for index in range(4):
        digit = _HEX[byte(at + index)]
        if digit < 0:
            return -1
        code = code * 16 + digit
    return code


@compiled
def _escape(at: int) -> int:
    """Return how long an escape is; 0 where it is none, NUL, or half of a surrogate pair."""
    if byte(at) != SLASH:
        return 0
    if _SHORT[byte(at + 1)]:
        return 2
    code = _code(at + 2) if byte(at + 1) == _U else 0
    if code <= 0:
        return 0
    if code < 0xD800 or code > 0xDFFF:
        return 6
    if code > 0xDBFF or byte(at + 6) != SLASH or byte(at + 7) != _U:
        return 0
    return 12 if 0xDC00 <= _code(at + 8) <= 0xDFFF else 0


@compiled
def string_end(at: int) -> int:
    r"""Step over the rest of a string, from behind its first quote.

    Examples
    --------
    >>> text = lines(b'say \\"hi\\"", ')
    >>> string_end(text.ctypes.data) - text.ctypes.data
    11
    """
    while True:
        at = plain_end(at)
        if byte(at) == QUOTE:
            return at + 1
        length = _escape(at)
        if length == 0:
            return 0
        at += length


@compiled
def exact_end(at: int) -> int:
    r"""Step over the rest of a string that every writer of JSON writes alike: no `\u` and no `\/`.

    Examples
    --------
    >>> text = lines(b'a\\u00e9", ')
    >>> exact_end(text.ctypes.data)
    0
    """
    while True:
        at = plain_end(at)
        if byte(at) == QUOTE:
            return at + 1
        if byte(at) != SLASH or _SHORT[byte(at + 1)] == 0 or byte(at + 1) == 47:
            return 0
        at += 2


@compiled
def copied(start: int, end: int, to: int) -> int:
    """Copy bytes, and up to seven behind them; return the address behind the copy.

    Examples
    --------
    >>> text, into = lines(b"abc"), np.zeros(16, dtype=np.uint8)
    >>> at, to = text.ctypes.data, into.ctypes.data
    >>> copied(at + 1, at + 3, to) - to, into[:2].tobytes()
    (2, b'bc')
    """
    for index in range(0, end - start, 8):
        put_word(to + index, word(start + index))
    return to + end - start


@compiled
def taken(at: int, to: int) -> Any:
    r"""Copy what the rest of a string means; return the address behind the string and the address behind the copy.

    Examples
    --------
    >>> text, into = lines(b'a\\u00e9\\n"'), np.zeros(32, dtype=np.uint8)
    >>> at, to = taken(text.ctypes.data, into.ctypes.data)
    >>> into[: to - into.ctypes.data].tobytes().decode()
    'aé\n'
    """
    while True:
        eight = word(at)
        put_word(to, eight)
        if _is_plain(eight):
            at += 8
            to += 8
            continue
        while byte(at) >= 32 and byte(at) != QUOTE and byte(at) != SLASH:
            at += 1
            to += 1
        if byte(at) == QUOTE:
            return at + 1, to
        length = _escape(at)
        if length == 0:
            return 0, to
        if length == 2:
            put_byte(to, _SHORT[byte(at + 1)])
            to += 1
        else:
            to = _put_sign(_meant(at, length), to)
        at += length


@compiled
def _meant(at: int, length: int) -> int:
    code = _code(at + 2)
    return code if length == 6 else 0x10000 + ((code - 0xD800) << 10) + _code(at + 8) - 0xDC00


@compiled
def _put_sign(code: int, to: int) -> int:
    """Write a character in UTF-8."""
    if code < 0x80:
        put_byte(to, code)
        return to + 1
    more = 1 if code < 0x800 else 2 if code < 0x10000 else 3
    put_byte(to, ((0xFF00 >> (more + 1)) & 0xFF) | (code >> (6 * more)))
    for index in range(1, more + 1):
        put_byte(to + index, 0x80 | ((code >> (6 * (more - index))) & 0x3F))
    return to + more + 1


@compiled
def _digits(at: int) -> int:
    """Step over digits; 0 where there is none."""
    start = at
    while 48 <= byte(at) <= 57:
        at += 1
    return at if at > start else 0


@compiled
def _number_end(start: int) -> int:
    first = start + 1 if byte(start) == 45 else start
    at = _digits(first)
    if at == 0 or (byte(first) == 48 and at > first + 1):
        return 0
    if byte(at) == 46:
        at = _digits(at + 1)
    if at and (byte(at) == 101 or byte(at) == 69):
        at += 2 if byte(at + 1) == 43 or byte(at + 1) == 45 else 1
        behind = _digits(at)
        at = behind if behind <= at + 2 else 0
    return at if at <= start + LONGEST else 0


@compiled
def _scalar_end(at: int) -> int:
    if byte(at) == QUOTE:
        return string_end(at + 1)
    if _is_true(at) or is_nothing(at):
        return at + 4
    return at + 5 if _is_false(at) else _number_end(at)


@compiled
def _key_end(at: int) -> int:
    """Step over a key and its colon, to the value."""
    at = string_end(at + 1) if byte(at) == QUOTE else 0
    at = blank(at) if at else 0
    return blank(at + 1) if at and byte(at) == COLON else 0


@compiled
def value_end(at: int, open_: int) -> int:
    r"""Step over any value.

    Parameters
    ----------
    at
        Where the value begins.
    open_
        Address of scratch, one byte more than `DEEPEST`.

    Examples
    --------
    >>> text, scratch = lines(b'{"a": [1, {}]}, '), np.empty(DEEPEST + 1, dtype=np.uint8)
    >>> value_end(text.ctypes.data, scratch.ctypes.data) - text.ctypes.data
    14
    """
    depth = 0
    while True:
        sign = byte(at)
        if sign in (OPEN, LIST):
            depth += 1
            if depth > DEEPEST:
                return 0
            put_byte(open_ + depth, sign)
            at = blank(at + 1)
            if byte(at) != sign + 2:  # the brackets of a kind are two signs apart
                at = _key_end(at) if sign == OPEN else at
                if at == 0:
                    return 0
                continue
        else:
            at = _scalar_end(at)
            if at == 0 or depth == 0:
                return at
        at, depth = _behind(at, depth, open_)
        if at == 0 or depth == 0:
            return at


@compiled
def _behind(at: int, depth: int, open_: int) -> Any:
    """Step over all brackets that close here, and over a comma to the next value."""
    at = blank(at)
    while byte(at) == byte(open_ + depth) + 2:
        depth -= 1
        at += 1
        if depth == 0:
            return at, 0
        at = blank(at)
    if byte(at) != COMMA:
        return 0, depth
    at = blank(at + 1)
    return (_key_end(at) if byte(open_ + depth) == OPEN else at), depth
