"""Candidate pairs among very many texts, by minhash signatures and banding.

Each text gets `bands * rows` minimum hashes; texts that agree in all rows of one band are candidates. The number of
bands follows from the floor, so that a pair exactly at the floor is missed less than once in a hundred times and a
pair above it far less. One bit per hash (the sketch) and a 256-bit map of each set tell dissimilar candidates apart at
once.

Skew: texts that share long boilerplate fall into one bucket by the thousand, and comparing all with all would be
quadratic. A band compares at most `budget` pairs; where that is not enough, each text is compared with the next ones
of its bucket in the order of a further hash, and the texts of such buckets are reported as compared in part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rftkit.sanitize.grams import Grams, Shingler, bitmaps, bits_apart, mixed, parallel, possible

if TYPE_CHECKING:
    from rftkit.sanitize.grams import Array

#: A pair exactly at the floor is missed with this probability.
MISS: Final = 0.01

#: From so many texts on four hashes make a band, not three: fewer chance meetings for twice as long a signature.
MANY: Final = 500_000

#: Most bits of the sketch, and how many standard deviations a pair may differ more than expected at the floor (3.3:
#: one true pair in two thousand is lost).
SKETCH: Final = 128
DEVIATIONS: Final = 3.3

#: Pairs that all bands together look at: so many, and so many more per text.
LOOKS: Final = 20_000_000
LOOKS_PER_TEXT: Final = 400

#: Pairs that one band looks at together, which bounds memory.
_AT_ONCE: Final = 1 << 20

#: Bands after which what was found is put together, which bounds memory.
_TOGETHER: Final = 18

#: Pairs that are counted exactly: so many, and so many more per text.
COUNTED: Final = 5_000_000
COUNTED_PER_TEXT: Final = 20


@dataclass(frozen=True)
class Plan:
    """How texts are hashed: `bands` times `rows` hashes.

    Examples
    --------
    >>> Plan.of(10_000, 0.5)
    Plan(bands=35, rows=3)
    """

    bands: int
    rows: int

    @classmethod
    def of(cls, count: int, floor: float) -> Plan:
        """Return the plan for so many texts and a floor."""
        import math

        rows = 3 + (count > MANY) + (floor >= 0.65)
        return cls(math.ceil(math.log(MISS) / math.log(1 - min(floor, 0.99) ** rows)), rows)

    @property
    def hashes(self) -> int:
        """Number of hashes of a signature, at least half a sketch."""
        return max(SKETCH // 2, self.bands * self.rows)

    @property
    def bits(self) -> int:
        """Number of bits of the sketch."""
        return min(SKETCH, self.hashes)


@dataclass(frozen=True)
class Signatures:
    """What is kept of texts: one number per band, the sketch, the map, and the number of grams."""

    plan: Plan
    bands: Array  # bands x texts, 32 bits
    sketch: Array  # 2 words of 64 bits x texts
    maps: Array  # 4 words of 64 bits x texts
    sizes: Array  # texts

    @classmethod
    def empty(cls, plan: Plan, count: int) -> Signatures:
        """Return room for so many texts."""
        import numpy as np

        sketch, maps = (np.zeros((words, count), dtype=np.uint64) for words in (SKETCH // 64, 4))
        bands, sizes = np.empty((plan.bands, count), dtype=np.uint32), np.zeros(count, dtype=np.int32)
        return cls(plan, bands, sketch, maps, sizes)


def signatures(shingler: Shingler, plan: Plan) -> Signatures:
    """Return the signatures of all texts.

    Parameters
    ----------
    shingler
        Knows the texts.
    plan
        How many hashes.

    Examples
    --------
    >>> made = signatures(Shingler(["where is it", "where is it now"]), Plan(10, 3))
    >>> made.bands.shape, made.sketch.shape
    ((10, 2), (2, 2))
    """
    import numpy as np

    count = len(shingler.texts)
    made = Signatures.empty(plan, count)
    # Odd numbers: multiplying by one shuffles the 32-bit numbers, and the least of a shuffle is a minhash.
    factors = np.random.default_rng(20_260_101).integers(0, 2**32, size=plan.hashes, dtype=np.uint32) | np.uint32(1)
    shingler.visit(lambda grams, first, last: _sign(grams, factors, made, first, last))
    return made


def _sign(grams: Grams, factors: Array, made: Signatures, first: int, last: int) -> None:
    """Hash one block of texts; its grams and hashes stay in the cache of the processor."""
    import numpy as np

    plan = made.plan
    made.maps[:, first:last], made.sizes[first:last] = bitmaps(grams), grams.sizes
    hashes = (mixed(grams.keys) >> np.uint64(32)).astype(np.uint32)
    least = np.empty((plan.hashes, last - first), dtype=np.uint32)
    turned = np.empty_like(hashes)
    for number in range(plan.hashes):
        np.multiply(hashes, factors[number], out=turned)
        np.minimum.reduceat(turned, grams.begins, out=least[number])
    for band in range(plan.bands):
        key = np.zeros(last - first, dtype=np.uint64)
        for value in least[band * plan.rows : (band + 1) * plan.rows]:
            key = mixed(key ^ value)
        made.bands[band, first:last] = (key >> np.uint64(32)).astype(np.uint32)
    bits = (least[: plan.bits] * np.uint32(0x9E3779B1)) >> np.uint32(31)
    padded = np.zeros((SKETCH, last - first), dtype=np.uint8)
    padded[: plan.bits] = bits
    words = np.ascontiguousarray(np.packbits(padded, axis=0).T).view(np.uint64)
    made.sketch[:, first:last] = words.T


def candidates(made: Signatures, floor: float, fresh: Array) -> tuple[Array, Array, Array]:
    """Return pairs of texts that may be similar enough, and which texts were compared in part only.

    Parameters
    ----------
    made
        The signatures.
    floor
        The similarity.
    fresh
        Which texts are new; pairs of two old ones are left out.

    Examples
    --------
    >>> import numpy as np
    >>> made = signatures(Shingler(["where is it", "where is it now", "stop"]), Plan(35, 3))
    >>> left, right, partial = candidates(made, 0.5, np.ones(3, dtype=bool))
    >>> left.tolist(), right.tolist(), partial.any().item()
    ([1], [0], False)
    """
    import numpy as np

    count, bands = len(fresh), len(made.bands)
    budget = (LOOKS + LOOKS_PER_TEXT * count) // bands
    partial = np.zeros(count, dtype=bool)

    def look(band: int) -> Array:
        bucket = _buckets(made.bands[band], made.bands[(band + 1) % bands], budget)
        partial[bucket.texts[bucket.crowded]] = True
        return _similar(bucket, made, floor, fresh)

    keys = np.zeros(0, dtype=np.int64)
    for first in range(0, bands, _TOGETHER):
        found = parallel(look, range(first, min(first + _TOGETHER, bands)))
        keys = np.unique(np.concatenate([keys, *found]))
    most = COUNTED + COUNTED_PER_TEXT * count
    if len(keys) > most:
        keys, dropped = _most_similar(keys, made.sketch, most)
        for side in divmod(dropped, count):
            partial[side] = True
    return keys // count, keys % count, partial


def _most_similar(keys: Array, sketch: Array, most: int) -> tuple[Array, Array]:
    """Return the pairs whose sketches differ least, and the others."""
    import numpy as np

    order = np.argsort(bits_apart(sketch, *divmod(keys, sketch.shape[1])), kind="stable")
    return np.sort(keys[order[:most]]), keys[order[most:]]


def _most_apart(floor: float, bits: int) -> int:
    """Return in how many bits of the sketch a pair at the floor may differ."""
    share = (1 - floor) / 2
    return int(bits * share + DEVIATIONS * (bits * share * (1 - share)) ** 0.5)


@dataclass(frozen=True)
class _Buckets:
    """The texts of one band that share their number with another, bucket by bucket."""

    texts: Array
    later: Array  # with how many of those behind it a text is compared
    crowded: Array  # whether that is not all of them


def _buckets(keys: Array, further: Array, budget: int) -> _Buckets:
    """Return the buckets of a band; inside a bucket, texts are in the order of a further hash."""
    import numpy as np

    count = len(keys)
    bits = max(1, (count - 1).bit_length())
    both = keys.astype(np.uint64) << np.uint64(32)
    if bits < 32:
        both |= further.astype(np.uint64) >> np.uint64(bits) << np.uint64(bits)
    both |= np.arange(count, dtype=np.uint64)
    both.sort()
    texts = (both & np.uint64((1 << bits) - 1)).astype(np.int64)
    bucket = (both >> np.uint64(32)).astype(np.uint32)
    ends = np.append(np.flatnonzero(bucket[1:] != bucket[:-1]) + 1, count)
    sizes = np.diff(ends, prepend=0)
    texts = texts[np.repeat(sizes > 1, sizes)]
    sizes = sizes[sizes > 1]
    later = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(texts)) - 1
    window = _window(sizes, budget)
    return _Buckets(texts, np.minimum(later, window), np.repeat(sizes > window + 1, sizes))


def _pairs(later: Array) -> Iterator[tuple[Array, Array]]:
    """Yield places of texts to compare, some at a time: each place with as many behind it as `later` says."""
    import numpy as np

    ends = np.cumsum(later)
    cuts = np.searchsorted(ends, np.arange(_AT_ONCE, ends[-1] if len(ends) else 0, _AT_ONCE))
    for first, last in pairwise(np.unique(np.concatenate([[0], cuts, [len(later)]]))):
        counts = later[first:last]
        left = np.repeat(np.arange(first, last, dtype=np.int32), counts)
        within = np.arange(len(left), dtype=np.int32) - np.repeat((np.cumsum(counts) - counts).astype(np.int32), counts)
        yield left, left + within + 1


def _window(sizes: Array, budget: int) -> int:
    """Return with how many followers each text of a bucket can be compared within the budget."""
    import numpy as np

    largest = int(sizes.max(initial=1))
    sizes = sizes.astype(np.float64)
    window = largest - 1
    while window > 1:
        reach = np.minimum(sizes - 1, window)
        if float((reach * (2 * sizes - reach - 1)).sum()) / 2 <= budget:
            break
        window //= 2
    return max(1, window)


def _similar(bucket: _Buckets, made: Signatures, floor: float, fresh: Array) -> Array:
    """Return the pairs of a band that may be similar, each as larger position * count + smaller."""
    import numpy as np

    limit, all_new = _most_apart(floor, made.plan.bits), bool(fresh.all())
    found = [np.zeros(0, dtype=np.int64)]
    for one, other in _pairs(bucket.later):
        left, right = bucket.texts[one], bucket.texts[other]
        if not all_new:
            new = np.flatnonzero(fresh[left] | fresh[right])
            left, right = left[new], right[new]
        near = np.flatnonzero(bits_apart(made.sketch, left, right) <= limit)
        left, right = left[near], right[near]
        near = np.flatnonzero(possible(made.maps, made.sizes, left, right, floor))
        left, right = left[near], right[near]
        found.append(np.maximum(left, right) * len(fresh) + np.minimum(left, right))
    return np.concatenate(found)
