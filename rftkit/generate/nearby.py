"""Which of very many texts are much like one of a few: found by the rarest parts, without an index of all.

A text that overlaps with another by a share t lacks at most 1 - t of the other's 5-grams. So of any k of these grams it has
all but that many: the rarest are chosen, and next to no other text has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rftkit.generate.similarity import grams, rolled

if TYPE_CHECKING:
    import numpy as np

_SIZE = 5
_EPSILON = 1e-9
_CHUNK = 20_000


class Nearby:
    """The rarest 5-grams of some texts, to find what is much like one of them.

    Parameters
    ----------
    texts
        Normalised texts.
    usual
        What says which grams are rare: the numbers of those of many texts, as `grams` gives them, sorted.
    limit
        The overlap from which on a text has to be found, above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from rftkit.generate.similarity import grams
    >>> usual = np.sort(grams(["how do i pay", "where is my card"])[0])
    >>> nearby = Nearby(["how do i block my card"], usual, 0.9)
    >>> nearby.among(["how do i block my card!", "where is my phone", "hello"]).tolist()
    [True, False, False]
    """

    def __init__(self, texts: Sequence[str], usual: np.ndarray, limit: float) -> None:
        import numpy as np

        self.parts: list[str] = []
        marks: list[np.ndarray] = []
        self._limit = limit
        self._sizes, self._chosen, self._needed = (np.zeros(len(texts), dtype=np.int64) for _ in range(3))
        for place, text in enumerate(texts):
            numbers, shown = _told(text)
            often = np.searchsorted(usual, numbers, "right") - np.searchsorted(usual, numbers, "left")
            order = np.lexsort((numbers, often))
            lacking = int((1 - limit) * len(order) + _EPSILON)
            chosen = order[: 2 * lacking + 2]
            marks.append(numbers[chosen])
            self.parts.extend(shown[at] for at in order[: lacking + 1].tolist())
            self._sizes[place], self._chosen[place] = len(order), len(chosen)
            self._needed[place] = len(chosen) - lacking
        self._index(marks)

    def _index(self, marks: Sequence[np.ndarray]) -> None:
        import numpy as np

        every = np.concatenate([*marks, np.empty(0, np.uint64)])
        owners = np.repeat(np.arange(len(marks)), [len(one) for one in marks])
        order = np.argsort(every, kind="stable")
        self._owners = owners[order]
        self._marks, self._starts, self._counts = np.unique(every[order], return_index=True, return_counts=True)

    def among(self, texts: Sequence[str]) -> np.ndarray:
        """Return of each text whether it may be so much like one of ours; what is not for sure is said to be."""
        import numpy as np

        parts = [self._some(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
        return np.concatenate([*parts, np.empty(0, bool)])

    def _some(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        found = np.zeros(len(texts), dtype=bool)
        numbers, owners = rolled(texts)
        if not len(numbers) or not len(self._marks):
            return found
        at = np.searchsorted(self._marks, numbers).clip(max=len(self._marks) - 1)
        hit = self._marks[at] == numbers
        pairs = np.unique(owners[hit] * len(self._marks) + at[hit])
        rows, at = np.divmod(pairs, len(self._marks))
        counts = self._counts[at]
        firsts = np.repeat(self._starts[at] - np.cumsum(counts) + counts, counts)
        mine = self._owners[firsts + np.arange(len(firsts))]
        both, shared = np.unique(np.repeat(rows, counts) * len(self._needed) + mine, return_counts=True)
        rows, mine = np.divmod(both, len(self._needed))
        enough = shared >= self._needed[mine]
        rows, mine, shared = rows[enough], mine[enough], shared[enough]
        found[rows[self._reach(texts, rows, mine, shared)]] = True
        return found

    def _reach(self, texts: Sequence[str], rows: np.ndarray, mine: np.ndarray, shared: np.ndarray) -> np.ndarray:
        """Return which pairs can still reach the limit, now that the sizes of both texts are looked at."""
        import numpy as np

        some, at = np.unique(rows, return_inverse=True)
        sizes = np.bincount(grams([texts[row] for row in some.tolist()])[1], minlength=len(some))[at]
        lacking = self._chosen[mine] - shared
        return np.asarray(self._sizes[mine] - lacking >= self._limit * (sizes + lacking) - _EPSILON)


def _told(text: str) -> tuple[np.ndarray, list[str]]:
    """Return the 5-grams of a text as numbers and as they are written, every one once."""
    import numpy as np

    numbers, first = np.unique(rolled([text])[0], return_index=True)
    return numbers, [text[at : at + _SIZE] for at in first.tolist()]
