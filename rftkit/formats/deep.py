"""JSON nested deeper than a parser can take: noticed, checked and cut out of its row without recursion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np

#: Values nested deeper than this are kept as text. Far below what parsers take, so that the depth of the caller's
#: own stack never decides.
LIMIT: Final = 200

_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_MARKS: Final = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
_skim = msgspec.json.Decoder(msgspec.Raw).decode


def is_deep(text: bytes) -> bool:
    """Return whether a JSON text is nested deeper than `LIMIT`.

    Examples
    --------
    >>> is_deep(b"[" * 300 + b"]" * 300), is_deep(b'["' + b"[" * 300 + b'"]')
    (True, False)
    """
    if len(text) < LIMIT or text.count(b"[") + text.count(b"{") <= LIMIT:
        return False
    depths = _brackets(text)[1]
    return bool(depths.size) and int(depths.max()) > LIMIT


def cut(text: bytes, level: int) -> tuple[bytes, dict[str, bytes]]:
    """Return the text with a word in the place of every too deep container at this level, and what the words stand for.

    Parameters
    ----------
    text
        Valid JSON.
    level
        How many containers surround the ones that are cut out: 1 for the values of the top-level object.

    Examples
    --------
    >>> text, held = cut(b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}", 1)
    >>> text, len(held["deep0"])
    (b'{"a": "deep0"}', 600)
    """
    word = "deep"
    while word.encode() in text:
        word += "_"
    held: dict[str, bytes] = {}
    pieces: list[bytes] = []
    at = 0
    for start, end in _deep_spans(text, level):
        name = f"{word}{len(held)}"
        held[name] = text[start:end]
        pieces += [text[at:start], b'"', name.encode(), b'"']
        at = end
    return b"".join([*pieces, text[at:]]), held


def _brackets(text: bytes) -> tuple[Any, Any]:
    """Return where the brackets outside of strings are, and how many are open after each."""
    # Without escapes a quote always begins or ends a string.
    marks = np.frombuffer(text.replace(b"\\\\", b"  ").replace(b'\\"', b"  "), dtype=np.uint8)
    outside = np.cumsum(marks == ord('"'), dtype=np.uint32) % 2 == 0
    step = ((marks == ord("[")) | (marks == ord("{"))).astype(np.int8)
    step -= (marks == ord("]")) | (marks == ord("}"))
    step *= outside
    places = np.flatnonzero(step)
    return places, np.cumsum(step[places], dtype=np.int64)


def _deep_spans(text: bytes, level: int) -> list[tuple[int, int]]:
    places, depths = _brackets(text)
    before = np.concatenate([[0], depths[:-1]])
    opens = np.flatnonzero((before == level) & (depths == level + 1))
    closes = np.flatnonzero((before == level + 1) & (depths == level))
    spans = zip(opens.tolist(), closes.tolist(), strict=True)
    return [
        (int(places[first]), int(places[last]) + 1) for first, last in spans if depths[first : last + 1].max() > LIMIT
    ]


def split_array(text: bytes) -> Iterator[bytes]:
    """Yield the texts of the elements of a JSON array, without parsing them and however deep they are.

    What stands at the end of an array that is cut off is yielded too, whether it is whole or not.

    Examples
    --------
    >>> list(split_array(b'[{"a": 1}, [2, 3],4]')), list(split_array(b'[{"a": 1}, {"a'))
    ([b'{"a": 1}', b'[2, 3]', b'4'], [b'{"a": 1}', b'{"a'])
    """
    start, depth = text.index(b"[") + 1, 0
    for token in _MARKS.finditer(text):
        mark = text[token.start()]
        depth += (mark in b"[{") - (mark in b"]}")
        if (depth == 1 and mark in b",") or depth == 0:
            if element := text[start : token.start()].strip():
                yield element
            start = token.end()
            if depth == 0:
                return
    yield text[start:].strip() or text[start - 1 :]


def split_values(text: bytes) -> Iterator[bytes]:
    """Yield the texts of JSON objects and arrays that stand one after another, without parsing them.

    What stands between two is yielded with the next, what is left with none.

    Examples
    --------
    >>> list(split_values(b'{"a": 1}[2]')), list(split_values(b'{"a": 1} and {"b')), list(split_values(b"none"))
    ([b'{"a": 1}', b'[2]'], [b'{"a": 1}', b'and {"b'], [b'none'])
    """
    start = depth = 0
    for token in _MARKS.finditer(text):
        mark = text[token.start()]
        depth = max(depth + (mark in b"[{") - (mark in b"]}"), 0)
        if depth == 0 and mark in b"]}":
            yield text[start : token.end()].strip()
            start = token.end()
    if left := text[start:].strip():
        yield left


def is_open(text: bytes) -> bool:
    """Return whether more brackets are opened than closed.

    Examples
    --------
    >>> is_open(b'{"a": [1'), is_open(b'{"a": "["}')
    (True, False)
    """
    depths = _brackets(text)[1]
    return bool(depths.size) and int(depths[-1]) > 0


def is_json(text: bytes) -> bool:
    """Return whether a text is one JSON value, without recursion.

    The text is taken apart at every `LIMIT` levels, and each part is parsed with a number in the place of what was
    inside of it.

    Examples
    --------
    >>> is_json(b'{"a": [1, {}]}'), is_json(b'{"a" 1}'), is_json(b"[" * 100_000 + b"]" * 100_000)
    (True, False, True)
    """
    places, depths = _brackets(text)
    if depths.size and (depths[-1] != 0 or depths.min() < 0):
        return False
    return all(_is_shallow_json(part) for part in _parts(text, places, depths))


def _parts(text: bytes, places: Any, depths: Any) -> Iterator[bytes]:
    before = np.concatenate([[0], depths[:-1]])
    inner = np.minimum(before, depths)
    events = np.flatnonzero((inner > 0) & (inner % LIMIT == 0))
    opened: list[list[bytes]] = [[]]
    at = 0
    for event in events.tolist():
        place = int(places[event])
        if depths[event] > before[event]:
            opened[-1] += [text[at:place], b"0"]
            opened.append([])
            at = place
        else:
            yield b"".join([*opened.pop(), text[at : place + 1]])
            at = place + 1
    yield b"".join([*opened[0], text[at:]])


def _is_shallow_json(text: bytes) -> bool:
    try:
        _skim(text)
    except msgspec.DecodeError:
        return False
    return True
