"""How much two prompts overlap: 5-grams of characters, decided exactly, found by their rarest ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from rftkit.offline.text import jaccard, shingles

if TYPE_CHECKING:
    import numpy as np

_SIZE = 5
_SEPARATOR = 0x10FFFF  # the last code point: in no text
_LONGEST_POSTING = 4000
_SPACES = r"\s\s+|[^\S ]"


def normalise(text: pl.Expr) -> pl.Expr:
    """Return the expression of a text after NFKC, lower case and folding of white space.

    Examples
    --------
    >>> pl.select(normalise(pl.lit("  How  Do I"))).item()
    'how do i'
    """
    # Most texts are plain, and asking costs a tenth of changing: ASCII is composed already, single spaces stay.
    foreign = text.str.len_bytes() != text.str.len_chars()
    composed = pl.coalesce(pl.when(foreign).then(text).str.normalize("NFKC"), text)
    return composed.str.to_lowercase().str.replace_all(_SPACES, " ").str.strip_chars()


def contexts(column: str = "messages") -> pl.Expr:
    """Return the expression of what comes before the last user turn, as one text; empty for a prompt of one user turn.

    Examples
    --------
    >>> from rftkit import messages
    >>> said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Go"}]
    >>> pl.DataFrame([messages.pack([said])]).select(contexts()).item()
    'userHi...assistantYes?...'
    """
    element = pl.element().struct
    parts = [element.field(name).fill_null("") for name in ("role", "content", "tool_calls")]
    turns = pl.col(column).list.eval(element.field("role") == "user").list.sum()
    text = pl.col(column).list.slice(0, pl.col(column).list.len() - 1).list.eval(pl.concat_str(*parts)).list.join("...")
    return pl.when(turns > 1).then(text + "...").otherwise(pl.lit("")).alias("context")


def rolled(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5-grams of all texts as numbers, from left to right, and the text that each is of.

    Examples
    --------
    >>> rolled(["aaaaaa", "b"])[1].tolist()
    [0, 0, 1]
    """
    import numpy as np

    padded = [text if len(text) >= _SIZE else text.ljust(_SIZE, "\0") for text in texts]
    lengths = np.fromiter((len(text) for text in padded), dtype=np.int64, count=len(padded))
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if not len(codes):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    owners = np.repeat(np.arange(len(padded)), lengths)
    mixed = np.zeros(max(0, len(codes) - _SIZE + 1), dtype=np.uint64)
    for offset in range(_SIZE):
        mixed = (mixed ^ codes[offset : offset + len(mixed)]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    inside = owners[: len(mixed)] == owners[_SIZE - 1 :]
    return mixed[inside], owners[: len(mixed)][inside]


def grams(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5-grams of all texts as numbers and the text that each is of, every gram once per text.

    Examples
    --------
    >>> numbers, owners = grams(["abcdef", "abcde"])
    >>> owners.tolist(), bool(numbers[2] in numbers[:2])
    ([0, 0, 1], True)
    """
    import numpy as np

    numbers, owners = rolled(texts)
    order = np.lexsort((numbers, owners))
    numbers, owners = numbers[order], owners[order]
    first = np.ones(len(numbers), dtype=bool)
    first[1:] = (numbers[1:] != numbers[:-1]) | (owners[1:] != owners[:-1])
    return numbers[first], owners[first]


class Overlaps:
    """Finds the text that overlaps most with another, among many.

    Parameters
    ----------
    texts
        Normalised texts.
    groups
        Only texts of the same group are compared.

    Examples
    --------
    >>> overlaps = Overlaps(["how do i pay by card", "where is my card"], ["", ""])
    >>> overlaps.closest("how do i pay by cards", "", 0.7)[1]
    0
    """

    def __init__(self, texts: Sequence[str], groups: Sequence[str]) -> None:
        import numpy as np

        self.texts, self.groups = list(texts), list(groups)
        numbers, owners = grams(self.texts)
        self._sizes = np.bincount(owners, minlength=len(self.texts))
        order = np.argsort(numbers, kind="stable")
        self._numbers, self._owners = numbers[order], owners[order]
        self._later: dict[int, list[int]] = {}

    def add(self, text: str, group: str) -> None:
        """Add one more text."""
        place = len(self.texts)
        self.texts.append(text)
        self.groups.append(group)
        for number in grams([text])[0].tolist():
            self._later.setdefault(number, []).append(place)

    def closest(self, text: str, group: str, floor: float, skip: int = -1) -> tuple[float, int]:
        """Return the largest overlap with a text of the group and its place; (0, -1) where none reaches the floor.

        Shared grams are counted, very frequent ones left out; what may still reach the floor is compared exactly. The text at
        ``skip`` is left out.
        """
        numbers = grams([text])[0]
        found = [*self._among_first(numbers, floor), *self._among_later(numbers.tolist(), floor)]
        own, best = shingles(text), (0.0, -1)
        for place in found:
            if place == skip or self.groups[place] != group:
                continue
            overlap = jaccard(own, shingles(self.texts[place]))
            if overlap >= floor and overlap > best[0]:
                best = (overlap, place)
        return best

    def _among_first(self, numbers: np.ndarray, floor: float) -> list[int]:
        import numpy as np

        starts = np.searchsorted(self._numbers, numbers, "left")
        ends = np.searchsorted(self._numbers, numbers, "right")
        rare = ends - starts <= _LONGEST_POSTING
        slices = [self._owners[start:end] for start, end in zip(starts[rare], ends[rare], strict=True) if end > start]
        if not slices:
            return []
        places, shared = np.unique(np.concatenate(slices), return_counts=True)
        needed = floor / (1 + floor) * (len(numbers) + self._sizes[places])
        return places[shared + int((~rare).sum()) >= needed].tolist()  # type: ignore[no-any-return]

    def _among_later(self, numbers: list[int], floor: float) -> list[int]:
        shared = Counter(place for number in numbers for place in self._later.get(number, ()))
        needed = floor / (1 + floor) * len(numbers)
        return sorted(place for place, count in shared.items() if count >= needed)
