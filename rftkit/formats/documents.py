"""JSON documents: an array of rows, one object with rows somewhere in it, or several values one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from rftkit.errors import FormatError
from rftkit.formats import sources
from rftkit.formats.deep import split_array, split_values
from rftkit.formats.exact import UnreadableError, parse
from rftkit.formats.lines import bare
from rftkit.formats.plain import text_of
from rftkit.formats.shapes import Shape, shapes

# From this score on rows are taken for rows of a shape.
_SURE: Final = 0.5

# How many values of an object are searched for rows further inside; more of them are rows themselves.
_FEW: Final = 16

_TURN_KEYS: Final = frozenset(("content", "tool_calls", "parts"))


def rows_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number and text of each row of a JSON document.

    What is cut off in the middle of a row is given as a row too: it cannot be read, and is reported as such.

    Parameters
    ----------
    path
        The file, packed or not.

    Raises
    ------
    FormatError
        It is no valid JSON, and no row of it can be made out.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = path.write_text('{"messages": []}{"messages": [1]}')
    >>> list(rows_of(path))
    [(1, b'{"messages": []}'), (2, b'{"messages": [1]}')]
    """
    text = bare(sources.whole(path))[0]
    if text.startswith(b"["):
        return enumerate(_of_array(text), 1)
    try:
        value = parse(text).value
    except UnreadableError as reason:
        return enumerate(_one_after_another(path, text, reason), 1)
    rows = [value] if not isinstance(value, dict) else rows_of_document(value)
    if rows == [value]:
        return iter([(1, text)])
    return ((number, text_of(row, number)) for number, row in enumerate(rows, 1))


def is_several(text: bytes) -> bool:
    """Return whether a text is more than one JSON object, one after another.

    Examples
    --------
    >>> is_several(b'{"a": 1} {"a": 2}'), is_several(b'{"a": 1}'), is_several(b'{"a": 1} and so on')
    (True, False, False)
    """
    first = list(islice(split_values(text), 2))
    return len(first) == 2 and all(value.startswith(b"{") and is_value(value) for value in first)


def is_value(text: bytes) -> bool:
    """Return whether a text is one JSON value.

    Examples
    --------
    >>> is_value(b'{"a": 1}'), is_value(b'{"a": 1')
    (True, False)
    """
    try:
        parse(bare(text)[0])
    except UnreadableError:
        return False
    return True


def is_conversation(value: Any) -> bool:
    """Return whether a value is a list of chat turns, so that it is one conversation and not rows.

    Examples
    --------
    >>> is_conversation([{"role": "user", "content": "Hi"}]), is_conversation([{"messages": []}]), is_conversation([])
    (True, False, False)
    """
    return isinstance(value, list) and bool(value) and all(_is_turn(turn) for turn in value)


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and isinstance(turn.get("role"), str) and not _TURN_KEYS.isdisjoint(turn)


def _one_after_another(path: Path, text: bytes, reason: UnreadableError) -> Iterator[bytes]:
    if not is_several(text):
        raise FormatError(
            f"{str(path)!r} is no valid JSON: {reason}; mend it, or save one JSON object per line as .jsonl"
        )
    return split_values(text)


def _of_array(text: bytes) -> Iterator[bytes]:
    elements = _elements(text)
    first = next(elements, None)
    if first is None:
        return
    if _may_be_turn(first) and is_conversation(_value(text)):
        yield b'{"messages": ' + text + b"}"
        return
    yield first
    yield from elements


def _elements(text: bytes) -> Iterator[bytes]:
    try:
        found = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, ValueError):
        yield from split_array(text)  # something in it is odd; one bad element does not spoil the others
        return
    yield from map(bytes, found)


def _may_be_turn(element: bytes) -> bool:
    return b'"role"' in element and _is_turn(_value(element))


def _value(text: bytes) -> Any:
    try:
        return parse(text).value
    except UnreadableError:
        return None


def rows_of_document(document: dict[str, Any]) -> list[Any]:
    """Return the rows that a JSON object holds: those its shape knows, a list in it, or the object itself.

    Examples
    --------
    >>> row = {"messages": [{"role": "user", "content": "Hi"}]}
    >>> rows_of_document({"version": 1, "data": [row]}), rows_of_document({"export": {"data": [row]}})
    ([{'messages': [{'role': 'user', 'content': 'Hi'}]}], [{'messages': [{'role': 'user', 'content': 'Hi'}]}])
    """
    every = shapes().values()
    found = [(_best(rows, [shape]), rows) for shape in every if (rows := _rows_by(shape, document))]
    if found and max(score for score, _ in found) >= _SURE:
        return max(found, key=lambda entry: entry[0])[1]
    if _best([document], every) >= _SURE:
        return [document]
    held = max(_inside(document), key=lambda rows: _best(rows, every))
    return held if _best(held, every) >= _SURE else [document]


def _inside(document: dict[str, Any]) -> list[list[Any]]:
    """Return every list that may be the rows of a document: in it, its own values, in an object in it."""
    values = list(document.values())
    lists = [value for value in values if isinstance(value, list) and value]
    deeper = [rows_of_document(value) for value in values[:_FEW] if isinstance(value, dict)]
    return [*lists, values, *deeper]


def _rows_by(shape: Shape, document: dict[str, Any]) -> list[Any]:
    rows = getattr(shape, "rows", None)
    return [] if rows is None else list(rows(document))


def _best(rows: Iterable[Any], known: Iterable[Shape]) -> float:
    few = [row for row in islice(rows, 50) if isinstance(row, dict)]
    return max((shape.score(row) for shape in known for row in few), default=0.0)
