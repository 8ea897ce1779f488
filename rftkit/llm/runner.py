"""The runner: many requests to one model, none lost, none paid for twice, never above the cap.

As many workers as calls are allowed at once each take the next request. A worker that has to wait (for its
turn, for Retry-After, for a backoff) keeps its place, so waiting never lets more calls out. An answer is
written to the cache before its worker goes on; a killed run asks again only for what was under way.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rftkit import messages
from rftkit.errors import ApprovalError, InputError
from rftkit.llm import direct, gateway
from rftkit.llm.budget import Budget, BudgetSpentError
from rftkit.llm.cache import Cache, Reply
from rftkit.llm.estimate import Estimate, cost_of, estimate, most_tokens, tokens_of
from rftkit.llm.failures import CallError
from rftkit.llm.loop import is_ours, on_loop
from rftkit.llm.pace import Pacer
from rftkit.llm.parse import read_json
from rftkit.llm.request import Answer, Request

OnAnswer = Callable[[Answer], None]
Price = tuple[float, float]

STOPPED = "stopped before it was answered"
_POLL = 0.05
_LONGEST_BACKOFF = 30.0
_BAD_REQUEST_WORDS = ("response_format", "json_schema", "schema")


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
        if self.concurrency < 1:
            raise InputError(f"concurrency={self.concurrency} lets no call out; give 1 or more")
        self._rates = self.price_per_million
        if self.budget_usd is not None and self.rates is None:
            sentence = (
                f"the price of {self.model!r} is unknown, so a budget of ${self.budget_usd:g} cannot be kept; "
                "give its price per million tokens as price_per_million=(in, out) (--price-per-million IN,OUT)"
            )
            raise ApprovalError(sentence)
        self._cache = Cache(self.cache)
        self._budget = Budget(self.budget_usd)
        self._pacer = Pacer(self.requests_per_minute, self.tokens_per_minute)
        self._sends_schema: bool | None = self.structured
        self._fatal: str | None = None
        self._measured = 0.0

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.model or gateway.OFFLINE

    @property
    def rates(self) -> Price | None:
        """US dollars per million tokens read and written; None where unknown."""
        if self._rates is None:
            self._rates = gateway.price(self.name)
        return self._rates

    @property
    def cost_usd(self) -> float | None:
        """What was spent so far; None where the price is unknown and something was sent."""
        return None if self.rates is None and self.calls else self._measured

    @property
    def unsure_usd(self) -> float:
        """What calls may have cost that were cut off or stopped on the way; it counts against the cap."""
        return max(0.0, self._budget.spent - self._measured)

    def estimate(self, requests: Iterable[Request]) -> Estimate:
        """Return what requests would take, before they are sent."""
        return estimate(requests, self.name, price_per_million=self.rates)

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
        self._fatal = None
        run = _Run(self, list(requests), on_answer)
        try:
            await run.finish(stop or threading.Event())
        finally:
            if not is_ours():
                await direct.close()  # a loop of one's own may end with this call
        return run.answers()


class _Run:
    """One pass over requests: who waits, who is done."""

    def __init__(self, runner: Runner, requests: list[Request], on_answer: OnAnswer | None) -> None:
        self.runner, self.requests, self.on_answer = runner, requests, on_answer
        self.base = runner.base_url
        self.digests = [request.digest(runner.name, self.base) for request in requests]
        self.done: dict[str, Answer] = {}
        self.twins: dict[str, list[int]] = {}
        for index, digest in enumerate(self.digests):
            self.twins.setdefault(digest, []).append(index)
        self.known = runner._cache.get_many(self.twins)
        self.waiting = deque(self.twins)

    async def finish(self, stop: threading.Event) -> None:
        workers = [asyncio.ensure_future(self.work()) for _ in range(min(self.runner.concurrency, len(self.waiting)))]
        pending = set(workers)
        while pending:
            done, pending = await asyncio.wait(pending, timeout=_POLL, return_when=asyncio.FIRST_EXCEPTION)
            failed = next((task.exception() for task in done if not task.cancelled() and task.exception()), None)
            if stop.is_set() or failed is not None:
                for task in pending:
                    task.cancel()
                await asyncio.gather(*pending, return_exceptions=True)
                pending = set()
            if failed is not None:
                raise failed

    async def work(self) -> None:
        while self.waiting:
            digest = self.waiting.popleft()
            request = self.requests[self.twins[digest][0]]
            answer = await _Asking(self.runner, request, self.known.get(digest)).answer()
            self.done[digest] = answer
            self.deliver(digest, answer)
            if answer.cached:
                await asyncio.sleep(0)

    def deliver(self, digest: str, answer: Answer) -> None:
        runner = self.runner
        runner.calls += answer.calls
        runner.cached_calls += answer.cached
        runner.prompt_tokens += answer.prompt_tokens
        runner.completion_tokens += answer.completion_tokens
        if self.on_answer is None:
            return
        for number, index in enumerate(self.twins[digest]):
            self.on_answer(answer if number == 0 else answer.of(self.requests[index]))

    def answers(self) -> list[Answer]:
        found = []
        for index, (request, digest) in enumerate(zip(self.requests, self.digests, strict=True)):
            answer = self.done.get(digest)
            if answer is None:
                found.append(Answer(request, error=STOPPED))
            else:
                found.append(answer if self.twins[digest][0] == index else answer.of(request))
        return found


class _Asking:
    """One request until it has an answer that can be read."""

    def __init__(self, runner: Runner, request: Request, known: Reply | None) -> None:
        self.runner, self.request, self.known = runner, request, known
        self.jitter = random.Random(f"{runner.seed}:{request.digest(runner.name)}")
        self.sent: list[Reply] = []
        self.wrong = ""

    async def answer(self) -> Answer:
        try:
            return await self._answer()
        except CallError as error:
            if error.fatal:
                self.runner._fatal = str(error)
            return self._failed(str(error))
        except BudgetSpentError as error:
            return self._failed(str(error))

    async def _answer(self) -> Answer:
        for attempt in range(self.runner.retries + 1):
            digest = self.request.digest(self.runner.name, self.runner.base_url, attempt)
            reply = self.known if attempt == 0 else self.runner._cache.get(digest)
            cached = reply is not None
            if reply is None:
                reply = await self._send()
                self.runner._cache.put(digest, self.runner.name, reply)
                self.sent.append(reply)
            answer = self._read(reply, cached and not self.sent)
            if answer.ok:
                return answer
            self.wrong = answer.error or ""
        return self._failed(f"{self.wrong}, {self.runner.retries + 1} times")

    def _read(self, reply: Reply, cached: bool) -> Answer:
        answer = self._totals(
            Answer(self.request, text=reply.text, cached=cached, message=messages.load(reply.message))
        )
        if self.request.schema is None:
            return answer
        try:
            return replace(answer, value=read_json(reply.text, self.request.schema))
        except ValueError as error:
            return replace(answer, error=str(error))

    def _failed(self, sentence: str) -> Answer:
        return self._totals(Answer(self.request, error=sentence))

    def _totals(self, answer: Answer) -> Answer:
        costs = [reply.cost_usd for reply in self.sent]
        return replace(
            answer,
            calls=len(self.sent),
            prompt_tokens=sum(reply.prompt_tokens for reply in self.sent),
            completion_tokens=sum(reply.completion_tokens for reply in self.sent),
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        )

    async def _send(self) -> Reply:
        """Send until the server answers; faults are waited out with the slot held."""
        faults, waited = 0, 0.0
        while True:
            try:
                return await self._call()
            except CallError as error:
                if not error.retry or error.fatal:
                    raise
                faults += not error.rate
                if faults > self.runner.retries or waited > self.runner.patience:
                    raise
                waited += await self._wait(error, faults)

    async def _wait(self, error: CallError, faults: int) -> float:
        if error.rate:
            seconds = error.after if error.after is not None else self._backoff(1)
            self.runner._pacer.refused(seconds)
        else:
            seconds = max(error.after or 0.0, self._backoff(faults))
        await asyncio.sleep(seconds)
        return max(seconds, _POLL)

    def _backoff(self, faults: int) -> float:
        return min(_LONGEST_BACKOFF, 0.25 * float(2**faults)) * self.jitter.uniform(0.5, 1.0)

    async def _call(self) -> Reply:
        runner = self.runner
        if runner._fatal is not None:
            raise CallError(runner._fatal)
        worst = cost_of(most_tokens(self.request), self.request.max_tokens, runner.rates or (0.0, 0.0))
        await runner._budget.hold(worst)
        cost = worst  # what is unknown counts as spent: a call cut off on the way may have been charged
        try:
            await runner._pacer.turn(self._tokens())
            reply = await self._complete()
            rates = runner.rates
            measured = None if rates is None else cost_of(reply.prompt_tokens, reply.completion_tokens, rates)
            cost = measured or 0.0
            runner._measured += cost
            return replace(reply, cost_usd=measured)
        except CallError as error:
            cost = worst if error.charged else 0.0
            raise
        finally:
            runner._budget.settle(worst, cost)

    def _tokens(self) -> int:
        return tokens_of([self.request])[0] + self.request.max_tokens if self.runner.tokens_per_minute else 0

    async def _complete(self) -> Reply:
        runner = self.runner
        if runner._sends_schema is None:
            runner._sends_schema = gateway.supports_schema(runner.name)
        structured = runner._sends_schema and self.request.schema is not None
        try:
            return await self._within(structured)
        except CallError as error:
            if not structured or error.retry or not any(word in str(error) for word in _BAD_REQUEST_WORDS):
                raise
        runner._sends_schema = False  # the server refuses schemas: its answers are read tolerantly from here on
        return await self._within(False)

    async def _within(self, structured: bool) -> Reply:
        runner = self.runner
        call = gateway.complete(
            runner.name,
            self.request,
            base_url=runner.base_url,
            api_key=runner.api_key,
            timeout=runner.timeout,
            structured=structured,
        )
        try:
            return await asyncio.wait_for(call, runner.timeout + 1)
        except TimeoutError:
            message = f"no answer within {runner.timeout:g} seconds"
            raise CallError(message, retry=True, charged=True) from None


def unpaid() -> dict[str, Any]:
    """Return the counters of a run that sent nothing.

    Examples
    --------
    >>> unpaid()["calls"]
    0
    """
    return {"calls": 0, "cached_calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0}
