"""A random order that depends on ids and a seed alone.

Neither the order of the rows nor the rest of the dataset moves a record: when records are added, those that were
there keep their places among each other. The hash is our own arithmetic on the bytes of an id, because polars'
differs between versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Ids up to this many bytes are hashed as columns of 8 bytes each, longer ones one by one.
_LONGEST = 64
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF


def keys(ids: pl.Series, seed: int = 0) -> npt.NDArray[np.uint64]:
    """Return one number per id, as good as random; sorting by it shuffles.

    Parameters
    ----------
    ids
        Text.
    seed
        Another seed, another order.

    Examples
    --------
    >>> import polars as pl
    >>> keys(pl.Series(["a", "b"])).tolist() == keys(pl.Series(["b", "a"])).tolist()[::-1]
    True
    """
    import numpy as np

    text = ids.cast(pl.String).fill_null("")
    size = text.str.len_bytes()
    longest = int(size.max() or 0)  # type: ignore[arg-type]
    total = np.zeros(len(text), dtype=np.uint64)
    for place in range(0, min(longest, _LONGEST), 8):
        word = _word(text, place)
        word *= np.uint64(_mixed_number(place + 1) | 1)
        total += word
    if longest > _LONGEST:
        _long(text, size, total)
    total ^= np.uint64(_mixed_number(seed))
    return _mix(total)


def _word(text: pl.Series, place: int) -> npt.NDArray[np.uint64]:
    """Return the eight bytes of every text from a place on as one number; missing bytes are 0."""
    padded = text.str.pad_end(place + 8, "\0").cast(pl.Binary).bin.slice(place, 8)
    return padded.bin.reinterpret(dtype=pl.UInt64, endianness="little").to_numpy(writable=True)


def _long(text: pl.Series, size: pl.Series, total: npt.NDArray[np.uint64]) -> None:
    import xxhash

    for place in (size > _LONGEST).arg_true().to_list():
        total[place] = xxhash.xxh3_64_intdigest(text[place].encode())


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the values through the finisher of splitmix64, in place."""
    import numpy as np

    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value ^= value >> np.uint64(shift)
        value *= np.uint64(factor)
    value ^= value >> np.uint64(31)
    return value


def _mixed_number(number: int) -> int:
    value = (number + 1) * _GOLDEN & _MASK
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ (value >> shift)) * factor & _MASK
    return value ^ (value >> 31)
