"""Categorization of banking questions: accuracy, calibration, and what is out of scope.

    python benchmarks/categorize.py [--seeds 5]

The peer is a logistic regression on the same vectors, and the nearest topic name.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import polars as pl
from corpora import Corpus, load

from rftkit.embed.minilm import MiniLM
from rftkit.topics import TopicTree, calibrate
from rftkit.topics.categorize import categorize


def names(labels: list[str]) -> dict[str, str]:
    """Return the topic name of every label."""
    return {label: label.replace("_", " ").strip("?") for label in sorted(set(labels))}


def tree_of(kept: list[str]) -> TopicTree:
    """Return a flat tree of names."""
    tree = TopicTree()
    for name in kept:
        tree = tree.add(name)
    return tree


def few(corpus: Corpus, rows: np.ndarray, each: int, seed: int) -> np.ndarray:
    """Return rows with so many examples a label."""
    rng = np.random.default_rng(seed)
    labels = np.array(corpus.labels)[rows]
    return np.concatenate([rng.choice(rows[labels == label], each, replace=False) for label in sorted(set(labels))])


def run(
    corpus: Corpus, tree: TopicTree, taught: np.ndarray, tested: np.ndarray, seed: int, **options: object
) -> pl.DataFrame:
    """Return the labels of the tested rows with a column `right`."""
    rows = np.concatenate([taught, tested])
    name = names(corpus.labels)
    truth = [name[corpus.labels[row]] for row in rows]
    known = [truth[i] if i < len(taught) else None for i in range(len(rows))]
    frame = corpus.frame[rows].with_columns(
        pl.Series("topic", known, dtype=pl.String),
        pl.Series("topic_method", ["manual" if path else None for path in known], dtype=pl.String),
    )
    report = categorize(
        frame, tree, embedder=MiniLM(), vectors=corpus.vectors[rows], suggest=False, seed=seed, **options
    )
    found = report.labels.with_columns(pl.Series("truth", truth))[len(taught) :]
    return found.with_columns(right=(pl.col("topic") == pl.col("truth")).fill_null(False))


def line(what: str, values: list[dict[str, float]], peer: str, seconds: float) -> None:
    """Print one line of means."""
    means = {key: float(np.mean([value[key] for value in values])) for key in values[0]}
    print(f"{what:46s} " + "  ".join(f"{k} {v:.3f}" for k, v in means.items()) + f"   [{peer}]  {seconds:.1f} s")


def measured(found: pl.DataFrame) -> dict[str, float]:
    """Return accuracy, calibration error and what the band "high" is worth."""
    sure, right = found["topic_confidence"].fill_null(0).to_numpy(), found["right"].to_numpy()
    high = sure >= calibrate.HIGH
    error = calibrate.error(sure, right)
    worth = float(right[high].mean()) if high.any() else 1.0
    return {
        "accuracy": float(right.mean()),
        "ece": error,
        "high right": worth,
        "high share": float(high.mean()),
        "unassigned": found["topic"].null_count() / found.height,
    }


def out_of_scope(corpus: Corpus, train: np.ndarray, test: np.ndarray, seed: int) -> dict[str, float]:
    """Return how well confidence tells prompts of ten held-out topics from the others."""
    from sklearn.metrics import roc_auc_score

    name = names(corpus.labels)
    held = set(np.random.default_rng(100 + seed).choice(sorted(name), 10, replace=False).tolist())
    inside = np.array([row for row in train if corpus.labels[row] not in held])
    tree = tree_of([path for label, path in name.items() if label not in held])
    found = run(corpus, tree, few(corpus, inside, 5, seed), test, seed)
    sure = found["topic_confidence"].fill_null(0).to_numpy()
    strange = np.array([corpus.labels[row] in held for row in test])
    left = found["topic"].is_null().to_numpy()
    return {
        "auroc": roc_auc_score(~strange, sure),
        "left of them": left[strange].mean(),
        "of others": left[~strange].mean(),
    }


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=5)
    seeds = range(options.parse_args().seeds)
    train, test = load("banking77-train"), load("banking77-test")
    corpus = Corpus(
        pl.concat([train.frame, test.frame]),
        train.texts + test.texts,
        train.labels + test.labels,
        [],
        np.vstack([train.vectors, test.vectors]),
    )
    first, second = np.arange(len(train.texts)), np.arange(len(train.texts), len(corpus.texts))
    tree = tree_of(list(names(corpus.labels).values()))
    nobody = np.array([], dtype=np.int64)
    start = time.perf_counter()
    line(
        "names alone, each prompt by itself",
        [measured(run(corpus, tree, nobody, second, 0, together=False))],
        "nearest name .624",
        time.perf_counter() - start,
    )
    start = time.perf_counter()
    line(
        "names alone, prompts together",
        [measured(run(corpus, tree, nobody, second, 0))],
        "target .70",
        time.perf_counter() - start,
    )
    for each, peer in ((5, "logistic .78"), (20, "logistic .887")):
        start = time.perf_counter()
        values = [measured(run(corpus, tree, few(corpus, first, each, seed), second, seed)) for seed in seeds]
        line(f"{each} labelled examples a topic", values, peer, (time.perf_counter() - start) / len(seeds))
    start = time.perf_counter()
    values = [out_of_scope(corpus, first, second, seed) for seed in seeds]
    line(
        "10 topics held out, 5 examples for the others",
        values,
        "target .85",
        (time.perf_counter() - start) / len(seeds),
    )


if __name__ == "__main__":
    main()
