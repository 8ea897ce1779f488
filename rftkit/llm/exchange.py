"""One request until it has an answer that can be read."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

from rftkit import messages
from rftkit.llm.budget import BudgetSpentError
from rftkit.llm.cache import Cache, Reply
from rftkit.llm.channel import Channel
from rftkit.llm.failures import CallError
from rftkit.llm.parse import read_json
from rftkit.llm.request import Answer, Request

_LONGEST_BACKOFF = 30.0
_FIRST, _GROWTH = 0.15, 3.0  # most faults are over at once, the others take their time


class Exchange:
    """What is sent and received for one request: faults repeated, unreadable answers asked for anew.

    Parameters
    ----------
    request
        What is asked.
    channel
        The way to the model.
    cache
        What was answered before; every answer goes there before anything else is sent.
    retries
        How often a call is repeated after a fault, and how often an unreadable answer is asked for anew.
    patience
        Seconds that may be spent on being told to wait.
    seed
        Decides the jitter of backoffs.

    Examples
    --------
    >>> from rftkit.llm.budget import Budget
    >>> from rftkit.llm.pace import Pacer
    >>> channel = Channel("rftkit/offline", None, None, 60.0, (0.0, 0.0), Budget(None), Pacer())
    >>> exchange = Exchange(Request([{"role": "user", "content": "Hi"}]), channel, Cache(None))
    >>> asyncio.run(exchange.answer(None)).ok
    True
    """

    def __init__(
        self, request: Request, channel: Channel, cache: Cache, retries: int = 5, patience: float = 900.0, seed: int = 0
    ) -> None:
        self.request, self.channel, self.cache = request, channel, cache
        self.retries, self.patience, self.seed = retries, patience, seed
        self._sent: list[Reply] = []
        self._jitter: random.Random | None = None

    async def answer(self, known: Reply | None) -> Answer:
        """Return an answer, or the sentence why there is none.

        Parameters
        ----------
        known
            What the cache has for the first attempt.
        """
        try:
            return await self._answer(known)
        except CallError as error:
            if error.fatal:
                self.channel.fatal = str(error)
            return self._failed(str(error))
        except BudgetSpentError as error:
            return replace(self._failed(str(error)), unasked=not self._sent)

    async def _answer(self, known: Reply | None) -> Answer:
        answer = Answer(self.request)
        for attempt in range(self.retries + 1):
            digest = self.request.digest(self.channel.model, attempt)
            reply = self.cache.get(digest) if attempt else known
            cached = reply is not None
            if reply is None:
                reply = await self._send()
                self.cache.put(digest, self.channel.model, reply)
                self._sent.append(reply)
            answer = self._read(reply, cached and not self._sent)
            if answer.ok or _refused(answer):
                return answer
        return replace(answer, error=f"{answer.error}, {self.retries + 1} times")

    def _read(self, reply: Reply, cached: bool) -> Answer:
        value, error = None, None
        if self.request.schema is not None:
            try:
                value = read_json(reply.text, self.request.schema)
            except ValueError as wrong:
                error = str(wrong)
        said = messages.load(reply.message)
        answer = Answer(self.request, reply.text, value, error, cached=cached, message=said, finish=reply.finish)
        return self._counted(replace(answer, size=(reply.prompt_tokens, reply.completion_tokens)))

    def _failed(self, sentence: str) -> Answer:
        return self._counted(Answer(self.request, error=sentence))

    def _counted(self, answer: Answer) -> Answer:
        if not self._sent:
            return answer
        costs = [reply.cost_usd for reply in self._sent]
        return replace(
            answer,
            calls=len(self._sent),
            prompt_tokens=sum(reply.prompt_tokens for reply in self._sent),
            completion_tokens=sum(reply.completion_tokens for reply in self._sent),
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        )

    async def _send(self) -> Reply:
        """Send until the server answers; whoever waits keeps its place among the calls under way."""
        faults, refusals, waited = 0, 0, 0.0
        while True:
            try:
                return await self.channel.send(self.request)
            except CallError as error:
                faults, refusals = faults + (not error.rate), refusals + error.rate
                error.fatal |= error.absent and faults > self.retries
                if not error.retry or error.fatal or faults > self.retries:
                    raise
                seconds = self._seconds(error, faults, refusals)
                if waited + seconds > self.patience:
                    wait = f"waiting {seconds:.0f} s more would exceed the patience of {self.patience:g} s"
                    raise CallError(f"{error}; {wait}") from None
            await asyncio.sleep(seconds)
            waited += max(seconds, 0.05)

    def _seconds(self, error: CallError, faults: int, refusals: int) -> float:
        if error.rate and error.after is not None:
            return error.after
        return max(error.after or 0.0, self._backoff(refusals if error.rate else faults))

    def _backoff(self, times: int) -> float:
        if self._jitter is None:
            self._jitter = random.Random(f"{self.seed}:{self.request.digest(self.channel.model)}")
        longest = min(_LONGEST_BACKOFF, _FIRST * _GROWTH ** (times - 1))
        return longest * self._jitter.uniform(0.5, 1.0)


def _refused(answer: Answer) -> bool:
    """Whether the model would not answer; asked again it would refuse again, and be paid again."""
    return bool((answer.message or {}).get("refusal")) or answer.finish == "content_filter"
