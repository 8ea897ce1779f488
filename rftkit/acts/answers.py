"""Answers to grade: stored outputs, stored rollouts, or lines of a file, each with the record that it answers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages
from rftkit.acts import reading, rollouts
from rftkit.errors import InputError, NotFoundError
from rftkit.grade import items, sample, sample_of

if TYPE_CHECKING:
    from rftkit.acts.context import Context


@dataclass(frozen=True)
class Answers:
    """Answers that are to be graded, each with its record.

    Attributes
    ----------
    about
        One row per answer: `id` of the record, `sample` (number of the answer to it), and more that is known of it.
    samples, items
        The pairs.
    skipped
        Why records or answers are not graded -> how many.
    problems
        What is wrong with lines of a file: `line` and `problem`.

    Examples
    --------
    >>> len(Answers(pl.DataFrame({"id": []}), [], []))
    0
    """

    about: pl.DataFrame
    samples: Sequence[dict[str, Any]]
    items: Sequence[dict[str, Any]]
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[dict[str, Any], ...] = ()

    def __len__(self) -> int:
        return len(self.samples)


def answers(
    ds: Context,
    on: str | os.PathLike[str] = "outputs",
    *,
    ids: Sequence[str] | None = None,
    split: str = "all",
    model: str | None = None,
    run: str | None = None,
) -> Answers:
    """Return the answers that are to be graded.

    Parameters
    ----------
    ds
        The dataset.
    on
        ``outputs``, ``rollouts``, or a file with lines ``{"id", "output_text"}``.
    ids
        Only those to these records.
    split
        Only those to records of ``train`` or ``validation``.
    model, run
        Of rollouts: only those of this model, or of this run.

    Raises
    ------
    InputError
        There is nothing to grade; the sentence says why.
    """
    chosen = _chosen(ds, ids, split)
    if on == "outputs":
        found = _outputs(ds, chosen)
    elif on == "rollouts":
        found = _rollouts(ds, chosen, model, run)
    else:
        found = _of_file(ds, Path(on).expanduser(), chosen)
    if not found:
        raise InputError(_nothing(on, found, ds))
    return found


def _chosen(ds: Context, ids: Sequence[str] | None, split: str) -> pl.DataFrame:
    """Return the labels of the records that were asked for."""
    said = reading.labels(ds) if ids is None else reading.labels_of(ds, ids)
    if split not in ("train", "validation", "all"):
        raise InputError(f"there is no split {split!r}; take train, validation or all")
    found = said if split == "all" else said.filter(pl.col("split") == split)
    if found.is_empty() and said.height:
        raise InputError(f"no record is in {split}; split the dataset first, or grade all of it")
    return found


def _nothing(on: str | os.PathLike[str], found: Answers, ds: Context) -> str:
    if on == "outputs":
        return "no valid record has an output to grade; grade the answers of a model with on='ANSWERS.jsonl'"
    if on == "rollouts":
        return f'there are no rollouts to grade; collect some with: rftkit dry-run "{ds.path}" --grader G --model M'
    first = next((f": line {one['line']}: {one['problem']}" for one in found.problems), "")
    return f'{str(on)!r} has no answer to grade{first}; a line is {{"id": "...", "output_text": "..."}}'


def _outputs(ds: Context, chosen: pl.DataFrame) -> Answers:
    valid = chosen.filter(pl.col("valid").fill_null(value=True))
    frame = reading.frame(ds, valid)
    made = [sample_of(output) for output in frame["output"]]
    kept = frame.filter(pl.Series([one is not None for one in made], dtype=pl.Boolean))
    about = kept.select("id", pl.lit(0, dtype=pl.Int64).alias("sample"))
    skipped = {"invalid": chosen.height - valid.height, "no_output": frame.height - kept.height}
    return Answers(about, [one for one in made if one is not None], items(kept), _known(skipped))


def _known(skipped: dict[str, int]) -> dict[str, int]:
    return {why: count for why, count in skipped.items() if count}


def _rollouts(ds: Context, chosen: pl.DataFrame, model: str | None, run: str | None) -> Answers:
    stored = rollouts.rollouts(ds, model=model, run=run)
    mine = stored.filter(pl.col("id").is_in(chosen["id"].implode()))
    frame = reading.frame(ds, chosen.filter(pl.col("id").is_in(mine["id"].unique().implode())))
    keyed = mine.join(frame.select("id", "exact_key"), on="id", how="left", maintain_order="left")
    current = keyed.filter(pl.col("prompt_key").is_null() | pl.col("prompt_key").eq_missing(pl.col("exact_key")))
    said = current.filter(pl.col("error").is_null())
    skipped = {"edited_since": mine.height - current.height, "no_answer": current.height - said.height}
    pairs = zip(said["output_text"], said["output_tools"], strict=True)
    samples = [sample(text, messages.load(tools)) for text, tools in pairs]
    about = said.select("id", "sample", "model", "settings", "run")
    return Answers(about, samples, _each(frame, said["id"]), _known(skipped))


def _each(frame: pl.DataFrame, ids: pl.Series) -> list[dict[str, Any]]:
    """Return the item of each id; each record's is made once."""
    made = dict(zip(frame["id"], items(frame), strict=True))
    return [made[id_] for id_ in ids]


def _of_file(ds: Context, path: Path, chosen: pl.DataFrame) -> Answers:
    from rftkit.formats.sources import lines_of, open_plain

    if not path.is_file():
        raise NotFoundError(f"there is no file {str(path)!r}; give outputs, rollouts, or a file with lines of answers")
    known = set(reading.labels(ds)["id"])
    with open_plain(path) as stream:
        read = [_line(number, raw, known) for number, raw in enumerate(lines_of(path, stream), 1) if raw.strip()]
    problems = tuple(one for one in read if "problem" in one)
    wanted = set(chosen["id"])
    rows = [one for one in read if "problem" not in one and one["id"] in wanted]
    about = pl.DataFrame(
        {name: [row[name] for row in rows] for name in ("id", "line", "model")},
        schema={"id": pl.String, "line": pl.Int64, "model": pl.String},
    )
    # several answers to one record are numbered in the order of their lines
    numbered = about.select("id", pl.int_range(pl.len()).over("id").alias("sample"), "line", "model")
    frame = reading.frame(ds, reading.labels(ds).filter(pl.col("id").is_in(about["id"].unique().implode())))
    skipped = _known({"not_asked_for": len(read) - len(problems) - len(rows)})
    return Answers(numbered, [row["sample"] for row in rows], _each(frame, about["id"]), skipped, problems)


def _line(number: int, raw: bytes, known: set[str]) -> dict[str, Any]:
    from rftkit.formats.exact import UnreadableError
    from rftkit.formats.lines import read_line

    try:
        value = read_line(raw).value
    except UnreadableError as wrong:
        return {"line": number, "problem": f"it is no JSON: {wrong}"}
    problem = next(_wrong(value, known), None)
    if problem is not None:
        return {"line": number, "problem": problem}
    model = value.get("model")
    return {
        "id": str(value["id"]),
        "line": number,
        "model": model if isinstance(model, str) else None,
        "sample": _sample(value),
    }


def _wrong(value: Any, known: set[str]) -> Iterator[str]:
    """Yield what keeps a line from being an answer."""
    if not isinstance(value, dict):
        yield "it is no object"
        return
    id_ = value.get("id")
    if isinstance(id_, bool) or not isinstance(id_, str | int):
        yield "it has no id" if id_ is None else "its id is no text"
    elif str(id_) not in known:
        yield f"no record has the id {str(id_)!r}"
    text, tools = value.get("output_text"), value.get("output_tools")
    if text is not None and not isinstance(text, str):
        yield "its output_text is no text"
    if tools is not None and not isinstance(tools, list):
        yield "its output_tools are no list"
    if text is None and tools is None and _sample(value) is None:
        yield "it has no output_text" if "output" not in value else "its output is no answer of an assistant"


def _sample(value: dict[str, Any]) -> dict[str, Any] | None:
    if value.get("output_text") is None and value.get("output_tools") is None:
        return sample_of(messages.dump(value["output"])) if value.get("output") is not None else None
    return sample(value.get("output_text"), value.get("output_tools"))
