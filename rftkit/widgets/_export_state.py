"""What the export panel shows: readiness, a split, a draft of the files, files that were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit import render
from rftkit.formats import writing
from rftkit.split import UNASSIGNED
from rftkit.widgets._sentences import sentence

if TYPE_CHECKING:
    from rftkit.formats.writing import WriteReport
    from rftkit.summary import Summary

#: What is written: two files, one for each set, or one.
SETS = {"both": ("train", "validation"), "train": ("train",), "validation": ("validation",), "all": ("all",)}
_TOPICS, _FIRST = 200, 4_000


def shown_readiness(found: Summary) -> dict[str, Any]:
    """Return readiness with every rule.

    Parameters
    ----------
    found
        The summary of the dataset.
    """
    failing = [
        {"blocking": rule.blocking, "rule": rule.rule, "sentence": sentence(rule.sentence)} for rule in found.reasons
    ]
    passed = [sentence(rule.sentence) for rule in found.rules if rule.passed]
    return {"ready": found.ready, "total": found.total, "valid": found.valid, "reasons": failing, "passed": passed}


def shown_split(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown of a division: counts, shares, topics by size, sentences.

    Parameters
    ----------
    told
        `Split.to_dict`, or the state of the split that there is.

    Examples
    --------
    >>> shown = shown_split({"train": 9, "validation": 1, "by_topic": {"Cards": {"train": 9, "validation": 1}}})
    >>> shown["topics"], shown["share"]
    ([{'path': 'Cards', 'train': 9, 'validation': 1}], 0.9)
    """
    whole = told["train"] + told["validation"]
    rows = [{"path": "" if path == UNASSIGNED else path, **sides} for path, sides in told["by_topic"].items()]
    rows.sort(key=lambda row: (-row["train"] - row["validation"], row["path"]))
    made = told.get("generated_share") or {}
    return {
        "train": told["train"],
        "validation": told["validation"],
        "share": told["train"] / whole if whole else 0.0,
        "groups": told.get("groups"),
        "left_out": told.get("left_out", told.get("neither", 0)),
        "kept": told.get("kept"),
        "generated": {name: made.get(name) for name in ("train", "validation")},
        "straddling": told.get("straddling_groups", 0),
        "topics": rows[:_TOPICS],
        "more": max(len(rows) - _TOPICS, 0),
        "warnings": [sentence(text) for text in told.get("warnings", ())],
    }


def shown_state(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what is shown of the split that there is.

    Parameters
    ----------
    state
        `Dataset.split_state`.
    """
    if state is None:
        return None
    shown = shown_split(state)
    return {**shown, "new": state["new"], "leaks": state["leaks"], "when": state["when"][:16].replace("T", " ")}


def shown_formats() -> list[dict[str, Any]]:
    """Return the formats that can be written, each with what it is for.

    Examples
    --------
    >>> shown_formats()[0]["name"]
    'openai-rft'
    """
    return [
        {"name": name, "text": target.description, "suffix": target.suffix, "columns": target.columns}
        for name, target in writing.TARGETS.items()
    ]


def paths_of(choices: Mapping[str, Any]) -> dict[str, Path]:
    """Return the file of each set that is written.

    Parameters
    ----------
    choices
        `split`, `path`, `format`.

    Examples
    --------
    >>> [str(path) for path in paths_of({"split": "both", "path": "", "format": "csv"}).values()]
    ['train.csv', 'validation.csv']
    """
    suffix = writing.target_of(choices["format"]).suffix
    sets = SETS[choices["split"]]
    pattern = choices["path"] or f"{{split}}{suffix}"
    if len(sets) > 1 and "{split}" not in pattern:
        pattern = str(Path(pattern).with_name(f"{{split}}-{Path(pattern).name}"))
    return {name: Path(pattern.replace("{split}", name)).expanduser() for name in sets}


def shown_part(name: str, path: Path, draft: writing.Draft, format: str, *, lost: bool) -> dict[str, Any]:
    """Return what is shown of one file that would be written.

    Parameters
    ----------
    name
        train, validation or all.
    path
        The file.
    draft
        What it would hold.
    format
        Its format.
    lost
        Whether lines could not be read.
    """
    target = writing.target_of(format)
    writing.fits(path, target)
    there = [file for file in writing.names_of(path, target, name, lost=lost) if file.exists()]
    return {
        "split": name,
        "path": str(path),
        "whole": str(path.resolve()),
        "written": draft.written,
        "skipped": draft.skipped,
        "sentences": list(draft.sentences),
        "first": draft.first[:_FIRST],
        "cut": max(len(draft.first) - _FIRST, 0),
        "exists": [shown_file(file) for file in there],
    }


def shown_file(path: Path) -> dict[str, Any]:
    """Return name, size and time of a file.

    Examples
    --------
    >>> shown_file(Path(__file__))["name"]
    '_export_state.py'
    """
    stat = path.stat()
    when = datetime.fromtimestamp(stat.st_mtime, tz=UTC).strftime("%Y-%m-%d %H:%M")
    return {"name": path.name, "path": str(path.resolve()), "bytes": stat.st_size, "when": when}


def shown_reports(reports: Iterable[WriteReport]) -> list[dict[str, Any]]:
    """Return what was written, file by file.

    Parameters
    ----------
    reports
        Of an export.
    """
    return [
        {
            "written": report.written,
            "skipped": report.skipped,
            "format": report.format,
            "files": [shown_file(Path(file)) for file in report.files],
            "replaced": [Path(file).name for file in report.replaced],
            "sentences": list(report.warnings),
        }
        for report in reports
    ]


def page(readiness: dict[str, Any] | None, split: dict[str, Any], written: list[dict[str, Any]]) -> render.Html:
    """Return the static twin of the export panel.

    Parameters
    ----------
    readiness, split, written
        Traits of the panel.
    """
    if readiness is None:
        return render.card("Export", render.notice("Whether the records are ready is being worked out."))
    if not readiness["total"]:
        return render.card("Export", render.notice(EMPTY))
    word = "Ready for training." if readiness["ready"] else "Not ready yet."
    lines = [f"{'blocks' if one['blocking'] else 'worth a look'}: {one['sentence']}" for one in readiness["reasons"]]
    parts = [render.notice(word, "ok" if readiness["ready"] else "far"), render.bullets(lines)]
    return render.card("Export", *parts, *_split_page(split.get("state")), *_files_page(written))


EMPTY = "No records yet: import some, then they can be divided and written to files."


def _split_page(state: dict[str, Any] | None) -> list[render.Html]:
    if state is None:
        return [render.notice("The records are not divided into train and validation yet.")]
    counts = {"train": state["train"], "validation": state["validation"], "groups on both sides": state["straddling"]}
    rows = [{**row, "path": row["path"] or "unassigned"} for row in state["topics"]]
    columns = {"path": "topic", "train": "train", "validation": "validation"}
    return [render.head(f"Split of {state['when']}"), render.facts(counts), render.table(rows, columns, limit=40)]


def _files_page(written: list[dict[str, Any]]) -> list[render.Html]:
    if not written:
        return []
    files = [
        {"file": file["name"], "size": render.size(file["bytes"])} for report in written for file in report["files"]
    ]
    said = [text for report in written for text in report["sentences"]]
    return [render.head("Written"), render.table(files), render.bullets(said)]
