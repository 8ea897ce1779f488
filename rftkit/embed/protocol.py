"""What an embedder is: a name and one method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]
else:
    Array = Any

#: A function that sends texts to a model and returns one list of numbers each, as `rftkit.llm` makes them.
Call = Callable[[Sequence[str]], Sequence[Sequence[float]]]


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors of length 1.

    Attributes
    ----------
    name
        Says which vectors may be compared: equal names, equal space.

    Examples
    --------
    >>> from rftkit.embed.minilm import MiniLM
    >>> isinstance(MiniLM(), Embedder)
    True
    """

    @property
    def name(self) -> str:
        """Which vectors may be compared: equal names, equal space."""
        ...

    def embed(self, texts: Sequence[str]) -> Array:
        """Return a float32 array with one row of length 1 per text."""
        ...


@runtime_checkable
class Fittable(Protocol):
    """An embedder whose space is made for the texts at hand; `fit` returns the one that embeds.

    Examples
    --------
    >>> from rftkit.embed.lsa import LSA
    >>> isinstance(LSA(), Fittable)
    True
    """

    @property
    def name(self) -> str:
        """The name of the kind."""
        ...

    def fit(self, texts: Sequence[str], reference: Embedder | None = None) -> Embedder:
        """Return the embedder for these texts; `reference` embeds a sample where the kind needs one."""
        ...
