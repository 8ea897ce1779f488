"""Evaluate: the models of a job answer the validation prompts, or those of a benchmark, before and after training."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from rftkit import messages
from rftkit.acts import reading, rolling
from rftkit.acts.context import Context
from rftkit.acts.resulting import SIDES, graded, job_of, records_of
from rftkit.acts.rolling import Settings
from rftkit.acts.training_job import TrainingJob
from rftkit.errors import ApprovalError, InputError
from rftkit.results import Results, compare
from rftkit.train.state import JobFolder


@dataclass(frozen=True)
class Evaluation:
    """Answers that were collected.

    Attributes
    ----------
    answers
        Before and after -> how many are kept.
    calls, cached_calls
        Sent, and remembered.
    cost_usd
        Measured; None where a price is unknown.
    models
        Before and after -> who answered.

    Examples
    --------
    >>> Evaluation({"before": 10, "after": 10}, 20, 0, None, {"before": "a", "after": "b"})
    Evaluation(10 answers of a, 10 of b: 20 calls)
    """

    answers: dict[str, int]
    calls: int
    cached_calls: int
    cost_usd: float | None
    models: dict[str, str]

    def __repr__(self) -> str:
        told = ", ".join(
            f"{self.answers[which]:,}{' answers' if which == 'before' else ''} of {self.models[which]}"
            for which in SIDES
        )
        return f"Evaluation({told}: {self.calls:,} calls)"

    def to_dict(self) -> dict[str, Any]:
        """Return the values."""
        return dict(vars(self))


def evaluate(
    ds: Context,
    job: TrainingJob | str | None = None,
    *,
    rollouts: int = 1,
    models: dict[str, str] | None = None,
    temperature: float = rolling.TEMPERATURE,
    max_tokens: int = rolling.MAX_TOKENS,
    api_key: str | None = None,
    base_url: str | None = None,
    price_per_million: tuple[float, float] | None = None,
    budget_usd: float | None = None,
    approved: bool = False,
) -> Evaluation:
    """Have the model before and the model after training answer the validation prompts; only what is missing is asked.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default. Jobs of this machine keep these answers by themselves.
    rollouts
        Answers to each prompt.
    models
        ``before`` and ``after`` as litellm names them; by default the base and the kept checkpoint at the service that
        trained.
    temperature, max_tokens
        How to ask.
    api_key, base_url
        Of the server that has the models; the service's by default.
    price_per_million
        US dollars in and out, where the price is unknown.
    budget_usd
        Never spend more, for each of the two models.
    approved
        Whether the cost is approved.
    """
    found = job_of(ds, job)
    folder, told = found.folder, found.configuration
    if told["backend"] == "trl":
        raise InputError(
            f"{folder.id} ran on this machine and kept its answers by itself; see ds.results({folder.id!r})"
        )
    then = Context(ds.path, version=told["dataset_version"])
    ids = reading.labels(then).filter((pl.col("split") == "validation") & pl.col("valid").fill_null(value=True))["id"]
    chosen = models or named(folder)
    how = Settings(temperature, max_tokens)
    options = {**_server(told, api_key, base_url), "price_per_million": price_per_million}
    _approve(then, chosen, ids.to_list(), rollouts, how, options, approved=approved)
    writing = Context(ds.path)
    made = {
        which: rolling.collect(
            writing,
            chosen[which],
            ids.to_list(),
            rollouts,
            settings=how,
            budget_usd=budget_usd,
            run=folder.id,
            **options,
        )
        for which in SIDES
    }
    for which in SIDES:
        _keep(folder, which, made[which].frame)
    folder.update(models=chosen)
    costs = [made[which].cost_usd for which in SIDES]
    return Evaluation(
        {which: folder.rollouts(which).height for which in SIDES},
        sum(one.calls for one in made.values()),
        sum(one.cached_calls for one in made.values()),
        None if None in costs else sum(cost for cost in costs if cost is not None),
        chosen,
    )


def benchmark(
    ds: Context,
    path: str | os.PathLike[str],
    job: TrainingJob | str | None = None,
    *,
    grader: Any = None,
    rollouts: int = 1,
    models: dict[str, str] | None = None,
    temperature: float = 0.0,
    max_tokens: int = rolling.MAX_TOKENS,
    api_key: str | None = None,
    base_url: str | None = None,
    price_per_million: tuple[float, float] | None = None,
    approved: bool = False,
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
    rollouts, models, temperature, max_tokens, api_key, base_url, price_per_million, approved
        As `evaluate` takes them. The models of a job of this machine are served here for as long as it takes.
    """
    from rftkit.acts.dry_grading import grader_of

    found = job_of(ds, job)
    folder, told = found.folder, found.configuration
    rules = grader_of(told["grader"] if grader is None else grader)
    bench = _bench(folder, Path(path))
    ids = reading.labels(bench).filter(pl.col("valid").fill_null(value=True))["id"].to_list()
    if not ids:
        raise InputError(
            f"{os.fspath(path)!r} has no valid record to ask; look at it with ds.import_ in a dataset of its own"
        )
    how = Settings(temperature, max_tokens)
    sides = {}
    for which in SIDES:
        with _asked(folder, which, models, api_key, base_url) as (name, server):
            options = {**server, "price_per_million": price_per_million}
            _approve(bench, {which: name}, ids, rollouts, how, options, approved=approved)
            answers = rolling.collect(bench, name, ids, rollouts, settings=how, run=which, **options).frame
        said = answers.filter(pl.col("error").is_null()).select("id", "sample", "output_text", "output_tools")
        sides[which] = graded(bench, bench, rules, said, approved, {})
    topics = (
        reading.labels(bench)
        .select("id", "topic")
        .join(records_of(bench, ids).select("id", messages.last_user_text().alias("text")), on="id")
    )
    about = {"job": folder.id, "benchmark": Path(path).name, "grader": rules.name, "base": told.get("base")}
    return compare(sides["before"], sides["after"], topics, {**about, "grader_fingerprint": rules.fingerprint})


def named(folder: JobFolder) -> dict[str, str]:
    """Return who answered before and after a job of a service, as litellm names them.

    Parameters
    ----------
    folder
        The job; its service has named a model.
    """
    told = folder.read()
    kept = told.get("checkpoint")
    if not kept:
        raise InputError(
            f"{folder.id} has no model yet: it is {told['state']}; wait for it with ds.job({folder.id!r}).wait()"
        )
    if told["backend"] == "nova":
        raise InputError(
            "a Nova model answers only through a deployment: begin one with ds.deploy(job, to='hosted'), then name both "
            "models: models={'before': 'bedrock/...', 'after': 'bedrock/nova/DEPLOYMENT-ARN'}"
        )
    return {"before": f"openai/{told['base']}", "after": f"openai/{kept}"}


def _server(told: dict[str, Any], api_key: str | None, base_url: str | None) -> dict[str, Any]:
    """Return address and key of the service that trained; the key from the environment that the job names."""
    config = told.get("config", {})
    key = api_key or os.environ.get(config.get("key_name") or "OPENAI_API_KEY")
    return {"base_url": base_url or config.get("base_url"), "api_key": key}


@contextmanager
def _asked(
    folder: JobFolder, which: str, models: dict[str, str] | None, api_key: str | None, base_url: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of a model and the server that has it; a model of this machine is served meanwhile."""
    told = folder.read()
    if models is not None or told["backend"] != "trl":
        yield (models or named(folder))[which], _server(told, api_key, base_url)
        return
    from rftkit.deploy import serve
    from rftkit.train.checkpoints import model_folder

    place = Path(told["base"]) if which == "before" else model_folder(folder)
    if place is None:
        raise InputError(f"{folder.id} has no model yet: it is {told['state']}")
    with serve(place) as endpoint:
        yield endpoint.model, {"base_url": endpoint.url, "api_key": "none"}


def _approve(
    ds: Context,
    models: dict[str, str],
    ids: Sequence[str],
    rollouts: int,
    how: Settings,
    options: dict[str, Any],
    *,
    approved: bool,
) -> None:
    """Refuse calls that cost money, or may, and that nobody approved."""
    for name in models.values():
        writer = rolling.asker(ds, name, **options)
        open_, _ = rolling.missing(ds, writer.name, ids, rollouts, how)
        estimate = writer.estimate(open_) if open_ else None
        free = estimate is None or estimate.cost_usd == 0 or _is_here(options.get("base_url"))
        if free or approved or estimate is None:
            continue
        price = "an unknown price" if estimate.cost_usd is None else f"about ${estimate.cost_usd:.4f}"
        raise ApprovalError(f"{estimate.calls:,} calls to {name} at {price}; approve them with --yes (approved=True)")


def _is_here(url: str | None) -> bool:
    from urllib.parse import urlsplit

    return url is not None and urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _bench(folder: JobFolder, path: Path) -> Context:
    """Return the dataset of a benchmark, imported once; its name has the hash of its content."""
    import hashlib

    from rftkit.acts import importing, sanitizing

    if not path.is_file():
        raise InputError(f"there is no benchmark file {str(path)!r}; give a file of records, such as test.jsonl")
    print_ = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    made = Context(folder.path / "benchmarks" / f"{path.name.split('.')[0]}-{print_}.rft")
    if made.version == 0:
        importing.import_(made, path)
        sanitizing.sanitize(made)
    return made


def _keep(folder: JobFolder, which: str, frame: pl.DataFrame) -> None:
    said = frame.filter(pl.col("error").is_null()).select("id", "sample", "output_text", "output_tools")
    known = folder.rollouts(which).select("id", "sample")
    new = said.join(known, on=["id", "sample"], how="anti", maintain_order="left")
    folder.keep_rollouts(which, new.to_dicts())
