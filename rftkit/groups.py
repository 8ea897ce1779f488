"""Groups of records that must stay together: a source with its variations, near duplicates, one conversation.

A model that is trained on one of them has seen the others, so none may be in validation while another is in train.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rftkit.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def groups(frame: pl.DataFrame, pairs: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the group of every record: the connected components of all ties.

    Parameters
    ----------
    frame
        With `id`, and where there are: `source_record_id` (a generated record and its source, and records with the
        same source even where that is gone), `origin` (records cut from one conversation at different turns),
        `content_key` (identical prompts, told apart by nothing).
    pairs
        Near duplicates: `row_a`, `row_b` with the numbers of the frame's `row` column, or `id_a`, `id_b`.

    Returns
    -------
    polars.DataFrame
        `id` (and `row` where the frame has it) and `group`, a number counted from 0 in the order of the records.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "b", "c", "d"], "source_record_id": [None, "a", None, "b"]})
    >>> groups(frame)["group"].to_list()
    [0, 0, 1, 0]
    """
    if "id" not in frame.columns:
        raise InputError(f"groups are of records with an 'id'; given {frame.columns}")
    keys = [name for name in ("row", "id") if name in frame.columns]
    labels = components(frame.height, edges(frame, pairs))
    return frame.select(keys).with_columns(pl.Series("group", labels))


def edges(frame: pl.DataFrame, pairs: pl.DataFrame | None = None) -> npt.NDArray[np.int64]:
    """Return every tie as a pair of places in the frame, two columns.

    Parameters
    ----------
    frame, pairs
        As for `groups`.

    Examples
    --------
    >>> edges(pl.DataFrame({"id": ["a", "b"], "source_record_id": [None, "a"]})).tolist()
    [[1, 0]]
    """
    import numpy as np

    placed = frame.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    found = [*_sources(placed), *_conversations(placed), *_identical(placed), *_pairs(placed, pairs)]
    parts = [part.select("a", "b").to_numpy().astype(np.int64) for part in found if part.height]
    return np.concatenate(parts) if parts else np.empty((0, 2), dtype=np.int64)


def _sources(placed: pl.DataFrame) -> list[pl.DataFrame]:
    if "source_record_id" not in placed.columns:
        return []
    # ids are compared by hash: a tie too many in 2**64 hurts nobody, and text takes five times as long
    key = pl.col("source_record_id").cast(pl.String).hash()
    made = placed.filter(pl.col("source_record_id").is_not_null()).select(pl.col("place").alias("a"), key=key)
    if not made.height:
        return []
    sources = placed.select(pl.col("place").alias("b"), key=pl.col("id").cast(pl.String).hash())
    found = sources.join(made, on="key").select("a", "b")
    if found["a"].n_unique() == made.height:
        return [found]
    return [found, _same(made.join(found, on="a", how="anti").select("key", place="a"))]


def _conversations(placed: pl.DataFrame) -> list[pl.DataFrame]:
    dtype = placed.schema.get("origin")
    if not isinstance(dtype, pl.Struct) or not {"trace_id", "turn"} <= {field.name for field in dtype.fields}:
        return []
    origin = pl.col("origin").struct
    cut = placed.lazy().select("place", key=origin.field("trace_id"), turn=origin.field("turn"))
    return [_same(cut.filter(pl.col("key").is_not_null() & pl.col("turn").is_not_null()).collect())]


def _identical(placed: pl.DataFrame) -> list[pl.DataFrame]:
    # sanitized records are free of duplicates; only those that nothing has judged yet can have some
    if "content_key" not in placed.columns or ("valid" in placed.columns and not placed["valid"].null_count()):
        return []
    return [_same(placed.filter(pl.col("content_key").is_not_null()).select("place", key="content_key"))]


def _same(keyed: pl.DataFrame) -> pl.DataFrame:
    """Tie the records that share a key to the first that has it."""
    tied = keyed.select(pl.col("place").alias("a"), pl.col("place").min().over("key").alias("b"))
    return tied.filter(pl.col("a") != pl.col("b"))


def _pairs(placed: pl.DataFrame, pairs: pl.DataFrame | None) -> list[pl.DataFrame]:
    if pairs is None or not pairs.height:
        return []
    key = next((key for key in ("row", "id") if {f"{key}_a", f"{key}_b"} <= set(pairs.columns)), None)
    if key is None or key not in placed.columns:
        raise InputError(
            f"pairs of near duplicates have row_a and row_b (or id_a and id_b) and refer to the frame's row (or id); "
            f"given pairs with {pairs.columns} and a frame with {placed.columns[1:]}"
        )
    where = placed.select(key, "place")
    first = pairs.select(pl.col(f"{key}_a"), pl.col(f"{key}_b")).join(
        where.rename({key: f"{key}_a", "place": "a"}), on=f"{key}_a"
    )
    return [first.join(where.rename({key: f"{key}_b", "place": "b"}), on=f"{key}_b")]


def components(count: int, ties: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the component of each of `count` nodes, numbered in the order of their first node.

    Parameters
    ----------
    count
        Number of nodes.
    ties
        Pairs of nodes.

    Examples
    --------
    >>> import numpy as np
    >>> components(4, np.array([[1, 3]])).tolist()
    [0, 1, 2, 1]
    """
    import numpy as np

    if not len(ties):
        return np.arange(count, dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # only nodes with a tie enter the graph; a million others are their own component
    tied = np.zeros(count, dtype=bool)
    tied[ties] = True
    nodes, compact = np.flatnonzero(tied), (np.cumsum(tied) - 1)[ties]
    graph = coo_array((np.ones(len(ties), dtype=np.int8), (compact[:, 0], compact[:, 1])), shape=(len(nodes),) * 2)
    _, labels = connected_components(graph, directed=False)
    first = np.full(labels.max() + 1, count, dtype=np.int64)
    np.minimum.at(first, labels, nodes)
    root = np.arange(count, dtype=np.int64)
    root[nodes] = first[labels]
    return (np.cumsum(root == np.arange(count)) - 1)[root].astype(np.int64)
