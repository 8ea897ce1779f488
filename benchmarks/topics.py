"""Discovery of topics on labelled corpora: how well they agree with what people labelled, and how fast.

    python benchmarks/topics.py [--seeds 5] [--embedder minilm|lsa]

The peers: k-means that is told the true number, and Louvain on a plain graph of 15 neighbours.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
from corpora import Corpus, load

from rftkit import embed
from rftkit.topics import communities, discover, neighbours

warnings.filterwarnings("ignore")


def agreement(truth: list[str], found: list[str | None] | np.ndarray) -> tuple[float, float]:
    """Return normalised mutual information and adjusted Rand index."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    values = [str(each) for each in found]
    return normalized_mutual_info_score(truth, values), adjusted_rand_score(truth, values)


def line(what: str, rows: list[tuple[float, ...]], target: str) -> None:
    """Print one line of means."""
    nmi, ari, topics, seconds = np.mean(rows, axis=0)
    print(f"{what:44s} NMI {nmi:.3f}  ARI {ari:.3f}  topics {topics:5.1f}  {seconds:5.2f} s   [{target}]", flush=True)


def ours(corpus: Corpus, truth: list[str], level: int | None, seeds: range, **options: int) -> list[tuple[float, ...]]:
    """Return the measurements of `discover`."""
    rows = []
    for seed in seeds:
        start = time.perf_counter()
        found = discover(corpus.texts, corpus.vectors, seed=seed, **options)
        seconds = time.perf_counter() - start
        paths = [str(path) if level is None else "/".join(str(path).split("/")[:level]) for path in found.topics]
        rows.append((*agreement(truth, paths), len(set(paths)), seconds))
    return rows


def kmeans(corpus: Corpus, truth: list[str], seeds: range) -> list[tuple[float, ...]]:
    """Return the measurements of k-means with the true number."""
    from sklearn.cluster import KMeans

    rows = []
    for seed in seeds:
        start = time.perf_counter()
        labels = KMeans(len(set(truth)), n_init=1, random_state=seed).fit_predict(corpus.vectors)
        rows.append((*agreement(truth, labels), len(set(truth)), time.perf_counter() - start))
    return rows


def plain(corpus: Corpus, truth: list[str], seeds: range) -> list[tuple[float, ...]]:
    """Return the measurements of Louvain on a plain graph of neighbours."""
    rows = []
    for seed in seeds:
        start = time.perf_counter()
        graph = communities.build(neighbours.nearest(corpus.vectors, 15), 1)
        labels = communities.louvain(graph, 1.0, seed)
        rows.append((*agreement(truth, labels), int(labels.max()) + 1, time.perf_counter() - start))
    return rows


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--embedder", default="minilm")
    chosen = options.parse_args()
    seeds = range(chosen.seeds)
    banking, sgd = load("banking77-train", "banking77-test"), load("sgd-intents")
    if chosen.embedder != "minilm":
        banking, sgd = (
            Corpus(c.frame, c.texts, c.labels, c.domains, embed.vectors(c.texts, chosen.embedder).array)
            for c in (banking, sgd)
        )
    line("banking, 77 intents: k-means, number given", kmeans(banking, banking.labels, seeds[:1]), "peer")
    line("banking: plain Louvain", plain(banking, banking.labels, seeds[:1]), "peer")
    line("banking: discover", ours(banking, banking.labels, None, seeds, depth=2), "NMI .83 ARI .58, 55 to 110, 5 s")
    line(
        "banking: discover, number given",
        ours(banking, banking.labels, None, seeds, depth=1, count=77),
        "NMI .835 ARI .60",
    )
    line("intents, 16 domains: k-means, number given", kmeans(sgd, sgd.domains, seeds[:1]), "peer")
    line("intents: discover, first level", ours(sgd, sgd.domains, 1, seeds, depth=2), "NMI .74")
    line("intents, 36 intents: k-means, number given", kmeans(sgd, sgd.labels, seeds[:1]), "peer")
    line("intents: discover, leaves", ours(sgd, sgd.labels, None, seeds, depth=2), "NMI .82")
    line("intents: discover, number given", ours(sgd, sgd.labels, None, seeds, depth=1, count=36), "")


if __name__ == "__main__":
    main()
