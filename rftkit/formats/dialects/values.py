"""Plain JSON values: text and back, dotted keys into nested values, OTLP's wrapped values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rftkit.formats.exact import dump
from rftkit.messages import load

# Deeper nesting than this is no attribute of a model call; it guards against "a.0.0.0..." of a hostile file.
_LONGEST_PATH = 24
# A longer number in a flattened key is a part of a name, not a position in a list.
_POSITION = re.compile("[0-9]{1,5}")


def compact(value: Any) -> str:
    """Return JSON text without blanks, keys in their order; what JSON has no word for (a date) as a string.

    Examples
    --------
    >>> compact({"to": "Rome", "at": 9})
    '{"to":"Rome","at":9}'
    """
    try:
        return dump(value)
    except (TypeError, ValueError):  # lone surrogates, or a value of a frame that JSON has no word for
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def parsed(value: Any) -> Any:
    """Return what a JSON text of an object or a list stands for; any other value as it is.

    Tracers store lists as JSON text where their attributes can only be strings.

    Examples
    --------
    >>> parsed('[{"role": "user"}]'), parsed("[sic] hello"), parsed("12")
    ([{'role': 'user'}], '[sic] hello', '12')
    """
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return load(value)
    except (ValueError, RecursionError):
        return value


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, or of JSON text of a list; anything else gives an empty list.

    Examples
    --------
    >>> objects('[{"a": 1}, 2]'), objects(None)
    ([{'a': 1}], [])
    """
    value = parsed(value)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> dict[str, Any]:
    """Return an object, or what JSON text of an object stands for; anything else gives an empty one.

    Examples
    --------
    >>> mapping('{"a": 1}'), mapping([1])
    ({'a': 1}, {})
    """
    value = parsed(value)
    return value if isinstance(value, dict) else {}


def first(row: Mapping[str, Any], *names: str) -> Any:
    """Return the first value that is there and not null.

    Examples
    --------
    >>> first({"traceId": None, "trace_id": "t1"}, "traceId", "trace_id")
    't1'
    """
    return next((row[name] for name in names if row.get(name) is not None), None)


def name_of(value: Any) -> str | None:
    """Return an id as text: strings as they are, integers in digits, anything else (and "") as None.

    Examples
    --------
    >>> name_of("t1"), name_of(7), name_of(""), name_of(True)
    ('t1', '7', None, None)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def without(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the keys of a row that are not named and not null, in their order.

    Examples
    --------
    >>> without({"a": 1, "b": 2, "c": None}, ["a"])
    {'b': 2}
    """
    dropped = set(names)
    return {key: value for key, value in row.items() if key not in dropped and value is not None}


def nested(flat: Mapping[str, Any], prefix: str) -> Any:
    """Return the value under a prefix of flattened keys: dots nest, numbers are positions in a list.

    Both ways of flattening are read: fully (``a.0.b.c``) and with dotted keys inside of lists and objects
    (``a: [{"b.c": ...}]``). Null means absent.

    Parameters
    ----------
    flat
        Attributes of a span.
    prefix
        The key, or the beginning of keys up to a dot.

    Returns
    -------
    Any
        An object, a list, a plain value, or None where there is nothing.

    Examples
    --------
    >>> nested({"p.0.role": "user", "p.0.content": "Hi", "p.1.role": "assistant", "q": 1}, "p")
    [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant'}]
    >>> nested({"p": [{"call.name": "find", "call.id": None}]}, "p")
    [{'call': {'name': 'find'}}]
    >>> nested({"p": {"q": {"role": "user"}}}, "p.q")
    {'role': 'user'}
    """
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        if value is None:
            continue
        if key == prefix or key.startswith(prefix + "."):
            _put(tree, ["", *key[len(prefix) + 1 :].split(".")] if key != prefix else [""], _spread(value))
        elif prefix.startswith(key + ".") and isinstance(value, dict):
            _put(tree, [""], _spread(nested(value, prefix[len(key) + 1 :])))
    return _lists(tree.get(""))


def _spread(value: Any) -> Any:
    if isinstance(value, dict):
        tree: dict[str, Any] = {}
        for key, item in value.items():
            if item is not None:
                _put(tree, str(key).split("."), _spread(item))
        return tree
    return [_lists(_spread(item)) for item in value] if isinstance(value, list) else value


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    if len(path) > _LONGEST_PATH or value is None:
        return
    for step in path[:-1]:
        below = tree.setdefault(step, {})
        if isinstance(below, list):  # a list and indexed keys of the same name: the list becomes indexed
            below = tree[step] = {str(index): item for index, item in enumerate(below)}
        if not isinstance(below, dict):
            return  # a plain value stands where another key wants to nest: the value was there first
        tree = below
    present = tree.get(path[-1])
    if isinstance(present, dict) and isinstance(value, dict):
        for key, item in value.items():
            _put(present, [key], item)
    elif present is None:
        tree[path[-1]] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    folded = {key: _lists(item) for key, item in value.items()}
    if folded and all(_POSITION.fullmatch(key) for key in folded):
        return [folded[key] for key in sorted(folded, key=int)]
    return folded


_OTLP = ("stringValue", "boolValue", "intValue", "doubleValue", "bytesValue")
_OTLP_SNAKE = {
    "string_value": "stringValue",
    "bool_value": "boolValue",
    "int_value": "intValue",
    "double_value": "doubleValue",
    "bytes_value": "bytesValue",
    "array_value": "arrayValue",
    "kvlist_value": "kvlistValue",
}


def unwrapped(value: Any) -> Any:
    """Return the plain value of one wrapped OTLP value, at any depth.

    Examples
    --------
    >>> unwrapped({"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "7"}]}})
    ['a', 7]
    """
    if not isinstance(value, dict):
        return value
    kind, inner = next(((_OTLP_SNAKE.get(key, key), item) for key, item in value.items()), ("", None))
    if kind == "arrayValue":
        return [unwrapped(item) for item in _listed(mapping(inner).get("values"))]
    if kind == "kvlistValue":
        return attributes(mapping(inner).get("values"))
    if kind == "intValue" and isinstance(inner, str):
        return int(inner) if inner.lstrip("-").isdecimal() else inner
    return inner if kind in _OTLP else None


def attributes(pairs: Any) -> dict[str, Any]:
    """Return the attributes of an OTLP list of key and wrapped value; a plain object is returned as it is.

    Examples
    --------
    >>> attributes([{"key": "gen_ai.request.model", "value": {"stringValue": "nova-lite"}}])
    {'gen_ai.request.model': 'nova-lite'}
    """
    if isinstance(pairs, dict):
        return pairs
    return {
        pair["key"]: unwrapped(pair.get("value"))
        for pair in _listed(pairs)
        if isinstance(pair, dict) and isinstance(pair.get("key"), str)
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
