"""Evaluate: the models of a job at a service answer the validation prompts, before and after training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rftkit.acts import answering, reading, rolling
from rftkit.acts.answering import SIDES, How
from rftkit.acts.context import Context
from rftkit.acts.resulting import job_of
from rftkit.acts.rolling import Collected, Settings
from rftkit.acts.training_job import TrainingJob
from rftkit.errors import InputError
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
    missing
        Answers that are not there: the call failed, or the budget was reached.

    Examples
    --------
    >>> Evaluation({"before": 10, "after": 10}, 20, 0, None, {"before": "a", "after": "b"})
    Evaluation(10 answers of a, 10 answers of b: 20 calls, 0 missing)
    """

    answers: Mapping[str, int]
    calls: int
    cached_calls: int
    cost_usd: float | None
    models: Mapping[str, str]
    missing: int = 0

    def __repr__(self) -> str:
        told = ", ".join(f"{self.answers[which]:,} answers of {self.models[which]}" for which in SIDES)
        return f"Evaluation({told}: {self.calls:,} calls, {self.missing:,} missing)"

    def to_dict(self) -> dict[str, Any]:
        """Return the values."""
        return dict(vars(self))


def evaluate(
    ds: Context,
    job: TrainingJob | str | None = None,
    *,
    models: dict[str, str] | None = None,
    temperature: float = rolling.TEMPERATURE,
    max_tokens: int = rolling.MAX_TOKENS,
    approved: bool = False,
    **options: Any,
) -> Evaluation:
    """Have the model before and the model after training answer the validation prompts; only what is missing is asked.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default. Jobs of this machine keep these answers by themselves.
    models
        ``before`` and ``after`` as litellm names them; by default the base and the kept checkpoint at the service that
        trained.
    temperature, max_tokens
        How to ask.
    approved
        Whether the cost is approved.
    **options
        Of `rftkit.acts.answering.How`: rollouts, api_key, base_url, price_per_million, budget_usd.
    """
    folder = job_of(ds, job).folder
    told = folder.read()
    if told["backend"] == "trl":
        raise InputError(
            f"{folder.id} ran on this machine and kept its answers by itself; see ds.results({folder.id!r})"
        )
    chosen = models or answering.named(folder)
    ids = _validation(ds, told)
    how = How(settings=Settings(temperature, max_tokens), approved=approved, **options)
    answering.approve(ds, chosen, how.server(told), ids, how)
    made = {which: answering.ask(ds, folder, which, chosen, ids, how) for which in SIDES}
    for which in SIDES:
        _keep(folder, which, made[which].frame)
    folder.update(models=chosen)
    return _evaluation(folder, chosen, list(made.values()), len(ids) * how.rollouts)


def _validation(ds: Context, told: Mapping[str, Any]) -> list[str]:
    """Return the records that validated the job, as far as they still read as they did then."""
    then = Context(ds.path, version=told["dataset_version"])
    mine = (pl.col("split") == "validation") & pl.col("valid").fill_null(value=True)
    was, now = (
        reading.frame(one, reading.labels(one).filter(pl.col("id").is_in(ids.implode())), ("id", "exact_key"))
        for ids in [reading.labels(then).filter(mine)["id"]]
        for one in (then, ds)
    )
    found: list[str] = was.join(now, on=["id", "exact_key"], how="semi", maintain_order="left")["id"].to_list()
    if not found:
        raise InputError(
            f"none of the records that validated {told['id']} is as it was; train again on the data of now"
        )
    return found


def _evaluation(folder: JobFolder, models: dict[str, str], made: list[Collected], wanted: int) -> Evaluation:
    costs = [one.cost_usd for one in made]
    answers = {which: folder.rollouts(which).height for which in SIDES}
    return Evaluation(
        answers,
        sum(one.calls for one in made),
        sum(one.cached_calls for one in made),
        None if None in costs else sum(cost for cost in costs if cost is not None),
        models,
        sum(max(0, wanted - count) for count in answers.values()),
    )


def _keep(folder: JobFolder, which: str, frame: pl.DataFrame) -> None:
    said = frame.filter(pl.col("error").is_null()).select("id", "sample", "output_text", "output_tools")
    known = folder.rollouts(which).select("id", "sample")
    folder.keep_rollouts(which, said.join(known, on=["id", "sample"], how="anti", maintain_order="left").to_dicts())
