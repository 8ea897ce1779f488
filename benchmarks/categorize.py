"""Categorization of single questions: accuracy, calibration, what "high" is worth, and what is out of scope.

    python benchmarks/categorize.py [--seeds 5] [--embedder minilm|lsa]
    python benchmarks/categorize.py --scale 100000

Two corpora, so that nothing is fitted to one: banking77 (77 intents, near each other) and sgd-intents (36, broad).
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from categorize_scale import scale
from corpora import Corpus, load

from rftkit.embed.lsa import LSA
from rftkit.embed.minilm import MiniLM
from rftkit.topics import TopicTree, calibrate, naming
from rftkit.topics.categorize import categorize

#: As a person would write them, for intents that are easily taken for one another.
WRITTEN = {
    "card_arrival": "The new card was sent and has not come yet.",
    "card_delivery_estimate": "How long it takes until a card is delivered, and whether it can be faster.",
    "lost_or_stolen_card": "The card is lost or was stolen and must be blocked.",
    "compromised_card": "Somebody else is using the card or knows its number.",
    "declined_card_payment": "A payment with the card in a shop or online was refused.",
    "card_not_working": "The card does not work anywhere, or is broken.",
    "pending_card_payment": "A card payment is still shown as pending.",
    "transfer_timing": "How long a transfer takes until it arrives.",
    "transfer_not_received_by_recipient": "A transfer was sent but the person has not received the money.",
    "top_up_failed": "Adding money to the account did not work.",
}


def names(labels: list[str]) -> dict[str, str]:
    """Return the topic name of every label: words apart."""
    apart = {label: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label) for label in sorted(set(labels))}
    return {label: name.replace("_", " ").strip("?") for label, name in apart.items()}


def tree_of(kept: list[str], about: dict[str, Any] | None = None) -> TopicTree:
    """Return a flat tree of names, with descriptions and keywords where there are some."""
    tree = TopicTree()
    for name in kept:
        tree = tree.add(name, *((about or {}).get(name, ())))
    return tree


EMBEDDER: list[Any] = [MiniLM()]


def few(corpus: Corpus, rows: np.ndarray, each: int, seed: int) -> np.ndarray:
    """Return rows with so many examples a label."""
    rng = np.random.default_rng(seed)
    labels = np.array(corpus.labels)[rows]
    return np.concatenate(
        [
            rng.choice(rows[labels == label], min(each, (labels == label).sum()), replace=False)
            for label in sorted(set(labels))
        ]
    )


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
    given = {"vectors": corpus.vectors[rows], "suggest": False, "seed": seed, **options}
    report = categorize(frame, tree, embedder=EMBEDDER[0], **given)
    found = report.labels.with_columns(pl.Series("truth", truth))[len(taught) :]
    return found.with_columns(right=(pl.col("topic") == pl.col("truth")).fill_null(False))


def line(what: str, run_one: Callable[[int], dict[str, float]], seeds: range, peer: str = "") -> None:
    """Print one line of means over the seeds, the smallest and largest of the first figure, and seconds a run."""
    start = time.process_time()
    values = [run_one(seed) for seed in seeds]
    means = {key: float(np.nanmean([value[key] for value in values])) for key in values[0]}
    first = [next(iter(value.values())) for value in values]
    span = f" ({min(first):.3f} to {max(first):.3f})" if len(first) > 1 else ""
    seconds = (time.process_time() - start) / len(values)
    told = "  ".join(f"{k} {v:.3f}" for k, v in means.items())
    print(f"{what:52s} {told}{span}  [{peer}]  {seconds:.1f} CPU s", flush=True)


def measured(found: pl.DataFrame) -> dict[str, float]:
    """Return accuracy, calibration error and what the band "high" is worth."""
    sure, right = found["topic_confidence"].fill_null(0).to_numpy(), found["right"].to_numpy()
    high = sure >= calibrate.HIGH
    error = calibrate.error(sure, right)
    worth = float(right[high].mean()) if high.any() else float("nan")
    return {
        "accuracy": float(right.mean()),
        "ece": error,
        "high right": worth,
        "high share": float(high.mean()),
        "unassigned": found["topic"].null_count() / found.height,
    }


def out_of_scope(corpus: Corpus, train: np.ndarray, test: np.ndarray, seed: int, count: int) -> dict[str, float]:
    """Return how well confidence tells prompts of ten held-out topics from the others."""
    from sklearn.metrics import roc_auc_score

    name = names(corpus.labels)
    held = set(np.random.default_rng(100 + seed).choice(sorted(name), count, replace=False).tolist())
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
        "held-out high": (sure[strange] >= calibrate.HIGH).mean(),
    }


def both(first: Corpus, second: Corpus) -> Corpus:
    """Return two corpora as one."""
    return Corpus(
        pl.concat([first.frame, second.frame]),
        first.texts + second.texts,
        first.labels + second.labels,
        [*first.domains, *second.domains],
        np.vstack([first.vectors, second.vectors]),
    )


def foreign(home: Corpus, rows: np.ndarray, other: Corpus, tree: TopicTree, among: bool) -> dict[str, float]:
    """Return what becomes of prompts that have no topic in the tree, among its own or alone; no label is given."""
    known, start = both(home, other), len(home.texts)
    strangers = np.arange(start, start + len(other.texts))
    at = np.concatenate([rows, strangers]) if among else strangers
    found = run(known, tree, np.array([], dtype=np.int64), at, 0)
    sure, left = found["topic_confidence"].fill_null(0).to_numpy(), found["topic"].is_null().to_numpy()
    outside = at >= start
    values = {"left": left[outside].mean(), "high": (sure[outside] >= calibrate.HIGH).mean()}
    return {**values, "own accuracy": found["right"].to_numpy()[~outside].mean()} if among else values


def some_topics(corpus: Corpus, rows: np.ndarray, other: Corpus, count: int, seed: int) -> dict[str, float]:
    """Return accuracy for some of the topics, in uneven numbers, with 300 foreign prompts among them; no labels."""
    rng, name = np.random.default_rng(seed * 100 + count), names(corpus.labels)
    kept = sorted(rng.choice(sorted(name), count, replace=False).tolist())
    labels = np.array(corpus.labels)
    own = np.concatenate([(at := rows[labels[rows] == label])[: rng.integers(3, len(at) + 1)] for label in kept])
    strangers = rng.choice(len(other.texts), 300, replace=False)
    known, start = both(corpus, other), len(corpus.texts)
    tree = tree_of([name[label] for label in kept])
    found = run(known, tree, np.array([], dtype=np.int64), np.concatenate([own, start + strangers]), seed)
    outside = found[len(own) :]
    high = (outside["topic_confidence"].fill_null(0) >= calibrate.HIGH).mean()
    left = outside["topic"].null_count() / outside.height
    return {**measured(found[: len(own)]), "foreign left": left, "foreign high": float(high)}


def described(corpus: Corpus, train: np.ndarray, seed: int) -> dict[str, Any]:
    """Return description and keywords of each topic as discovery would write them, from its training prompts."""
    name, rows = names(corpus.labels), few(corpus, train, 40, seed)
    order = {label: i for i, label in enumerate(name)}
    at = np.array([order[corpus.labels[row]] for row in rows])
    central = [_central(corpus.vectors, rows[at == group]) for group in range(len(name))]
    place = {row: i for i, row in enumerate(rows.tolist())}
    near = [[place[row] for row in each] for each in central]
    found = naming.describe([corpus.texts[row] for row in rows], at, near, seed=seed)
    return {path: (each.description, list(each.keywords)) for path, each in zip(name.values(), found, strict=True)}


def _central(vectors: np.ndarray, rows: np.ndarray) -> list[int]:
    middle = vectors[rows].mean(axis=0)
    return rows[np.argsort(-(vectors[rows] @ middle), kind="stable")[:10]].tolist()


def written(corpus: Corpus, test: np.ndarray, about: dict[str, str]) -> dict[str, float]:
    """Return accuracy on ten intents that are easily confused, among all topics; `about` describes these ten."""
    name = names(corpus.labels)
    tree = tree_of(list(name.values()), {name[label]: (text,) for label, text in about.items()})
    found = run(corpus, tree, np.array([], dtype=np.int64), test, 0)
    return measured(found.filter(pl.col("truth").is_in([name[label] for label in WRITTEN])))


def table(title: str, corpus: Corpus, train: np.ndarray, test: np.ndarray, held: int, seeds: range) -> None:
    """Print the lines that both corpora have."""
    nobody, tree = np.array([], dtype=np.int64), tree_of(list(names(corpus.labels).values()))
    one = range(1)
    print(f"-- {title}, {len(tree)} topics, {EMBEDDER[0].name[:6]}")
    by_itself = lambda seed: measured(run(corpus, tree, nobody, test, seed, together=False))  # noqa: E731
    line("names alone, each prompt by itself", by_itself, one)
    line("names alone, prompts together", lambda seed: measured(run(corpus, tree, nobody, test, seed)), one)
    for how in (False, True):
        line(
            f"names, found descriptions, keywords, {'together' if how else 'by itself'}",
            lambda seed, how=how: measured(
                run(
                    corpus,
                    tree_of(list(names(corpus.labels).values()), described(corpus, train, seed)),
                    nobody,
                    test,
                    seed,
                    together=how,
                    method=("keyword", "embedding"),
                )
            ),
            seeds,
        )
    for each in (5, 20):
        line(
            f"{each} labels a topic",
            lambda seed, each=each: measured(run(corpus, tree, few(corpus, train, each, seed), test, seed)),
            seeds,
        )
    line(
        f"{held} topics held out, 5 labels for the others",
        lambda seed: out_of_scope(corpus, train, test, seed, held),
        seeds,
    )


def strangers(title: str, home: Corpus, rows: np.ndarray, others: dict[str, Corpus], seeds: range) -> None:
    """Print the lines of prompts that are foreign to a tree of names without a label."""
    tree = tree_of(list(names(home.labels).values()))
    print(f"-- foreign to {title}, names alone, {EMBEDDER[0].name[:6]}")
    for name, other in others.items():
        line(f"{name} among its own", lambda _, other=other: foreign(home, rows, other, tree, among=True), range(1))
        line(f"{name} and nothing else", lambda _, other=other: foreign(home, rows, other, tree, among=False), range(1))
        for count in (10, 20, 40):
            if count < len(tree):
                line(
                    f"{count} topics in uneven numbers, and 300 of {name}",
                    lambda seed, other=other, count=count: some_topics(home, rows, other, count, seed),
                    seeds,
                )


def only(corpus: Corpus, rows: np.ndarray) -> Corpus:
    """Return some rows of a corpus."""
    texts, labels = [corpus.texts[i] for i in rows], [corpus.labels[i] for i in rows]
    return Corpus(corpus.frame[rows], texts, labels, [corpus.domains[i] for i in rows], corpus.vectors[rows])


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--embedder", choices=("minilm", "lsa"), default="minilm")
    options.add_argument("--scale", type=int)
    chosen = options.parse_args()
    if chosen.scale:
        scale(chosen.scale)
        return
    seeds = range(chosen.seeds)
    first, second = load("banking77-train"), load("banking77-test")
    bank, dialogues, sums = both(first, second), load("sgd-intents"), load("gsm8k-1k")
    if chosen.embedder == "lsa":  # its space is made from the prompts, without their labels
        EMBEDDER[0] = LSA().fit([*bank.texts, *dialogues.texts, *sums.texts])
        bank, dialogues, sums = (
            replace(each, vectors=EMBEDDER[0].embed(each.texts)) for each in (bank, dialogues, sums)
        )
    train, test = np.arange(len(first.texts)), np.arange(len(first.texts), len(bank.texts))
    table("banking77", bank, train, test, 10, seeds)
    line("ten confusable intents, names alone", lambda _: written(bank, test, {}), range(1))
    line("ten confusable intents, described by hand", lambda _: written(bank, test, WRITTEN), range(1))
    mixed = np.random.default_rng(7).permutation(len(dialogues.texts))
    table("sgd-intents", dialogues, np.sort(mixed[:1600]), np.sort(mixed[1600:]), 5, seeds)
    elsewhere = only(dialogues, np.array([i for i, domain in enumerate(dialogues.domains) if domain != "Banks"]))
    strangers("banking77", bank, test, {"sgd-intents": elsewhere, "gsm8k": sums}, seeds)
    strangers("sgd-intents", dialogues, np.arange(len(dialogues.texts)), {"gsm8k": sums}, seeds)


if __name__ == "__main__":
    main()
