"""Grade: the rewards that a grader gives to stored outputs, stored rollouts, or the answers in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages
from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.grade import Graded, Grader, GradeReport, items, sample_of
from rftkit.grade.report import COLUMNS

if TYPE_CHECKING:
    from rftkit.acts.context import Context


@dataclass(frozen=True)
class Answers:
    """Answers that are to be graded, each with its record.

    Parameters
    ----------
    ids, numbers
        Of the record, and of the answer to it.
    samples, items
        The pairs.
    skipped
        Why records have no answer -> how many.
    problems
        What is wrong with lines of a file.

    Examples
    --------
    >>> Answers([], [], [], []).skipped
    {}
    """

    ids: Sequence[str]
    numbers: Sequence[int]
    samples: Sequence[dict[str, Any]]
    items: Sequence[dict[str, Any]]
    skipped: dict[str, int] = field(default_factory=dict)
    problems: tuple[dict[str, Any], ...] = ()


def grade(
    ds: Context, grader: Grader, *, on: str | os.PathLike[str] = "outputs", ids: Sequence[str] | None = None
) -> GradeReport:
    """Return the rewards that a grader gives.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    on
        ``outputs`` (of valid records), ``rollouts``, or a file with lines ``{"id", "output_text"}``.
    ids
        Only these records.

    Raises
    ------
    InputError
        The grader cannot be run, or there is nothing to grade.
    """
    grader.check()
    answers = _outputs(ds, ids)
    graded = grader.grade(answers.samples, answers.items)
    frame = _frame(answers, graded)
    return GradeReport(frame, grader.name, grader.type, grader.fingerprint, str(on), skipped=answers.skipped)


def _outputs(ds: Context, ids: Sequence[str] | None) -> Answers:
    said = reading.labels(ds) if ids is None else reading.labels_of(ds, ids)
    valid = said.filter(pl.col("valid").fill_null(value=True))
    frame = reading.frame(ds, valid)
    made = [sample_of(output) for output in frame["output"]]
    there = pl.Series([one is not None for one in made], dtype=pl.Boolean)
    kept = frame.filter(there)
    if kept.is_empty():
        raise InputError(
            f"none of {frame.height:,} records has an output to grade; grade answers of a model with on=FILE"
        )
    skipped = {"invalid": said.height - valid.height, "no_output": frame.height - kept.height}
    numbers = [0] * kept.height
    return Answers(kept["id"].to_list(), numbers, [one for one in made if one is not None], items(kept), skipped)


def _frame(answers: Answers, graded: Sequence[Graded]) -> pl.DataFrame:
    columns = {
        "id": answers.ids,
        "sample": answers.numbers,
        "reward": [one.reward for one in graded],
        "sub_rewards": [messages.dump(dict(one.sub_rewards)) for one in graded],
        "error": [one.error for one in graded],
        "detail": [one.detail for one in graded],
        "explanation": [one.explanation for one in graded],
    }
    return pl.DataFrame(columns, schema=COLUMNS)
