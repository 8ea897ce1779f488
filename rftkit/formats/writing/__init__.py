"""Writing records to files that trainers, services, graders and people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl

from rftkit.errors import InputError
from rftkit.formats.writing import text
from rftkit.formats.writing.beside_file import write_card, write_manifest, write_unreadable
from rftkit.formats.writing.check import Problem, check
from rftkit.formats.writing.choose import reasons
from rftkit.formats.writing.columns import unknown_columns
from rftkit.formats.writing.draft import Draft, draft
from rftkit.formats.writing.files import replacing
from rftkit.formats.writing.prompts import complete
from rftkit.formats.writing.report import WriteReport
from rftkit.formats.writing.sentences import skipped as skip_sentences
from rftkit.formats.writing.sentences import warnings as warning_sentences
from rftkit.formats.writing.target import Notes, Options, Target
from rftkit.formats.writing.targets import FORMATS, TARGETS, target_of

__all__ = [
    "FORMATS",
    "TARGETS",
    "Draft",
    "Problem",
    "WriteReport",
    "check",
    "complete",
    "draft",
    "fits",
    "names_of",
    "target_of",
    "write",
]

#: Records that are text at the same time; bounds the memory of an export.
_BATCH = 50_000

#: The splits a person can name.
SPLITS = ("train", "validation", "all")


def write(
    frame: pl.DataFrame,
    path: str | Path,
    format: str = "openai-rft",
    *,
    split: str | None = None,
    dataset_name: str | None = None,
    seed: int | None = None,
    excel_safe: bool = False,
    columns: Sequence[str] | None = None,
    unreadable: pl.DataFrame | None = None,
    licence: str | None = None,
    version: int | str | None = None,
    overwrite: bool = True,
    told: Callable[[int, int], None] | None = None,
) -> WriteReport:
    r"""Write records to a file that some trainer, service or person reads.

    The file appears whole or not at all: it is written beside its name and renamed. Names that end in .gz or .zst are
    compressed. Invalid records are skipped by every format but `records`.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`, or some of them; at least `messages`.
    path
        The file. Its folder is made when missing.
    format
        One of `TARGETS`.
    split
        Write only the records of this split (`train` or `validation`), with a manifest and a dataset card beside the
        file; None or `all` writes every record.
    dataset_name
        Name for manifest, card and targets that want one; by default the name of the file.
    seed
        Seed of the split, for the manifest.
    excel_safe
        Put an apostrophe before CSV cells that a spreadsheet would run as formulas.
    columns
        Keys beside the prompt for graders, from the source's own keys, `metadata` and topic, rftkit_id, generated,
        strategy, source_record_id, quality; None for all of the source's keys, plain metadata, topic and rftkit_id.
    unreadable
        Lines that could not be read (`schema.UNREADABLE`), for a file of their own beside a `records` file.
    licence
        Licence for the dataset card, such as `cc-by-4.0`; unknown when not given.
    version
        Version of the dataset, for manifest and card.
    overwrite
        Put the files in the place of those of the same name; otherwise refuse where there is one.
    told
        Told after every block how many records are written, and how many there are; what it raises ends the export
        and leaves the old file.

    Returns
    -------
    WriteReport
        What was written, what was skipped and why.

    Raises
    ------
    InputError
        The format, the split or the name of the file cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> frame = pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]], "valid": [True]})
    >>> report = write(frame, folder / "train.jsonl")
    >>> report.written, (folder / "train.jsonl").read_text()
    (1, '{"messages":[{"role":"user","content":"Hi"}],"rftkit_id":"a"}\n')
    """
    target, file = target_of(format), Path(path).expanduser()
    fits(file, target)
    lost = unreadable is not None and unreadable.height > 0
    before = [each for each in names_of(file, target, split, lost=lost) if each.exists()]
    if before and not overwrite:
        raise InputError(f"{str(before[0])!r} is there already; name another file, or say that it may be replaced.")
    rows = complete(_of_split(frame, split))
    unknown = unknown_columns(rows, target, columns)
    options = Options(columns=columns, excel_safe=excel_safe, dataset=dataset_name or _stem(file), split=split)
    notes = Notes()
    reason = reasons(rows, target)
    chosen = rows.filter(pl.lit(reason.is_null()))
    notes["unchecked"] += 0 if target.every_record else chosen["valid"].null_count()
    with replacing(file) as out:
        for number, block in enumerate(_blocks(chosen, target, options, notes), start=1):
            out.write(block)
            if told is not None:
                told(min(number * _BATCH, chosen.height), chosen.height)
    notes["few"] += chosen.height if chosen.height < target.minimum else 0
    counts = dict(Counter(why for why in reason.drop_nulls()))
    said = [*skip_sentences(counts), *warning_sentences(notes, minimum=target.minimum), *unknown]
    files = [file]
    if target.every_record and unreadable is not None and lost:
        files.append(write_unreadable(unreadable, file))
    if split in ("train", "validation"):
        about = {"dataset": options.dataset, "split": split, "seed": seed, "format": format, "version": version}
        files += [write_manifest(chosen, file, about), write_card(chosen, file, about, said, licence)]
    names, gone = (tuple(str(each) for each in some) for some in (files, before))
    return WriteReport(chosen.height, sum(counts.values()), counts, str(file), format, names, tuple(said), gone)


def names_of(file: Path, target: Target, split: str | None, *, lost: bool = False) -> list[Path]:
    """Return every file that an export writes: the file itself, and what lies beside it.

    Parameters
    ----------
    file
        The file.
    target
        Its format.
    split
        train, validation, or anything else for all records.
    lost
        Whether there are lines that could not be read.

    Examples
    --------
    >>> [each.name for each in names_of(Path("a.jsonl"), target_of("trl"), "train")]
    ['a.jsonl', 'a.jsonl.manifest.json', 'a.jsonl.card.md']
    """
    beside = ["manifest.json", "card.md"] if split in ("train", "validation") else []
    beside += ["unreadable.jsonl"] if target.every_record and lost else []
    return [file, *(file.with_name(f"{file.name}.{ending}") for ending in beside)]


def _stem(file: Path) -> str:
    return file.name.split(".")[0] or file.name


def fits(file: Path, target: Target) -> None:
    """Refuse a name that promises another kind of file.

    Parameters
    ----------
    file
        The file.
    target
        What is written into it.

    Raises
    ------
    InputError
        The name ends like files of another format.

    Examples
    --------
    >>> fits(Path("train.jsonl.gz"), target_of("trl"))
    """
    endings = [suffix.lower() for suffix in file.suffixes]
    kind = next((ending for ending in endings if ending in (".csv", ".tsv", ".parquet", ".jsonl")), target.suffix)
    packed = target.suffix == ".parquet" and endings[-1:] in ([".gz"], [".zst"])
    if kind != target.suffix or packed:
        raise InputError(
            f"{file.name!r} is no name for format {target.name!r}, which writes {target.suffix} files; "
            f"take {_stem(file)}{target.suffix} or another --format."
        )


def _of_split(frame: pl.DataFrame, split: str | None) -> pl.DataFrame:
    if split is None or split == "all":
        return frame
    if split not in SPLITS:
        raise InputError(f"There is no split {split!r}; take one of {', '.join(SPLITS)}.")
    if "split" not in frame.columns or frame["split"].null_count() == frame.height:
        raise InputError("The records are in no split yet; split them first, or export with split='all'.")
    return frame.filter(pl.col("split") == split)


def _blocks(frame: pl.DataFrame, target: Target, options: Options, notes: Notes) -> Iterator[bytes]:
    """Yield the bytes of the file."""
    import io

    if target.lines is not None:
        for part in frame.iter_slices(_BATCH) if frame.height else ():
            lines = target.lines(part, options, notes).to_frame("line").select(text.one_line(pl.col("line")))
            yield lines.write_csv(include_header=False, quote_style="never").encode()
    elif target.table is not None:
        buffer = io.BytesIO()
        made = target.table(frame, options, notes)
        made.write_parquet(buffer) if target.suffix == ".parquet" else made.write_csv(buffer, quote_style="necessary")
        yield buffer.getvalue()
