"""What lies beside an exported file: its manifest, its dataset card, and lines that could not be read.

The manifest proves which records a split has. Each record's hash is taken over its prompt in canonical JSON: the object
of `messages` and, where there are any, `tools`, with sorted keys, no white space and no escapes beyond JSON's own, in
UTF-8: `json.dumps(prompt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`. It is the same for every format.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.files import replacing, sha256
from rftkit.formats.writing.prompts import offered_tools

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_manifest(frame: pl.DataFrame, file: Path, about: Mapping[str, Any]) -> Path:
    """Write `<file>.manifest.json`: which records the file has, with hashes.

    Parameters
    ----------
    frame
        The records of the file, in its order.
    file
        The file, already written.
    about
        dataset, split, seed, format, version.

    Returns
    -------
    Path
        Where it is.

    Examples
    --------
    >>> import tempfile
    >>> from rftkit.formats.writing.prompts import complete
    >>> file = Path(tempfile.mkdtemp()) / "train.jsonl"
    >>> _ = file.write_text("{}")
    >>> frame = complete(pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> json.loads(write_manifest(frame, file, {"split": "train"}).read_text())["count"]
    1
    """
    records = [{"id": id_, "sha256": digest} for id_, digest in zip(frame["id"], digests(frame), strict=True)]
    manifest = {**about, "file": file.name, "count": len(records), "sha256": sha256(file), "records": records}
    path = file.with_name(f"{file.name}.manifest.json")
    _write(path, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return path


def digests(frame: pl.DataFrame) -> Iterator[str]:
    """Yield the SHA-256 of each record's prompt in canonical JSON.

    Parameters
    ----------
    frame
        Columns `messages` and `tools`.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> frame = complete(pl.DataFrame({"messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> prompt = '{"messages":[{"content":"Hi","role":"user"}]}'
    >>> next(digests(frame)) == hashlib.sha256(prompt.encode()).hexdigest()
    True
    """
    prompt = text.braced(text.members({"messages": text.messages_json(), "tools": offered_tools()}))
    for part in frame.iter_slices(50_000) if frame.height else ():
        for source in part.select(prompt).to_series():
            yield hashlib.sha256(_canonical(source).encode()).hexdigest()


def _canonical(source: str) -> str:
    try:
        return json.dumps(json.loads(source), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except RecursionError:  # nested deeper than Python can hold: its text as it is
        return source


def write_card(
    frame: pl.DataFrame, file: Path, about: Mapping[str, Any], warnings: Sequence[str], licence: str | None = None
) -> Path:
    """Write `<file>.card.md`: what the file is, for people and for dataset hubs.

    Parameters
    ----------
    frame
        The records of the file.
    file
        The file.
    about
        dataset, split, seed, format, version.
    warnings
        Sentences about what the reader of the file should know.
    licence
        The licence; unknown when not given.

    Returns
    -------
    Path
        Where it is.

    Examples
    --------
    >>> import tempfile
    >>> from rftkit.formats.writing.prompts import complete
    >>> frame = complete(pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> file = Path(tempfile.mkdtemp()) / "train.jsonl"
    >>> card = write_card(frame, file, {"dataset": "bank", "split": "train", "format": "trl"}, [])
    >>> card.read_text().splitlines()[:2]
    ['---', 'license: "unknown"']
    """
    path = file.with_name(f"{file.name}.card.md")
    sections = [
        _header(frame, file, about, licence),
        f"# {_plain(about['dataset'])}: {about['split']}",
        _what(frame, file, about),
        "## Topics\n\n" + _topics(frame),
        "## Sources\n\n" + _sources(frame),
        "## Warnings\n\n" + ("\n".join(f"* {_plain(sentence)}" for sentence in warnings) or "None."),
        "## Licence\n\n" + (_plain(licence) if licence else "Unknown: nobody named one when this file was written."),
    ]
    _write(path, "\n\n".join(sections) + "\n")
    return path


def _header(frame: pl.DataFrame, file: Path, about: Mapping[str, Any], licence: str | None) -> str:
    size = next((name for limit, name in _SIZES if frame.height < limit), "n>1M")
    lines = (
        f"license: {json.dumps(licence or 'unknown')}",
        f"pretty_name: {json.dumps(str(about['dataset']), ensure_ascii=False)}",
        "task_categories:\n- text-generation",
        "tags:\n- reinforcement-fine-tuning\n- rftkit",
        f"size_categories:\n- {size}",
        "configs:\n- config_name: default\n  data_files:",
        f"  - split: {about['split']}\n    path: {json.dumps(file.name)}",
    )
    return "---\n" + "\n".join(lines) + "\n---"


def _what(frame: pl.DataFrame, file: Path, about: Mapping[str, Any]) -> str:
    generated = int(frame["generated"].fill_null(False).sum())
    share = generated / frame.height if frame.height else 0.0
    seed = "" if about.get("seed") is None else f" with seed {about['seed']}"
    version = "" if about.get("version") is None else f", version {about['version']}"
    return (
        f"Prompts for reinforcement fine-tuning: the {about['split']} split{seed} of the dataset "
        f"{_plain(about['dataset'])}{version}, as {about['format']} in `{file.name}`.\n\n"
        f"* records: {frame.height:,}\n"
        f"* generated: {generated:,} ({share:.1%}); the others come from traces\n"
        f"* with tools: {frame.select(offered_tools().is_not_null().sum()).item():,}\n"
        f"* with more than one user turn: {_multi_turn(frame):,}"
    )


def _multi_turn(frame: pl.DataFrame) -> int:
    from rftkit.messages import turns

    return int(frame.select((turns() > 1).sum()).item())


def _topics(frame: pl.DataFrame) -> str:
    topic = pl.col("topic").fill_null("(unassigned)")
    counts = frame.group_by(topic).len().sort("len", "topic", descending=[True, False])
    rows = [f"| {_plain(topic)} | {count:,} | {count / frame.height:.1%} |" for topic, count in counts.iter_rows()]
    return "\n".join(["| topic | records | share |", "| --- | ---: | ---: |", *rows])


def _sources(frame: pl.DataFrame) -> str:
    name = pl.when(pl.col("generated").fill_null(False)).then(
        pl.format("generated: {} by {}", pl.col("strategy").fill_null("?"), pl.col("model").fill_null("?"))
    )
    source = name.otherwise(pl.col("origin").struct.field("file").fill_null("(not from a file)"))
    counts = frame.group_by(source.alias("source")).len().sort("len", "source", descending=[True, False])
    return "\n".join(f"* {_plain(source)}: {count:,}" for source, count in counts.iter_rows()) or "None."


def _plain(value: object) -> str:
    """Return text that Markdown shows as it is, in one line."""
    line = " ".join(str(value).split())
    return "".join(f"\\{sign}" if sign in "\\`*_|[]<>#" else sign for sign in line)


def write_unreadable(unreadable: pl.DataFrame, file: Path) -> Path:
    r"""Write `<file>.unreadable.jsonl`: lines that could not be read, with their bytes.

    Parameters
    ----------
    unreadable
        Columns of `schema.UNREADABLE`.
    file
        The file they lie beside.

    Returns
    -------
    Path
        Where it is. Bytes that are no UTF-8 stand under `raw_base64` instead of `raw`.

    Examples
    --------
    >>> import tempfile
    >>> row = {"file": "a.jsonl", "line": 3, "reason": "truncated", "raw": b"{"}
    >>> write_unreadable(pl.DataFrame([row]), Path(tempfile.mkdtemp()) / "all.jsonl").read_text()
    '{"file": "a.jsonl", "line": 3, "reason": "truncated", "raw": "{"}\n'
    """
    path = file.with_name(f"{file.name}.unreadable.jsonl")
    rows = ({**row, **_bytes(row["raw"])} for row in unreadable.select("file", "line", "reason", "raw").to_dicts())
    lines = [json.dumps({key: value for key, value in row.items() if value is not None}) + "\n" for row in rows]
    _write(path, "".join(lines))
    return path


def _bytes(raw: bytes) -> dict[str, str | None]:
    try:
        return {"raw": raw.decode()}
    except UnicodeDecodeError:
        return {"raw": None, "raw_base64": base64.b64encode(raw).decode()}


def _write(path: Path, content: str) -> None:
    with replacing(path) as file:
        file.write(content.encode())
