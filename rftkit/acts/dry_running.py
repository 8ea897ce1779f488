"""Dry run: a model answers a sample of the prompts, a grader gives rewards, and rules say whether training can work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rftkit import llm
from rftkit.acts import dry_runs, grading, reading, rolling
from rftkit.acts.dry_grading import graded, grader_of, refuse_pinned, sum_of
from rftkit.acts.rolling import MAX_TOKENS, TEMPERATURE, Settings
from rftkit.errors import InputError
from rftkit.grade import Grader, items, sample
from rftkit.jobs import Control, Job, Progress, StoppedError

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.acts.rolling import Collected
    from rftkit.dryrun import Choice, DryRun

#: Without a cap of one's own, a run may cost so many times its highest estimate: failed calls are sent again.
CAP = 1.5


@dataclass(frozen=True)
class DryPlan:
    """What a dry run would ask, and what that would cost; nothing is sent.

    Attributes
    ----------
    choice
        The prompts.
    model
        Who would answer.
    rollouts
        Answers to each.
    calls
        Answers that are not kept yet.
    estimates
        Of the model, and of each judge of the grader.
    cap_usd
        What the run may cost at most; None where the price is unknown.

    Examples
    --------
    >>> from rftkit.dryrun import Choice
    >>> DryPlan(Choice((), (), {}, "the training set", 0), "openai/m", 8, 0, ()).cost_usd
    0.0
    """

    choice: Choice
    model: str
    rollouts: int
    calls: int
    estimates: tuple[llm.Estimate, ...]
    cap_usd: float | None = None

    @property
    def cost_usd(self) -> float | None:
        """Expected cost; None where a price is unknown."""
        return sum_of([one.cost_usd for one in self.estimates])

    @property
    def high_usd(self) -> float | None:
        """Cost with answers as long as they may be; None where a price is unknown."""
        return sum_of([one.high_usd for one in self.estimates])

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        return {
            "model": self.model,
            "prompts": len(self.choice.ids),
            "rollouts": self.rollouts,
            "source": self.choice.source,
            "population": sum(self.choice.population.values()),
            "calls": sum(one.calls for one in self.estimates),
            "prompt_tokens": sum(one.prompt_tokens for one in self.estimates),
            "completion_tokens": sum(one.completion_tokens for one in self.estimates),
            "cost_usd": self.cost_usd,
            "high_usd": self.high_usd,
            "cap_usd": self.cap_usd,
        }


def plan_dry_run(
    ds: Context,
    grader: Any,
    *,
    model: str | None = None,
    prompts: int | None = None,
    rollouts: int | None = None,
    seed: int = 0,
    temperature: float = TEMPERATURE,
    max_tokens: int = MAX_TOKENS,
    options: Mapping[str, Any] | None = None,
    judge: str | None = None,
    judge_base_url: str | None = None,
    budget_usd: float | None = None,
    price_per_million: tuple[float, float] | None = None,
) -> DryPlan:
    """Say what a dry run would ask and cost; nothing is sent.

    Parameters
    ----------
    ds
        The dataset.
    grader, model, prompts, rollouts, seed, temperature, max_tokens, options
        As `dry_run` takes them.
    judge, judge_base_url, budget_usd, price_per_million
        As `dry_run` takes them.
    """
    chosen = grader_of(grader, judge)
    chosen.check()
    choice, each = _choice(ds, prompts, seed), _rollouts(rollouts)
    settings = Settings(temperature, max_tokens, options)
    writer = rolling.asker(ds, model, price_per_million=price_per_million)
    open_, _ = rolling.missing(ds, writer.name, choice.ids, each, settings)
    estimates = [writer.estimate(open_)] if open_ else []
    if chosen.models:
        estimates += _judging(ds, chosen, choice, each, max_tokens, judge_base_url, price_per_million)
    plan = DryPlan(choice, writer.name, each, len(open_), tuple(estimates))
    return DryPlan(choice, writer.name, each, len(open_), plan.estimates, _cap(plan.high_usd, budget_usd))


def _judging(
    ds: Context, grader: Grader, choice: Choice, each: int, longest: int, base_url: str | None, price: Any
) -> list[llm.Estimate]:
    """Return what the judges would take for answers of half the longest length, as `llm.estimate` counts answers."""
    rows = items(reading.frame(ds, reading.labels_of(ds, choice.ids)))
    said = [sample(f"{number}" + " word" * (longest // 2)) for number in range(each)]
    pairs = [(one, row) for row in rows for one in said]
    return grading.estimate(
        ds, grader, [one for one, _ in pairs], [row for _, row in pairs], base_url=base_url, price_per_million=price
    )


def _cap(highest: float | None, budget_usd: float | None) -> float | None:
    return budget_usd if budget_usd is not None or not highest else highest * CAP


def dry_run(
    ds: Context,
    grader: Any,
    *,
    model: str | None = None,
    prompts: int | None = None,
    rollouts: int | None = None,
    seed: int = 0,
    temperature: float = TEMPERATURE,
    max_tokens: int = MAX_TOKENS,
    options: Mapping[str, Any] | None = None,
    thresholds: Mapping[str, float] | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    budget_usd: float | None = None,
    price_per_million: tuple[float, float] | None = None,
    concurrency: int = 16,
    judge: str | None = None,
    judge_base_url: str | None = None,
    judge_api_key: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Job[DryRun]:
    """Have a model answer a sample of the prompts and grade the answers, in the background; calling it approves the cost.

    Answers are kept: another grader, more rollouts and a run that was killed ask only for what is not there yet.

    Parameters
    ----------
    ds
        The dataset.
    grader
        A `rftkit.Grader`, its JSON, a file of it, or the name of a preset.
    model
        litellm's name of the model that is to be trained; RFTKIT_MODEL by default. rftkit/offline answers no prompts.
    prompts
        How many prompts, 300 by default: of the training set where there is a split, else of the valid records.
    rollouts
        Answers to each, 8 by default; 1, 4 and 8 are usual.
    seed
        Of the sample of prompts.
    temperature, max_tokens, options
        How the model is asked; ``options`` are further parameters of litellm.
    thresholds
        Names of `rftkit.dryrun.Thresholds` with other values.
    base_url, api_key
        Of an OpenAI-compatible server.
    budget_usd
        Never spend more, on the model and on judges together; by default one and a half times the highest estimate.
    price_per_million
        US dollars in and out, where the model's price is unknown.
    concurrency
        Calls at the same time.
    judge, judge_base_url, judge_api_key
        For graders that ask a model: another one than the grader names, and where it is.
    progress
        Told how far it is.

    Returns
    -------
    Job
        ``await job``, ``job.wait()``, ``job.stop()``; the result is a `rftkit.dryrun.DryRun`.

    Raises
    ------
    InputError
        The model answers no prompts, the grader cannot be run, or there is no prompt to ask.
    ApprovalError
        A budget was given for a model whose price is unknown.
    """
    from rftkit.dryrun import Thresholds

    refuse_pinned(ds)
    limits = Thresholds.from_dict(thresholds)
    settings = Settings(temperature, max_tokens, options)
    plan = plan_dry_run(
        ds,
        grader,
        model=model,
        prompts=prompts,
        rollouts=rollouts,
        seed=seed,
        temperature=temperature,
        max_tokens=max_tokens,
        options=options,
        judge=judge,
        judge_base_url=judge_base_url,
        budget_usd=budget_usd,
        price_per_million=price_per_million,
    )
    paid: dict[str, Any] = {"price_per_million": price_per_million, "concurrency": concurrency}
    address = {"base_url": base_url, "api_key": api_key}
    writer = rolling.asker(ds, model, **address, **paid, budget_usd=plan.cap_usd, seed=seed)
    judges: dict[str, Any] = {**paid, "base_url": judge_base_url, "api_key": judge_api_key}

    def work(control: Control) -> DryRun:
        run = dry_runs.new_name(ds)
        got = rolling.collect(
            ds, model, plan.choice.ids, plan.rollouts, settings=settings, run=run, control=control, runner=writer
        )
        if control.stop.is_set():
            raise StoppedError(f"stopped; {got.frame.height:,} answers are kept, run it again to go on from them")
        left = None if plan.cap_usd is None else max(0.0, plan.cap_usd - (got.cost_usd or 0.0) - writer.unsure_usd)
        entry = _entry(plan, got, settings, limits.to_dict())
        return graded(ds, got.frame, plan.choice, entry, grader_of(grader), judge, control, budget_usd=left, **judges)

    job = Job(work, name="dry run")
    if progress is not None:
        job.on_progress(progress)
    return job.start()


def _choice(ds: Context, prompts: int | None, seed: int) -> Choice:
    from rftkit.dryrun import PROMPTS, choose

    return choose(reading.narrow(ds), PROMPTS if prompts is None else prompts, seed=seed)


def _rollouts(given: int | None) -> int:
    from rftkit.dryrun import ROLLOUTS

    if given is not None and (isinstance(given, bool) or given < 1):
        raise InputError(f"rollouts is {given}; give a number of answers for each prompt from 1 on, such as {ROLLOUTS}")
    return ROLLOUTS if given is None else given


def _entry(plan: DryPlan, got: Collected, settings: Settings, limits: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": plan.model,
        "settings": settings.to_dict(),
        "settings_name": settings.name,
        "prompts": len(plan.choice.ids),
        "rollouts": plan.rollouts,
        "seed": plan.choice.seed,
        "source": plan.choice.source,
        "population": plan.choice.population,
        "thresholds": limits,
        "calls": got.calls,
        "cached_calls": got.cached_calls,
        "prompt_tokens": got.prompt_tokens,
        "completion_tokens": got.completion_tokens,
        "cost_usd": got.cost_usd,
        "missing": got.missing,
        "reason": got.reason,
    }
