"""What sanitizing has left in the labels: counts, meanings and advice, and the same as a file.

Read from the narrow labels alone, so that a screen has it at once at a million records.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import schema
from rftkit.acts import reading, sanitizing
from rftkit.errors import InputError
from rftkit.formats.writing.files import replacing
from rftkit.messages import dump, load
from rftkit.sanitize import SENTENCES
from rftkit.sanitize.advice import advice

if TYPE_CHECKING:
    from rftkit.acts.context import Context


def verdicts(ds: Context) -> dict[str, Any]:
    """Return how the records stand, as the last sanitize and the changes since left them.

    Parameters
    ----------
    ds
        The dataset.

    Returns
    -------
    dict
        total, valid, invalid, unchecked (records that nothing has judged yet), errors_by_code, warnings_by_code,
        codes (code, error, count, share, meaning, advice), options and last_sanitized of the last sanitize.
    """
    said = reading.stored_labels(ds)
    counts = {code: count for code, count in _counted(said).items() if count}
    unchecked = said["valid"].null_count()
    valid = int(said["valid"].sum() or 0)
    lines = [line for line in ds.store.lineage(ds.line) if line.step == "sanitize"]
    return {
        "total": said.height,
        "valid": valid,
        "invalid": said.height - valid - unchecked,
        "unchecked": unchecked,
        "errors_by_code": {code: counts[code] for code in schema.ERROR_CODES if code in counts},
        "warnings_by_code": {code: counts[code] for code in schema.WARNING_CODES if code in counts},
        "codes": _explained(counts, said.height),
        "options": lines[-1].configuration if lines else None,
        "last_sanitized": lines[-1].when if lines else None,
    }


def _counted(said: pl.DataFrame) -> dict[str, int]:
    known = said["errors"].explode().drop_nulls().value_counts(), said["warnings"].explode().drop_nulls().value_counts()
    return {code: count for frame in known for code, count in frame.iter_rows()}


def _explained(counts: dict[str, int], total: int) -> list[dict[str, Any]]:
    told = {entry["code"]: entry["sentence"] for entry in advice(counts, total)}
    ordered = [*schema.ERROR_CODES, *schema.WARNING_CODES]
    rows = [
        {
            "code": code,
            "error": code in schema.ERROR_CODES,
            "count": counts[code],
            "share": counts[code] / total,
            "meaning": SENTENCES[code],
            "advice": told.get(code, ""),
        }
        for code in ordered
        if code in counts
    ]
    return sorted(rows, key=lambda row: (not row["error"], -row["count"], ordered.index(row["code"])))


def save_report(ds: Context, path: str | Path) -> Path:
    """Write what sanitizing found to a file: JSON with the counts, or CSV; both name every record with a finding.

    Parameters
    ----------
    ds
        The dataset.
    path
        Ends in .json or .csv, maybe with .gz behind it.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        Nothing was sanitized yet, or the name ends otherwise.
    """
    file = Path(path).expanduser()
    kind = [suffix for suffix in file.suffixes if suffix in (".json", ".csv")]
    if not kind:
        raise InputError(f"{file.name!r} is no name for a report; let it end in .json or .csv")
    text = report_text(ds, kind[-1][1:])
    with replacing(file) as out:
        out.write(text)
    return file


def report_text(ds: Context, kind: str) -> bytes:
    """Return the report as bytes.

    Parameters
    ----------
    ds
        The dataset.
    kind
        json or csv.
    """
    if sanitizing.last_options(ds) is None:
        raise InputError("nothing was sanitized yet; run ds.sanitize() first")
    any_code = (pl.col("errors").list.len().fill_null(0) + pl.col("warnings").list.len().fill_null(0)) > 0
    found = reading.stored_labels(ds).filter(any_code | pl.col("valid").is_null())
    found = found.select("id", "valid", "errors", "warnings", "details")
    if kind == "csv":
        lists = [pl.col(name).list.join(" ") for name in ("errors", "warnings")]
        return found.with_columns(lists).write_csv().encode()
    told = {"dataset": ds.name, "version": ds.version, **verdicts(ds)}
    rows = [{**row, "details": load(row["details"])} for row in found.iter_rows(named=True)]
    return dump({**told, "records": rows}).encode()
