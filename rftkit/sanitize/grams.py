"""Texts as sets of character 5-grams, in numpy: one sorted array of 64-bit keys per text.

A key is the gram itself, five characters written in base K where K is the number of different characters of all
texts. So two keys are equal exactly where the grams are, up to 6,208 different characters; texts with more (a corpus
of all of Chinese and Japanese, say) get a 63-bit hash of the gram, where two different grams of two texts meet once
in 10^14 comparisons.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

T = TypeVar("T")
U = TypeVar("U")

#: Characters in a gram.
GRAM: Final = 5

#: Texts and characters that are turned into grams at once; small enough for the caches of a processor.
_ROWS: Final = 4096
_CHARACTERS: Final = 500_000

#: Up to so many characters all grams are kept in memory (8 bytes each); above, they are made again when needed.
KEEP: Final = 80_000_000

_EXACT: Final = 6208
_MIX: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Grams:
    """The sets of several texts.

    Parameters
    ----------
    keys
        The sets, each sorted and without repetition.
    begins, sizes
        Where each begins, and how many grams it has.

    Examples
    --------
    >>> import numpy as np
    >>> Shingler(["where is it", "is it"]).all().of(np.array([1, 1])).begins.tolist()
    [0, 1]
    """

    keys: Array
    begins: Array
    sizes: Array

    def of(self, rows: Array) -> Grams:
        """Return the sets of some of the texts, in the order asked for, one after another."""
        import numpy as np

        sizes = self.sizes[rows]
        ends = np.cumsum(sizes)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.begins[rows] - ends + sizes, sizes)
        return Grams(self.keys[at], ends - sizes, sizes)


def starts(sizes: Array) -> Array:
    """Return where runs of these sizes begin when they stand one after another, and the end.

    Examples
    --------
    >>> import numpy as np
    >>> starts(np.array([2, 3])).tolist()
    [0, 2, 5]
    """
    import numpy as np

    offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


class Shingler:
    """Turns texts into sets of grams, with one alphabet for all of them.

    Parameters
    ----------
    texts
        The texts, normalised, none of them empty.

    Examples
    --------
    >>> Shingler(["where is it", "is it"]).all().sizes.tolist()
    [7, 1]
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        # A text with fewer characters than a gram has is one gram: itself, padded.
        self.texts = [text if len(text) >= GRAM else text.ljust(GRAM, "\0") for text in texts]
        self.lengths = np.fromiter(map(len, self.texts), dtype=np.int64, count=len(self.texts))
        self.kept: Grams | None = None
        self._sizes: Array | None = None
        self._table, self._base = self._alphabet()

    def _alphabet(self) -> tuple[Array, int]:
        import numpy as np

        seen = np.zeros(0x110000, dtype=bool)
        for first, last in self.blocks():
            seen[points(self.texts[first:last])] = True
        table = (np.cumsum(seen) - 1).astype(np.uint64)
        return table[: int(np.flatnonzero(seen).max(initial=0)) + 1], max(2, int(seen.sum()))

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the bounds of blocks of texts that are handled at once."""
        import numpy as np

        ends = np.cumsum(self.lengths)
        first = 0
        while first < len(self.texts):
            done = ends[first - 1] if first else 0
            fitting = int(np.searchsorted(ends, done + _CHARACTERS, side="right"))
            last = min(max(fitting, first + 1), first + _ROWS, len(self.texts))
            yield first, last
            first = last

    def all(self) -> Grams:
        """Return the sets of all texts, one after another, and keep them."""
        if self.kept is None:
            self.kept = _joined([self.block(first, last) for first, last in self.blocks()])
            self._sizes = self.kept.sizes
        return self.kept

    def visit(self, act: Callable[[Grams, int, int], None]) -> None:
        """Call `act` with the sets of every block, on all processors; keep the sets while that is not too much."""
        import numpy as np

        count = len(self.texts)
        room = starts(self.lengths - (GRAM - 1))
        keys = np.empty(int(room[-1]) if room[-1] <= KEEP else 0, dtype=np.uint64)
        begins, sizes = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)

        def one(block: tuple[int, int]) -> None:
            first, last = block
            grams = self.block(first, last)
            act(grams, first, last)
            sizes[first:last] = grams.sizes
            if len(keys):  # a set is never larger than its text, so each block has its own place
                begins[first:last] = grams.begins + room[first]
                keys[room[first] : room[first] + len(grams.keys)] = grams.keys

        parallel(one, list(self.blocks()))
        self._sizes = sizes
        self.kept = Grams(keys, begins, sizes) if len(keys) else None

    def sizes(self) -> Array:
        """Return how many grams each text has."""
        if self._sizes is None:
            self.visit(lambda grams, first, last: None)
        assert self._sizes is not None
        return self._sizes

    def of(self, rows: Array) -> Grams:
        """Return the sets of some texts, one after another: those kept, or made again."""
        if self.kept is not None:
            return self.kept.of(rows)
        some = object.__new__(Shingler)
        some.texts, some.lengths, some.kept = [self.texts[row] for row in rows], self.lengths[rows], None
        some._table, some._base = self._table, self._base
        return some.all()

    def block(self, first: int, last: int) -> Grams:
        """Return the sets of the texts from `first` to before `last`."""
        import numpy as np

        keys = self._keys(points(self.texts[first:last]))
        lengths = self.lengths[first:last]
        inside = np.ones(len(keys) + GRAM - 1, dtype=bool)
        ends = np.cumsum(lengths)
        for back in range(1, GRAM):  # no gram reaches from one text into the next
            inside[ends - back] = False
        keys = keys[inside[: len(keys)]]
        return _sets(np.repeat(np.arange(last - first), lengths - (GRAM - 1)), keys, last - first, self._bits)

    @property
    def _bits(self) -> int:
        """Number of bits that a key can need."""
        return 63 if self._base > _EXACT else (self._base**GRAM - 1).bit_length()

    def _keys(self, points: Array) -> Array:
        """Return the key of the gram that begins at each character."""
        import numpy as np

        codes = self._table[points]
        exact = self._base <= _EXACT
        base = np.uint64(self._base if exact else _MIX)
        end = len(codes) - GRAM + 1
        keys = codes[:end].copy()
        for step in range(1, GRAM):
            keys *= base
            keys += codes[step : end + step]
        return keys if exact else mixed(keys) >> np.uint64(1)


def parallel(act: Callable[[T], U], items: Iterable[T]) -> list[U]:
    """Return what `act` gives for every item, on all processors; numpy lets other threads run while it counts.

    Examples
    --------
    >>> parallel(abs, [-1, 2])
    [1, 2]
    """
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(act, items))


def mixed(keys: Array) -> Array:
    """Return 64-bit hashes of keys.

    Examples
    --------
    >>> import numpy as np
    >>> int(mixed(np.array([1], dtype=np.uint64))[0]) == int(mixed(np.array([1], dtype=np.uint64))[0])
    True
    """
    import numpy as np

    hashes = keys * np.uint64(_MIX)
    hashes ^= hashes >> np.uint64(32)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(29)
    return hashes


def points(texts: Sequence[str]) -> Array:
    """Return the code points of texts, one after another."""
    import numpy as np

    joined = "".join(texts)
    if joined.isascii():
        return np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _sets(rows: Array, keys: Array, count: int, bits: int) -> Grams:
    """Return keys sorted by row, each once per row."""
    import numpy as np

    if bits + count.bit_length() <= 64:  # row and key fit one number: sorting it is many times quicker
        both = (rows.astype(np.uint64) << np.uint64(bits)) | keys
        both.sort()
        both = both[_changes(both)]
        rows, keys = both >> np.uint64(bits), both & np.uint64((1 << bits) - 1)
    else:
        order = np.lexsort((keys, rows))
        rows, keys = rows[order], keys[order]
        once = _changes(rows) | _changes(keys)
        rows, keys = rows[once], keys[once]
    sizes = np.bincount(rows.astype(np.int64), minlength=count)
    return Grams(keys, starts(sizes)[:-1], sizes)


def _changes(values: Array) -> Array:
    import numpy as np

    changed = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def _joined(parts: Sequence[Grams]) -> Grams:
    import numpy as np

    if not parts:
        return Grams(np.zeros(0, dtype=np.uint64), *np.zeros((2, 0), dtype=np.int64))
    sizes = np.concatenate([part.sizes for part in parts])
    return Grams(np.concatenate([part.keys for part in parts]), starts(sizes)[:-1], sizes)


def bitmaps(grams: Grams) -> Array:
    """Return a 256-bit map of each set: four rows of words of 64 bits, one word per set.

    Examples
    --------
    >>> bitmaps(Shingler(["where is it"]).all()).shape
    (4, 1)
    """
    import numpy as np

    bits = (mixed(grams.keys) >> np.uint64(56)).astype(np.int64)
    flags = np.zeros((len(grams.sizes), 256), dtype=np.uint8)
    flags[np.repeat(np.arange(len(grams.sizes)), grams.sizes), bits] = 1
    return np.ascontiguousarray(np.packbits(flags, axis=1).view(np.uint64).T)


def bits_apart(words: Array, left: Array, right: Array) -> Array:
    """Return in how many bits the words of each pair differ.

    Examples
    --------
    >>> import numpy as np
    >>> bits_apart(np.array([[1, 2], [7, 0]], dtype=np.uint64), np.array([0]), np.array([1])).tolist()
    [5]
    """
    import numpy as np

    apart = np.zeros(len(left), dtype=np.uint16)
    for word in words:  # word by word: a sum over a short axis takes longer than all the rest
        apart += np.bitwise_count(word[left] ^ word[right])
    return apart


def possible(maps: Array, sizes: Array, left: Array, right: Array, floor: float) -> Array:
    """Say which pairs of sets can have a Jaccard similarity of `floor`; never wrong where it says no.

    Sets whose maps differ in `apart` bits differ in at least as many grams, so that they have at most half of the rest
    in common.

    Parameters
    ----------
    maps, sizes
        Map and number of grams of each text.
    left, right
        Positions of the texts, pair by pair.
    floor
        The similarity.

    Examples
    --------
    >>> import numpy as np
    >>> grams = Shingler(["where is it", "where is it now", "stop that"]).all()
    >>> possible(bitmaps(grams), grams.sizes, np.array([0, 0]), np.array([1, 2]), 0.5).tolist()
    [True, False]
    """
    import numpy as np

    one, other = sizes[left], sizes[right]
    apart = np.maximum(bits_apart(maps, left, right), np.abs(one - other))
    # overlap <= (total - apart) / 2, and Jaccard >= floor needs overlap >= floor * total / (1 + floor)
    near: Array = apart <= (one + other) * ((1 - floor) / (1 + floor)) + 1e-6
    return near


def overlaps(shingler: Shingler, left: Array, right: Array, *, at_once: int = 1_000_000) -> Array:
    """Return how many grams each pair of texts has in common.

    Parameters
    ----------
    shingler
        Knows the texts.
    left, right
        Positions of the texts, pair by pair.
    at_once
        Grams that are compared at once, which bounds memory.

    Examples
    --------
    >>> import numpy as np
    >>> overlaps(Shingler(["where is it", "where is she"]), np.array([0]), np.array([1])).tolist()
    [5]
    """
    import numpy as np

    cost = np.cumsum(shingler.lengths[left] + shingler.lengths[right])
    cuts = np.searchsorted(cost, np.arange(at_once, cost[-1] if len(cost) else 0, at_once))
    bounds = np.unique(np.concatenate([[0], cuts, [len(left)]]))
    parts = parallel(lambda cut: _overlaps(shingler, left[cut[0] : cut[1]], right[cut[0] : cut[1]]), pairwise(bounds))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _overlaps(shingler: Shingler, left: Array, right: Array) -> Array:
    """Two sorted sets, sorted together: what is in both stands next to itself."""
    import numpy as np
    from scipy.sparse import csr_array

    one, other = shingler.of(left), shingler.of(right)
    # scipy merges sorted index lists row by row; the shape only has to be larger than any key.
    width = 2**63 - 1

    def rows(grams: Grams) -> Any:
        ones = np.ones(len(grams.keys), dtype=bool)
        made = csr_array((ones, grams.keys.view(np.int64), starts(grams.sizes)), shape=(len(left), width))
        made.has_sorted_indices = made.has_canonical_format = True
        return made

    common: Array = np.diff(rows(one).multiply(rows(other)).indptr)
    return common
