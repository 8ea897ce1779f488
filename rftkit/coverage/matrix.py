"""Topics by a facet: where a topic has no hard prompt, no second language, no tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rftkit import render
from rftkit.coverage import facets
from rftkit.coverage.outline import Outline, check_level, outline_of
from rftkit.topics.tree import TopicTree


@dataclass(frozen=True)
class Matrix:
    """Counts of records by topic and value of a facet.

    Attributes
    ----------
    cells
        `path`, `value`, `count`, `share` (of the topic's records); every pair once, empty ones too.
    facet
        What the columns are.
    values
        The columns in the order they are shown.

    Examples
    --------
    >>> frame = pl.DataFrame({"topic": ["Cards", "Loans"], "generated": [False, True]})
    >>> matrix(frame, facet="source")
    Matrix(2 topics by source: traces, generated; 2 empty cells)
    """

    cells: pl.DataFrame
    facet: str
    values: tuple[str, ...]

    def table(self) -> pl.DataFrame:
        """Return one row per topic and one column per value.

        Examples
        --------
        >>> frame = pl.DataFrame({"topic": ["Cards", "Loans"], "generated": [False, True]})
        >>> matrix(frame, facet="source").table().rows()
        [('Cards', 1, 0), ('Loans', 0, 1)]
        """
        if not self.values:
            return self.cells.select("path").unique(maintain_order=True)
        wide = self.cells.pivot("value", index="path", values="count", maintain_order=True)
        return wide.select("path", *self.values)

    def empty(self) -> list[tuple[str, str]]:
        """Return the pairs of topic and value without a record.

        Examples
        --------
        >>> frame = pl.DataFrame({"topic": ["Cards", "Loans"], "generated": [False, True]})
        >>> matrix(frame, facet="source").empty()
        [('Cards', 'generated'), ('Loans', 'traces')]
        """
        return self.cells.filter(pl.col("count") == 0).select("path", "value").rows()

    def __repr__(self) -> str:
        topics = render.plural(self.cells["path"].n_unique(), "topic")
        blank = render.plural(len(self.empty()), "empty cell")
        return f"Matrix({topics} by {self.facet}: {', '.join(self.values)}; {blank})"

    def _repr_html_(self) -> str:
        columns = {"path": "topic", **{value: value for value in self.values}}
        grid = render.table(self.table(), columns, limit=60)
        return render.card(f"Topics by {self.facet}", grid, note=render.plural(len(self.empty()), "empty cell"))

    def to_dict(self) -> dict[str, Any]:
        """Return the matrix as plain values.

        Examples
        --------
        >>> frame = pl.DataFrame({"topic": ["Cards"], "generated": [False]})
        >>> matrix(frame, facet="source").to_dict()["rows"]
        [{'path': 'Cards', 'counts': {'traces': 1}}]
        """
        rows = [
            {"path": row["path"], "counts": {value: row[value] for value in self.values}}
            for row in self.table().iter_rows(named=True)
        ]
        return {"facet": self.facet, "values": list(self.values), "rows": rows}


def matrix(
    frame: pl.DataFrame,
    tree: TopicTree | None = None,
    facet: str = "difficulty",
    *,
    level: int | None = None,
    only_valid: bool = True,
) -> Matrix:
    """Count records by topic and a facet.

    Parameters
    ----------
    frame
        With `topic` and what the facet reads: `messages` (and `tools`, `metadata`, `extra` where there are), for
        source `origin` and `generated`.
    tree
        The topics; None for those of the frame.
    facet
        difficulty, turns, tools, language or source.
    level
        Level of the tree; None for the leaves.
    only_valid
        Leave out invalid records.

    Examples
    --------
    >>> frame = pl.DataFrame({"topic": ["Cards", "Loans"], "generated": [False, True]})
    >>> matrix(frame, facet="source").cells["count"].to_list()
    [1, 0, 0, 1]
    """
    outline = outline_of(tree, frame["topic"].drop_nulls().unique().cast(pl.String).to_list())
    return matrix_of(frame, outline, facet, level=check_level(level), only_valid=only_valid)


def matrix_of(
    frame: pl.DataFrame, outline: Outline, facet: str, *, level: int | None = None, only_valid: bool = True
) -> Matrix:
    """Return the matrix of a frame whose outline is known.

    Parameters
    ----------
    frame, facet, level, only_valid
        As for `matrix`.
    outline
        The tree.

    Examples
    --------
    >>> matrix_of(pl.DataFrame({"topic": ["Cards"]}), Outline(("Cards", "Loans")), "source").cells.height
    2
    """
    if only_valid and "valid" in frame.columns:
        frame = frame.filter(pl.col("valid").fill_null(value=True))
    values = facets.facet(frame, facet)
    shown = facets.order(facet, values)
    topics = _folded(frame["topic"].cast(pl.String), outline, level)
    counted = (
        pl.DataFrame({"path": topics, "value": values})
        .drop_nulls("path")
        .group_by("path", "value")
        .agg(pl.len().cast(pl.Int64).alias("count"))
    )
    return Matrix(_cells(counted, outline, level, shown), facet, tuple(shown))


def _folded(topics: pl.Series, outline: Outline, level: int | None) -> pl.Series:
    into: dict[str, str | None] = {}
    for name in topics.drop_nulls().unique().to_list():
        node = outline.resolve(name)
        into[name] = None if node is None else outline.fold(node, level)
    return topics.replace_strict(_old(into), list(into.values()), default=None, return_dtype=pl.String)


def _old(into: Mapping[str, str | None]) -> pl.Series:
    return pl.Series(list(into), dtype=pl.String)


def _cells(counted: pl.DataFrame, outline: Outline, level: int | None, shown: list[str]) -> pl.DataFrame:
    regular = outline.topics(level)
    extra = sorted(set(counted["path"].to_list()) - set(regular))
    paths = pl.DataFrame({"path": pl.Series([*regular, *extra], dtype=pl.String)})
    grid = paths.join(
        pl.DataFrame({"value": pl.Series(shown, dtype=pl.String)}), how="cross", maintain_order="left_right"
    )
    cells = grid.join(counted, on=["path", "value"], how="left", maintain_order="left")
    return cells.with_columns(pl.col("count").fill_null(0)).with_columns(
        (pl.col("count") / pl.col("count").sum().over("path")).fill_nan(0.0).alias("share")
    )
