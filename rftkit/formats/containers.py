"""What holds the rows: JSON lines, a JSON array or document, CSV, Parquet, a polars frame, an iterable of dictionaries.

Every container gives its rows as JSON text with their numbers, so that from there on there is one way of reading.
Where rows were made by this module from a frame, a null cell is a missing value: Arrow has no other word for it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from rftkit import messages as chat
from rftkit import schema
from rftkit.errors import FormatError
from rftkit.formats import documents, separated, sources
from rftkit.formats.exact import dump
from rftkit.formats.lines import bare
from rftkit.formats.plain import text_of

#: Containers a person can name with `--format`.
KINDS: Final = {
    "jsonl": "one JSON object per line",
    "json": "one JSON array of rows, or one document such as an OTLP file",
    "csv": "comma, semicolon or tab separated values with a header",
    "parquet": "a Parquet file, as Hugging Face data sets have them",
    "arrow": "an Arrow file (Feather)",
}

_ROWS: Final = 2048
Numbered = tuple[int, bytes]


@dataclass(slots=True)
class Container:
    """The rows of one file, frame or iterable.

    Parameters
    ----------
    kind
        One of `KINDS`, or `frame` or `rows` for data that was handed over.
    rows
        Number from 1 and JSON text of each row; blank lines of JSON lines too. Read once.
    path
        The file, where there is one.
    note
        What a person should be told about how it was read.

    Examples
    --------
    >>> list(of_rows([{"messages": []}]).rows)
    [(1, b'{"messages": []}')]
    """

    kind: str
    rows: Iterator[Numbered]
    path: Path | None = None
    note: str = ""

    def sample(self, count: int) -> list[Numbered]:
        """Return the first rows, without taking them away."""
        first = list(islice(self.rows, count))
        self.rows = chain(first, self.rows)
        return first


def of_file(path: Path, kind: str | None = None) -> Container:
    """Return the rows of a file.

    Parameters
    ----------
    path
        The file, packed or not.
    kind
        One of `KINDS`; seen by what the file holds and how its name ends by default.

    Raises
    ------
    FormatError
        The file holds no rows: it is empty, an image, plain text.
    """
    stream = sources.open_plain(path)
    head = stream.peek(sources.HEAD)[: sources.HEAD] if isinstance(stream, io.BufferedReader) else b""
    kind = kind or kind_of(path, head)
    if kind in ("parquet", "arrow"):
        stream.close()
        return Container(kind, _columnar(path, kind), path)
    if kind == "csv":
        encoding = separated.encoding_of(path)
        note = separated.OLDER if encoding == "cp1252" else ""
        return Container(kind, separated.rows_of(path, stream, encoding), path, note)
    if kind == "json":
        stream.close()
        return Container(kind, documents.rows_of(path), path)
    return Container("jsonl", enumerate(sources.lines_of(path, stream), 1), path)


def of_rows(rows: Iterable[Mapping[str, Any]]) -> Container:
    """Return the rows of an iterable of dictionaries."""
    return Container("rows", ((number, text_of(row, number)) for number, row in enumerate(rows, 1)))


def of_frame(frame: pl.DataFrame) -> Container:
    """Return the rows of a polars frame; one with the columns of a dataset is read as its own records.

    Examples
    --------
    >>> list(of_frame(pl.DataFrame({"input": ["Hi"], "answer": [None]})).rows)
    [(1, b'{"input": "Hi"}')]
    """
    own = "messages" in frame.columns and frame.schema["messages"] == pl.List(schema.MESSAGE)
    made = _own_rows(frame) if own else _rows_of(frame, 0)
    return Container("frame", made)


def kind_of(path: Path, head: bytes) -> str:
    r"""Return which container a file is, by its first bytes and the ending of its name.

    Raises
    ------
    FormatError
        It is plain text.

    Examples
    --------
    >>> kind_of(Path("a.json"), b'{"messages": []}\n{"messages": []}\n'), kind_of(Path("a.json"), b'[{"a": 1}]')
    ('jsonl', 'json')
    >>> kind_of(Path("a.txt"), b"input,answer\n3 x 4,12\n")
    'csv'
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"ARROW1"):
        return "arrow"
    ending = sources.ending(path)
    text = bare(head)[0]
    if text[:1] in (b"{", b"["):
        return _json_kind(path, text, len(head) < sources.HEAD, lines=ending in (".jsonl", ".ndjson"))
    if ending in (".csv", ".tsv"):
        return "csv"
    if ending in (".jsonl", ".ndjson", ".json"):
        return "jsonl"
    first = text.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    if any(mark in first for mark in ",;\t") and len(first) < 2000 and _is_header(first):
        return "csv"
    raise FormatError(
        f"{str(path)!r} is plain text (it begins with {first[:60]!r}); rftkit reads JSON, CSV and Parquet"
    )


def _is_header(line: str) -> bool:
    cells = [cell.strip().strip("\"'") for cell in line.replace(";", ",").replace("\t", ",").split(",")]
    return len(set(cells)) == len(cells) and all(0 < len(cell) < 64 for cell in cells)


def _json_kind(path: Path, text: bytes, whole: bool, *, lines: bool) -> str:
    first, _, rest = text.partition(b"\n")
    ends = bool(rest) or whole
    if ends and documents.is_value(first):
        several = bool(rest.strip())
        return "jsonl" if several or lines else "json"
    if not lines:
        return "json"
    # Named as lines, and the first line is no value: broken lines, or one document over many lines.
    spread = text[:1] == b"[" or first.strip() == b"{"
    return "json" if ends and spread and _is_document(sources.whole(path)) else "jsonl"


def _is_document(text: bytes) -> bool:
    return documents.is_value(text) or documents.is_several(bare(text)[0])


# --- frames -------------------------------------------------------------------------------------------------------


def _columnar(path: Path, kind: str) -> Iterator[Numbered]:
    try:
        scan = pl.scan_parquet(path) if kind == "parquet" else pl.scan_ipc(path)
        height = scan.select(pl.len()).collect().item()
        for start in range(0, height, _ROWS):
            yield from _rows_of(scan.slice(start, _ROWS).collect(), start)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FormatError(f"{str(path)!r} cannot be read as {kind.capitalize()}: {error}") from None


def _rows_of(frame: pl.DataFrame, start: int) -> Iterator[Numbered]:
    for number, row in enumerate(frame.iter_rows(named=True), start + 1):
        yield number, text_of({key: _unpadded(value) for key, value in row.items() if value is not None}, number)


def _unpadded(value: Any) -> Any:
    """Take out the nulls with which Arrow fills the keys that a row does not have."""
    if isinstance(value, dict):
        speaks = "role" in value
        return {
            key: _unpadded(item) for key, item in value.items() if item is not None or (speaks and key == "content")
        }
    return [_unpadded(item) for item in value] if isinstance(value, list) else value


def _own_rows(frame: pl.DataFrame) -> Iterator[Numbered]:
    """Write the rows of a dataset's frame as `records` has them, so that they come back as they are."""
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        yield number, dump(_own_row(row)).encode()


def _own_row(row: dict[str, Any]) -> dict[str, Any]:
    raw = _raw(row, "raw")
    prompt: Any = raw
    if row["messages"] is not None:
        parts = {"tools": _raw(row, "tools"), "tool_choice": _raw(row, "tool_choice")}
        said = [chat.rebuild(message) for message in row["messages"]]
        prompt = {"messages": said, **{name: part for name, part in parts.items() if part is not None}}
    made = {"id": row.get("id"), "input": prompt, "output": _raw(row, "output"), "metadata": _raw(row, "metadata")}
    labels: tuple[str, ...] = (
        "topic",
        "topic_confidence",
        "topic_method",
        "secondary_topics",
        "warnings",
        "quality",
        "split",
    )
    labels += ("source_record_id", "strategy", "model", "created_at", "updated_at")
    made |= {name: row[name] for name in labels if row.get(name) is not None}
    made = {name: value for name, value in made.items() if value is not None}
    extra = _raw(row, "extra")
    return {
        **made,
        "valid": row.get("valid"),
        "errors": row.get("errors") or [],
        "generated": bool(row.get("generated")),
        "origin": row.get("origin") or {"file": None, "line": None},
        **({} if extra is None else {"extra": extra}),
    }


def _raw(row: Mapping[str, Any], name: str) -> msgspec.Raw | None:
    return None if row.get(name) is None else msgspec.Raw(row[name].encode())
