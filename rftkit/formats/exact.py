"""JSON text that survives: integers of any length, values nested deeper than a parser can take, exact slices.

`msgspec` parses and writes everything quickly but nests only as deep as Python's recursion allows. What is deeper
than `LIMIT` stays text (`msgspec.Raw`) in the place where it was, checked by an automaton that does not recurse.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from rftkit.formats.deep import cut, is_deep, is_json, is_open

# Containers this far below the row are the ones kept as text: `input`, `messages`, the message, its `content`.
_CUT_AT: Final = 4

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class UnreadableError(ValueError):
    """A text is no JSON; the message says why in half a sentence."""


class Constant(str):
    """A word that stands where JSON wants a number: NaN, Infinity or -Infinity.

    Examples
    --------
    >>> Constant("NaN")
    'NaN'
    """

    __slots__ = ()


@dataclass(slots=True)
class Parsed:
    """What a JSON text holds.

    Parameters
    ----------
    value
        The value; what is nested too deeply in it is a `msgspec.Raw`.
    codes
        `duplicate_key` and `deep_json`, where they apply.
    slices
        For every top-level key whose value is nested too deeply, its exact text.
    odd
        Whether the value may hold what no column can: `Constant`, lone surrogates, NUL.

    Examples
    --------
    >>> Parsed(1).codes
    []
    """

    value: Any
    codes: list[str] = field(default_factory=list)
    slices: dict[str, msgspec.Raw] = field(default_factory=dict)
    odd: bool = False


def dump(value: Any) -> str:
    """Return the JSON text of a value, compact, keys in their order, `msgspec.Raw` as it is.

    Examples
    --------
    >>> dump({"big": 10**30, "as it is": msgspec.Raw(b"[ 1 ]")})
    '{"big":1000000000000000000000000000000,"as it is":[ 1 ]}'
    """
    return _encode(value).decode()


def load(text: str | bytes) -> Any:
    """Return the value of a JSON text; what is nested deeper than `LIMIT` in it stays text.

    Examples
    --------
    >>> load('{"a": 1}')
    {'a': 1}
    """
    return parse(text.encode() if isinstance(text, str) else text).value


def parse(text: bytes) -> Parsed:
    r"""Parse a JSON text, whatever it holds.

    Parameters
    ----------
    text
        One JSON value in UTF-8; bytes that are no UTF-8 become lone surrogates (`surrogateescape`).

    Raises
    ------
    UnreadableError
        It is no JSON.

    Examples
    --------
    >>> parse(b'{"a": 1, "a": 2}')
    Parsed(value={'a': 2}, codes=['duplicate_key'], slices={}, odd=False)
    >>> parse(b'{"a": NaN, "b": "\\ud83d"}').odd
    True
    """
    if is_deep(text):
        return _parse_deep(text)
    try:
        parsed = Parsed(_decode(text), odd=b"\\u0000" in text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        parsed = Parsed(_lenient(text, error), odd=True)
    if _repeats_a_key(text, parsed.value):
        parsed.codes.append("duplicate_key")
    return parsed


def reason_of(text: bytes, error: Exception) -> str:
    """Return in half a sentence why a text is no JSON.

    Examples
    --------
    >>> reason_of(b"{'a': 1}", ValueError("malformed"))
    'this is Python text and no JSON (single quotes)'
    >>> reason_of(b'{"a": 1} {"b": 2}', ValueError("trailing characters (byte 9)"))
    'more than one JSON value'
    """
    said = str(error)
    if text[:1] not in (b"{", b"[", b'"'):
        return "this is plain text and no JSON"
    if re.match(rb"[\[{]\s*'", text):
        return "this is Python text and no JSON (single quotes)"
    if "trailing comma" in said:
        return "a comma before the closing bracket"
    if "trailing characters" in said or said.startswith("Extra data"):
        return "more than one JSON value"
    if "truncated" in said or "nterminated" in said or ("line 1 column " in said and is_open(text)):
        return "cut off before the end of the JSON"
    return f"no valid JSON: {said.removeprefix('JSON is malformed: ')}"


def _lenient(text: bytes, first: Exception) -> Any:
    """Parse with Python's own parser, which takes NaN and lone surrogates and is asked for what it would lose."""
    try:
        return json.loads(
            text.decode("utf-8", "surrogateescape"),
            strict=b"\x00" not in text,
            parse_constant=Constant,
            parse_float=_float,
            parse_int=_int,
        )
    except RecursionError:
        raise UnreadableError("nested too deeply and without an end") from None
    except ValueError as error:
        told = first if isinstance(first, msgspec.DecodeError) and "hex escape" not in str(first) else error
        raise UnreadableError(reason_of(text, told)) from None


def _float(text: str) -> Any:
    value = float(text)
    return msgspec.Raw(text.encode()) if math.isinf(value) else value


def _int(text: str) -> Any:
    return int(text) if len(text) < 4000 else msgspec.Raw(text.encode())  # Python refuses longer ones


def _repeats_a_key(text: bytes, value: Any) -> bool:
    """Look closely only where the text has more ends of keys than the value has keys."""
    if text.count(b'":') + text.count(b'" :') == _count_keys(value):
        return False
    found = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        made = dict(items)
        found = found or len(made) != len(items)
        return made

    json.loads(text.decode("utf-8", "surrogateescape"), strict=False, object_pairs_hook=pairs, parse_int=str)
    return found


def _count_keys(value: Any) -> int:
    count, stack = 0, [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            count += len(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return count


def _parse_deep(text: bytes) -> Parsed:
    if not is_json(text):
        raise UnreadableError("no valid JSON, and nested very deeply")
    inner, held = cut(text, _CUT_AT)
    parsed = parse(inner)
    outer, tops = cut(text, 1)
    keys = parse(outer).value
    members = keys.items() if isinstance(keys, dict) else ()
    slices = {key: msgspec.Raw(tops[word]) for key, word in members if _stands(word, tops)}
    return Parsed(_restore(parsed.value, held), [*parsed.codes, "deep_json"], slices, parsed.odd)


def _stands(word: Any, held: dict[str, bytes]) -> bool:
    return isinstance(word, str) and word in held


def _restore(value: Any, held: dict[str, bytes]) -> Any:
    """Put the texts in the place of the words; the value is nested less deeply than `LIMIT` by now."""
    if isinstance(value, dict):
        return {key: _restore(item, held) for key, item in value.items()}
    if isinstance(value, list):
        return [_restore(item, held) for item in value]
    return msgspec.Raw(held[value]) if _stands(value, held) else value
