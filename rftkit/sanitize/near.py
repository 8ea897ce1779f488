"""Near duplicates: pairs of records whose user texts have many character 5-grams in common.

Candidates come from `rftkit.sanitize.join` (every pair, while that is cheap) or `rftkit.sanitize.minhash` (above);
either way the Jaccard similarity of a pair is counted exactly before it is one. Equal texts are one text here, so a
text that occurs ten thousand times costs nothing. Pairs are stored down to a floor, so moving the threshold is a
filter, and only new rows are ever compared.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import polars as pl

from rftkit.errors import InputError
from rftkit.sanitize import join, minhash
from rftkit.sanitize.grams import Grams, Shingler, mixed, overlaps

if TYPE_CHECKING:
    from rftkit.sanitize.grams import Array

#: Pairs are made from this similarity on, so that the threshold can be moved; a lower threshold makes them anew.
FLOOR: Final = 0.5

#: The lowest threshold: below it texts share little but their grammar, and pairs are as many as texts squared.
LEAST: Final = 0.2

#: The default threshold of the warning.
THRESHOLD: Final = 0.7

#: Columns of `near_pairs`; `row_a` is the earlier row. Equal texts link each row to the first with that text.
#: `partial`: one of the two is in a group of look-alikes too large for comparing all with all.
PAIRS: Final[dict[str, pl.DataType]] = {
    "row_a": pl.Int64(),
    "row_b": pl.Int64(),
    "text_a": pl.Binary(),
    "text_b": pl.Binary(),
    "jaccard": pl.Float64(),
    "partial": pl.Boolean(),
}

#: The exact join is used while it costs at most so many meetings of grams.
_CHEAP: Final = 2_000_000
#: Above so many characters the exact join is not even tried.
_SMALL: Final = 1_500_000
#: Few new texts are compared with every other while that is at most so many comparisons of so many texts.
DIRECT: Final = 20_000_000
DIRECT_TEXTS: Final = 200_000
DIRECT_CHARACTERS: Final = 20_000_000


def checked(threshold: float, floor: float = LEAST) -> float:
    """Return the threshold; raise `InputError` where it is not between the floor of the pairs and 1.

    Parameters
    ----------
    threshold
        Jaccard similarity.
    floor
        The similarity from which on pairs are known.

    Examples
    --------
    >>> checked(0.7)
    0.7
    """
    if not floor <= threshold <= 1:
        known = LEAST <= threshold < floor  # in itself allowed, but no pairs were made down to there
        least, again = (floor, "; sanitize again with a lower one") if known else (LEAST, "")
        raise InputError(
            f"the threshold of near duplicates is {threshold}; it must be from {least} to 1, for example 0.7{again}"
        )
    return threshold


def near_pairs(facts: pl.DataFrame, *, floor: float = FLOOR, against: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return pairs of rows whose user texts are similar, with their exact similarity.

    Parameters
    ----------
    facts
        The new rows: `row, text_key, text` of `rftkit.sanitize.facts`.
    floor
        Pairs from this Jaccard similarity on.
    against
        The same columns of rows that were compared with one another before: only pairs that touch a new row come
        back, so appending them to the stored pairs gives all.

    Returns
    -------
    polars.DataFrame
        Columns of `PAIRS`, sorted by rows. Every pair of different texts stands once, with the first row of each
        text; every further row with a text is linked to the first, with similarity 1.

    Examples
    --------
    >>> texts = ["i lost my card", "i lost my cards", "good morning"]
    >>> frame = pl.DataFrame({"row": [0, 1, 2], "text_key": [b"a", b"b", b"c"], "text": texts})
    >>> near_pairs(frame).select("row_a", "row_b", "jaccard").rows()
    [(0, 1, 0.9090909090909091)]
    """
    if not 0 < floor <= 1:
        raise InputError(f"the floor of near duplicates is {floor}; it must be above 0 and at most 1")
    rows = _rows(facts, against)
    texts = _texts(rows)
    if against is not None:
        texts = texts.filter(_reachable(texts, floor))
    return pl.concat([_links(rows), _similar(texts, floor)]).sort("row_a", "row_b")


def _rows(facts: pl.DataFrame, against: pl.DataFrame | None) -> pl.DataFrame:
    """Return all rows that have a text, in order, with whether they are new."""
    columns = ["row", "text_key", "text"]
    parts = [facts.select(columns).with_columns(fresh=pl.lit(value=True))]
    if against is not None:
        old = against.select(columns).filter(~pl.col("row").is_in(facts["row"].implode()))
        parts.append(old.with_columns(fresh=pl.lit(value=False)))
    return pl.concat(parts).drop_nulls("text").sort("row")


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per different text: its first row, its key, and whether all its rows are new."""
    return rows.group_by("text_key", maintain_order=True).agg(
        pl.col("row").first(), pl.col("text").first(), pl.col("fresh").all()
    )


def _links(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a pair for each row whose text an earlier row has, as far as one of the two is new."""
    several = rows.lazy().select("row", "text_key", "fresh").filter(pl.col("text_key").is_duplicated())
    first = several.group_by("text_key").agg(
        pl.col("row").first().alias("row_a"), pl.col("fresh").first().alias("also")
    )
    later = several.join(first, on="text_key").filter(
        (pl.col("row") != pl.col("row_a")) & (pl.col("fresh") | pl.col("also"))
    )
    return later.select(
        "row_a", row_b="row", text_a="text_key", text_b="text_key", jaccard=pl.lit(1.0), partial=pl.lit(value=False)
    ).collect()


def _reachable(texts: pl.DataFrame, floor: float) -> pl.Series:
    """Return which texts can be in a pair with a new one.

    A text that is at least `floor` similar to a new one has that share of its grams in common with the new ones all
    together. For few new texts that rules out almost all old ones.
    """
    import numpy as np

    fresh = texts["fresh"].to_numpy()
    if fresh.all() or not fresh.any():
        return pl.Series(np.full(len(fresh), bool(fresh.any())))
    shingler = Shingler(texts["text"].to_list())
    slots = np.zeros(1 << 22, dtype=np.float32)
    new = np.flatnonzero(fresh)
    slots[_slot(shingler.of(new).keys)] = 1.0

    known = fresh.copy()

    def look(grams: Grams, first: int, last: int) -> None:
        common = np.add.reduceat(slots[_slot(grams.keys)], grams.begins)
        known[first:last] |= common >= floor * grams.sizes - 1e-3

    shingler.visit(look)
    return pl.Series(known)


def _slot(keys: Array) -> Array:
    import numpy as np

    return (mixed(keys) >> np.uint64(42)).astype(np.int64)


def _similar(texts: pl.DataFrame, floor: float) -> pl.DataFrame:
    """Return the pairs of different texts, counted exactly."""
    import numpy as np

    if texts.height < 2 or not texts["fresh"].any():
        return pl.DataFrame(schema=PAIRS)
    shingler = Shingler(texts["text"].to_list())
    left, right, partial = _candidates(shingler, floor, texts["fresh"].to_numpy())
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    both = overlaps(shingler, left, right)
    sizes = shingler.sizes()
    jaccard = both / (sizes[left] + sizes[right] - both)
    true = jaccard >= floor
    return _paired(texts, np.minimum(left, right)[true], np.maximum(left, right)[true], jaccard[true], partial)


def direct(few: int, texts: int, characters: int) -> bool:
    """Say whether so few new texts are compared with every other: then no pair is missed.

    Parameters
    ----------
    few
        New texts.
    texts, characters
        Those that they are compared with, and their characters, new ones included.

    Examples
    --------
    >>> direct(1, 1_000, 60_000), direct(50_000, 100_000, 6_000_000)
    (True, False)
    """
    return few * texts <= DIRECT and texts <= DIRECT_TEXTS and characters <= DIRECT_CHARACTERS


def _candidates(shingler: Shingler, floor: float, fresh: Array) -> tuple[Array, Array, Array]:
    """Return candidate pairs: few new ones with all, else by the exact join while that is cheap."""
    import numpy as np

    few = np.flatnonzero(fresh)
    if not fresh.all() and direct(len(few), len(fresh), int(shingler.lengths.sum())):
        return *join.direct(shingler.all(), floor, few), np.zeros(len(fresh), dtype=bool)
    if int(shingler.lengths.sum()) <= _SMALL:
        found = join.prefixes(shingler.all(), floor)
        if found.matches <= _CHEAP:
            return *join.candidates(found, floor, fresh), np.zeros(len(fresh), dtype=bool)
    plan = minhash.Plan.of(len(fresh), floor)
    made = minhash.signatures(shingler, plan)
    return minhash.candidates(made, floor, fresh)


def _paired(texts: pl.DataFrame, first: Array, second: Array, jaccard: Array, partial: Array) -> pl.DataFrame:
    """Return positions of texts as pairs of rows; texts stand in the order of their first rows."""
    named = texts.select("row", "text_key")
    one, other = named[first], named[second]
    return pl.DataFrame(
        {
            "row_a": one["row"],
            "row_b": other["row"],
            "text_a": one["text_key"],
            "text_b": other["text_key"],
            "jaccard": jaccard,
            "partial": partial[first] | partial[second],
        },
        schema=PAIRS,
    )


def near_counts(valid: pl.DataFrame, pairs: pl.DataFrame, floor: float = FLOOR) -> pl.DataFrame:
    """Return how many records are near duplicates at each threshold, so that it can be moved without judging again.

    Parameters
    ----------
    valid
        `row, text_key` of the valid records, sorted by row; which are valid does not depend on the threshold.
    pairs
        What `near_pairs` returned, known from `floor` on.
    floor
        The lowest threshold.

    Returns
    -------
    polars.DataFrame
        `thresholds` in steps of a hundredth, `records`.

    Examples
    --------
    >>> valid = pl.DataFrame({"row": [0, 5], "text_key": [b"a", b"b"]})
    >>> one = {"row_a": [0], "row_b": [5], "text_a": [b"a"], "text_b": [b"b"], "jaccard": [0.8], "partial": [False]}
    >>> near_counts(valid, pl.DataFrame(one), 0.79).head(3).rows()
    [(0.79, 1), (0.8, 1), (0.81, 0)]
    """
    found = nearest_earlier(valid, pairs, floor)["jaccard"].sort()
    steps = range(math.ceil(round(floor * 100, 6)), 101)
    at = [step / 100 for step in steps]
    below = [int(found.search_sorted(threshold, "left")) for threshold in at]
    counts = [found.len() - count for count in below]
    return pl.DataFrame({"thresholds": at, "records": counts}, schema={"thresholds": pl.Float64, "records": pl.Int64})


def nearest_earlier(valid: pl.DataFrame, pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Return the valid rows that are near duplicates of an earlier valid row.

    Parameters
    ----------
    valid
        `row, text_key` of the valid records, sorted by row.
    pairs
        What `near_pairs` returned; pairs of texts that no valid record has do not matter.
    threshold
        Similarity from which on a pair counts.

    Returns
    -------
    polars.DataFrame
        `row, earlier, jaccard`: the most similar earlier valid row, the first of several.

    Examples
    --------
    >>> valid = pl.DataFrame({"row": [0, 4, 5], "text_key": [b"a", b"a", b"b"]})
    >>> one = {"row_a": [0], "row_b": [5], "text_a": [b"a"], "text_b": [b"b"], "jaccard": [0.8], "partial": [False]}
    >>> nearest_earlier(valid, pl.DataFrame(one), 0.7).rows()
    [(4, 0, 1.0), (5, 0, 0.8)]
    """
    said = valid.lazy().drop_nulls("text_key")
    firsts = said.group_by("text_key").agg(pl.col("row").min())
    again = said.join(firsts.rename({"row": "earlier"}), on="text_key").filter(pl.col("row") != pl.col("earlier"))
    near = pairs.lazy().filter((pl.col("jaccard") >= threshold) & (pl.col("text_a") != pl.col("text_b")))
    both = pl.concat(
        [
            near.select(text_key="text_a", other="text_b", jaccard="jaccard"),
            near.select(text_key="text_b", other="text_a", jaccard="jaccard"),
        ]
    )
    found = (
        both.join(firsts, on="text_key")
        .join(firsts.rename({"text_key": "other", "row": "earlier"}), on="other")
        .filter(pl.col("earlier") < pl.col("row"))
        .sort("jaccard", "earlier", descending=[True, False])
        .unique("row", keep="first", maintain_order=True)
    )
    same = again.select("row", "earlier", jaccard=pl.lit(1.0))
    return pl.concat([same, found.select("row", "earlier", "jaccard")]).sort("row").collect()
