"""What all commands share: the dataset argument, ``--json``, and how results are printed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rftkit.errors import InputError, StoreError

if TYPE_CHECKING:
    import polars as pl

    from rftkit.dataset import Dataset
    from rftkit.jobs import Job, Progress

T = TypeVar("T")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
dataset_argument = click.argument("dataset", type=click.Path(path_type=Path))


def existing(path: Path) -> Dataset:
    """Return the dataset in a folder that must be there.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    StoreError
        There is no dataset.
    """
    from rftkit.dataset import Dataset

    if not path.exists():
        raise StoreError(f'there is no dataset {path}; make one with: rftkit import "{path}" FILE')
    ds = Dataset(path)
    if ds.version == 0:
        raise StoreError(f'the dataset {path} is empty; fill it with: rftkit import "{path}" FILE')
    return ds


def new_or_existing(path: Path) -> Dataset:
    """Return the dataset in a folder that is made when missing.

    Parameters
    ----------
    path
        The folder.
    """
    from rftkit.dataset import Dataset

    return Dataset(path)


def emit(result: Mapping[str, Any], *, as_json: bool, lines: Iterable[str]) -> None:
    """Print a result: as JSON, or as lines for a person.

    Parameters
    ----------
    result
        Keys of the contract.
    as_json
        Whether ``--json`` was given.
    lines
        What a person reads.
    """
    if as_json:
        from rftkit.messages import dump

        click.echo(dump(dict(result)))
    else:
        for line in lines:
            click.echo(line)


def followed(job: Job[T]) -> T:
    """Wait for a job and return its result; a terminal is shown how far it is, and Ctrl-C stops it.

    Parameters
    ----------
    job
        One that was started.

    Examples
    --------
    >>> from rftkit.jobs import Job
    >>> followed(Job(lambda control: 6 * 7).start())
    42
    """
    if not sys.stderr.isatty():
        return job.wait()
    end = job.on_progress(lambda told: click.echo(f"\r\x1b[K{_said(told)}", nl=False, err=True))
    try:
        return job.wait()
    finally:
        end()
        click.echo("\r\x1b[K", nl=False, err=True)


def _said(told: Progress) -> str:
    return f"{told.note}: {number(told.done)} of {number(told.total)}" if told.total else told.note


def number(value: Any) -> str:
    """Return a number as a person reads it.

    Examples
    --------
    >>> number(12453), number(0.25), number(None)
    ('12,453', '0.25', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def counted(counts: Mapping[str, Any], indent: str = "  ") -> list[str]:
    """Return one line per count, largest first.

    Parameters
    ----------
    counts
        Name -> number.
    indent
        What each line starts with.

    Examples
    --------
    >>> counted({"a": 1, "bb": 20})
    ['  bb  20', '  a    1']
    """
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [f"{indent}{line}" for line in table([(name, number(count)) for name, count in rows])]


def table(rows: Sequence[Sequence[str]], header: Sequence[str] | None = None, left: int = 1) -> list[str]:
    """Return rows as aligned lines; the first `left` columns to the left, the others to the right.

    Parameters
    ----------
    rows
        Cells as text.
    header
        Names of the columns.
    left
        How many columns are text.

    Examples
    --------
    >>> table([("a", "1"), ("bb", "20")], header=("name", "n"))
    ['name   n', 'a      1', 'bb    20']
    """
    every = [list(header), *map(list, rows)] if header else [list(row) for row in rows]
    if not every:
        return []
    widths = [max(len(row[column]) for row in every) for column in range(len(every[0]))]
    return ["  ".join(_aligned(row, widths, left)).rstrip() for row in every]


def _aligned(row: Sequence[str], widths: Sequence[int], left: int) -> list[str]:
    return [
        cell.ljust(width) if place < left else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def ids_of(option: Sequence[str], rest: Sequence[str]) -> list[str]:
    """Return ids given as ``--ids a,b``, as ``--ids a --ids b`` or as ``--ids a b``.

    Parameters
    ----------
    option
        Values of the option.
    rest
        Words after the options.

    Examples
    --------
    >>> ids_of(["a,b"], ["c"])
    ['a', 'b', 'c']
    """
    return [name for value in (*option, *rest) for name in value.split(",") if name]


def pairs_of(values: Sequence[str], option: str) -> dict[str, str]:
    """Return ``NAME=VALUE`` words as a dictionary.

    Parameters
    ----------
    values
        The words.
    option
        The option they were given to, for the error.

    Examples
    --------
    >>> pairs_of(["input=question"], "--map")
    {'input': 'question'}
    """
    result = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not (name and equals and rest):
            raise InputError(f"{option} takes NAME=VALUE, not {value!r}; for example {option} input=question")
        result[name] = rest
    return result


def records_as_json(frame: pl.DataFrame) -> list[Any]:
    """Return records as the `records` format writes them, as JSON text that `emit` prints as it is.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    """
    import msgspec

    from rftkit.formats.writing import complete
    from rftkit.formats.writing.target import Notes, Options
    from rftkit.formats.writing.targets.records import lines

    return [msgspec.Raw(line.encode()) for line in lines(complete(frame), Options(), Notes())]
