"""A standard output that counts and keeps nothing."""

from __future__ import annotations

import io


class TooMuchOutput(BaseException):
    """More was printed than the limit; no `Exception`, so that a grader's own `except Exception` lets it pass."""


class Counted(io.TextIOBase):
    """Counts what is printed for one pair.

    Parameters
    ----------
    limit
        Bytes that may be printed.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.spent = 0

    @property
    def full(self) -> bool:
        """Whether the limit was passed since the last `reset`."""
        return self.spent > self._limit

    def reset(self) -> None:
        """Begin anew, for the next pair."""
        self.spent = 0

    def writable(self) -> bool:
        """Say that this can be printed to."""
        return True

    def write(self, text: str) -> int:
        """Count a text.

        Parameters
        ----------
        text
            What is printed.
        """
        self.spent += len(text)
        if self.full:
            raise TooMuchOutput
        return len(text)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What libraries ask an output for."""
        return "utf-8"
