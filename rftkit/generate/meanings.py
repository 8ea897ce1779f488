"""What prompts mean, as vectors: how near a candidate is to what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rftkit.generate.entry import Entry

if TYPE_CHECKING:
    import numpy as np

_STACKED = 256  # so many new vectors are compared one by one before they join the matrix


class Embedder(Protocol):
    """Turns texts into vectors of length one."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one row per text."""
        ...


class Meanings:
    """Vectors of all data and of accepted candidates, by context.

    Parameters
    ----------
    embedder
        Turns texts into vectors.
    known
        The data.

    Examples
    --------
    >>> import numpy as np
    >>> class Same:
    ...     def embed(self, texts):
    ...         return np.ones((len(texts), 1))
    >>> Meanings(Same(), []).closest(np.ones(1), "")
    0.0
    """

    def __init__(self, embedder: Embedder, known: Sequence[Entry]) -> None:
        self._embedder = embedder
        self._by_context: dict[str, list[Any]] = {}
        for vector, entry in zip(self.embed([entry.text for entry in known]), known, strict=True):
            self._by_context.setdefault(entry.context, []).append(vector)
        self._stacked: dict[str, tuple[int, Any]] = {}

    def embed(self, texts: Sequence[str]) -> Any:
        """Return one vector per text."""
        return self._embedder.embed(texts) if texts else []

    def add(self, vector: Any, context: str) -> None:
        """Add the vector of a candidate."""
        self._by_context.setdefault(context, []).append(vector)

    def closest(self, vector: Any, context: str) -> float:
        """Return the largest cosine with a prompt of the same context, 0 where there is none."""
        import numpy as np

        rows = self._by_context.get(context, [])
        if not rows:
            return 0.0
        size, whole = self._stacked.get(context, (0, None))
        best = float(np.max(whole @ vector)) if size else 0.0
        if len(rows) - size > _STACKED:
            self._stacked[context] = (len(rows), np.asarray(rows))
        return max([best, *(float(row @ vector) for row in rows[size:])])
