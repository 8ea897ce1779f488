"""Records in the order of their texts: sorted once, and kept in order while records come and go.

Sorting the texts of a million records takes a second and a half, finding the place of one among them none: an edit of
one record in a list that is sorted by text does not sort the others again.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from rftkit.acts import picking

#: With more new texts than this, all are sorted again.
FEW: Final = 500


class TextOrder:
    """Ranks of texts by row: smaller where the text comes earlier, in any case; equal where it is equal.

    Examples
    --------
    >>> order = TextOrder()
    >>> told = pl.DataFrame({"row": [1, 2, 3], "text": ["b", "A", None]})
    >>> order.ranks(told, told["row"]).to_list()
    [2.0, 1.0, None]
    >>> more = pl.concat([told, pl.DataFrame({"row": [4], "text": ["a loan"]})])
    >>> order.ranks(more, more["row"]).to_list()
    [2.0, 1.0, None, 1.5]
    """

    def __init__(self) -> None:
        self._rows = pl.Series("row", [], dtype=pl.Int64)  # ascending
        self._ranks = np.empty(0)  # of these rows; not a number where there is no text
        self._sorted = np.empty(0, dtype=np.int64)  # places of the rows that have a text, by rank

    def missing(self, rows: pl.Series) -> pl.Series:
        """Return those of some rows that have no rank yet."""
        return rows.filter(~picking.holds(self._rows, rows))

    def ranks(self, known: pl.DataFrame, rows: pl.Series) -> pl.Series:
        """Return the rank of each of these rows; null where there is no text.

        Parameters
        ----------
        known
            `row` (ascending) and `text` of at least these rows and all that were asked for before.
        rows
            Row numbers.
        """
        at, there = picking.found(self._rows, rows)
        if not there.all():
            if not self._inserted(known, rows.filter(pl.Series(~there)).sort()):
                self._sort(known)
            at, _ = picking.found(self._rows, rows)
        return pl.Series("rank", self._ranks[at]).fill_nan(None)

    def _sort(self, known: pl.DataFrame) -> None:
        self._rows = known["row"]
        ranks = known["text"].str.to_lowercase().rank("dense").cast(pl.Float64)
        self._ranks = ranks.fill_null(np.nan).to_numpy().copy()
        there = np.flatnonzero(~np.isnan(self._ranks))
        self._sorted = there[np.argsort(self._ranks[there], kind="stable")]

    def _inserted(self, known: pl.DataFrame, fresh: pl.Series) -> bool:
        """Put new rows where they belong; False where all must be sorted again."""
        if fresh.len() > FEW or self._rows.is_empty() or fresh[0] < self._rows[-1]:
            return False
        said = known["text"].gather(known["row"].search_sorted(fresh)).str.to_lowercase()
        return all(self._insert(known, row, text) for row, text in zip(fresh, said, strict=True))

    def _insert(self, known: pl.DataFrame, row: int, text: str | None) -> bool:
        place, rank = len(self._ranks), np.nan
        if text is not None:
            at = self._place(known, text)
            before = self._ranks[self._sorted[at - 1]] if at else -np.inf
            after = self._ranks[self._sorted[at]] if at < len(self._sorted) else np.inf
            same = at < len(self._sorted) and self._text(known, at) == text
            rank = after if same else _between(before, after)
            if not same and not before < rank < after:
                return False  # no number is left between the two
            self._sorted = np.insert(self._sorted, at, place)
        self._rows = pl.concat([self._rows, pl.Series("row", [row], dtype=pl.Int64)], rechunk=True)
        self._ranks = np.append(self._ranks, rank)
        return True

    def _place(self, known: pl.DataFrame, text: str) -> int:
        """Return the first place with this text or a later one."""
        low, high = 0, len(self._sorted)
        while low < high:
            middle = (low + high) // 2
            if self._text(known, middle) < text:
                low = middle + 1
            else:
                high = middle
        return low

    def _text(self, known: pl.DataFrame, at: int) -> str:
        place = int(known["row"].search_sorted(self._rows[int(self._sorted[at])]))
        return str(known["text"][place : place + 1].str.to_lowercase().item())


def _between(before: float, after: float) -> float:
    if np.isinf(before) or np.isinf(after):
        return 0.0 if np.isinf(before) and np.isinf(after) else after - 1 if np.isinf(before) else before + 1
    return before + (after - before) / 2
