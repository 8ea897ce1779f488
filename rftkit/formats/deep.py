"""JSON nested deeper than a parser can take: noticed, checked and cut out of its row without recursion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: Values nested deeper than this are kept as text. Far below what parsers take, so that the depth of the caller's
#: own stack never decides.
LIMIT: Final = 200

_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_BRACKETS: Final = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL)
_MARKS: Final = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
_TOKENS: Final = re.compile(
    rb"[ \t\r\n]*(?:(?P<string>"
    + rb'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"'
    + rb")|(?P<scalar>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)|(?P<mark>[\[\]{},:]))"
)


def is_deep(text: bytes) -> bool:
    """Return whether a JSON text is nested deeper than `LIMIT`.

    Examples
    --------
    >>> is_deep(b"[" * 300 + b"]" * 300), is_deep(b'["' + b"[" * 300 + b'"]')
    (True, False)
    """
    if len(text) < LIMIT or text.count(b"[") + text.count(b"{") <= LIMIT:
        return False
    depth = deepest = 0
    for token in _BRACKETS.finditer(text):
        mark = text[token.start()]
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest > LIMIT


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


def _deep_spans(text: bytes, level: int) -> Iterator[tuple[int, int]]:
    depth = start = deepest = 0
    for token in _BRACKETS.finditer(text):
        mark = text[token.start()]
        if mark in b"[{":
            if depth == level:
                start, deepest = token.start(), 0
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
            if depth == level and deepest - level > LIMIT:
                yield start, token.end()


def split_array(text: bytes) -> Iterator[bytes]:
    """Yield the texts of the elements of a JSON array, without parsing them and however deep they are.

    Raises
    ------
    ValueError
        The array does not end.

    Examples
    --------
    >>> list(split_array(b'[{"a": 1}, [2, 3],4]'))
    [b'{"a": 1}', b'[2, 3]', b'4']
    """
    start, depth, end = text.index(b"[") + 1, 0, -1
    for token in _MARKS.finditer(text):
        mark = text[token.start()]
        if mark in b"[{":
            depth += 1
        elif mark in b"]}":
            depth -= 1
        if (depth == 1 and mark in b",") or depth == 0:
            end = token.start()
            if element := text[start:end].strip():
                yield element
            start = token.end()
            if depth == 0:
                return
    raise ValueError("the JSON array is cut off before its end")


def is_open(text: bytes) -> bool:
    """Return whether more brackets are opened than closed.

    Examples
    --------
    >>> is_open(b'{"a": [1'), is_open(b'{"a": "["}')
    (True, False)
    """
    marks = (text[token.start()] for token in _BRACKETS.finditer(text))
    return sum({91: 1, 123: 1, 93: -1, 125: -1}.get(mark, 0) for mark in marks) > 0


def is_json(text: bytes) -> bool:
    """Return whether a text is one JSON value, without recursion.

    Examples
    --------
    >>> is_json(b'{"a": [1, {}]}'), is_json(b'{"a" 1}'), is_json(b"[" * 100_000 + b"]" * 100_000)
    (True, False, True)
    """
    end, want = 0, "value"
    stack: list[bytes] = []
    while token := _TOKENS.match(text, end):
        end = token.end()
        word = token["mark"] or (b"s" if token["string"] is not None else b"v")
        if not (want := _next(want, word, stack)):
            return False
    return want == "end" and not stack and not text[end:].strip(b" \t\r\n")


def _next(want: str, word: bytes, stack: list[bytes]) -> str:
    """Return what may follow a word; empty when the word itself may not stand there."""
    after = "after" if stack else "end"
    if want in ("value", "value or ]"):
        if word in (b"s", b"v"):
            return after
        if word in (b"[", b"{"):
            stack.append(word)
            return "value or ]" if word == b"[" else "key or }"
    if want in ("key", "key or }") and word == b"s":
        return "colon"
    if want == "colon":
        return "value" if word == b":" else ""
    closes = (word == b"]" and want in ("value or ]", "after")) or (word == b"}" and want in ("key or }", "after"))
    if closes and stack and stack[-1] == {b"]": b"[", b"}": b"{"}[word]:
        stack.pop()
        return "after" if stack else "end"
    if want == "after" and word == b",":
        return "value" if stack[-1] == b"[" else "key"
    return ""
