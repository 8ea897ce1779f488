"""Static vectors: every token has one vector, a text is their weighted mean. For sets too large for MiniLM.

The table is distilled from MiniLM once (each token alone through the model, then PCA) and kept in the user's cache
folder. Its means are then fitted to MiniLM's own space on a sample of the texts at hand, so that names and
descriptions of topics, which MiniLM embeds, live in the same space.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from rftkit import phases
from rftkit.embed import minilm
from rftkit.embed.protocol import Array, Embedder

WIDTH = 256
SAMPLE = 3000
_PIECE = 2048  # texts between two looks whether to stop
_ZIPF = 1e-3


def cache_folder() -> Path:
    """Return the folder for what can be computed again: `XDG_CACHE_HOME`, else `~/.cache`.

    Examples
    --------
    >>> cache_folder().name
    'rftkit'
    """
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "rftkit"


@lru_cache(maxsize=1)
def table() -> Array:
    """Return the vector of every token, weighted by how rare it is; distilled at the first call.

    Examples
    --------
    >>> table().shape[1] if minilm.folder() and (cache_folder() / file_name()).exists() else 256
    256
    """
    path = cache_folder() / file_name()
    try:
        return np.asarray(np.load(path), dtype=np.float32)
    except (OSError, ValueError):  # absent, or cut off by a kill
        made = distilled()
    _save(path, made)
    return made


def file_name() -> str:
    """Return the name of the table's file, which names the weights it was made from.

    Examples
    --------
    >>> file_name()
    'static-1-53aa5117.npy'
    """
    return f"static-1-{minilm.SHA256[:8]}.npy"


def distilled() -> Array:
    """Return the table made from MiniLM: tokens through the model, PCA, weights a / (a + p) by Zipf's law.

    Examples
    --------
    >>> callable(distilled)
    True
    """
    network = minilm.load()
    count = network.tokenizer.get_vocab_size()
    edges = network.tokens([""])[0]
    ids = np.array([[edges[0], token, edges[-1]] for token in range(count)], dtype=np.int64)
    raw = np.zeros((count, minilm.WIDTH), dtype=np.float32)

    def run(rows: list[int]) -> None:
        raw[rows] = network.forward(ids[rows])

    minilm.run_all(run, [list(range(i, min(i + 512, count))) for i in range(0, count, 512)])
    raw -= raw.mean(axis=0)
    values, axes = np.linalg.eigh(raw.T @ raw)
    reduced = raw @ axes[:, np.argsort(-values)[:WIDTH]]
    shares = 1 / (np.arange(count) + 2.0) / np.log(count)
    weights = _ZIPF / (_ZIPF + shares)
    weights[: min(999, count)] = 0  # control tokens of the vocabulary
    return np.asarray(reduced * weights[:, None], dtype=np.float32)


def _save(path: Path, made: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.save(part, made)
    Path(part.name).replace(path)


def means(texts: Sequence[str]) -> Array:
    """Return the mean token vector of each text, of length 1.

    Examples
    --------
    >>> means([]).shape
    (0, 256)
    """
    from scipy.sparse import csr_array

    if not len(texts):
        return np.zeros((0, WIDTH), dtype=np.float32)
    vectors, tokenizer = table(), minilm.load().tokenizer
    found = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for start in phases.each(range(0, len(texts), _PIECE), "static vectors"):
        part = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts[start : start + _PIECE]))]
        ends = np.cumsum([0, *map(len, part)])
        columns = np.fromiter((token for each in part for token in each), dtype=np.int64, count=int(ends[-1]))
        counts = csr_array((np.ones(len(columns), np.float32), columns, ends), shape=(len(part), len(vectors)))
        found[start : start + len(part)] = counts @ vectors
    return minilm.normalized(found)


@dataclass(frozen=True)
class Static:
    """The embedder `static` before it is fitted to the texts at hand.

    Examples
    --------
    >>> Static().name
    'static'
    """

    name: str = "static"

    def fit(self, texts: Sequence[str], reference: Embedder | None = None) -> FittedStatic:
        """Return the embedder fitted to MiniLM on a sample of these texts.

        The sample is taken by a hash of the content, so that it hardly changes when texts are added.

        Examples
        --------
        >>> callable(Static().fit)
        True
        """
        import xxhash

        teacher = reference or minilm.MiniLM()
        keyed = sorted((xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass")), text) for text in set(texts))[
            :SAMPLE
        ]
        sample = [text for _, text in keyed]
        goal, given = teacher.embed(sample), _with_one(means(sample))
        penalty = np.eye(given.shape[1], dtype=np.float32) * np.float32(0.3)
        matrix = np.linalg.solve(given.T @ given + penalty, given.T @ goal)
        key = xxhash.xxh3_64(b"".join(digest for digest, _ in keyed)).hexdigest()
        return FittedStatic(f"{self.name}-{teacher.name}-{key}", np.asarray(matrix, np.float32))


@dataclass(frozen=True)
class FittedStatic:
    """Static vectors in MiniLM's space: about 30,000 texts a second.

    Examples
    --------
    >>> FittedStatic("static", np.zeros((257, 384), np.float32)).embed([]).shape
    (0, 384)
    """

    name: str
    matrix: Array = field(repr=False)

    def embed(self, texts: Sequence[str]) -> Array:
        """Return one vector of length 1 per text.

        Examples
        --------
        >>> FittedStatic("static", np.zeros((257, 384), np.float32)).embed([]).dtype.name
        'float32'
        """
        return minilm.normalized(_with_one(means(texts)) @ self.matrix)


def _with_one(vectors: Array) -> Array:
    return np.hstack([vectors, np.ones((len(vectors), 1), np.float32)])
