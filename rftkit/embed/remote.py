"""Embedders that other software provides: a model behind a call, or sentence-transformers."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rftkit.embed.minilm import normalized
from rftkit.embed.protocol import Array, Call
from rftkit.errors import MissingDependencyError, ModelError

PREFIX = "sentence-transformers/"


@dataclass(frozen=True)
class Called:
    """An embedding model behind a function, 100 texts a call.

    Examples
    --------
    >>> Called("toy", lambda texts: [[3.0, 4.0] for _ in texts]).embed(["a"]).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """

    name: str
    call: Call = field(repr=False)
    batch: int = 100

    def embed(self, texts: Sequence[str]) -> Array:
        """Return one vector of length 1 per text.

        Examples
        --------
        >>> Called("toy", lambda texts: []).embed([]).shape
        (0, 0)
        """
        parts = [self._part(texts[i : i + self.batch]) for i in range(0, len(texts), self.batch)]
        return np.vstack(parts) if parts else np.zeros((0, 0), np.float32)

    def _part(self, texts: Sequence[str]) -> Array:
        # Services refuse an empty text; a space says as little.
        answer = np.asarray(self.call([text if text.strip() else " " for text in texts]), dtype=np.float32)
        if answer.ndim != 2 or len(answer) != len(texts):
            raise ModelError(f"the embedding model {self.name!r} answered {answer.shape} for {len(texts)} texts")
        return normalized(answer)


@dataclass(frozen=True)
class SentenceTransformers:
    """A model of the package sentence-transformers, where it is installed.

    Examples
    --------
    >>> SentenceTransformers("sentence-transformers/all-MiniLM-L6-v2").name
    'sentence-transformers/all-MiniLM-L6-v2'
    """

    name: str

    def embed(self, texts: Sequence[str]) -> Array:
        """Return one vector of length 1 per text.

        Examples
        --------
        >>> callable(SentenceTransformers("sentence-transformers/x").embed)
        True
        """
        return normalized(_model(self.name.removeprefix(PREFIX)).encode(list(texts), show_progress_bar=False))


def installed() -> bool:
    """Return whether sentence-transformers can be imported.

    Examples
    --------
    >>> isinstance(installed(), bool)
    True
    """
    return importlib.util.find_spec("sentence_transformers") is not None


_models: dict[str, Any] = {}


def _model(name: str) -> Any:
    if not installed():
        raise MissingDependencyError(
            f"the embedder {PREFIX + name!r} needs a package; install it with `pip install sentence-transformers`"
        )
    if name not in _models:
        from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

        _models[name] = SentenceTransformer(name)
    return _models[name]
