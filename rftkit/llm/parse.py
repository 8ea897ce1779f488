"""Reading JSON out of what a model wrote, when it wrote almost JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rftkit import messages

_FENCE = re.compile(r"```[a-zA-Z]*\s*\n?(.*?)```", re.DOTALL)
_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
}


def read_json(text: str, schema: Mapping[str, Any] | None = None) -> Any:
    """Return the value that a model's answer holds.

    Code fences, words around the JSON, trailing commas and a cut end are forgiven; the whole items of a cut
    list are kept. A bare list is put where a schema of one list property expects it.

    Parameters
    ----------
    text
        The answer.
    schema
        JSON schema that the value has to fit.

    Raises
    ------
    ValueError
        When no JSON is found, or none that fits.

    Examples
    --------
    >>> read_json('Sure! Here you are: {"a": [1, 2,]} Anything else?')
    {'a': [1, 2]}
    """
    reason = "the answer holds no JSON"
    for candidate in _candidates(text):
        try:
            value = messages.load(candidate)
        except ValueError:
            continue
        value = _fitted(value, schema)
        wrong = mismatch(value, schema)
        if wrong is None:
            return value
        reason = wrong
    raise ValueError(reason)


def _candidates(text: str) -> Iterator[str]:
    plain = _THINKING.sub("", text).strip().lstrip("\ufeff")
    yield plain
    for piece in (*_FENCE.findall(plain), plain):
        for start in _starts(piece):
            body, closed = _balanced(piece, start)
            yield body
            yield _TRAILING_COMMA.sub(r"\1", body)
            if not closed:
                yield from _mended(body)


def _starts(text: str) -> Iterator[int]:
    """Yield where JSON may begin: the first brace or bracket, then the first of the other kind, and a few more."""
    places = [match.start() for match in re.finditer(r"[\[{]", text)]
    yield from places[:8]


def _balanced(text: str, start: int) -> tuple[str, bool]:
    depth, quoted, escaped = 0, False, False
    for index in range(start, len(text)):
        char = text[index]
        if escaped:
            escaped = False
        elif quoted:
            escaped = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
            if depth == 0:
                return text[start : index + 1], True
    return text[start:], False


def _mended(body: str) -> Iterator[str]:
    """Yield a cut text closed after ever earlier whole items."""
    cuts = [match.start() for match in re.finditer(r",(?=\s*[\[{\"])", body)]
    for cut in [*reversed(cuts)][:20]:
        yield body[:cut] + _closing(body[:cut])


def _closing(body: str) -> str:
    stack: list[str] = []
    quoted = escaped = False
    for char in body:
        if escaped:
            escaped = False
        elif quoted:
            escaped = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "[{":
            stack.append("]" if char == "[" else "}")
        elif char in "]}" and stack:
            stack.pop()
    return "".join(reversed(stack))


def _fitted(value: Any, schema: Mapping[str, Any] | None) -> Any:
    if schema is None or schema.get("type") != "object" or not isinstance(value, list) or not value:
        return value
    lists = [name for name, part in schema.get("properties", {}).items() if part.get("type") == "array"]
    return {lists[0]: value} if len(lists) == 1 and schema.get("required", lists) == lists else value


def mismatch(value: Any, schema: Mapping[str, Any] | None) -> str | None:
    """Return one clause saying where a value does not fit a JSON schema, or None when it fits.

    Types, required properties, items and enumerations are looked at; that is what our own schemas use.

    Examples
    --------
    >>> mismatch({"n": "one"}, {"type": "object", "properties": {"n": {"type": "integer"}}})
    'n is no integer'
    """
    return _mismatch(value, schema or {}, "the answer")


def _mismatch(value: Any, schema: Mapping[str, Any], where: str) -> str | None:
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return f"{where} is no {' or '.join(kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is none of {schema['enum']}"
    if isinstance(value, dict):
        return _mismatch_object(value, schema, where)
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        found = (_mismatch(item, schema["items"], f"item {n} of {where}") for n, item in enumerate(value, 1))
        return next((wrong for wrong in found if wrong), None)
    return None


def _mismatch_object(value: dict[str, Any], schema: Mapping[str, Any], where: str) -> str | None:
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f"{where} has no {', '.join(missing)}"
    parts = schema.get("properties", {})
    found = (_mismatch(item, parts[name], name) for name, item in value.items() if isinstance(parts.get(name), Mapping))
    return next((wrong for wrong in found if wrong), None)


def _is(value: Any, kind: str) -> bool:
    if kind == "null":
        return value is None
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, object))
