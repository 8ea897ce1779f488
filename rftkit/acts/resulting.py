"""Results: what a job changed, from the answers and grades that are kept; and several jobs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from rftkit import messages
from rftkit.acts import grading, reading
from rftkit.acts.answering import SIDES
from rftkit.acts.context import Context
from rftkit.acts.dry_grading import grader_of
from rftkit.acts.training_job import TrainingJob
from rftkit.errors import InputError
from rftkit.grade import Grader, items, sample
from rftkit.results import Results, Runs, compare, side_by_side
from rftkit.train.state import JobFolder


def results(
    ds: Context,
    job: TrainingJob | str | None = None,
    *,
    grader: Any = None,
    judge: str | None = None,
    approved: bool = False,
    **options: Any,
) -> Results:
    """Return what a job changed on the validation set, from answers and grades that are kept; no model is asked.

    Answers of a local job are kept when it ends; those of a service are collected with ``ds.evaluate(job)``. Grades are
    kept too: only answers that this grader never saw are graded, and only a judge among graders costs anything.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default.
    grader
        Another grader than the one that trained.
    judge
        Asked in place of the models that the grader names.
    approved
        Whether what judges cost is approved.
    **options
        Of `rftkit.acts.grading.score`, for judges.

    Raises
    ------
    InputError
        There are no answers to compare yet.
    """
    folder = job_of(ds, job).folder
    told = folder.read()
    rules = grader_of(told["grader"] if grader is None else grader, judge)
    then = _then(ds, told["dataset_version"])
    sides = {which: graded(ds, then, rules, _answers(folder, which), approved, options) for which in SIDES}
    ids = sides["after"]["id"].unique().to_list()
    return compare(sides["before"], sides["after"], _topics(ds, then, ids), _about(told, rules))


def compare_jobs(ds: Context, jobs: Sequence[TrainingJob | str] | None = None, **options: Any) -> Runs:
    """Return the results of several jobs beside each other, the one with the highest reward after training first.

    Parameters
    ----------
    ds
        The dataset.
    jobs
        Jobs or their ids; all that have results by default.
    **options
        As `results` takes them.
    """
    chosen = [job_of(ds, job) for job in jobs] if jobs is not None else _finished(ds)
    return side_by_side([results(ds, job, **options) for job in chosen])


def _finished(ds: Context) -> list[TrainingJob]:
    from rftkit.acts.training import jobs

    return [job for job in jobs(ds) if all(not job.folder.rollouts(which).is_empty() for which in SIDES)]


def job_of(ds: Context, job: TrainingJob | str | None) -> TrainingJob:
    """Return the job that was meant.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default.
    """
    return job if isinstance(job, TrainingJob) else TrainingJob(ds, job)


def _then(ds: Context, version: int) -> Context:
    """Return the dataset as a job saw it: the one that is open, where its records have not changed since."""
    now, old = ds.line, ds.store.at(version)
    same = all(
        (now.tables.get(part), now.files.get(part)) == (old.tables.get(part), old.files.get(part)) for part in _READ
    )
    return ds if same else Context(ds.path, version=version)


def _answers(folder: JobFolder, which: str) -> pl.DataFrame:
    found = folder.rollouts(which)
    if not found.is_empty():
        return found
    state, backend = (folder.read()[name] for name in ("state", "backend"))
    if state != "succeeded":
        raise InputError(f"{folder.id} is {state} and has no answers {which} training to compare yet")
    if backend == "trl":
        raise InputError(f"{folder.id} kept no answers {which} training; train again with ds.train(...)")
    raise InputError(
        f"the models of {folder.id} were not asked the validation prompts yet; have them answer with "
        f"ds.evaluate({folder.id!r}, approved=True), or: rftkit results DATASET --evaluate --yes"
    )


def graded(
    ds: Context, then: Context, rules: Grader, answers: pl.DataFrame, approved: bool, options: dict[str, Any]
) -> pl.DataFrame:
    """Return answers with their rewards; those to records that are gone are left out.

    Parameters
    ----------
    ds
        The dataset that keeps grades.
    then
        The dataset whose records were answered.
    rules
        The grader.
    answers
        `id`, `sample`, `output_text`, `output_tools`.
    approved
        Whether what judges cost is approved.
    options
        Of `rftkit.acts.grading.score`.
    """
    frame = records_of(then, answers["id"].unique().to_list())
    made = dict(zip(frame["id"], items(frame), strict=True))
    known = answers.filter(pl.col("id").is_in(frame["id"].implode()))
    pairs = zip(known["output_text"], known["output_tools"], strict=True)
    samples = [sample(text, messages.load(tools)) for text, tools in pairs]
    given = [made[id_] for id_ in known["id"]]
    scores = grading.score(ds, rules, samples, given, approved=approved, **options)
    rewards = pl.Series("reward", [one.reward for one in scores.graded], dtype=pl.Float64)
    errors = pl.Series("error", [one.error for one in scores.graded], dtype=pl.String)
    return known.hstack([rewards, errors])


_READ = ("records", "labels", "topics.json")


def records_of(then: Context, ids: list[str]) -> pl.DataFrame:
    """Return the records of these ids that there are.

    Parameters
    ----------
    then
        The dataset.
    ids
        Of records.
    """
    kept: dict[frozenset[str], pl.DataFrame] = then.remember("records of answers", _READ, dict)
    found = kept.get(frozenset(ids))
    if found is None:  # before, after and topics ask for the same, which lie all over the table
        said = reading.labels(then).filter(pl.col("id").is_in(pl.Series(ids, dtype=pl.String).implode()))
        found = reading.frame(then, said)
        kept.clear()
        kept[frozenset(ids)] = found
    return found


def _topics(ds: Context, then: Context, ids: list[str]) -> pl.DataFrame:
    """Return topic and text of prompts: the topic as it is called in the version that is read, the text as it was."""
    there = pl.Series("id", ids, dtype=pl.String)
    topics = reading.labels(ds).filter(pl.col("id").is_in(there.implode())).select("id", "topic")
    texts = records_of(then, ids).select("id", messages.last_user_text().alias("text"))
    return texts.join(topics, on="id", how="left", maintain_order="left")


def _about(told: dict[str, Any], rules: Grader) -> dict[str, Any]:
    models = told.get("models", {})
    return {
        "job": told["id"],
        "backend": told["backend"],
        "base": told.get("base"),
        "grader": rules.name,
        "grader_fingerprint": rules.fingerprint,
        "seed": told.get("seed"),
        "checkpoint": told.get("checkpoint"),
        "model_before": models.get("before") or told.get("base"),
        "model_after": models.get("after") or told.get("checkpoint"),
        "dataset_version": told["dataset_version"],
    }
