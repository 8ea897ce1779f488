"""Vectors kept on disk by content, so that only new text is embedded.

Below one folder, each embedder has its own; in it every append is one `.npy` file of (key, vector) rows, written
aside and then renamed, so that a kill leaves whole files only and two writers never touch the same one.

Texts are embedded in pieces, short ones first, and a stop keeps the pieces that are done. What is left then falls into
the pieces that it would have had, so that vectors are the same to the last bit, however often they were interrupted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from rftkit import phases
from rftkit.embed.protocol import Array, Embedder

_COMPACT_AT = 24
_PIECE = 512  # texts that are embedded between two looks whether to stop
_CHARACTERS = 48_000  # of a piece; about a second's work
_LONGEST = 1100  # characters of a text that a model reads at most, near enough
_HELD = 2048  # vectors that are made before they are written: what a kill may cost


class VectorCache:
    """Vectors of texts in a folder.

    Parameters
    ----------
    folder
        Made when the first vector is kept.

    Examples
    --------
    >>> import tempfile
    >>> from rftkit.embed.remote import Called
    >>> toy = Called("toy", lambda texts: [[1.0, 0.0] for _ in texts])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = VectorCache(folder).embed(toy, ["a", "b"])
    ...     VectorCache(folder).missing(toy.name, ["a", "c"])
    ['c']
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def embed(self, embedder: Embedder, texts: Sequence[str]) -> Array:
        """Return the vectors of texts; what is new is embedded and kept, also what was new until it was stopped.

        Examples
        --------
        >>> import tempfile
        >>> from rftkit.embed.remote import Called
        >>> toy = Called("toy", lambda texts: [[1.0, 0.0] for _ in texts])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     VectorCache(folder).embed(toy, ["a", "a"]).shape
        (2, 2)
        """
        keys = _keys(texts)
        unique, back = np.unique(keys, return_inverse=True)
        first = np.full(len(unique), len(texts), dtype=np.int64)
        np.minimum.at(first, back, np.arange(len(texts)))
        known, vectors = self._known(embedder.name)
        place = _places(unique, known)
        new = np.flatnonzero(place < 0)
        if not len(new):
            return np.asarray(vectors[place[back]], dtype=np.float32)
        lengths = np.array([len(texts[row]) for row in first[new].tolist()])
        new = new[np.argsort(lengths, kind="stable")]  # by content where they are as long
        made = self._made(embedder, unique[new], [texts[row] for row in first[new].tolist()])
        found = np.zeros((len(unique), made.shape[1]), dtype=np.float32)
        found[new] = made
        old = place >= 0
        if old.any():
            found[old] = vectors[place[old]]
        result: Array = found[back]
        return result

    def _made(self, embedder: Embedder, keys: npt.NDArray[Any], texts: Sequence[str]) -> Array:
        parts: list[Array] = []
        ends = [0]  # how many are made, and how many of these are kept
        kept = 0
        try:
            # a call to a service is paid: each is a piece of its own, so that a stop loses none
            for start, end in _pieces(texts, int(getattr(embedder, "batch", _PIECE))):
                phases.phase("embedding", start, len(texts))
                parts.append(np.asarray(embedder.embed(texts[start:end]), dtype=np.float32))
                ends.append(end)
                if end - ends[kept] >= _HELD:
                    self._append(embedder.name, keys[ends[kept] : end], np.concatenate(parts[kept:]))
                    kept = len(parts)
        finally:  # also when it was stopped, or interrupted
            if len(parts) > kept:
                self._append(embedder.name, keys[ends[kept] : ends[-1]], np.concatenate(parts[kept:]))
        phases.phase("embedding", len(texts), len(texts))
        return np.concatenate(parts)

    def missing(self, name: str, texts: Sequence[str]) -> list[str]:
        """Return the texts that an embedder would have to embed.

        Examples
        --------
        >>> VectorCache("/nowhere").missing("minilm", ["a"])
        ['a']
        """
        place = _places(_keys(texts), self._known(name)[0])
        return [text for text, at in zip(texts, place.tolist(), strict=True) if at < 0]

    def _folder(self, name: str) -> Path:
        safe = "".join(char if char.isalnum() or char in "-._" else "-" for char in name)[:80]
        return self.folder / f"{safe}-{xxhash.xxh3_64(name.encode()).hexdigest()[:6]}"

    def _known(self, name: str) -> tuple[npt.NDArray[Any], Array]:
        parts = [np.load(path) for path in sorted(self._folder(name).glob("*.npy"))]
        if not parts:
            return np.zeros(0, "V16"), np.zeros((0, 0), np.float32)
        rows = np.concatenate(parts) if len(parts) > 1 else parts[0]
        return rows["key"], rows["vector"]

    def _append(self, name: str, keys: npt.NDArray[Any], vectors: Array) -> None:
        folder = self._folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        before = sorted(folder.glob("*.npy"))
        rows = np.empty(len(keys), dtype=[("key", "V16"), ("vector", "<f4", (vectors.shape[1],))])
        rows["key"], rows["vector"] = keys, vectors
        if len(before) >= _COMPACT_AT:
            rows = np.concatenate([*(np.load(path) for path in before), rows])
        _write(folder, rows)
        if len(before) >= _COMPACT_AT:
            for path in before:
                path.unlink(missing_ok=True)


def _write(folder: Path, rows: npt.NDArray[Any]) -> None:
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        np.save(part, rows)
    name = xxhash.xxh3_128(rows.tobytes()).hexdigest()
    Path(part.name).replace(folder / f"{name}.npy")


def _pieces(texts: Sequence[str], most: int) -> Iterator[tuple[int, int]]:
    """Yield first and last+1 of texts that are embedded together, at most so many."""
    start, size = 0, 0
    for at, text in enumerate(texts):
        own = min(len(text), _LONGEST)
        if at > start and (at - start >= most or size + own > _CHARACTERS):
            yield start, at
            start, size = at, 0
        size += own
    if start < len(texts):
        yield start, len(texts)


def _keys(texts: Sequence[str]) -> npt.NDArray[Any]:
    digests = b"".join(xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass")) for text in texts)
    return np.frombuffer(digests, dtype="V16")


def _places(keys: npt.NDArray[Any], known: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return where each key stands among the known ones, -1 where it does not."""
    table = {key: at for at, key in enumerate(known.tolist())}
    return np.fromiter((table.get(key, -1) for key in keys.tolist()), dtype=np.int64, count=len(keys))
