"""Pacing: requests and tokens a minute that queue, and one pause for all when the server asks for it."""

from __future__ import annotations

import asyncio
import time

_SLACK = 1.005  # a clock that is a little slow never oversteps a limit


class Pacer:
    """Gives every call its moment.

    A caller keeps its worker slot while it waits, so that waiting calls do not make room for new ones.

    Parameters
    ----------
    requests_per_minute, tokens_per_minute
        Limits; None means none.

    Examples
    --------
    >>> pacer = Pacer(requests_per_minute=6000)
    >>> asyncio.run(pacer.turn(tokens=10))
    """

    def __init__(self, requests_per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._per_request = 60 * _SLACK / requests_per_minute if requests_per_minute else 0.0
        self._per_token = 60 * _SLACK / tokens_per_minute if tokens_per_minute else 0.0
        self._next = self._until = 0.0

    async def turn(self, tokens: int = 0) -> None:
        """Wait until a call of this size may start."""
        while True:
            asked_at = time.monotonic()
            start = max(asked_at, self._next, self._until)
            self._next = start + max(self._per_request, self._per_token * tokens)
            await asyncio.sleep(start - asked_at)
            if self._until <= time.monotonic():
                return

    def pause(self, seconds: float) -> None:
        """Let nobody start for this long: the server said so to one, and means all."""
        until = time.monotonic() + seconds
        if until > self._until:
            self._until = self._next = until
