"""The runner: many requests to one model, none lost, none paid for twice, never above the cap."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rftkit.errors import ApprovalError, InputError
from rftkit.llm import gateway, http
from rftkit.llm.batch import Batch
from rftkit.llm.budget import Budget
from rftkit.llm.cache import Cache
from rftkit.llm.channel import Channel, Price
from rftkit.llm.estimate import Estimate, estimate
from rftkit.llm.exchange import Exchange
from rftkit.llm.loop import is_ours, on_loop
from rftkit.llm.pace import Pacer
from rftkit.llm.request import Answer, Request

OnAnswer = Callable[[Answer], None]


def default_model(model: str | None = None) -> str:
    """Return the model to use: the argument, else the variable ``RFTKIT_MODEL``, else the keyless writer.

    Examples
    --------
    >>> default_model("ollama/llama3")
    'ollama/llama3'
    """
    return model or os.environ.get("RFTKIT_MODEL") or gateway.OFFLINE


@dataclass
class Runner:
    """Asks one model many things.

    Parameters
    ----------
    model
        litellm's name; None takes ``RFTKIT_MODEL``, else ``rftkit/offline``.
    cache
        SQLite file of remembered answers; None remembers for the life of this object.
    base_url, api_key
        An own OpenAI-compatible server, and its key where the environment does not hold it.
    concurrency
        Calls under way at once.
    requests_per_minute, tokens_per_minute
        Limits that queue.
    budget_usd
        Hard cap for the life of this object. Refused where the price is unknown.
    timeout
        Seconds for one call.
    price_per_million
        US dollars per million tokens read and written, where litellm does not know them.
    retries
        How often a call is repeated after a fault, and how often an unreadable answer is asked for anew.
    patience
        Seconds that one request may spend on being told to wait.
    seed
        Decides the jitter of backoffs.
    structured
        Whether to send JSON schemas; None asks litellm whether the model takes them.

    Attributes
    ----------
    calls, cached_calls, prompt_tokens, completion_tokens
        Counted over the life of this object.

    Examples
    --------
    >>> runner = Runner("rftkit/offline")
    >>> runner.model, runner.cost_usd
    ('rftkit/offline', 0.0)
    """

    model: str | None = None
    cache: str | Path | None = None
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    concurrency: int = 16
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    budget_usd: float | None = None
    timeout: float = 120.0
    price_per_million: Price | None = None
    retries: int = 5
    patience: float = 900.0
    seed: int = 0
    structured: bool | None = None
    calls: int = field(default=0, init=False)
    cached_calls: int = field(default=0, init=False)
    prompt_tokens: int = field(default=0, init=False)
    completion_tokens: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.model = default_model(self.model)
        gateway.check_model(self.model)
        if self.concurrency < 1:
            raise InputError(f"concurrency={self.concurrency} lets no call out; give 1 or more")
        rates = self.price_per_million or gateway.price(self.model)
        if self.budget_usd is not None and rates is None:
            sentence = (
                f"the price of {self.model!r} is unknown, so a budget of ${self.budget_usd:g} cannot be kept; "
                "give its price per million tokens as price_per_million=(in, out) (--price-per-million IN,OUT)"
            )
            raise ApprovalError(sentence)
        self._cache = Cache(self.cache)
        self._channel = Channel(
            self.model,
            self.base_url,
            self.api_key,
            self.timeout,
            rates,
            Budget(self.budget_usd),
            Pacer(self.requests_per_minute, self.tokens_per_minute),
            by_tokens=self.tokens_per_minute is not None,
            structured=self.structured,
        )

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._channel.model

    @property
    def rates(self) -> Price | None:
        """US dollars per million tokens read and written; None where unknown."""
        return self._channel.rates

    @property
    def cost_usd(self) -> float | None:
        """What was spent so far; None where the price is unknown and something was sent."""
        return None if self.rates is None and self.calls else self._channel.measured_usd

    @property
    def unsure_usd(self) -> float:
        """What calls may have cost that were cut off or stopped on the way; it counts against the cap."""
        return max(0.0, self._channel.budget.spent - self._channel.measured_usd)

    def estimate(self, requests: Iterable[Request]) -> Estimate:
        """Return what requests would take, before they are sent."""
        return estimate(requests, self.name, price_per_million=self.rates)

    def unknown(self, requests: Iterable[Request]) -> list[Request]:
        """Return the requests whose answer is not remembered, equal ones once: what a run would have to pay for.

        Examples
        --------
        >>> hello = Request([{"role": "user", "content": "Hi"}])
        >>> len(Runner("rftkit/offline").unknown([hello, hello]))
        1
        """
        asked = {request.digest(self.name): request for request in requests}
        known = self._cache.get_many(list(asked))
        return [request for digest, request in asked.items() if digest not in known]

    def run(
        self,
        requests: Iterable[Request],
        on_answer: OnAnswer | None = None,
        stop: threading.Event | None = None,
    ) -> list[Answer]:
        """Return an answer to every request, in their order.

        Parameters
        ----------
        requests
            What to ask. Equal requests are asked once.
        on_answer
            Called with every answer as it comes.
        stop
            Set it, and the run ends within a second with everything finished kept; the rest has an ``error``.

        Examples
        --------
        >>> [answer.ok for answer in Runner("rftkit/offline").run([])]
        []
        """
        return on_loop(self.arun(requests, on_answer, stop))

    async def arun(
        self,
        requests: Iterable[Request],
        on_answer: OnAnswer | None = None,
        stop: threading.Event | None = None,
    ) -> list[Answer]:
        """Return what `run` returns, from inside an event loop."""
        self._channel.fatal = ""
        asked = list(requests)
        digests = [request.digest(self.name) for request in asked]
        known = self._cache.get_many(digests)

        async def ask(request: Request, digest: str) -> Answer:
            exchange = Exchange(request, self._channel, self._cache, self.retries, self.patience, self.seed)
            return await exchange.answer(known.get(digest))

        def deliver(answer: Answer) -> None:
            self._count(answer)
            if on_answer is not None:
                on_answer(answer)

        batch = Batch(asked, digests, ask, deliver)
        try:
            await batch.finish(stop or threading.Event(), self.concurrency)
        finally:
            if not is_ours():
                await http.close()  # a loop of one's own may end with this call
        return batch.answers()

    def _count(self, answer: Answer) -> None:
        self.calls += answer.calls
        self.cached_calls += answer.cached
        self.prompt_tokens += answer.prompt_tokens
        self.completion_tokens += answer.completion_tokens
