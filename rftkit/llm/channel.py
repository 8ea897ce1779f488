"""One call: its money set aside, its turn waited for, sent, and booked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rftkit.llm import gateway
from rftkit.llm.budget import Budget
from rftkit.llm.cache import Reply
from rftkit.llm.estimate import cost_of, most_tokens, tokens_of
from rftkit.llm.failures import CallError
from rftkit.llm.pace import Pacer
from rftkit.llm.request import Request

Price = tuple[float, float]
_BAD_REQUEST_WORDS = ("response_format", "json_schema", "schema")


@dataclass
class Channel:
    """The way to one model, which all workers share: its price, its budget, its pace.

    Parameters
    ----------
    model, base_url, api_key, timeout
        Whom to ask, and for how long to wait.
    rates
        US dollars per million tokens read and written; None where unknown.
    budget
        What may be spent.
    pacer
        How fast.
    by_tokens
        Whether the size of a call counts for its turn.
    structured
        Whether to send JSON schemas; None asks litellm whether the model takes them.

    Attributes
    ----------
    measured_usd
        Spent on calls that were answered.
    fatal
        Why no call can succeed; empty where one may.

    Examples
    --------
    >>> import asyncio
    >>> channel = Channel("rftkit/offline", None, None, 60.0, (0.0, 0.0), Budget(None), Pacer())
    >>> asyncio.run(channel.send(Request([{"role": "user", "content": "Hi"}]))).cost_usd
    0.0
    """

    model: str
    base_url: str | None
    api_key: str | None = field(repr=False)
    timeout: float
    rates: Price | None
    budget: Budget
    pacer: Pacer
    by_tokens: bool = False
    structured: bool | None = None
    measured_usd: float = field(default=0.0, init=False)
    fatal: str = field(default="", init=False)

    async def send(self, request: Request) -> Reply:
        """Ask once.

        Raises
        ------
        CallError
            When there is no answer.
        BudgetSpentError
            When the call does not fit under the cap.
        """
        if self.fatal:
            raise CallError(self.fatal)
        worst = self._worst(request)
        await self.budget.hold(worst)
        cost = worst  # what is unknown counts as spent: a call cut off on the way may have been charged
        try:
            start = await self.pacer.turn(tokens_of([request])[0] + request.max_tokens if self.by_tokens else 0)
            reply = self._priced(await self._ask(request, start))
            cost = worst if reply.cost_usd is None else reply.cost_usd
            self.measured_usd += reply.cost_usd or 0.0
            return reply
        except CallError as error:
            cost = worst if error.charged else 0.0
            raise
        finally:
            self.budget.settle(worst, cost)

    def _worst(self, request: Request) -> float:
        if self.budget.cap is None or self.rates is None:
            return 0.0
        return cost_of(most_tokens(request), request.max_tokens, self.rates)

    def _priced(self, reply: Reply) -> Reply:
        """Return the reply with its cost; None where the price or the number of tokens is unknown."""
        known = self.rates is not None and (self.rates == (0.0, 0.0) or reply.prompt_tokens > 0)
        if not known or self.rates is None:
            return reply
        return replace(reply, cost_usd=cost_of(reply.prompt_tokens, reply.completion_tokens, self.rates))

    async def _ask(self, request: Request, start: float) -> Reply:
        try:
            reply = await self._complete(request)
        except CallError as error:
            if error.rate and error.retry:
                self.pacer.refused(start, error.after or 0.0)
            raise
        if reply.limit is not None:
            self.pacer.told(reply.limit)
        return reply

    async def _complete(self, request: Request) -> Reply:
        if self.structured is None:
            self.structured = gateway.supports_schema(self.model, self.base_url)
        structured = self.structured and request.schema is not None
        try:
            return await self._within(request, structured)
        except CallError as error:
            if not structured or error.retry or not any(word in str(error) for word in _BAD_REQUEST_WORDS):
                raise
        self.structured = False  # the server refuses schemas: its answers are read tolerantly from here on
        return await self._within(request, structured=False)

    async def _within(self, request: Request, structured: bool) -> Reply:
        return await gateway.complete(
            self.model,
            request,
            base_url=self.base_url,
            api_key=self.api_key,
            timeout=self.timeout,
            structured=structured,
        )
