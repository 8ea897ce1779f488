"""Pacing: requests and tokens a minute that queue, and one pause for all when the server asks for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque

_SLACK = 1.02  # calls that start a little late must not crowd the next second
_SEVERAL, _LONG_WAIT = 3, 5.0
_QUIET = 4.0  # seconds without a refusal after which a learned limit is tested


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
        self._given = requests_per_minute is not None
        self._next = self._until = self._quiet_until = 0.0
        self._starts: deque[float] = deque(maxlen=2000)
        self._refusals: deque[float] = deque(maxlen=2000)
        self._episode, self._let_out = -1.0, 0
        self._slowest = self._per_request * 1.1

    async def turn(self, tokens: int = 0) -> None:
        """Wait until a call of this size may start."""
        while True:
            asked_at = time.monotonic()
            start = max(asked_at, self._next, self._until)
            self._next = start + max(self._per_request, self._per_token * tokens)
            await asyncio.sleep(start - asked_at)
            now = time.monotonic()
            if self._until <= now:
                self._note(now)
                return

    def refused(self, seconds: float) -> None:
        """Note that the server refused a call and named a time to wait.

        One stray refusal concerns its own call, which waits in its place. Several within a second, or a long wait, mean all:
        nobody starts until the time is over. The pace slows down a little, and where no limit was given, the rate at which the
        server did admit calls becomes one, which grows again later.
        """
        now = time.monotonic()
        self._refusals.append(now)
        several = sum(refusal > now - 1 for refusal in self._refusals) >= _SEVERAL
        if (several or seconds > _LONG_WAIT) and now + seconds > self._until:
            self._until = self._next = now + seconds
            self._slower(now)
        self._quiet_until = now + seconds + _QUIET

    def _slower(self, now: float) -> None:
        if self._given:
            self._per_request = min(self._per_request * 1.02, self._slowest)
            return
        if now > self._episode + 1:  # a new crowd was refused: how many were let out in the second before it?
            self._episode = now
            self._let_out = sum(start > now - 1 for start in self._starts)
        refused = sum(refusal > self._episode - 1 for refusal in self._refusals)
        self._per_request = _SLACK / max(1, self._let_out - refused)

    def _note(self, now: float) -> None:
        """Remember a start, and try a little more where nothing was refused for a while."""
        self._starts.append(now)
        if not self._given and self._per_request and now > self._quiet_until:
            self._per_request *= 0.95
            self._quiet_until = now + _QUIET / 4
