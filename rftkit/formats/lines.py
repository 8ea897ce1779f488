r"""One line of a JSON Lines file: from bytes to a Python value, with a log of every byte that had to be changed.

What is repaired here are damages of the text and not of the chat: a byte order mark, a carriage return, bytes that are
no UTF-8, surrogates without their partner, NUL, and NaN where JSON knows no such number.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from rftkit.formats.exact import Constant, Parsed, parse

BOM: Final = b"\xef\xbb\xbf"
_BROKEN: Final = re.compile("[\x00\ud800-\udfff]")
_ESCAPED_BYTES: Final = re.compile("[\udc80-\udcff]")

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Fix:
    r"""A string or a number of a row that was changed; `at` leads to it in the row, `after` is what stands there now.

    Examples
    --------
    >>> Fix("nul", ("a", 0), "x\x00", "x").pointer()
    '/a/0'
    """

    code: str
    at: Path
    before: Any
    after: Any

    def pointer(self) -> str:
        """Return the JSON pointer of the place in the source row."""
        return pointer(self.at)


@dataclass(slots=True)
class Line:
    """A line that could be read.

    Parameters
    ----------
    value
        Its value, clean of what no column can hold.
    text
        What was parsed: the line without what surrounds it.
    codes
        `duplicate_key`, `deep_json`.
    repairs
        Repairs of the line as a whole, ready for `Draft.repairs`.
    fixes
        Repairs inside the value; where they went is known only after a shape has made drafts of it.
    slices
        Exact texts of top-level values that are nested too deeply.

    Examples
    --------
    >>> Line(1, b"1").repairs
    []
    """

    value: Any
    text: bytes
    codes: list[str] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    slices: dict[str, msgspec.Raw] = field(default_factory=dict)


def read_line(raw: bytes) -> Line:
    r"""Return the value of one line.

    Parameters
    ----------
    raw
        The line without its ``\n``.

    Raises
    ------
    UnreadableError
        The line is no JSON.

    Examples
    --------
    >>> read_line(b'\xef\xbb\xbf{"a": "\xff"}\r').value
    {'a': '\ufffd'}
    >>> [repair["code"] for repair in read_line(b'\xef\xbb\xbf{}\r').repairs]
    ['crlf', 'bom']
    """
    text, repairs = bare(raw)
    valid = is_utf8(text)
    parsed = parse(text)
    line = Line(parsed.value, text, parsed.codes, repairs, slices=parsed.slices)
    if parsed.odd or not valid:
        _clean(line, parsed, valid=valid)
    return line


def bare(raw: bytes) -> tuple[bytes, list[dict[str, Any]]]:
    r"""Return a line without what surrounds its JSON, and the log of what was no plain white space.

    Examples
    --------
    >>> bare(b' {} \r')
    (b'{}', [{'code': 'crlf', 'where': 'line', 'before': '\r'}])
    """
    repairs: list[dict[str, Any]] = []
    if raw.endswith(b"\r"):
        repairs.append({"code": "crlf", "where": "line", "before": "\r"})
    text = raw.strip()
    if text.startswith(BOM):
        repairs.append({"code": "bom", "where": "line", "before": "\ufeff"})
        text = text[len(BOM) :].strip()
    return text, repairs


def is_utf8(text: bytes) -> bool:
    r"""Return whether bytes are valid UTF-8.

    Examples
    --------
    >>> is_utf8(b"caf\xc3\xa9"), is_utf8(b"caf\xe9")
    (True, False)
    """
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def pointer(path: Path) -> str:
    """Return a path as a JSON pointer.

    Examples
    --------
    >>> pointer(("messages", 0, "a/b"))
    '/messages/0/a~1b'
    """
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)


def walk(value: Any) -> Iterator[tuple[Any, Any, Path]]:
    """Yield every container of a value with its keys, as (container, key, path), parents before children.

    Examples
    --------
    >>> [(key, path) for _, key, path in walk({"a": [1]})]
    [('a', ('a',)), (0, ('a', 0))]
    """
    stack: list[tuple[Any, Path]] = [(value, ())]
    while stack:
        item, path = stack.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            yield item, key, (*path, key)
        stack.extend((item[key], (*path, key)) for key in reversed(keys) if key in item or isinstance(item, list))


def _clean(line: Line, parsed: Parsed, *, valid: bool) -> None:
    """Replace, in place, what no column can hold."""
    root = [parsed.value]
    for holder, key, path in walk(root):
        value = holder[key]
        if isinstance(value, Constant):
            holder[key] = None
            line.fixes.append(Fix("nan", path[1:], str(value), None))
        elif isinstance(value, str) and _BROKEN.search(value):
            code, before, after = mend(value, valid=valid)
            holder[key] = after
            line.fixes.append(Fix(code, path[1:], before, after))
        elif isinstance(value, dict):
            _clean_keys(line, value, path[1:], valid=valid)
    line.value = root[0]


def _clean_keys(line: Line, value: dict[str, Any], path: Path, *, valid: bool) -> None:
    if not any(_BROKEN.search(key) for key in value):
        return
    items = list(value.items())
    value.clear()
    for key, item in items:
        code, before, after = mend(key, valid=valid) if _BROKEN.search(key) else ("", None, key)
        value[after] = item
        if code:
            line.fixes.append(Fix(code, (*path, after), {"key": before}, item))


def mend(text: str, *, valid: bool = True) -> tuple[str, Any, str]:
    r"""Return the code of the damage of a string, what was there in a form that JSON holds, and the sound string.

    Parameters
    ----------
    text
        A string with NUL, lone surrogates, or escaped bytes that are no UTF-8.
    valid
        Whether the line was UTF-8; if not, surrogates that escape bytes are bytes.

    Examples
    --------
    >>> mend("a\x00b")
    ('nul', 'a\x00b', 'ab')
    >>> mend("a\ud83d")
    ('lone_surrogate', {'json': '"a\\ud83d"'}, 'a\ufffd')
    """
    bytes_were_lost = not valid and _ESCAPED_BYTES.search(text) is not None
    if bytes_were_lost:
        only_bytes = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", text)
        raw = only_bytes.encode("utf-8", "surrogateescape")
        return "invalid_utf8", {"base64": base64.b64encode(raw).decode()}, _no_nul(raw.decode("utf-8", "replace"))
    sound = _no_nul(re.sub("[\ud800-\udfff]", "\ufffd", text))
    if "\ufffd" in sound and _no_nul(text) != sound:
        return "lone_surrogate", {"json": json.dumps(text)}, sound
    return "nul", text, sound


def _no_nul(text: str) -> str:
    return text.replace("\x00", "")
