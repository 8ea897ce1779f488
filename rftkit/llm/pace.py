"""Pacing: requests and tokens that queue, and a limit that is learned where the server has one.

A limit is so many starts in any second. It is given, or told by headers, or learned from refusals: what the server
admitted in the time before it began to refuse is what it takes. A first guess may be far too low, as where a burst met a
small bucket, so it is raised in steps that double until calls are refused again; from then on it is tested seldom.
"""

from __future__ import annotations

import asyncio
from collections import deque

from rftkit.llm.limits import Limit

_SLACK = 1.02  # calls arrive a little unevenly, and must not crowd the next second
_CATCH_UP = 0.05  # seconds of turns that a late loop may make good
_CROWD, _CROWD_SHARE = 3, 0.05  # refusals within a second that mean all calls, not one
_LONG_WAIT, _LONGEST_WINDOW = 5.0, 60.0
_GUESSED, _SEEN = 0.5, 4.0  # seconds between tests of a limit that was guessed from a burst, and of one that was seen
_STEP, _LARGEST_STEP, _FEWEST = 0.02, 0.25, 5
_REMEMBERED = 10_000


class Pacer:
    """Gives every call its moment.

    A caller keeps its worker slot while it waits, so that waiting calls do not make room for new ones.

    Parameters
    ----------
    requests_per_minute, tokens_per_minute
        Limits; None means none.

    Attributes
    ----------
    rate
        Starts a second that are allowed at present; None for any number.

    Examples
    --------
    >>> pacer = Pacer(requests_per_minute=6000)
    >>> asyncio.run(pacer.turn(tokens=10)) > 0
    True
    """

    def __init__(self, requests_per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._most = self.rate = requests_per_minute / 60 if requests_per_minute else None
        self._per_token = 60 * _SLACK / tokens_per_minute if tokens_per_minute else 0.0
        self._next = self._until = self._learned = self._quiet = self._longest_reset = 0.0
        self._step, self._apart = _STEP, _GUESSED
        self._admitted: deque[float] = deque(maxlen=_REMEMBERED)  # when calls started
        self._refused: deque[float] = deque(maxlen=_REMEMBERED)
        self._gate: asyncio.Lock | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def turn(self, tokens: int = 0) -> float:
        """Wait until a call of this size may start and return that moment; those who came first go first."""
        loop = asyncio.get_running_loop()
        async with self._gate_of(loop):
            while (wait := self._moment() - loop.time()) > 0:
                await asyncio.sleep(wait)
            now = loop.time()
            gap = max(_SLACK / self.rate if self.rate else 0.0, self._per_token * tokens)
            self._next = max(self._next, now - _CATCH_UP) + gap
            self._grow(now)
            self._admitted.append(now)
            return now

    def _gate_of(self, loop: asyncio.AbstractEventLoop) -> asyncio.Lock:
        if self._gate is None or self._loop is not loop:
            self._gate, self._loop = asyncio.Lock(), loop
        return self._gate

    def _moment(self) -> float:
        """Return when the next call may start."""
        return max(self._next, self._until, self._room())

    def _room(self) -> float:
        """Return when the last second has room for another start; what was refused took no room."""
        most = int(self.rate or 0)
        return self._admitted[-most] + _SLACK if 0 < most <= len(self._admitted) else 0.0

    def refused(self, start: float, seconds: float) -> None:
        """Note that the server refused a call and named a time to wait.

        A stray refusal concerns its own call, which waits in its place; the pace gives way a little. A crowd of them sets
        the pace to what was admitted. Nobody starts until the time is over where it is long, or where most of the calls at the
        pace that was just learned are refused again.

        Parameters
        ----------
        start
            What `turn` gave the call.
        seconds
            How long to wait.
        """
        now = asyncio.get_running_loop().time()
        if start in self._admitted:
            self._admitted.remove(start)
        self._refused.append(start)
        fresh = bool(self._learned) and start > self._learned
        crowd = self._is_crowd(start)
        if fresh:
            self._apart = _SEEN
        if crowd and (seconds > _LONG_WAIT or (fresh and self._mostly_refused(start))):
            self._until = max(self._until, now + seconds)
        if crowd:
            self._learn(now, start, seconds)
        elif self.rate is not None and (fresh or self._most):
            self.rate *= 1 - _STEP / 4
        self._step, self._quiet = _STEP, now + seconds + self._apart

    def _is_crowd(self, start: float) -> bool:
        return _within(self._refused, start - 1, start + 1) >= max(_CROWD, _CROWD_SHARE * (self.rate or 0.0))

    def _mostly_refused(self, start: float) -> bool:
        since = max(self._learned, start - 1)
        return _within(self._refused, since, start) > _within(self._admitted, since, start)

    def _learn(self, now: float, start: float, seconds: float) -> None:
        window = min(max(1.0, seconds), _LONGEST_WINDOW)
        admitted = _within(self._admitted, start - window * (_SLACK if self.rate else 1.0), start)
        # Where next to nothing was let out, a refusal says that the server is still closed, and nothing of its pace.
        if admitted >= _CROWD and (self.rate is None or admitted / window < self.rate):
            self.rate, self._learned = admitted / window, now

    def told(self, limit: Limit) -> None:
        """Note what an answer said of the limit; it counts once what is left lasts for less than a second.

        The time until all is there again says how fast it comes back: at most the limit over the longest such time.
        """
        self._longest_reset = max(self._longest_reset, limit.reset)
        now = asyncio.get_running_loop().time()
        last = int(limit.left) + 1
        if not self._longest_reset or last > len(self._admitted) or self._admitted[-last] <= now - 1:
            return
        rate = limit.most / self._longest_reset
        if self.rate is None or rate < self.rate:
            self.rate, self._learned = rate, now
            self._apart, self._quiet = _SEEN, now + _SEEN

    def _grow(self, now: float) -> None:
        """Try a little more where nothing was refused for a while."""
        if self.rate is None or now < self._quiet or self.rate == self._most:
            return
        self.rate = min(self.rate * (1 + self._step), self._most or float("inf"))
        self._step, self._quiet = min(2 * self._step, _LARGEST_STEP), now + max(self._apart, _FEWEST / self.rate)


def _within(moments: deque[float], since: float, until: float) -> int:
    return sum(since < moment <= until for moment in moments)
