"""Split of a million records, beside a bare shuffle in polars and scikit-learn.

    python benchmarks/split.py [records]

The best of five runs each.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from rftkit.groups import groups
from rftkit.split import split

TOPICS = 150


def records(count: int) -> pl.DataFrame:
    """Return records of skewed topics with ids and rows."""
    rng = np.random.default_rng(0)
    names = pl.Series([f"Group {i // 10}/Topic {i}" for i in range(TOPICS)])
    place = (rng.random(count) ** 2 * TOPICS).astype(np.int64)
    ids = pl.Series(np.arange(count)).cast(pl.String).str.zfill(8)
    return pl.DataFrame({"row": np.arange(count), "id": "rec_" + ids, "topic": names.gather(pl.Series(place))})


def with_variations(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the records with 30 % of them generated from others."""
    rng = np.random.default_rng(1)
    made = pl.Series(rng.random(frame.height) < 0.3)
    source = frame["id"].gather(pl.Series(rng.integers(0, frame.height, frame.height)))
    return frame.with_columns(generated=made, source_record_id=pl.select(pl.when(made).then(source)).to_series())


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Return milliseconds of the best round."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return 1000 * min(found)


def main() -> None:
    """Print the table."""
    from sklearn.model_selection import train_test_split

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    plain = records(count)
    narrow = plain.with_columns(pl.col("topic").cast(pl.Categorical))
    made = with_variations(plain)
    rng = np.random.default_rng(2)
    near = count // 20
    pairs = pl.DataFrame({"row_a": rng.integers(0, count, near), "row_b": rng.integers(0, count, near)})
    held = groups(made, pairs)
    shuffle = (pl.int_range(pl.len()).shuffle(seed=0).over("topic") < pl.len().over("topic") * 0.1).alias("validation")
    rows: dict[str, tuple[Callable[[], object], str]] = {
        "split, Categorical topics": (lambda: split(narrow), "200 ms"),
        "split, topics as text": (lambda: split(plain), "200 ms"),
        "split, groups given": (lambda: split(made, groups=held), "1000 ms"),
        f"split, sources and {near:,} pairs": (lambda: split(made, groups=pairs), "1000 ms"),
        "polars shuffle over topic": (lambda: narrow.with_columns(shuffle), ""),
        "scikit-learn train_test_split": (
            lambda: train_test_split(plain["id"], stratify=plain["topic"].to_numpy()),
            "",
        ),
    }
    print(f"{count:,} records\n{'what':40} {'ms':>8}  budget")
    for name, (work, limit) in rows.items():
        print(f"{name:40} {best(work, 5 if limit else 3):8.1f}  {limit}")


if __name__ == "__main__":
    main()
