"""Many requests at once: who waits, who is under way, who is done.

As many workers as calls are allowed at once each take the next request. A worker that has to wait (for its
turn, for Retry-After, for a backoff) keeps its place, so waiting never lets more calls out. An answer is
written to the cache before its worker goes on; a killed run asks again only for what was under way.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from rftkit.llm.request import Answer, Request

STOPPED = "stopped before it was answered"
_POLL = 0.05


class Batch:
    """One pass over requests; equal ones are asked once.

    Parameters
    ----------
    requests
        What to ask.
    digests
        The name of each, under which its answer is remembered.
    ask
        Takes a request and its digest to an answer.
    deliver
        Called with every answer as it comes, once for each request.

    Examples
    --------
    >>> async def ask(request, digest):
    ...     return Answer(request, text=digest)
    >>> batch = Batch([Request([])], ["d"], ask, lambda answer: None)
    >>> asyncio.run(batch.finish(threading.Event(), concurrency=4))
    >>> [answer.text for answer in batch.answers()]
    ['d']
    """

    def __init__(
        self,
        requests: Sequence[Request],
        digests: Sequence[str],
        ask: Callable[[Request, str], Awaitable[Answer]],
        deliver: Callable[[Answer], None],
    ) -> None:
        self._requests, self._digests, self._ask, self._deliver = requests, digests, ask, deliver
        self._done: dict[str, Answer] = {}
        self._twins: dict[str, list[int]] = {}
        for index, digest in enumerate(digests):
            self._twins.setdefault(digest, []).append(index)
        self._waiting = deque(self._twins)

    async def finish(self, stop: threading.Event, concurrency: int) -> None:
        """Ask until everything is answered, or until the event is set; an error of a callback ends it too."""
        workers = [asyncio.ensure_future(self._work()) for _ in range(min(concurrency, len(self._waiting)))]
        together = asyncio.gather(*workers)
        try:
            while not together.done() and not stop.is_set():
                await asyncio.wait((together,), timeout=_POLL)
            if together.done():
                together.result()
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(together, *workers, return_exceptions=True)

    async def _work(self) -> None:
        while self._waiting:
            digest = self._waiting.popleft()
            first, *others = self._twins[digest]
            answer = await self._ask(self._requests[first], digest)
            self._done[digest] = answer
            self._deliver(answer)
            for index in others:
                self._deliver(answer.of(self._requests[index]))
            if answer.cached:
                await asyncio.sleep(0)  # nothing was waited for: let the others, and Stop, have their turn

    def answers(self) -> list[Answer]:
        """Return an answer to every request, in their order."""
        return [self._answer(index) for index in range(len(self._requests))]

    def _answer(self, index: int) -> Answer:
        request, digest = self._requests[index], self._digests[index]
        answer = self._done.get(digest)
        if answer is None:
            return Answer(request, error=STOPPED, unasked=True)
        return answer if self._twins[digest][0] == index else answer.of(request)
