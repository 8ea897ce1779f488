"""A queue of records that wait for a person: one at a time, in any direction, none asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Waiting:
    """The queue as one person goes through it; what was decided stays in its place, so that one can go back to it.

    Parameters
    ----------
    kind, topic
        Which records wait.

    Examples
    --------
    >>> queue = Waiting("review")
    >>> queue.take(["a", "b"])
    >>> queue.decide("a")
    >>> queue.here, queue.told()["left"]
    ('b', 1)
    """

    def __init__(self, kind: str, topic: str = "") -> None:
        self.kind = kind
        self.topic = topic
        self.decided: dict[str, None] = {}
        self._skipped: dict[str, None] = {}
        self._ids: list[str] = []
        self._at = 0
        self._more = 0

    @property
    def here(self) -> str | None:
        """The record that is shown; None where none waits."""
        return self._ids[self._at] if self._at < len(self._ids) else None

    def start_over(self) -> None:
        """Forget what was decided: a new run has made a new queue."""
        self.decided, self._skipped, self._ids, self._at, self._more = {}, {}, [], 0, 0

    def take(self, waiting: Sequence[str], total: int | None = None) -> None:
        """Bring the queue up to date; what was there keeps its place.

        Parameters
        ----------
        waiting
            The records that wait now, or the first of them.
        total
            How many wait in all.
        """
        self._more = 0 if total is None else total - len(waiting)
        before, new = self.here, set(waiting)
        kept = [id_ for id_ in self._ids if id_ in new or id_ in self.decided]
        old = set(kept)
        self._ids = [*kept, *(id_ for id_ in waiting if id_ not in old)]
        self._at = self._ids.index(before) if before is not None and before in set(self._ids) else 0
        if before is None:
            self._next(-1)

    def keep(self, there: set[str]) -> None:
        """Drop decided records that are no longer in the dataset.

        Parameters
        ----------
        there
            Those that are still there.
        """
        gone = [id_ for id_ in self.decided if id_ not in there]
        here = self.here
        for id_ in gone:
            del self.decided[id_]
            self._ids.remove(id_)
        self._at = self._ids.index(here) if here in self._ids else min(self._at, len(self._ids))

    def decide(self, id: str) -> None:
        """Note that a record was decided, and go to the next one that was not.

        Parameters
        ----------
        id
            The record.
        """
        self._skipped.pop(id, None)
        if id in self._ids:
            self.decided[id] = None
            self._next(self._ids.index(id))

    def skip(self, id: str) -> None:
        """Note that a record was skipped, and go on; skipped ones come again when the others are done.

        Parameters
        ----------
        id
            The record.
        """
        self._skipped[id] = None
        self._next(self._at)

    def take_back(self, id: str) -> None:
        """Go back to a record whose decision was taken back.

        Parameters
        ----------
        id
            The record.
        """
        self.decided.pop(id, None)
        if id in self._ids:
            self._at = self._ids.index(id)

    def move(self, by: int) -> None:
        """Go to another record, decided or not.

        Parameters
        ----------
        by
            How many on.
        """
        self._at = max(0, min(self._at + by, len(self._ids) - 1))

    def _next(self, at: int) -> None:
        ahead = [*range(at + 1, len(self._ids)), *range(at + 1)]
        open_ = [place for place in ahead if self._ids[place] not in self.decided]
        fresh = (place for place in open_ if self._ids[place] not in self._skipped)
        self._at = next(fresh, open_[0] if open_ else len(self._ids))

    def ahead(self, count: int) -> list[str]:
        """Return records that wait, from the one that is shown on.

        Parameters
        ----------
        count
            At most so many.
        """
        rest = [*self._ids[self._at :], *self._ids[: self._at]]
        return rest[:count]

    def told(self) -> dict[str, Any]:
        """Return how far the queue is."""
        total, decided = len(self._ids) + self._more, len(self.decided)
        return {
            "kind": self.kind,
            "topic": self.topic,
            "total": total,
            "at": self._at,
            "decided": decided,
            "skipped": sum(id_ not in self.decided for id_ in self._skipped),
            "left": total - decided,
        }
