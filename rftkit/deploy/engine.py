"""Answers for many requests at once: what waits is drawn together, and each answer is the one it would be alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rftkit.train.policy import Draw, Policy, Said

#: Seconds in which requests that come together are gathered.
GATHER = 0.005
#: Answers that are drawn at once.
MOST = 64


@dataclass
class Ticket:
    """A request that waits for its answers.

    Parameters
    ----------
    draws
        What it wants.
    heard
        Told the number of an answer and its next token, as they come; None for who waits for the end.
    """

    draws: Sequence[Draw]
    heard: Callable[[int, int], None] | None = None
    done: threading.Event = field(default_factory=threading.Event)
    said: list[Said] = field(default_factory=list)
    error: BaseException | None = None

    def wait(self) -> list[Said]:
        """Return the answers when they are there."""
        self.done.wait()
        if self.error is not None:
            raise self.error
        return self.said


class Engine:
    """Draws answers on one thread.

    Parameters
    ----------
    policy
        The model.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._waiting: queue.Queue[Ticket] = queue.Queue()
        threading.Thread(target=self._work, daemon=True, name="answers").start()

    def ask(self, draws: Sequence[Draw], heard: Callable[[int, int], None] | None = None) -> Ticket:
        """Put a request in the queue.

        Parameters
        ----------
        draws
            What it wants.
        heard
            Told each token.
        """
        ticket = Ticket(draws, heard)
        self._waiting.put(ticket)
        return ticket

    def _work(self) -> None:
        from rftkit.train.policy import use_threads

        use_threads(self.policy)  # here, because it holds for the thread that says it
        for tickets in self._gathered():
            try:
                self._answer(tickets)
            except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, and the next be served
                for ticket in tickets:
                    ticket.error = error
            for ticket in tickets:
                ticket.done.set()

    def _gathered(self) -> Iterator[list[Ticket]]:
        """Yield the requests that can be answered together."""
        while True:
            tickets = [self._waiting.get()]
            with suppress(queue.Empty):
                while sum(len(ticket.draws) for ticket in tickets) < MOST:
                    tickets.append(self._waiting.get(timeout=GATHER))
            yield tickets

    def _answer(self, tickets: Sequence[Ticket]) -> None:
        draws = [draw for ticket in tickets for draw in ticket.draws]
        hears = [(ticket, place) for ticket in tickets for place in range(len(ticket.draws))]
        said: list[Said] = []
        for start in range(0, len(draws), MOST):
            part = slice(start, start + MOST)
            said += self.policy.together(draws[part], _teller(hears[part]))
        for (ticket, _), one in zip(hears, said, strict=True):
            ticket.said.append(one)


def _teller(hears: Sequence[tuple[Ticket, int]]) -> Callable[[Any], None] | None:
    if all(ticket.heard is None for ticket, _ in hears):
        return None

    def tell(tokens: Any) -> None:
        for (ticket, place), token in zip(hears, tokens.tolist(), strict=True):
            if ticket.heard is not None:
                ticket.heard(place, token)

    return tell
