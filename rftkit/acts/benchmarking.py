"""Benchmark: a file of records that both models of a job answer, kept in the job's folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import polars as pl

from rftkit import messages
from rftkit.acts import answering, importing, reading, rolling, sanitizing
from rftkit.acts.answering import SIDES, How
from rftkit.acts.context import Context
from rftkit.acts.dry_grading import grader_of
from rftkit.acts.resulting import graded, job_of, records_of
from rftkit.acts.rolling import Settings
from rftkit.acts.training_job import TrainingJob
from rftkit.errors import InputError
from rftkit.results import Results, compare
from rftkit.train.state import JobFolder


def benchmark(
    ds: Context,
    path: str | os.PathLike[str],
    job: TrainingJob | str | None = None,
    *,
    grader: Any = None,
    models: dict[str, str] | None = None,
    temperature: float = 0.0,
    max_tokens: int = rolling.MAX_TOKENS,
    approved: bool = False,
    **options: Any,
) -> Results:
    """Run a file of records on the models before and after training, and return what changed there.

    The records and the answers are kept in the job's folder: the same benchmark again asks nothing.

    Parameters
    ----------
    ds
        The dataset.
    path
        Records with what the grader needs, in any format that ``ds.import_`` reads.
    job
        The job or its id; the newest by default.
    grader
        Of the benchmark; the one that trained by default.
    models
        ``before`` and ``after`` as litellm names them; by default those of the job. Models of this machine are served
        here for as long as it takes.
    temperature, max_tokens
        How to ask.
    approved
        Whether the cost is approved.
    **options
        Of `rftkit.acts.answering.How`: rollouts, api_key, base_url, price_per_million, budget_usd.

    Raises
    ------
    InputError
        The file has no record to ask.
    """
    folder = job_of(ds, job).folder
    rules = grader_of(folder.read()["grader"] if grader is None else grader)
    bench, ids = _bench(folder, Path(path))
    how = How(settings=Settings(temperature, max_tokens), approved=approved, **options)
    if models is not None or folder.read()["backend"] != "trl":
        answering.approve(bench, models or answering.named(folder), how.server(folder.read()), ids, how)
    sides = {}
    for which in SIDES:
        said = answering.ask(bench, folder, which, models, ids, how).frame.filter(pl.col("error").is_null())
        answers = said.select("id", "sample", "output_text", "output_tools")
        sides[which] = graded(bench, bench, rules, answers, approved, {})
    about = {"job": folder.id, "benchmark": Path(path).name, "grader": rules.name, "base": folder.read().get("base")}
    told = {**about, "grader_fingerprint": rules.fingerprint}
    return compare(sides["before"], sides["after"], _topics(bench, ids), told)


def _bench(folder: JobFolder, path: Path) -> tuple[Context, list[str]]:
    """Return the dataset of a benchmark, imported once, and its valid records; its name has the hash of its content."""
    if not path.is_file():
        raise InputError(f"there is no benchmark file {str(path)!r}; give a file of records, such as test.jsonl")
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    made = Context(folder.path / "benchmarks" / f"{path.name.split('.')[0]}-{content}.rft")
    if made.version == 0:
        importing.import_(made, path)
        sanitizing.sanitize(made)
    ids = reading.labels(made).filter(pl.col("valid").fill_null(value=True))["id"].to_list()
    if not ids:
        raise InputError(
            f"{str(path)!r} has no valid record to ask; look at it in a dataset of its own, with ds.import_"
        )
    return made, ids


def _topics(bench: Context, ids: list[str]) -> pl.DataFrame:
    texts = records_of(bench, ids).select("id", messages.last_user_text().alias("text"))
    return reading.labels(bench).select("id", "topic").join(texts, on="id", how="inner", maintain_order="left")
