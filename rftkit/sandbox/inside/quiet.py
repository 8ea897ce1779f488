"""A standard output that counts and keeps nothing."""

from __future__ import annotations

import io
from typing import Any


class TooMuchOutput(BaseException):
    """More was printed than the limit; no `Exception`, so that a grader's own `except Exception` lets it pass."""


class Raw(io.RawIOBase):
    """Counts bytes that are printed past the text.

    Parameters
    ----------
    text
        What counts them.
    """

    def __init__(self, text: Counted) -> None:
        self._text = text

    def writable(self) -> bool:
        """Say that this can be printed to."""
        return True

    def write(self, data: Any) -> int:
        """Count some bytes.

        Parameters
        ----------
        data
            What is printed.
        """
        self._text.spend(len(data))
        return len(data)


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
        self.spend(len(text))
        return len(text)

    def spend(self, size: int) -> None:
        """Count what is printed.

        Parameters
        ----------
        size
            How much.
        """
        self.spent += size
        if self.full:
            raise TooMuchOutput

    @property
    def buffer(self) -> Raw:
        """Where bytes are printed to."""
        return Raw(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What libraries ask an output for."""
        return "utf-8"
