"""Vectors from any litellm embedding model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rftkit.errors import ModelError
from rftkit.llm import gateway
from rftkit.llm.failures import CallError

if TYPE_CHECKING:
    import numpy as np

_BATCH = 128


@dataclass
class ModelEmbedder:
    """An embedder that asks a model.

    Parameters
    ----------
    name
        litellm's name, such as ``openai/text-embedding-3-small``.
    base_url, api_key
        An own server, and its key where the environment does not hold it.
    timeout
        Seconds for one call of up to 128 texts.
    retries
        How often a call is repeated after a fault.

    Examples
    --------
    >>> ModelEmbedder("openai/text-embedding-3-small").name
    'openai/text-embedding-3-small'
    """

    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    retries: int = 5
    batch: ClassVar[int] = _BATCH

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 rows of length one, in the order of the texts.

        Raises
        ------
        ModelError
            When the model cannot be reached.
        """
        import numpy as np

        parts = [self._part(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        vectors = np.asarray([row for part in parts for row in part], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True) if len(vectors) else 1.0
        return vectors / np.maximum(lengths, 1e-12)  # type: ignore[no-any-return]

    def _part(self, texts: Sequence[str]) -> list[list[float]]:
        for attempt in range(self.retries + 1):
            try:
                # Some providers refuse empty texts; a space has a vector everywhere.
                filled = [text or " " for text in texts]
                return gateway.embed(  # type: ignore[no-any-return]
                    self.name, filled, base_url=self.base_url, api_key=self.api_key, timeout=self.timeout
                )
            except CallError as error:
                if not error.retry or attempt == self.retries:
                    raise ModelError(f"{self.name} gave no vectors: {error}") from None
                time.sleep(error.after if error.after is not None else min(20.0, 0.5 * 2**attempt))
        raise AssertionError("unreachable")
