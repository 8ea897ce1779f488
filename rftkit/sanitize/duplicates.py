"""What only the whole dataset can tell: copies of a prompt, conflicting outputs, repeated ids.

Only structurally valid records are compared. A copy of an invalid record breaks the same rules and is invalid by
itself; it is no `duplicate`, so that repairing the first never leaves a prompt without any valid record.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rftkit.sanitize.codes import findings


def rules(records: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """Yield the findings `duplicate`, `conflicting_output` and `duplicate_id`.

    Parameters
    ----------
    records
        `row, id, sound, content_key, exact_key, output_key` and maybe `source_id` (the id as it came, `id` where
        missing), sorted by row; `sound`: has no error of its own.

    Examples
    --------
    >>> keys = {"content_key": [b"k"] * 2, "exact_key": [b"a", b"b"], "output_key": [b"x", b"y"]}
    >>> frame = pl.DataFrame({"row": [0, 1], "id": ["a", "b"], "sound": [True] * 2, **keys})
    >>> [code for part in rules(frame) for code in part.collect()["code"]]
    ['duplicate', 'conflicting_output']
    """
    copies = _copies(records)
    exact = pl.col("exact_key") == pl.col("first_exact_key")
    how = pl.when(exact).then(pl.lit("exact copy")).otherwise(pl.lit("copy but for case and white space"))
    yield findings(copies, "duplicate", how, " of record ", escaped("first_id"))
    other = (pl.col("output_key") != pl.col("first_output_key")).fill_null(value=False)
    conflicts = copies.filter(other).group_by("first_row", maintain_order=True).agg(pl.col("id").first(), pl.len())
    more = (
        pl.when(pl.col("len") > 1)
        .then(pl.concat_str(pl.lit(" and "), (pl.col("len") - 1).cast(pl.String), pl.lit(" more copies")))
        .otherwise(pl.lit(""))
    )
    yield findings(
        conflicts.rename({"first_row": "row"}), "conflicting_output",
        "record ", escaped("id"), more, " of the same prompt with another output",
    )  # fmt: skip
    if "source_id" not in records.columns:
        records = records.with_columns(source_id="id")
    if records["source_id"].drop_nulls().is_duplicated().any():
        yield _repeated_ids(records)


def _copies(records: pl.DataFrame) -> pl.DataFrame:
    """Return the later records of each group with one content key, with their group's first."""
    sound = records.lazy().filter(pl.col("sound") & pl.col("content_key").is_not_null())
    firsts = [pl.col(name).first().alias(f"first_{name}") for name in ("row", "id", "exact_key", "output_key")]
    # Most prompts have no copy: groups are made only of keys that occur twice.
    several = sound.filter(pl.col("content_key").is_duplicated())
    groups = several.group_by("content_key", maintain_order=True).agg(*firsts)
    joined = several.join(groups, on="content_key", how="left", maintain_order="left")
    return joined.filter(pl.col("row") != pl.col("first_row")).collect()


def _repeated_ids(records: pl.DataFrame) -> pl.LazyFrame:
    came = pl.col("source_id")
    named = records.lazy().filter(came.is_not_null() & came.is_duplicated())
    later = named.filter(~came.is_first_distinct())
    return findings(later, "duplicate_id", "an earlier record has the id ", escaped("source_id"), " too")


def escaped(column: str) -> pl.Expr:
    r"""Return the expression of a text as it stands inside JSON text, without the quotes around it.

    Examples
    --------
    >>> pl.DataFrame({"id": ['a "b"']}).select(escaped("id")).item()
    'a \\"b\\"'
    """
    text = pl.col(column).fill_null("without an id")
    plain = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return plain.str.replace_all(r"[\x00-\x1f]", " ")
