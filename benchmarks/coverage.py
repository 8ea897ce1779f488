"""Coverage after a change, beside what polars and numpy need for the same counts.

    python benchmarks/coverage.py [records ...]

`coverage` is all that a dashboard shows (counts, shares, targets, gaps, needs, both scores, warnings,
recommendations, next act); the peers only count. The best of five runs each, in turns.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from rftkit.coverage import coverage

TOPICS = 150
BUDGETS = {1_000_000: 50, 10_000_000: 600}


def records(count: int) -> pl.DataFrame:
    """Return skewed topics, a tenth generated, a twentieth invalid, some unassigned."""
    rng = np.random.default_rng(0)
    names = pl.Series([f"Group {i // 10}/Topic {i}" for i in range(TOPICS)] + [None])
    place = np.minimum((rng.random(count) ** 2 * (TOPICS + 1)).astype(np.int64), TOPICS)
    return pl.DataFrame(
        {
            "topic": names.gather(pl.Series(place)).cast(pl.Categorical),
            "valid": rng.random(count) < 0.95,
            "generated": rng.random(count) < 0.1,
        }
    )


def peer_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """Return six aggregates by topic."""
    valid, made = pl.col("valid"), pl.col("generated")
    return frame.group_by("topic").agg(
        pl.len().alias("all"), valid.sum().alias("v"), made.sum().alias("g"), (valid & made).sum().alias("vg"),
        (valid & ~made).sum().alias("vr"), (~valid).sum().alias("i"),
    )  # fmt: skip


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
    print(f"{'records':>12} {'what':34} {'ms':>8}  budget")
    for count in [int(arg) for arg in sys.argv[1:]] or list(BUDGETS):
        frame = records(count)
        text = frame.with_columns(pl.col("topic").cast(pl.String))
        codes = frame["topic"].to_physical().fill_null(TOPICS).to_numpy()
        covered = coverage(frame)
        rows: dict[str, Callable[[], object]] = {
            "coverage, Categorical topics": lambda frame=frame: coverage(frame).to_dict(),
            "coverage, topics as text": lambda text=text: coverage(text).to_dict(),
            "another level of the same coverage": lambda covered=covered: covered.at_level(1).to_dict(),
            "preview of a fill": lambda covered=covered: covered.after(covered.fill()).to_dict(),
            "polars group_by, Categorical": lambda frame=frame: peer_polars(frame),
            "polars group_by, text": lambda text=text: peer_polars(text),
            "numpy.bincount, one count": lambda codes=codes: np.bincount(codes),
        }
        for name, work in rows.items():
            limit = f"{BUDGETS[count]} ms" if name.startswith("coverage, Cat") and count in BUDGETS else ""
            print(f"{count:>12,} {name:34} {best(work):8.1f}  {limit}")


if __name__ == "__main__":
    main()
