"""What graders may use beside the pair: a model, an embedder, a process for python code. Handed in, never fetched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rftkit.llm.request import Answer, Request


class Asker(Protocol):
    """What a model grader asks; `rftkit.llm.Runner` is one."""

    def run(self, requests: Sequence[Request]) -> list[Answer]:
        """Return an answer to every request, in their order."""
        ...


class Embeds(Protocol):
    """What a cosine needs; every embedder of `rftkit.embed` is one."""

    def embed(self, texts: Sequence[str]) -> Any:
        """Return one row of length 1 per text."""
        ...


@dataclass(frozen=True)
class Means:
    """What graders may use.

    Parameters
    ----------
    runner
        One asker for every model grader, or a function from the grader's `model` to its asker.
    embedder
        For `cosine`.
    repeat
        Number of this repetition: a judge that is asked the same again answers anew.

    Examples
    --------
    >>> Means().repeat
    0
    """

    runner: Asker | Callable[[str], Asker] | None = None
    embedder: Embeds | None = None
    repeat: int = 0
