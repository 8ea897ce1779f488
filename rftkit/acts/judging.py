"""Judges: who asks the models of a grader, what that takes, and one budget for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rftkit import llm
from rftkit.acts import asking
from rftkit.errors import InputError
from rftkit.jobs import Control

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.llm.channel import Price


@dataclass
class Judges:
    """Asks the models of a grader; give it to `Grader.grade` as its runner.

    Parameters
    ----------
    ds
        The dataset that remembers their answers.
    base_url, api_key, price_per_million, concurrency
        Of `rftkit.llm.Runner`.
    budget_usd
        One cap for all models together.
    control
        Of the job that this is a part of: its Stop ends the asking.

    Examples
    --------
    >>> from rftkit.dataset import Dataset
    >>> Judges(Dataset("never-made.rft")).calls
    0
    """

    ds: Context
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    budget_usd: float | None = None
    price_per_million: Price | None = None
    concurrency: int = 16
    control: Control = field(default_factory=Control)

    def __post_init__(self) -> None:
        self._runners: dict[str, llm.Runner] = {}

    def __call__(self, model: str) -> _Watched:
        """Return who asks a model.

        Parameters
        ----------
        model
            Its name in the grader.
        """
        return _Watched(self._runner(model), self.control)

    def _runner(self, model: str) -> llm.Runner:
        if model not in self._runners:
            self._runners[model] = asking.runner(
                self.ds,
                name_of(model, self.base_url),
                base_url=self.base_url,
                api_key=self.api_key,
                price_per_million=self.price_per_million,
                concurrency=self.concurrency,
                budget_usd=None if self.budget_usd is None else max(0.0, self.budget_usd - self._spent()),
            )
        return self._runners[model]

    def _spent(self) -> float:
        return sum((one.cost_usd or 0.0) + one.unsure_usd for one in self._runners.values())

    @property
    def calls(self) -> int:
        """Answers that were paid for."""
        return sum(one.calls for one in self._runners.values())

    @property
    def cached_calls(self) -> int:
        """Answers that were remembered."""
        return sum(one.cached_calls for one in self._runners.values())

    @property
    def prompt_tokens(self) -> int:
        """Tokens read."""
        return sum(one.prompt_tokens for one in self._runners.values())

    @property
    def completion_tokens(self) -> int:
        """Tokens written."""
        return sum(one.completion_tokens for one in self._runners.values())

    @property
    def cost_usd(self) -> float | None:
        """What was spent; None where the price of a model that was asked is unknown."""
        costs = [one.cost_usd for one in self._runners.values()]
        return None if None in costs else sum((cost for cost in costs if cost is not None), 0.0)

    def estimate(self, asked: dict[str, list[llm.Request]]) -> list[llm.Estimate]:
        """Return what requests would take, one estimate for each model; what was answered before costs nothing.

        Parameters
        ----------
        asked
            Model -> requests.
        """
        # a runner of its own: one that grades is made when the models before it have spent
        others = replace(self, budget_usd=None)
        open_ = {model: others._runner(model).unknown(requests) for model, requests in asked.items()}
        price = self.price_per_million
        return [
            llm.estimate(requests, others._runner(model).name, price_per_million=price)
            for model, requests in open_.items()
            if requests
        ]


@dataclass
class _Watched:
    """One runner that Stop ends, and that says how far it is."""

    runner: llm.Runner
    control: Control

    def run(self, requests: Sequence[llm.Request]) -> list[llm.Answer]:
        return self.runner.run(requests, _Heard(self.control, len(requests), self.runner), self.control.stop)


class _Heard:
    """Tells the job of every answer; what is graded it counts itself."""

    def __init__(self, control: Control, total: int, runner: llm.Runner) -> None:
        self.control, self.total, self.runner, self.count = control, total, runner, 0

    def __call__(self, answer: llm.Answer) -> None:
        self.count += 1  # answers are told one after the other
        note = f"{self.runner.name} judged {self.count:,} of {self.total:,}"
        self.control.report(self.control.progress.done, note=note, cost_usd=self.runner.cost_usd)


def name_of(model: str, base_url: str | None) -> str:
    """Return litellm's name of a grader's model; the keyless writer is refused.

    Parameters
    ----------
    model
        As the common JSON has it: without a provider for OpenAI's, with one for all others.
    base_url
        Address of a server of one's own, which takes any name.

    Raises
    ------
    InputError
        The model is rftkit/offline, which cannot judge.

    Examples
    --------
    >>> name_of("my-judge", "http://localhost:8000/v1"), name_of("gpt-4.1-mini", None)
    ('openai/my-judge', 'gpt-4.1-mini')
    """
    if model == llm.OFFLINE:
        raise InputError(f"{model} cannot judge answers; name a model that answers in the grader, or with judge='...'")
    return f"openai/{model}" if base_url is not None and "/" not in model else model


def approve(estimates: Sequence[llm.Estimate], *, approved: bool) -> None:
    """Raise unless asking the judges is free or approved.

    Parameters
    ----------
    estimates
        What it takes.
    approved
        Whether the person approved.
    """
    for estimate in estimates:
        asking.approve(estimate, approved=approved, what="asking the judge")
