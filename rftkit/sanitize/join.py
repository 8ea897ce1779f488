"""Every pair of texts above a similarity, exactly, by prefix filtering.

Grams are ordered by how rare they are. Two sets with Jaccard >= t must share one of the rarest grams of each (the
first |x| - ceil(t |x|) + 1 of a set), so only texts that share such a gram are candidates: a sparse matrix product
finds them. An upper bound from 256-bit maps of the sets removes almost all that are not similar; the rest is counted
exactly. The cost grows with the square of the number of texts: `matches` says it beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from rftkit.sanitize.grams import Grams, bitmaps, possible, starts

if TYPE_CHECKING:
    from rftkit.sanitize.grams import Array

#: Matches of prefix grams that are looked at together, which bounds memory.
_AT_ONCE: Final = 3_000_000


@dataclass(frozen=True)
class Prefixes:
    """The rare grams of texts, ready to be joined; texts are in order of size.

    Parameters
    ----------
    order
        Which text stands at each place.
    sizes
        Number of grams at each place.
    probe, index
        Sparse matrices place x gram: the prefixes that ask and those that are asked.
    grams
        All grams, text by text.
    matches
        How many times a gram of `probe` meets one of `index`: the cost of the join.
    """

    order: Array
    sizes: Array
    probe: Any
    index: Any
    grams: Grams
    matches: int


def prefixes(grams: Grams, floor: float) -> Prefixes:
    """Return the prefixes of texts.

    Parameters
    ----------
    grams
        The sets.
    floor
        The similarity.

    Examples
    --------
    >>> from rftkit.sanitize.grams import Shingler
    >>> prefixes(Shingler(["where is it", "where is she", "stop that"]).all(), 0.5).matches
    4
    """
    import numpy as np

    sizes = grams.sizes
    order = np.argsort(sizes, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    _, ids, counts = np.unique(grams.keys, return_inverse=True, return_counts=True)
    places = np.repeat(place, sizes)
    rare = np.lexsort((ids, counts[ids], places))
    ids, ordered = ids[rare].astype(np.int32), sizes[order]
    rank = np.arange(len(ids)) - np.repeat(starts(ordered)[:-1], ordered)
    probe = _matrix(ids, rank, ordered, _prefix(ordered, floor), len(counts))
    index = _matrix(ids, rank, ordered, _prefix(ordered, 2 * floor / (1 + floor)), len(counts))
    asked = np.bincount(index.indices, minlength=len(counts)).astype(np.int64)
    return Prefixes(order, ordered, probe, index, grams, int(asked[probe.indices].sum()) // 2)


def _prefix(sizes: Array, share: float) -> Array:
    """Return how many of the rarest grams are enough; a little is taken off so that rounding never shortens it."""
    import numpy as np

    return sizes - np.ceil(share * sizes - 1e-9).astype(np.int64) + 1


def _matrix(ids: Array, rank: Array, sizes: Array, lengths: Array, width: int) -> Any:
    import numpy as np
    from scipy.sparse import csr_array

    kept = rank < np.repeat(lengths, sizes)
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    return csr_array((ones, ids[kept], starts(lengths).astype(np.int32)), shape=(len(sizes), width))


def candidates(found: Prefixes, floor: float, fresh: Array) -> tuple[Array, Array]:
    """Return pairs of texts that may be similar enough; every pair that is, is among them.

    Parameters
    ----------
    found
        The prefixes.
    floor
        The similarity.
    fresh
        Which texts are new; pairs of two old ones are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from rftkit.sanitize.grams import Shingler
    >>> made = prefixes(Shingler(["where is it", "where is she", "stop that"]).all(), 0.5)
    >>> left, right = candidates(made, 0.5, np.ones(3, dtype=bool))
    >>> left.tolist(), right.tolist()
    ([1], [0])
    """
    import numpy as np

    maps = bitmaps(found.grams)[:, found.order]
    fresh = fresh[found.order]
    load = np.cumsum(np.diff(found.probe.indptr))
    blocks = max(1, found.matches // _AT_ONCE)
    cuts = np.searchsorted(load, np.linspace(0, load[-1] if len(load) else 0, blocks + 1)[1:-1])
    bounds = np.unique(np.concatenate([[0], cuts, [len(found.sizes)]]))
    pairs = [_block(found, maps, fresh, floor, int(first), int(last)) for first, last in pairwise(bounds)]
    left = np.concatenate([pair[0] for pair in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    right = np.concatenate([pair[1] for pair in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    return found.order[left], found.order[right]


def _block(found: Prefixes, maps: Array, fresh: Array, floor: float, first: int, last: int) -> tuple[Array, Array]:
    """Join the places from `first` to before `last` with all smaller ones that are not too small."""
    import numpy as np

    sizes = found.sizes
    least = int(np.searchsorted(sizes, np.ceil(floor * sizes[first] - 1e-9)))
    product = found.probe[first:last] @ found.index[least:last].T
    left = np.repeat(np.arange(first, last), np.diff(product.indptr))
    right = product.indices.astype(np.int64) + least
    keep = (right < left) & (fresh[left] | fresh[right])
    left, right = left[keep], right[keep]
    near = possible(maps, sizes, left, right, floor)
    return left[near], right[near]


def direct(grams: Grams, floor: float, few: Array) -> tuple[Array, Array]:
    """Return pairs of some texts with all others that may be similar enough; every pair that is, is among them.

    Parameters
    ----------
    grams
        The sets.
    floor
        The similarity.
    few
        Positions of these texts, ascending.

    Examples
    --------
    >>> import numpy as np
    >>> from rftkit.sanitize.grams import Shingler
    >>> left, right = direct(Shingler(["where is it", "where is she", "stop that"]).all(), 0.5, np.array([1]))
    >>> left.tolist(), right.tolist()
    ([1], [0])
    """
    import numpy as np

    maps, every = bitmaps(grams), np.arange(len(grams.sizes))
    asked = np.isin(every, few)
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for one in few:
        others = every[(every != one) & ~((every < one) & asked)]  # a pair of two of them comes once
        near = others[possible(maps, grams.sizes, np.full(len(others), one), others, floor)]
        left.append(np.full(len(near), one))
        right.append(near)
    return np.concatenate(left), np.concatenate(right)
