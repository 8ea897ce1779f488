"""Import: read files into records, skip what came before, account for every line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from rftkit import formats, render, schema
from rftkit.acts import categorizing, reading
from rftkit.errors import FormatError, InputError
from rftkit.jobs import Control, Job
from rftkit.store import Transaction
from rftkit.store.transaction import BATCH_ROWS
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context

Source = str | Path | pl.DataFrame | Iterable[Mapping[str, Any]]

STOPPED = "The import was stopped; the dataset is as it was."

_SAID = {name: schema.LABELS[name] for name in schema.LABELS if name not in ("row", "id", "position")}


@dataclass(frozen=True)
class ImportReport:
    """What an import did with every line.

    ``read = added + duplicates_skipped + blank + folded + unreadable``.

    Attributes
    ----------
    details
        What the reader says: formats, mapping, other shapes, what was not understood.
    """

    read: int
    added: int
    duplicates_skipped: int
    blank: int
    unreadable: int
    folded: int
    dataset_version: int
    details: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as ``--json`` prints it."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "details"}
        return {**self.details, **own}

    def __repr__(self) -> str:
        kinds = ", ".join(f"{name} {count:,}" for name, count in self.details.get("formats", {}).items())
        return (
            f"ImportReport(read {self.read:,}: added {self.added:,}, imported before {self.duplicates_skipped:,}, "
            f"blank {self.blank:,}, folded {self.folded:,}, unreadable {self.unreadable:,}; {kinds})"
        )

    def _repr_html_(self) -> str:
        return render.report("Import", self.to_dict())


def import_(
    ds: Context,
    *sources: Source,
    format: str | None = None,
    mapping: Mapping[str, str] | None = None,
    mixed: bool = False,
    fold: bool = True,
    replace: bool = False,
    categorize: bool = True,
    control: Control | None = None,
) -> ImportReport:
    """Read files, frames or rows into the dataset.

    Parameters
    ----------
    ds
        The dataset.
    sources
        Files, folders, globs (.gz and .zst too), a polars frame, or rows as dictionaries.
    format
        One of `rftkit.formats.FORMATS`; detected by default.
    mapping
        Field -> column of the source, for example ``{"input": "question"}``.
    mixed
        Also read lines whose shape is not that of the file's majority.
    fold
        Make the growing prefixes of one conversation one record, its longest.
    replace
        Remove the records that are there first (undo brings them back).
    categorize
        Assign topics to the new records where the dataset has topics.
    control
        Told how far it is, and may stop it; what `import_job` uses.

    Returns
    -------
    ImportReport
        The account of every line.

    Raises
    ------
    FormatError
        No record could be read, or a source is no chat data.
    """
    control = control or Control()
    configuration = {
        "sources": [_name(source) for source in sources],
        "format": format,
        "mapping": dict(mapping or {}),
        "mixed": mixed,
        "fold": fold,
        "replace": replace,
    }
    coming = formats.read(_wanted(sources), format=format, mapping=mapping, mixed=mixed, fold=fold)
    with ds.step("import", configuration) as step:
        before = reading.stored_labels(ds).clear() if replace else reading.stored_labels(ds)
        added, skipped = _records(ds, step, _told(coming, control), before)
        report = _report(coming.report, added.height, skipped, step.version)
        if report.read == report.blank + report.unreadable:
            raise FormatError(_nothing(report, coming.unreadable))
        control.go_on(STOPPED)
        _unreadable(ds, step, coming.unreadable, replace=replace)
        if added.height or replace:
            _labels(ds, step, before, added, categorize=categorize)
        told = report.to_dict()
        step.counts = {key: value for key, value in told.items() if isinstance(value, int) and key != "dataset_version"}
        if not step.changed:
            report = _report(coming.report, added.height, skipped, step.base.version)
    return report


def import_job(ds: Context, *sources: Source, **options: Any) -> Job[ImportReport]:
    """Import in the background; the notebook stays usable, and a stop leaves the dataset as it was.

    Parameters
    ----------
    ds
        The dataset.
    sources, **options
        As `import_` takes them.

    Returns
    -------
    Job
        Started; its result is what `import_` returns.
    """
    return Job(lambda control: import_(ds, *sources, **options, control=control), name="import").start()


def _told(coming: Iterable[pl.DataFrame], control: Control) -> Iterator[pl.DataFrame]:
    """Pass frames on and say how many records have come; how many there will be is known at the end alone."""
    done = 0
    for frame in coming:
        control.go_on(STOPPED)
        done += frame.height
        control.report(done, note="reading")
        yield frame
    control.report(done, done, note="writing")


def _wanted(sources: tuple[Source, ...]) -> Any:
    if not sources:
        raise InputError("nothing to import; name a file, a folder, a glob, a frame or a list of rows")
    if all(isinstance(source, str | Path) for source in sources):
        return list(sources)
    if len(sources) > 1:
        raise InputError("import paths in one call and each frame or list of rows in a call of its own")
    return sources[0]


def _name(source: Source) -> str:
    return str(source) if isinstance(source, str | Path) else type(source).__name__


def _nothing(report: ImportReport, lines: pl.DataFrame) -> str:
    first = f"; the first: line {lines['line'][0]}, {lines['reason'][0]}" if lines.height else ""
    return (
        f"no record could be read: {report.read:,} lines, of them {report.blank:,} blank and "
        f"{report.unreadable:,} unreadable{first}; see which formats there are with: rftkit import --help"
    )


def _report(told: Any, added: int, skipped: int, version: int) -> ImportReport:
    details = {**told.to_dict(), "sentences": list(formats.sentences(told))}
    counted = {name: int(details.pop(name, 0)) for name in ("read", "blank", "unreadable", "folded")}
    return ImportReport(added=added, duplicates_skipped=skipped, dataset_version=version, details=details, **counted)


def _records(
    ds: Context, step: Transaction, coming: Iterable[pl.DataFrame], before: pl.DataFrame
) -> tuple[pl.DataFrame, int]:
    """Append what is new; return narrow rows (row, id, problems, labels) of what was added, and how much was not."""
    known = _known(ds, before)
    narrow: list[pl.DataFrame] = []
    skipped = 0
    when = datetime.now(UTC)
    for batch in _slices(coming):
        new = batch if known is None else batch.join(known, on="row_key", how="anti", maintain_order="left")
        skipped += batch.height - new.height
        if new.height:
            new = new.with_columns(step.rows(new.height), _created(new, when))
            step.append("records", new)
            narrow.append(_narrow(new))
    return (pl.concat(narrow, how="diagonal") if narrow else _narrow(_none())), skipped


def _created(new: pl.DataFrame, when: datetime) -> pl.Expr:
    """Return when the records were made: now, or what a `records` file says."""
    now = pl.lit(when).cast(schema.TIME).alias("created_at")
    if "labels" not in new.columns or new["labels"].null_count() == new.height:
        return now
    said = pl.col("labels").str.json_path_match("$.created_at")
    return said.str.to_datetime(time_unit="us", time_zone="UTC", strict=False).fill_null(now).alias("created_at")


def _none() -> pl.DataFrame:
    return schema.empty({**schema.RECORDS, "labels": pl.String()})


def _slices(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for frame in frames:
        yield from frame.iter_slices(BATCH_ROWS)


def _known(ds: Context, before: pl.DataFrame) -> pl.DataFrame | None:
    """Return the keys of the source rows that living records came from."""
    if before.is_empty():
        return None
    keys = ds.store.scan("records", ds.line).select("row", "row_key")
    return keys.join(before.lazy().select("row"), on="row", how="semi").select("row_key").unique().collect()


def _narrow(new: pl.DataFrame) -> pl.DataFrame:
    said = pl.col("labels") if "labels" in new.columns else pl.lit(None, dtype=pl.String).alias("labels")
    return new.select("row", "id", "row_key", "generated", said)


def _unreadable(ds: Context, step: Transaction, lines: pl.DataFrame, *, replace: bool) -> None:
    """Keep the lines that could not be read, each once however often its file is imported."""
    if replace:
        step.replace("unreadable", lines)
    elif lines.height:
        known = reading.unreadable(ds).select("file", "line", "raw")
        step.append("unreadable", lines.join(known, on=["file", "line", "raw"], how="anti", nulls_equal=True))


def _labels(ds: Context, step: Transaction, before: pl.DataFrame, added: pl.DataFrame, *, categorize: bool) -> None:
    topics = reading.tree(ds)
    fresh = _said(added).with_columns(unique_ids(before["id"], added))
    grown = _with_topics(topics, fresh["topic"])
    if grown != topics:
        step.put("topics.json", grown.to_dict())
    fresh = reading.with_ids(fresh, grown)
    together = pl.concat([before, fresh.select(before.columns)])
    if categorize and grown.topics and fresh["topic"].null_count():
        together = categorizing.fill(ds, step, together, grown)
    step.replace("labels", together)


def _said(added: pl.DataFrame) -> pl.DataFrame:
    """Return label rows; what a `records` file said about its records is taken over."""
    when = pl.lit(datetime.now(UTC)).alias("updated_at")
    empty = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in _SAID.items() if name != "updated_at"]
    frame = added.select("row", pl.col("row").alias("position"), *empty, when, "labels")
    if frame["labels"].null_count() == frame.height:
        return frame.drop("labels")
    return _taken_over(frame)


def _taken_over(frame: pl.DataFrame) -> pl.DataFrame:
    said = [msgspec.json.decode(text) if text else {} for text in frame["labels"]]
    columns = []
    for name, dtype in _SAID.items():
        if name == "updated_at":
            times = pl.Series(name, [row.get(name) for row in said], dtype=pl.String)
            columns.append(times.str.to_datetime(time_unit="us", time_zone="UTC", strict=False).fill_null(frame[name]))
        elif name != "details":
            columns.append(pl.Series(name, [row.get(name) for row in said], dtype=dtype, strict=False))
    return frame.with_columns(columns).drop("labels")


def _with_topics(topics: TopicTree, paths: pl.Series) -> TopicTree:
    """Return the tree with the topics that imported records name."""
    known = set(topics.paths().values())
    for path in paths.drop_nulls().unique(maintain_order=True):
        if path not in known:
            topics = topics.add(path)
            known = set(topics.paths().values())
    return topics


def unique_ids(taken: pl.Series, added: pl.DataFrame) -> pl.Series:
    """Return an id for each added record: its own, with a suffix where another record has it.

    Parameters
    ----------
    taken
        Ids that are in use.
    added
        Has `id` (null where the source row had none) and `row_key`.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "a", None], "row_key": [b"1", b"2", b"3"]})
    >>> unique_ids(pl.Series([], dtype=pl.String), frame).to_list()
    ['a', 'a-2', 'r-33']
    """
    made = pl.col("row_key").bin.encode("hex").str.head(12)
    ids = added.select(pl.coalesce(pl.col("id"), "r-" + made).alias("id"))["id"]
    if ids.n_unique() == ids.len() and not ids.is_in(taken.implode()).any():
        return ids
    return _suffixed(set(taken), ids)


def _suffixed(taken: set[str], ids: pl.Series) -> pl.Series:
    own = set(ids)
    result = []
    for name in ids:
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}-{number}" if f"{name}-{number}" not in own else free
        taken.add(free)
        result.append(free)
    return pl.Series("id", result, dtype=pl.String)
