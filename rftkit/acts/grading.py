"""Grade: the rewards that a grader gives to stored outputs, stored rollouts, or the answers in a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages
from rftkit.acts import judging
from rftkit.acts.answers import Answers, answers
from rftkit.acts.grades import Grades, keys
from rftkit.errors import InputError
from rftkit.grade import Graded, Grader, GradeReport
from rftkit.grade.graded import failed
from rftkit.grade.report import COLUMNS
from rftkit.jobs import Control, Job, Progress

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.llm import Estimate, Request
    from rftkit.llm.channel import Price

#: Answers graded at a time; what was graded is kept before the next ones are.
BLOCK = 2_000


@dataclass(frozen=True)
class Scores:
    """Grades of pairs, and what they took.

    Attributes
    ----------
    graded
        One grade for each pair, in their order.
    stored
        Those that were kept from earlier.
    calls, cached_calls, prompt_tokens, completion_tokens, cost_usd
        Of the models that were asked.

    Examples
    --------
    >>> Scores([]).calls
    0
    """

    graded: Sequence[Graded]
    stored: int = 0
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0


def grade(
    ds: Context,
    grader: Grader,
    *,
    on: str | os.PathLike[str] = "outputs",
    ids: Sequence[str] | None = None,
    split: str = "all",
    model: str | None = None,
    run: str | None = None,
    judge: str | None = None,
    approved: bool = False,
    control: Control | None = None,
    **options: Any,
) -> GradeReport:
    """Return the rewards that a grader gives; what it gave before to the same answers is read and not graded again.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    on
        ``outputs`` (of valid records), ``rollouts``, or a file with lines ``{"id", "output_text"}``, maybe with
        ``output_tools`` and ``model``; a record may have several.
    ids
        Only answers to these records.
    split
        Only answers to records of ``train`` or ``validation``.
    model, run
        Of rollouts: only those of this model, or of this run.
    judge
        Asked in place of the models that the grader names.
    approved
        Whether what the judges cost is approved.
    control
        Of the job that this is a part of.
    **options
        Of `score`: base_url, api_key, budget_usd, price_per_million, concurrency, embedder.

    Returns
    -------
    GradeReport
        One row per answer.

    Raises
    ------
    InputError
        The grader cannot be run, or there is nothing to grade.
    ApprovalError
        Asking the judges costs money, and nobody approved it.
    """
    if not isinstance(grader, Grader):
        raise InputError(
            f"grading takes a Grader, not {type(grader).__name__}; make one with rftkit.Grader.preset('numeric_answer'), "
            "Grader.load('grader.json') or Grader.from_dict({...})"
        )
    chosen = grader if judge is None else grader.with_judge(judge)
    chosen.check()
    found = answers(ds, on, ids=ids, split=split, model=model, run=run)
    scores = score(ds, chosen, found.samples, found.items, approved=approved, control=control, **options)
    return _report(chosen, os.fspath(on), found, scores)


def grade_job(
    ds: Context, grader: Grader, *, progress: Callable[[Progress], None] | None = None, **options: Any
) -> Job[GradeReport]:
    """Do what `grade` does in the background; stopped, it leaves what was graded by then.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    progress
        Told how far it is.
    **options
        Of `grade`.
    """
    job = Job(lambda control: grade(ds, grader, control=control, **options), name="grade")
    if progress is not None:
        job.on_progress(progress)
    return job.start()


def estimate(
    ds: Context, grader: Grader, samples: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]], **options: Any
) -> list[Estimate]:
    """Return what grading would take, one estimate for each model; grades that are kept cost nothing.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    samples, items
        The pairs.
    **options
        base_url, price_per_million.
    """
    if not grader.models:
        return []
    names = keys(samples, items)
    open_ = _open(names, Grades(ds.path / "grades", grader).known(names))
    return judging.Judges(ds, **options).estimate(_asked(grader, samples, items, open_))


def _open(names: Sequence[bytes], found: dict[bytes, Graded]) -> list[int]:
    """Return where each pair stands first that has no grade yet."""
    first: dict[bytes, int] = {}
    for place, key in enumerate(names):
        if key not in found:
            first.setdefault(key, place)
    return list(first.values())


def _asked(
    grader: Grader, samples: Sequence[Any], items: Sequence[Any], open_: Sequence[int]
) -> dict[str, list[Request]]:
    return grader.requests([samples[place] for place in open_], [items[place] for place in open_])


def score(
    ds: Context,
    grader: Grader,
    samples: Sequence[dict[str, Any]],
    items: Sequence[dict[str, Any]],
    *,
    approved: bool = False,
    embedder: Any = None,
    base_url: str | None = None,
    api_key: str | None = None,
    budget_usd: float | None = None,
    price_per_million: Price | None = None,
    concurrency: int = 16,
    control: Control | None = None,
) -> Scores:
    """Return the grades of pairs; those that the dataset keeps already are not made again.

    Parameters
    ----------
    ds
        The dataset that keeps grades and answers of models.
    grader
        The grader.
    samples, items
        The pairs (`rftkit.grade.sample`, `rftkit.grade.items`).
    approved
        Whether what the judges cost is approved.
    embedder
        For the metric `cosine`; MiniLM by default.
    base_url, api_key, price_per_million, concurrency
        Of `rftkit.llm.Runner`, for the judges.
    budget_usd
        One cap for all judges together.
    control
        Of the job that this is a part of: told how far it is, and looked at for Stop.

    Raises
    ------
    ApprovalError
        Asking the judges costs money, and nobody approved it.
    """
    grader.check()
    names, kept = keys(samples, items), Grades(ds.path / "grades", grader)
    found = kept.known(names)
    stored, open_ = sum(key in found for key in names), _open(names, found)
    judges = judging.Judges(ds, base_url, api_key, budget_usd, price_per_million, concurrency, control or Control())
    if grader.models and open_:
        judging.approve(judges.estimate(_asked(grader, samples, items, open_)), approved=approved)
    for start in range(0, len(open_), BLOCK):
        block = open_[start : start + BLOCK]
        made = _block(grader, [samples[at] for at in block], [items[at] for at in block], judges, embedder)
        kept.keep([names[at] for at in block], made)
        found.update(zip((names[at] for at in block), made, strict=True))
        judges.control.report(stored + start + len(block), len(names), note="graded", cost_usd=judges.cost_usd)
    counts = (judges.calls, judges.cached_calls, judges.prompt_tokens, judges.completion_tokens, judges.cost_usd)
    return Scores([found[key] for key in names], stored, *counts)


def _block(
    grader: Grader, samples: Sequence[Any], items: Sequence[Any], judges: judging.Judges, embedder: Any
) -> list[Graded]:
    if judges.control.stop.is_set():
        return [failed("stopped", "the grading was stopped before its turn")] * len(samples)
    return grader.grade(samples, items, judges, embedder)


def _report(grader: Grader, on: str, found: Answers, scores: Scores) -> GradeReport:
    return GradeReport(
        _frame(found.about, scores.graded),
        grader.name,
        grader.type,
        grader.fingerprint,
        on,
        calls=scores.calls,
        cached_calls=scores.cached_calls,
        prompt_tokens=scores.prompt_tokens,
        completion_tokens=scores.completion_tokens,
        cost_usd=scores.cost_usd,
        stored=scores.stored,
        skipped=found.skipped,
        problems=found.problems,
    )


def _frame(about: pl.DataFrame, graded: Sequence[Graded]) -> pl.DataFrame:
    said = {
        "reward": [one.reward for one in graded],
        "sub_rewards": [messages.dump(dict(one.sub_rewards)) for one in graded],
        "error": [one.error for one in graded],
        "detail": [one.detail for one in graded],
        "explanation": [one.explanation for one in graded],
    }
    grades = pl.DataFrame(said, schema={name: COLUMNS[name] for name in said})
    return about.select("id", "sample").hstack(grades).hstack(about.drop("id", "sample"))
