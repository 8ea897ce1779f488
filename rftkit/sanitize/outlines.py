"""Outlines of texts: few bytes each, which say at once that a text cannot be similar to a new one.

An outline is a map of `BITS` bits, with one bit set for each gram, and the length. Grams whose bit another text has
not set are not in that text, so outlines bound how many grams two texts have in common: they never rule out a pair
that is similar enough. The bits follow from the characters alone, so outlines that were made of some texts serve
whatever texts come later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rftkit.sanitize.grams import GRAM, parallel, points, starts

if TYPE_CHECKING:
    import polars as pl

    from rftkit.sanitize.grams import Array

#: Bits of a map; texts of up to about so many characters are told apart well.
BITS: Final = 512

#: Texts and characters that are outlined at once; small enough for the caches of a processor.
_ROWS: Final = 2048
#: Outlines that are looked at together, for the same reason.
_AT_ONCE: Final = 1 << 15
_FACTOR: Final = 0x01000193
_MIX: Final = 0x9E3779B1


@dataclass(frozen=True)
class Outlines:
    """The outlines of texts.

    Parameters
    ----------
    maps
        `BITS` / 64 rows of words of 64 bits, one word per text.
    least, most
        Bounds of the number of different grams of each text; 0 where there is no text.

    Examples
    --------
    >>> import polars as pl
    >>> made = Outlines.of(pl.Series(["where is it", "stop that", None]))
    >>> made.near("where is it now", 0.5).tolist()
    [True, False, False]
    """

    maps: Array
    least: Array
    most: Array

    @classmethod
    def of(cls, texts: pl.Series) -> Outlines:
        """Return the outlines of texts.

        Parameters
        ----------
        texts
            Normalised texts and nulls.
        """
        import numpy as np

        maps = np.zeros((BITS // 64, texts.len()), dtype=np.uint64)
        most = np.zeros(texts.len(), dtype=np.int32)

        def one(first: int) -> None:
            part = texts[first : first + _ROWS].fill_null("").to_list()
            last = first + len(part)
            maps[:, first:last], most[first:last] = _outlined(part)

        parallel(one, range(0, texts.len(), _ROWS))
        return cls(maps, _filled(maps), most)

    def near(self, text: str, floor: float) -> Array:
        """Say which texts can have a Jaccard similarity of `floor` with another; never wrong where it says no.

        Parameters
        ----------
        text
            Normalised, not empty.
        floor
            The similarity.
        """
        import numpy as np

        words, _ = _outlined([text])
        padded = text.ljust(GRAM, "\0")
        size = len({padded[at : at + GRAM] for at in range(len(padded) - GRAM + 1)})
        apart = size - int(_filled(words)[0])
        found = np.empty(len(self.least), dtype=bool)
        for first in range(0, len(found), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            both = np.zeros(len(self.least[part]), dtype=np.int32)
            for mine, word in zip(words[:, 0], self.maps[:, part], strict=True):
                both += np.bitwise_count(word & mine)
            found[part] = self._possible(part, both, apart, size, floor / (1 + floor))
        return found

    def _possible(self, part: slice, both: Array, apart: int, size: int, share: float) -> Array:
        """Say which texts can be similar to one with so many grams, `both` of whose bits they have set too.

        With n grams a text has at most `both + apart` and at most n - (its bits - `both`) of them in common with the
        other; a pair at the floor has `share * (n + size)`. Both hold for the n between two bounds, if for any.
        """
        import numpy as np

        least, most = self.least[part], self.most[part]
        low = np.maximum(least, (least - both + share * size) / (1 - share))
        high = np.minimum(most, (both + apart) / share - size)
        possible: Array = (low <= high + 1e-6) & (most > 0)
        return possible


def _filled(maps: Array) -> Array:
    """Return how many bits of each map are set: a text has at least as many different grams."""
    import numpy as np

    filled = np.zeros(maps.shape[1], dtype=np.int32)
    for word in maps:
        filled += np.bitwise_count(word)
    return filled


def _outlined(texts: list[str]) -> tuple[Array, Array]:
    """Return the maps of texts, and how many grams each has, repeated ones counted again."""
    import numpy as np

    padded = [text if not text or len(text) >= GRAM else text.ljust(GRAM, "\0") for text in texts]
    lengths = np.fromiter(map(len, padded), dtype=np.int32, count=len(padded))
    flags = np.zeros(len(padded) * BITS, dtype=np.uint8)
    if lengths.any():
        places = np.repeat(np.arange(len(padded), dtype=np.int32) * np.int32(BITS), lengths)
        bits = _bits(points(padded))
        flags[(places[: len(bits)] + bits)[_inside(lengths)]] = 1
    words = np.packbits(flags.reshape(len(padded), BITS), axis=1).view(np.uint64).T
    return words, np.maximum(0, lengths - (GRAM - 1))


def _bits(codes: Array) -> Array:
    """Return the bit of the gram that begins at each character."""
    import numpy as np

    end = len(codes) - GRAM + 1
    codes = codes.astype(np.uint32)
    keys = codes[:end].copy()
    for step in range(1, GRAM):
        keys *= np.uint32(_FACTOR)
        keys += codes[step : end + step]
    keys ^= keys >> np.uint32(15)
    keys *= np.uint32(_MIX)
    keys >>= np.uint32(33 - BITS.bit_length())
    return keys.view(np.int32)


def _inside(lengths: Array) -> Array:
    """Say which grams lie in one text: none reaches from one into the next."""
    import numpy as np

    ends = starts(lengths[lengths > 0])[1:]
    inside = np.ones(int(ends[-1]), dtype=bool)
    for back in range(1, GRAM):
        inside[ends - back] = False
    return inside[: len(inside) - GRAM + 1]
