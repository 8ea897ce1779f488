"""Read: from whatever a person points at to frames of drafts, batch by batch, with an account of every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from rftkit import schema
from rftkit.errors import FormatError, InputError
from rftkit.formats import containers, fast, sources, worker
from rftkit.formats.containers import Container, Numbered
from rftkit.formats.convert import Plan, Tally, drafts_of
from rftkit.formats.detect import SAMPLE, Detection, container_named, decide, shape_named, values_of
from rftkit.formats.draft import Draft, frame_of, labels_of
from rftkit.formats.exact import UnreadableError
from rftkit.formats.folding import Fold
from rftkit.formats.lines import read_line
from rftkit.formats.report import FileReport, ReadReport, counted
from rftkit.formats.shapes import shapes
from rftkit.keys import with_keys

#: Drafts in one frame, and bytes of source text after which a frame is given out earlier.
BATCH_ROWS: Final = 8192
BATCH_BYTES: Final = 32 << 20

# How much is looked at to find rows that can be read.
_LOOK_ROWS: Final = 20_000


@dataclass(slots=True)
class _Part:
    """One container with what was decided about it."""

    name: str | None
    container: Container
    plan: Plan
    report: FileReport


def read(
    source: Any,
    *,
    format: str | None = None,
    mapping: Mapping[str, str] | None = None,
    mixed: bool = False,
    fold: bool = True,
) -> Reading:
    """Read files, a polars frame or an iterable of dictionaries.

    Parameters
    ----------
    source
        Path, list of paths, folder, glob (`.gz`, `.zst`, `.bz2`, `.xz` too), polars frame, iterable of dictionaries.
    format
        Name of a shape or a container of `FORMATS`; detected by default.
    mapping
        Field to column, such as `{"input": "question"}`; it holds for every file.
    mixed
        Read rows of another known shape by that shape.
    fold
        Make the growing prefixes of one conversation one record.

    Returns
    -------
    Reading
        Iterate over it once.

    Raises
    ------
    FormatError
        A file that was named holds no chat data.
    NotFoundError
        There is no such file.
    InputError
        There is no such format.

    Examples
    --------
    >>> reading = read([{"messages": [{"role": "user", "content": "Hi"}], "id": "a"}])
    >>> [frame["id"].to_list() for frame in reading], reading.report.read
    ([['a']], 1)
    """
    renames = dict(mapping or {})
    wanted = shape_named(format)
    kind = container_named(format)
    paths = sources.paths_of(source)
    if paths is None:
        return Reading([_part(_of_data(source), None, wanted, renames, mixed)], (), fold=fold)
    parts, passed = _of_paths(paths, kind, wanted, renames, mixed)
    return Reading(parts, passed, fold=fold)


def detect(source: Any) -> Detection:
    """Say what a file, a frame or rows would be read as.

    Examples
    --------
    >>> detect([{"messages": [{"role": "user", "content": "Hi"}]}]).format
    'openai-rft'
    """
    paths = sources.paths_of(source)
    if paths is None:
        return look(_of_data(source), "these rows", None, {})
    path = sources.find(paths[0]).files[0]
    return look(containers.of_file(path), str(path), None, {})


class Reading:
    """The rows of a source as frames of drafts; iterate over it once.

    Attributes
    ----------
    report
        `ReadReport`; complete after the last frame.
    unreadable
        Lines that are no JSON, with their bytes: columns of `schema.UNREADABLE`; complete after the last frame.

    Examples
    --------
    >>> reading = read([{"input": "3 x 4?", "answer": "12"}])
    >>> [frame.height for frame in reading], reading.unreadable.height
    ([1], 0)
    """

    def __init__(self, parts: Sequence[_Part], passed: Sequence[dict[str, str]], *, fold: bool) -> None:
        self._parts = parts
        self._passed = tuple(passed)
        self._fold = Fold() if fold else None
        self._tally = Tally()
        self._counts = {"read": 0, "blank": 0, "unreadable": 0, "folded": 0}
        self._lost: list[dict[str, Any]] = []
        self._begun = False

    def __repr__(self) -> str:
        return f"Reading({len(self._parts):,} files, {self.report!r})"

    @property
    def report(self) -> ReadReport:
        """What became of every row so far."""
        files = tuple(part.report for part in self._parts)
        return ReadReport(
            **self._counts,
            formats=dict(self._tally.formats),
            other_shape=dict(self._tally.other_shape),
            mapping={name: column for file in files for name, column in file.mapping.items()},
            not_understood=counted(self._tally.not_understood),
            own_names=dict(self._tally.own_names),
            passed_over=self._passed,
            files=files,
        )

    @property
    def unreadable(self) -> pl.DataFrame:
        """Lines that are no JSON, with their bytes."""
        return pl.DataFrame(self._lost, schema=schema.UNREADABLE, orient="row")

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield frames with the columns of `schema.DRAFT` and `labels`."""
        if self._begun:
            raise InputError("a reading can be iterated over once; call read() again")
        self._begun = True
        try:
            for part in self._parts:
                if fast.can_read(part.container, part.plan):
                    yield from self._chunks(part)
                else:
                    for drafts in self._batches(part):
                        yield from self._given(drafts, part.name)
            yield from self._folded()
        finally:
            if self._fold is not None:
                self._fold.close()

    def _given(self, drafts: list[Draft], name: str | None) -> Iterator[pl.DataFrame]:
        frame = with_keys(frame_of(drafts, file=name)).with_columns(labels_of(drafts))
        if self._fold is not None and any(draft.conversation is not None for draft in drafts):
            self._fold.add(drafts, frame)
        else:
            yield frame

    def _folded(self) -> Iterator[pl.DataFrame]:
        if self._fold is None:
            return
        for frame in self._fold.frames():
            self._counts["folded"] = self._fold.folded
            if frame.height:
                yield frame

    def _chunks(self, part: _Part) -> Iterator[pl.DataFrame]:
        path = part.container.path
        if path is None:
            return
        chunks = worker.chunks if worker.worth_it(path) else fast.chunks
        for chunk in chunks(path, part.plan, part.name):
            self._tally.add(chunk.tally)
            self._counts["read"] += chunk.frame.height + chunk.blank + len(chunk.lost)
            self._counts["blank"] += chunk.blank
            self._counts["unreadable"] += len(chunk.lost)
            self._lost.extend(
                {"file": part.name, "line": line, "reason": reason, "raw": raw} for line, reason, raw in chunk.lost
            )
            if chunk.frame.height:
                yield chunk.frame

    def _batches(self, part: _Part) -> Iterator[list[Draft]]:
        batch: list[Draft] = []
        size = 0
        for number, text in part.container.rows:
            size += len(text)
            batch.extend(self._drafts(part, number, text))
            if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _drafts(self, part: _Part, number: int, text: bytes) -> list[Draft]:
        if not text.strip():
            self._counts["read"] += 1
            self._counts["blank"] += 1
            return []
        try:
            made = drafts_of(read_line(text), part.plan, self._tally, number)
        except UnreadableError as reason:
            self._counts["read"] += 1
            self._counts["unreadable"] += 1
            self._lost.append({"file": part.name, "line": number, "reason": str(reason), "raw": text})
            return []
        self._counts["read"] += len(made)
        return made


def _of_data(source: Any) -> Container:
    if isinstance(source, pl.LazyFrame):
        return containers.of_frame(source.collect())
    if isinstance(source, pl.DataFrame):
        return containers.of_frame(source)
    if isinstance(source, Mapping):
        return containers.of_rows([source])
    if isinstance(source, Iterable) and not isinstance(source, str | bytes):
        return containers.of_rows(source)
    raise InputError(
        f"{type(source).__name__} cannot be read; give a path, a list of paths, a polars frame or dictionaries"
    )


def _of_paths(
    paths: Sequence[str | Path], kind: str | None, wanted: str | None, renames: Mapping[str, str], mixed: bool
) -> tuple[list[_Part], list[dict[str, str]]]:
    found = [sources.find(path) for path in paths]
    names = sources.name_files(found)
    searched = {path for group in found if group.searched for path in group.files}
    parts: list[_Part] = []
    passed: list[dict[str, str]] = []
    for path, name in names.items():
        try:
            parts.append(_part(containers.of_file(path, kind), name, wanted, renames, mixed))
        except FormatError as reason:
            if path not in searched:
                raise
            passed.append({"file": name, "reason": str(reason)})
    if not parts:
        first = f"; the first: {passed[0]['reason']}" if passed else ""
        raise FormatError(f"none of {len(passed):,} files found there holds chat data{first}")
    return parts, passed


def _part(container: Container, name: str | None, wanted: str | None, renames: Mapping[str, str], mixed: bool) -> _Part:
    shown = name or "these rows"
    found = look(container, shown, wanted, renames)
    own = {field: column for field, column in found.mapping.items() if field not in renames}
    plan = Plan(found.format, own, dict(renames), mixed)
    report = FileReport(
        shown, found.format, found.container, found.mapping, found.why, found.confidence, container.note
    )
    return _Part(name, container, plan, report)


def look(container: Container, name: str, wanted: str | None, renames: Mapping[str, str]) -> Detection:
    """Look at as many rows as it takes to see some that can be read, and say what they are.

    Parameters
    ----------
    container
        The rows; they stay where they are.
    name
        The file, for messages.
    wanted
        Shape that the user named.
    renames
        Field to column, as the user said.

    Raises
    ------
    FormatError
        The rows are no chat data.
    """
    count = SAMPLE
    while True:
        rows = [row for row in container.sample(count) if row[1].strip()]
        values = values_of(rows[:SAMPLE] if count == SAMPLE else rows[-SAMPLE:])
        if any(isinstance(value, dict) for value in values) or len(rows) < count // 2 or count > _LOOK_ROWS:
            break
        count *= 4
    return decide(name, container.kind, values, wanted=wanted, renames=renames, head=_head(rows))


def _head(rows: Sequence[Numbered]) -> bytes:
    return rows[0][1] if rows else b""


def known_formats() -> dict[str, str]:
    """Return every name that `format` takes, with what it is.

    Examples
    --------
    >>> "records" in known_formats() and "csv" in known_formats()
    True
    """
    return {**{name: shape.DESCRIPTION for name, shape in shapes().items()}, **containers.KINDS}
