"""Commands about records: import, sanitize, records, split, export, history, undo."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from rftkit.cli.common import (
    as_json,
    counted,
    dataset_argument,
    emit,
    existing,
    ids_of,
    new_or_existing,
    number,
    pairs_of,
    records_as_json,
    table,
)
from rftkit.errors import InputError


@click.command("import")
@dataset_argument
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "format_", metavar="F", help="Read as this format instead of detecting it.")
@click.option("--replace", is_flag=True, help="Remove the records that are there first (undo brings them back).")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Where a field is, e.g. input=question.")
@click.option("--mixed", is_flag=True, help="Also read lines of another shape than the file's majority.")
@click.option("--no-fold", is_flag=True, help="Keep every growing prefix of a conversation as a record of its own.")
@as_json
def import_(
    dataset: Path,
    paths: tuple[str, ...],
    format_: str | None,
    replace: bool,
    mapping: tuple[str, ...],
    mixed: bool,
    no_fold: bool,
    as_json: bool,
) -> None:
    """Read files, folders and globs (.gz and .zst too) into DATASET, which is made when missing."""
    ds = new_or_existing(dataset)
    report = ds.import_(
        *paths,
        format=format_,
        mapping=pairs_of(mapping, "--map"),
        mixed=mixed,
        fold=not no_fold,
        replace=replace,
    )
    emit(report.to_dict(), as_json=as_json, lines=_import_lines(report.to_dict(), dataset))


def _import_lines(told: dict[str, Any], dataset: Path) -> Iterator[str]:
    yield f"read {number(told['read'])} lines: " + ", ".join(
        f"{number(told[key])} {words}"
        for key, words in (
            ("added", "added"),
            ("duplicates_skipped", "imported before"),
            ("folded", "folded into a longer one"),
            ("blank", "blank"),
            ("unreadable", "unreadable (kept)"),
        )
        if told[key] or key == "added"
    )
    yield "formats: " + ", ".join(f"{name} {number(count)}" for name, count in told["formats"].items())
    yield from told["sentences"]
    yield f"next: rftkit sanitize {shlex.quote(str(dataset))}"


@click.command()
@dataset_argument
@click.option("--max-tokens", type=click.IntRange(min=1), default=32_000, show_default=True)
@click.option("--near-duplicates", type=click.FloatRange(0.2, 1.0), default=0.7, show_default=True, metavar="T")
@click.option("--model", help="Count tokens as this model does.")
@as_json
def sanitize(dataset: Path, max_tokens: int, near_duplicates: float, model: str | None, as_json: bool) -> None:
    """Judge every record: valid or not, and why. Flags, never deletes."""
    ds = existing(dataset)
    told = ds.sanitize(max_tokens=max_tokens, near_duplicates=near_duplicates, model=model).to_dict()
    told["dataset_version"] = ds.version
    emit(told, as_json=as_json, lines=_sanitize_lines(told, dataset))


def _sanitize_lines(told: dict[str, Any], dataset: Path) -> Iterator[str]:
    yield (
        f"{number(told['total'])} records: {number(told['valid'])} valid, {number(told['invalid'])} invalid "
        f"(of them {number(told['duplicates'])} duplicates), {number(told['repaired'])} repaired"
    )
    if told["errors_by_code"]:
        yield "errors:"
        yield from counted(told["errors_by_code"])
    if told["warnings_by_code"]:
        yield "warnings (the records stay valid):"
        yield from counted(told["warnings_by_code"])
    for advice in told.get("advice", []):
        yield f"advice: {advice['sentence']}"
    yield f"see them: rftkit records {shlex.quote(str(dataset))} list --where 'NOT valid'"


@click.group()
@dataset_argument
@click.pass_context
def records(context: click.Context, dataset: Path) -> None:
    """Look at records and change them."""
    context.obj = existing(dataset)


@records.command("list")
@click.option("--where", help="SQL over the columns, e.g. \"topic = 'refunds' AND NOT valid\".")
@click.option("--search", help="Only records with this text.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@as_json
@click.pass_obj
def list_(ds: Any, where: str | None, search: str | None, limit: int, as_json: bool) -> None:
    """List records."""
    found = ds.records(where=where, search=search)
    shown = found.head(limit)
    told = {"records": records_as_json(shown) if as_json else [], "total": found.height, "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=_record_lines(shown, found.height))


def _record_lines(shown: Any, total: int) -> Iterator[str]:
    from rftkit.messages import last_user_text

    texts = shown.select("id", "topic", "valid", "errors", last_user_text()).rows()
    rows = [(str(row[0])[:28], _state(row[2], row[3]), row[1] or "unassigned", _short(row[4])) for row in texts]
    yield from table(rows, header=("id", "state", "topic", "last user turn"), left=4)
    yield f"{number(shown.height)} of {number(total)}"


def _state(valid: bool | None, errors: Sequence[str] | None) -> str:
    if valid is None:
        return "not sanitized"
    return "valid" if valid else ",".join(errors or ())


def _short(text: str | None, width: int = 70) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text or "").split())
    return line if len(line) <= width else line[: width - 1] + "…"


@records.command()
@click.argument("id")
@as_json
@click.pass_obj
def show(ds: Any, id: str, as_json: bool) -> None:
    """Show one record, whole."""
    told = records_as_json(ds.records([id]))
    emit({"records": told, "total": 1, "dataset_version": ds.version}, as_json=as_json, lines=[_pretty(told[0])])


def _pretty(record: Any) -> str:
    import msgspec

    text = bytes(record).decode()
    try:
        return msgspec.json.format(text, indent=2)
    except (RecursionError, msgspec.DecodeError):  # nested too deeply to be laid out
        return text


@records.command()
@click.argument("id")
@click.option("--file", "file", required=True, help="JSON with messages, and tools, tool_choice, output, metadata.")
@as_json
@click.pass_obj
def edit(ds: Any, id: str, file: str, as_json: bool) -> None:
    """Change a record; undo brings the old one back."""
    from rftkit.acts.taxonomy import read_json

    value = read_json(file)
    changed = ds.edit(id, **_changes(value, file))
    told = {"records": records_as_json(changed), "total": 1, "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=_record_lines(changed, 1))


def _changes(value: Any, file: str) -> dict[str, Any]:
    if isinstance(value, list):
        return {"messages": value}
    if not isinstance(value, dict):
        raise InputError(f"{file} holds neither a list of messages nor an object with messages, tools, output, ...")
    whole = {**value, **value["input"]} if isinstance(value.get("input"), dict) else value
    known = ("messages", "tools", "tool_choice", "output", "metadata")
    return {name: whole[name] for name in known if name in whole}


@records.command()
@click.argument("ids", nargs=-1, required=True)
@as_json
@click.pass_obj
def delete(ds: Any, ids: tuple[str, ...], as_json: bool) -> None:
    """Remove records; undo brings them back."""
    gone = ds.delete(ids_of((), ids))
    told = {"records": [], "deleted": gone, "total": ds.labels().height, "dataset_version": ds.version}
    emit(
        told,
        as_json=as_json,
        lines=[f"removed {number(gone)} records; bring them back with: rftkit undo {shlex.quote(str(ds.path))}"],
    )


@records.command()
@click.argument("topic")
@click.argument("ids", nargs=-1, required=True)
@as_json
@click.pass_obj
def assign(ds: Any, topic: str, ids: tuple[str, ...], as_json: bool) -> None:
    """Put records under a topic by hand; "unassigned" takes them out of every topic."""
    changed = ds.assign(ids_of((), ids), None if topic == "unassigned" else topic)
    told = {"records": [], "assigned": changed, "total": ds.labels().height, "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=[f"{number(changed)} records are now under {topic}"])


@click.command()
@dataset_argument
@click.option("--train", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.9, show_default=True)
@click.option("--stratify", type=click.Choice(["topic", "none"]), default="topic", show_default=True)
@click.option("--generated-in-validation", is_flag=True, help="Generated records may be in validation.")
@click.option("--min-validation", type=click.IntRange(min=0), help="At least so many records in validation.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--keep/--no-keep",
    default=None,
    help="Keep the records of validation there; by default they stay where the options are those of the last split.",
)
@click.option(
    "--frozen/--not-frozen",
    default=None,
    help="Keep validation exactly as it is: no record comes to it; by default as at the last split.",
)
@as_json
def split(
    dataset: Path,
    train: float,
    stratify: str,
    generated_in_validation: bool,
    min_validation: int | None,
    seed: int,
    keep: bool | None,
    frozen: bool | None,
    as_json: bool,
) -> None:
    """Split the valid records into train and validation without leaks."""
    ds = existing(dataset)
    result = ds.split(
        train=train,
        stratify=stratify,
        generated_in_validation=generated_in_validation,
        min_validation=min_validation,
        seed=seed,
        keep=keep,
        frozen=frozen,
    )
    told = {**result.to_dict(), "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=_split_lines(told, dataset))


def _split_lines(told: dict[str, Any], dataset: Path) -> Iterator[str]:
    yield (
        f"train {number(told['train'])}, validation {number(told['validation'])}; straddling groups "
        f"{number(told['straddling_groups'])}, left out {number(told['left_out'])}"
    )
    if told["kept"] is not None:
        yield f"{number(told['kept'])} records of validation stayed there (--no-keep draws them anew)"
    yield from (f"warning: {sentence}" for sentence in told["warnings"])
    rows = [(topic, number(n["train"]), number(n["validation"])) for topic, n in told["by_topic"].items()]
    yield from table(rows, header=("topic", "train", "validation"))
    yield f"next: rftkit export {shlex.quote(str(dataset))} train.jsonl --split train"


@click.command()
@dataset_argument
@click.argument("out")
@click.option("--format", "format_", default="openai-rft", show_default=True, metavar="F")
@click.option("--split", "split_", type=click.Choice(["train", "validation", "all"]), default="all", show_default=True)
@click.option("--columns", metavar="A,B", help="Keys beside the prompt, for graders; all of the source's by default.")
@click.option("--licence", metavar="L", help="For the dataset card beside a split, e.g. cc-by-4.0.")
@click.option("--excel-safe", is_flag=True, help="Alter cells that a spreadsheet would run as formulas.")
@click.option("--keep-existing", is_flag=True, help="Refuse where a file of this name is there already.")
@as_json
def export(
    dataset: Path,
    out: str,
    format_: str,
    split_: str,
    columns: str | None,
    licence: str | None,
    excel_safe: bool,
    keep_existing: bool,
    as_json: bool,
) -> None:
    """Write records to a file for a trainer."""
    report = existing(dataset).export(
        out,
        format=format_,
        split=split_,
        columns=None if columns is None else [name for part in columns.split(",") if (name := part.strip())],
        licence=licence,
        excel_safe=excel_safe,
        overwrite=not keep_existing,
    )
    emit(report.to_dict(), as_json=as_json, lines=_export_lines(report.to_dict()))


def _export_lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"wrote {number(told['written'])} records to {told['path']} ({told['format']}), skipped {number(told['skipped'])}"
    yield from counted(told.get("skipped_reasons", {}))
    yield from (f"warning: {sentence}" for sentence in told.get("warnings", []))
    if told["replaced"]:
        yield "replaced what was there before: " + ", ".join(told["replaced"])
    others = [file for file in told.get("files", []) if file != told["path"]]
    if others:
        yield "beside it: " + ", ".join(others)


@click.command()
@dataset_argument
@as_json
def history(dataset: Path, as_json: bool) -> None:
    """List the versions of DATASET."""
    from rftkit.messages import load

    ds = existing(dataset)
    rows = [
        {**row, "configuration": load(row["configuration"]), "counts": load(row["counts"])}
        for row in ds.history().iter_rows(named=True)
    ]
    cells = [(str(row["version"]), row["when"], row["step"], _summary(row["counts"])) for row in rows]
    emit(
        {"versions": rows, "dataset_version": ds.version},
        as_json=as_json,
        lines=table(cells, header=("version", "when", "step", "counts"), left=4),
    )


def _summary(counts: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {number(value)}" for name, value in counts.items() if value and not isinstance(value, dict)
    )


@click.command()
@dataset_argument
@click.option("--to", type=click.IntRange(min=0), help="The version to go back to; the one before by default.")
@as_json
def undo(dataset: Path, to: int | None, as_json: bool) -> None:
    """Take the last step back; undoing can be undone with --to."""
    ds = existing(dataset)
    before = ds.version
    target = ds.undo(to)
    told = {"content_of": target, "dataset_version": ds.version}
    forward = f"rftkit undo {shlex.quote(str(dataset))} --to {before}"
    line = f"the dataset is as it was at version {target}; go forward again with: {forward}"
    emit(told, as_json=as_json, lines=[line])


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@as_json
def datasets(folder: Path, as_json: bool) -> None:
    """List the datasets of FOLDER with their counts, scores and what to do next."""
    from rftkit.acts.folder import datasets as listed

    rows = listed(folder).to_dicts()
    cells = [
        (
            row["name"],
            row["when"][:16],
            "damaged, see below" if row["problem"] else _short(row["next_act"]),
            number(row["records"]),
            number(row["balance"]),
            number(row["target_fit"]),
        )
        for row in rows
    ]
    header = ("dataset", "last change", "next", "records", "balance", "target fit")
    bad = [f"damaged: {row['problem']}" for row in rows if row["problem"]]
    emit({"datasets": rows}, as_json=as_json, lines=[*table(cells, header=header, left=3), *bad])


COMMANDS = (import_, sanitize, records, split, export, history, undo, datasets)
