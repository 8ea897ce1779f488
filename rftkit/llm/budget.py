"""A hard cap on money: what a call can cost at worst is set aside before it is sent."""

from __future__ import annotations

import asyncio


class BudgetSpentError(Exception):
    """The next call does not fit under the cap any more."""


class Budget:
    """Money that is spent, set aside, and left.

    Parameters
    ----------
    cap
        US dollars; None means no cap.

    Examples
    --------
    >>> budget = Budget(1.0)
    >>> asyncio.run(budget.hold(0.4))
    >>> budget.settle(0.4, 0.1)
    >>> budget.spent
    0.1
    """

    def __init__(self, cap: float | None) -> None:
        self.cap = cap
        self.spent = 0.0
        self._held = 0.0
        self._holders = 0
        self._changed: asyncio.Event | None = None

    async def hold(self, worst: float) -> None:
        """Set a call's worst case aside; wait for calls under way to settle where it does not fit yet."""
        while self.cap is not None and self.spent + self._held + worst > self.cap + 1e-12:
            if self._holders == 0:
                message = f"the budget of ${self.cap:g} is used up (${self.spent:.4f} spent, ${worst:.4f} needed)"
                raise BudgetSpentError(message)
            self._changed = self._changed or asyncio.Event()
            await self._changed.wait()
        self._held += worst
        self._holders += 1

    def settle(self, worst: float, cost: float) -> None:
        """Book what a call did cost and free the rest of what was set aside for it."""
        self._held = max(0.0, self._held - worst)
        self._holders -= 1
        self.spent += cost
        if self._changed is not None:
            self._changed.set()
            self._changed = None
