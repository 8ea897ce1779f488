"""JSON lines of the OpenAI family, a chunk of bytes at a time: what is ordinary never becomes a draft.

A line is ordinary when its prompt is in the chat form, its id is text and nothing in it needs a second look.
Ordinary lines go straight from typed decoding into columns, values beside the messages as the exact text of the source.
Every other line takes the one careful way of `lines` and `convert`, and both meet again in the order of the file, so
that this module changes how fast a file is read and nothing else.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from rftkit.formats import machine
from rftkit.formats.containers import Container
from rftkit.formats.convert import Plan, Tally, drafts_of
from rftkit.formats.draft import Draft, frame_of, labels_of
from rftkit.formats.exact import UnreadableError
from rftkit.formats.lines import is_utf8, read_line
from rftkit.formats.sources import chunks_of
from rftkit.formats.typed import Columns, columns_of, completed, ordinary
from rftkit.keys import with_keys

#: Threads that read a large file in machine code, beside the one that takes the frames; each holds some 100 MB.
THREADS: Final = max(1, min((os.cpu_count() or 1) - 1, 3))

#: Shapes whose ordinary lines are read here.
SHAPES: Final = ("records", "openai-chat", "openai-rft")

#: A frame, and the numbers of its lines.
_Done = tuple[pl.DataFrame, Any]


@dataclass(slots=True)
class Chunk:
    r"""What became of the lines of a chunk.

    Parameters
    ----------
    frame
        Columns of `schema.DRAFT` and `labels`.
    lines, blank
        How many lines there were, and how many without anything.
    tally
        Shapes and what is said about them.
    lost
        `(line, reason, bytes)` of what is no JSON.

    Examples
    --------
    >>> read_chunk(b'{"id": "a", "input": {"messages": []}}\n\n', Plan("records")).blank
    1
    """

    frame: pl.DataFrame
    lines: int
    blank: int
    tally: Tally
    lost: list[tuple[int, str, bytes]]


def can_read(container: Container, plan: Plan) -> bool:
    """Return whether a container is a file of JSON lines in one of `SHAPES`.

    Examples
    --------
    >>> from rftkit.formats.containers import of_rows
    >>> can_read(of_rows([]), Plan("records"))
    False
    """
    return container.kind == "jsonl" and container.path is not None and plan.shape in SHAPES and not plan.renames


def chunks(path: Path, plan: Plan, file: str | None) -> Iterator[Chunk]:
    """Yield the chunks of a file of JSON lines.

    Parameters
    ----------
    path
        The file, packed or not.
    plan
        How it is read.
    file
        Its name, for `origin`.
    """
    large = machine.worth_it(path)
    if large and not machine.ready():
        machine.prepare()
    numbered = _numbered(chunks_of(path))
    if large:
        yield from _beside(numbered, plan, file)
        return
    for first, text in numbered:
        yield read_chunk(text, plan, file=file, first=first)


def _numbered(texts: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield chunks with the number of their first line."""
    first = 1
    for text in texts:
        yield first, text
        first += text.count(b"\n") + (not text.endswith(b"\n"))


def _beside(numbered: Iterator[tuple[int, bytes]], plan: Plan, file: str | None) -> Iterator[Chunk]:
    """Read chunks in threads, a few ahead of the one that is waited for: machine code does not hold Python's lock."""
    waiting: deque[Future[Chunk]] = deque()
    rooms: deque[Any] = deque()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="rftkit-read") as pool:
        try:
            for first, text in numbered:
                waiting.append(pool.submit(read_chunk, text, plan, file=file, first=first, rooms=rooms))
                if len(waiting) > THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def read_chunk(
    chunk: bytes, plan: Plan, *, file: str | None = None, first: int = 1, rooms: deque[Any] | None = None
) -> Chunk:
    r"""Read the lines of a chunk.

    Parameters
    ----------
    chunk
        Whole lines, split on ``\n`` alone.
    plan
        How the file is read; its shape is one of `SHAPES`.
    file
        Name of the file, for `origin`.
    first
        Number of the first line.
    rooms
        Where machine code keeps its arrays between chunks; without it none is used, even if it is there.

    Examples
    --------
    >>> line = b'{"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}, "label": "x"}\n'
    >>> chunk = read_chunk(line + b"oops\n", Plan("records"))
    >>> chunk.frame["extra"].to_list(), chunk.lost
    (['{"label":"x"}'], [(2, 'this is plain text and no JSON', b'oops')])
    """
    if rooms is not None and machine.ready() and is_utf8(chunk) and b"\\u0000" not in chunk:
        return _compiled(chunk, plan, file, first, rooms)
    spans = _spans(chunk)
    return _read(chunk, spans, range(first, first + len(spans)), plan, file, [])


def _compiled(chunk: bytes, plan: Plan, file: str | None, first: int, rooms: deque[Any]) -> Chunk:
    """Read a chunk in machine code, and the lines that this leaves as any other."""
    from rftkit.formats.compiled.columns import take

    taken = take(chunk, plan.shape, rooms)
    frame = completed(list(taken.columns), taken.numbers + first, file)
    text = b"".join([chunk[start:end] + b"\n" for start, end, _ in taken.left])
    spans = _spans(text) if text else []
    numbers = [first + index for index in taken.left[:, 2].tolist()]
    return _read(text, spans, numbers, plan, file, [(frame, taken.numbers + first)])


def _read(
    chunk: bytes,
    spans: Sequence[tuple[int, int]],
    numbers: Sequence[int],
    plan: Plan,
    file: str | None,
    done: list[_Done],
) -> Chunk:
    """Read lines, beside those that are done already."""
    tally = Tally()
    tally.formats[plan.shape] += sum(frame.height for frame, _ in done)
    columns = Columns(plan)
    careful = ordinary(chunk, spans, columns)
    tally.formats[plan.shape] += len(columns.line)
    columns.line = [numbers[index] for index in columns.line]
    drafts, lost, blank = _careful(chunk, spans, careful, plan, tally, numbers)
    lines = len(spans) + sum(frame.height for frame, _ in done)
    if columns.line or not done:
        texts = pl.Series(columns.key_text, dtype=pl.String)
        done = [*done, (with_keys(columns_of(columns, file), texts), columns.line)]
    return Chunk(_together(done, drafts, file), lines, blank, tally, lost)


def _spans(chunk: bytes) -> list[tuple[int, int]]:
    ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)
    if not chunk.endswith(b"\n"):
        ends = np.append(ends, len(chunk))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


# --- the careful way, and the order of the file -------------------------------------------------------------------


def _careful(
    chunk: bytes,
    spans: Sequence[tuple[int, int]],
    careful: Sequence[int],
    plan: Plan,
    tally: Tally,
    numbers: Sequence[int],
) -> tuple[list[tuple[int, Draft]], list[tuple[int, str, bytes]], int]:
    drafts: list[tuple[int, Draft]] = []
    lost: list[tuple[int, str, bytes]] = []
    blank = 0
    for index in careful:
        line = chunk[slice(*spans[index])]
        if not line.strip():
            blank += 1
            continue
        try:
            made = drafts_of(read_line(line), plan, tally, numbers[index])
        except UnreadableError as reason:
            lost.append((numbers[index], str(reason), line))
            continue
        drafts.extend((numbers[index], draft) for draft in made)
    return drafts, lost, blank


def _together(done: list[_Done], drafts: Sequence[tuple[int, Draft]], file: str | None) -> pl.DataFrame:
    """Return all frames in the order of the file."""
    if drafts:
        odd = [draft for _, draft in drafts]
        others = with_keys(frame_of(odd, file=file)).with_columns(labels_of(odd))
        done = [*done, (others.select(done[0][0].columns), [line for line, _ in drafts])]
    if len(done) == 1:
        return done[0][0]
    at = pl.concat([pl.Series("at", lines, dtype=pl.Int64) for _, lines in done])
    both = pl.concat([frame for frame, _ in done]).with_columns(at)
    return both.sort("at", maintain_order=True).drop("at")
