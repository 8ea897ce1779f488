"""Comma, semicolon, tab or bar separated values: rows under a header, in UTF-8 or as older spreadsheets save them."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

from rftkit.errors import FormatError
from rftkit.formats import sources
from rftkit.formats.plain import text_of

#: Columns whose cells hold JSON text.
JSON_CELLS: Final = frozenset(("messages", "tools", "tool_choice", "metadata", "conversations", "completion", "info"))

#: What is said of a file that was read in the encoding of older spreadsheets.
OLDER: Final = "is no UTF-8 and was read as Windows-1252; save it as UTF-8 where that is wrong"

_BROKEN: Final = re.compile("[\udc80-\udcff]")
_BLOCK: Final = 1 << 20


def rows_of(path: Path, stream: IO[bytes], encoding: str = "utf-8-sig") -> Iterator[tuple[int, bytes]]:
    r"""Yield number and JSON text of each row under the header.

    Parameters
    ----------
    path
        The file, for messages.
    stream
        Its bytes.
    encoding
        What `encoding_of` said.

    Raises
    ------
    FormatError
        The first line names no columns, or names one twice.

    Examples
    --------
    >>> list(rows_of(Path("a.csv"), io.BytesIO(b"input,answer\n3 x 4?,12\n")))
    [(1, b'{"input": "3 x 4?", "answer": "12"}')]
    """
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(stream, encoding, "surrogateescape", newline="")
    try:
        yield from enumerate(_rows(path, text), 1)
    except sources.DAMAGES as damage:
        raise sources.damaged(path, damage) from None
    except csv.Error as error:
        raise FormatError(f"{str(path)!r} is no valid CSV: {error}") from None


def encoding_of(path: Path) -> str:
    r"""Return how the text of a file is encoded: as Windows-1252 where more of it is broken UTF-8 than is UTF-8.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_bytes("Frage\nWie groß?".encode("cp1252"))
    >>> encoding_of(path)
    'cp1252'
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = sound = 0
    with sources.open_plain(path) as stream:
        try:
            while block := stream.read(_BLOCK):
                text = decoder.decode(block)
                if not text.isascii():
                    found = len(_BROKEN.findall(text))
                    broken += found
                    sound += sum(not character.isascii() for character in text) - found
        except sources.DAMAGES as damage:
            raise sources.damaged(path, damage) from None
    return "cp1252" if broken > sound else "utf-8-sig"


class _Lines:
    """Lines of a text: those that were given since the last row ended, and whether there are no more."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.given: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.given.append(line)
        return line


def _rows(path: Path, text: Iterator[str]) -> Iterator[bytes]:
    first = next(text, "")
    lines = _Lines(chain([first], text))
    reader = csv.reader(lines, delimiter=max(",;\t|", key=first.count))
    header = _header(path, next(reader, []))
    lines.given.clear()
    for cells in reader:
        # A row that asked for a line behind the last one has a quote that is not closed, and took all that follows.
        yield _unclosed(lines.given) if lines.ended else _row(header, cells)
        lines.given.clear()


def _unclosed(lines: list[str]) -> bytes:
    return f"a quote that is not closed: {''.join(lines)}".encode("utf-8", "surrogateescape")


def _header(path: Path, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(set(names)) != len(names) or not any(names):
        raise FormatError(f"{str(path)!r} needs a first line that names each column once; it has {', '.join(names)!r}")
    return names


def _row(header: list[str], cells: list[str]) -> bytes:
    """Return the row as JSON text; a row with too many cells is given as text that cannot be read, and says so."""
    if not any(cell.strip() for cell in cells):
        return b""
    if len(cells) > len(header):
        return f"a row of {len(cells)} cells under {len(header)} columns: {cells!r}".encode("utf-8", "surrogateescape")
    row = {name: _cell(name, cell) for name, cell in zip(header, cells, strict=False) if cell != ""}
    if any(_BROKEN.search(cell) for cell in cells):
        return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape")
    return text_of(row, 0)


def _cell(name: str, cell: str) -> Any:
    if name in JSON_CELLS and cell.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell
