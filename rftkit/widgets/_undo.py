"""What was done from a screen, and the way back: only as long as nobody else has changed the dataset since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rftkit.errors import InputError


class Undo:
    """The steps that a screen has made, the latest last.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> Undo(None).told() is None
    True
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self._steps: list[dict[str, Any]] = []
        self._version = -1
        self._back = ""
        self._noted: dict[str, Any] | None = None

    def note(self, sentence: str, python: str) -> None:
        """Tell what was done where the dataset did not change, so that there is nothing to take back.

        Parameters
        ----------
        sentence
            What was done.
        python
            The line that does the same.
        """
        self._noted = {"sentence": sentence, "python": python, "undo": False}

    @contextmanager
    def step(self, sentence: str, python: str) -> Iterator[None]:
        """Note a step that succeeds inside.

        Parameters
        ----------
        sentence
            What was done.
        python
            The line that does the same.
        """
        fresh = self.dataset.version == self._version
        yield
        self._steps = [*(self._steps if fresh else []), {"sentence": sentence, "python": python}]
        self._version, self._back, self._noted = self.dataset.version, "", None

    def told(self) -> dict[str, Any] | None:
        """Return what was done last and whether it can be taken back; None before anything was done."""
        if self._noted is not None:
            return self._noted
        if self._back:
            return {"sentence": self._back, "python": "ds.undo()", "undo": self._can()}
        return {**self._steps[-1], "undo": self._can()} if self._steps else None

    def _can(self) -> bool:
        return bool(self._steps) and self.dataset.version == self._version

    def back(self) -> str:
        """Take the latest step back and return its sentence.

        Raises
        ------
        InputError
            There is none, or the dataset has changed since.
        """
        if not self._steps:
            raise InputError("nothing was done from here that could be taken back")
        if not self._can():
            raise InputError("The dataset has changed since; look at its history and undo from there.")
        self.dataset.undo()
        taken = self._steps.pop()
        self._version = self.dataset.version
        self._back = f"Taken back: {taken['sentence']}"
        return str(taken["sentence"])
