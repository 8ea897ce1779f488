"""What text of `rftkit/offline` is worth to a classifier.

    python benchmarks/offline_text.py worth [--seeds 20] [--corpus banking77]
    python benchmarks/offline_text.py thousand [--corpus banking77]

worth: ten topics are starved to ten examples each, the rest of their examples is hidden from everybody; then they are filled to
sixty. The same linear classifier learns from each filling, and is measured on the starved topics of the test set. Peers: nothing,
class weights, EDA (`eda.py`), and the hidden examples themselves as the upper limit.

thousand: a thousand candidates for ten topics with all their records, in one run: how long it took, how many of the candidates
have a near duplicate among those before them (with the code and the threshold of `sanitize`), and how varied they are: distinct
pairs of neighbouring words by all pairs, beside as many real prompts of the same topics.
"""

from __future__ import annotations

import argparse
import itertools
import time
import warnings
from dataclasses import replace
from typing import ClassVar

import eda
import numpy as np
import polars as pl
from corpora import Corpus, load
from threadpoolctl import threadpool_limits

from rftkit import messages
from rftkit.embed.lsa import LSA
from rftkit.embed.minilm import MiniLM
from rftkit.generate import GenerationPlan, GenerationReport, plan, run
from rftkit.keys import digests, normalise
from rftkit.llm import Runner
from rftkit.offline.text import words
from rftkit.sanitize import near, near_pairs

STARVED, FEW, FULL, STRENGTH = 10, 10, 60, 10.0
TOPICS = 10  # of the thousand
ARMS = ("nothing", "EDA", "offline", "real", "nothing + weights", "EDA + weights", "offline + weights")


class Vectors:
    """MiniLM with vectors kept in memory; those of the corpora are kept between runs, too."""

    kept: ClassVar[dict[str, np.ndarray]] = {}

    def embed(self, texts: list[str]) -> np.ndarray:
        """Return one vector per text."""
        new = [text for text in dict.fromkeys(texts) if text not in self.kept]
        if new:
            self.kept.update(zip(new, MiniLM().embed(new), strict=True))
        return np.array([self.kept[text] for text in texts])


def planned(frame: pl.DataFrame, wanted: dict[str, int], seed: int, **settings: object) -> GenerationPlan:
    """Return one plan for several topics."""
    parts = [
        plan(frame, topic=topic, count=count, model="rftkit/offline", seed=seed, synthetic_ratio=1.0, **settings)
        for topic, count in wanted.items()
    ]
    return replace(parts[0], lines=tuple(line for part in parts for line in part.lines))


def written(frame: pl.DataFrame, wanted: dict[str, int], seed: int, **settings: object) -> GenerationReport:
    """Return what the offline writer makes of the frame, judged as always."""
    made = planned(frame, wanted, seed, **settings)
    return run(made, frame, None, Runner("rftkit/offline"), embedder=Vectors())


def accepted(report: GenerationReport) -> tuple[list[str], list[str]]:
    """Return texts and topics of what was accepted."""
    kept = report.candidates.filter("valid")
    return kept.select(messages.last_user_text()).to_series().to_list(), kept["topic"].to_list()


def starved(labels: np.ndarray, seed: int) -> tuple[list[str], np.ndarray, dict[str, np.ndarray]]:
    """Return the starved topics, the rows that stay, and the hidden rows of each topic that would fill it."""
    rng = np.random.default_rng(seed)
    names, counts = np.unique(labels, return_counts=True)
    chosen = rng.choice(names[counts >= FULL], STARVED, replace=False).tolist()
    kept, hidden = labels == labels, {}
    for topic in chosen:
        rows = rng.permutation(np.flatnonzero(labels == topic))
        kept[rows[FEW:]] = False
        hidden[topic] = rows[FEW:FULL]
    return chosen, np.flatnonzero(kept), hidden


class Scorer:
    """Teaches one classifier and says how well it knows the starved topics."""

    def __init__(
        self, taught: np.ndarray, labels: np.ndarray, tested: np.ndarray, truth: np.ndarray, topics: list[str]
    ):
        self.taught, self.labels, self.tested, self.truth, self.topics = taught, labels, tested, truth, topics
        self.starts: dict[str, tuple[np.ndarray, ...]] = {}

    def score(self, arm: str, more: np.ndarray | None = None, topics: list[str] | None = None) -> float:
        """Return the macro-F1 of the starved topics, 0 to 100, with these examples added; by the arm's name, with class weights."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import f1_score

        vectors = self.taught if more is None else np.vstack([self.taught, more])
        labels = self.labels if topics is None else np.concatenate([self.labels, topics])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            weights = "balanced" if arm.endswith(" + weights") else None
            head = LogisticRegression(C=STRENGTH, max_iter=500, tol=1e-4, class_weight=weights, warm_start=True)
            start = self.starts.get(arm) or self.starts.get(str(weights))
            if start is not None:  # there is one optimum; from near it, it is only found sooner
                head.coef_, head.intercept_, head.classes_ = (np.copy(one) for one in start)
            head.fit(vectors, labels)
        self.starts[arm] = self.starts[str(weights)] = (head.coef_, head.intercept_, head.classes_)
        found = head.predict(self.tested)
        return 100 * float(f1_score(self.truth, found, labels=self.topics, average="macro", zero_division=0))


def compared(
    train: Corpus, test: Corpus, seed: int, embedders: list[str], arms: list[str], starts: dict
) -> tuple[dict[str, dict[str, float]], dict]:
    """Return the score of every filling by embedder, and what was made."""
    labels, truth = np.array(train.labels), np.array(test.labels)
    chosen, kept, hidden = starved(labels, seed)
    frame = train.frame[kept].with_columns(pl.Series("topic", labels[kept]))
    own = {topic: [train.texts[row] for row in kept[labels[kept] == topic]] for topic in chosen}
    need = FULL - FEW
    start = time.process_time()
    report = written(frame, dict.fromkeys(chosen, need), seed)
    seconds = time.process_time() - start
    offline, topics = accepted(report)
    fillings = {
        "EDA": [
            (text, topic) for at, topic in enumerate(chosen) for text in eda.augment(own[topic], need, seed * 100 + at)
        ],
        "offline": list(zip(offline, topics, strict=True)),
        "real": [(train.texts[row], topic) for topic in chosen for row in hidden[topic]],
    }
    scores = {}
    for name in embedders:
        taught_texts = [train.texts[row] for row in kept]
        space = Vectors() if name == "minilm" else LSA().fit(taught_texts)
        scorer = Scorer(space.embed(taught_texts), labels[kept], space.embed(test.texts), truth, chosen)
        if name == "minilm":  # the same space for every seed
            scorer.starts = starts
        found = {arm: scorer.score(arm) for arm in ("nothing", "nothing + weights")}
        for arm, pairs in fillings.items():
            if arm not in arms:
                continue
            more, names = space.embed([text for text, _ in pairs]), [topic for _, topic in pairs]
            both = (arm, f"{arm} + weights")
            found.update({one: scorer.score(one, more, names) for one in both if one in arms})
        scores[name] = found
    return scores, {"made": len(offline), "seconds": seconds, "fillings": fillings}


def worth(corpus: str, seeds: range, embedders: list[str], arms: list[str]) -> None:
    """Print means by filling, and the paired differences of offline text to the others."""
    train, test = pair(corpus)
    for one in (train, test):
        Vectors.kept.update(zip(one.texts, one.vectors, strict=True))
    runs, starts = [], {}
    for seed in seeds:
        scores, facts = compared(train, test, seed, embedders, arms, starts)
        runs.append(scores)
        for name in embedders:
            shown = "  ".join(f"{arm} {scores[name][arm]:.1f}" for arm in arms)
            print(
                f"seed {seed:2d} {name:7s} {shown}   ({facts['made']} texts, {facts['seconds']:.1f} CPU s)", flush=True
            )
    for name in embedders:
        told(corpus, name, [scores[name] for scores in runs])


def told(corpus: str, name: str, runs: list[dict[str, float]]) -> None:
    """Print one table."""
    table = {arm: np.array([scores[arm] for scores in runs]) for arm in runs[0]}
    print(f"\n{corpus}, {name}, {len(runs)} seeds: macro-F1 of the starved topics")
    for arm in table:
        gains = [f"{ours} - it {gain(table[ours], table[arm])}" for ours in ("offline", "offline + weights")]
        print(f"  {arm:18s} {table[arm].mean():6.2f}   " + "   ".join(gains))


def gain(ours: np.ndarray, other: np.ndarray) -> str:
    """Return the mean of the paired differences with its standard error."""
    apart = ours - other
    error = apart.std(ddof=1) / np.sqrt(len(apart)) if len(apart) > 1 else float("nan")
    return f"{apart.mean():+6.2f} (se {error:.2f})"


def thousand(corpus: str, count: int = 1000) -> None:
    """Print time, near duplicates and variety of so many candidates."""
    whole = load("banking77-train") if corpus == "banking77" else load(corpus)
    names, counts = np.unique(np.array(whole.labels), return_counts=True)
    known = names[counts >= count // TOPICS].tolist()
    chosen = known[:: max(1, len(known) // TOPICS)][:TOPICS]
    frame = whole.frame.with_columns(pl.Series("topic", whole.labels))
    wall, work = time.perf_counter(), time.process_time()
    made = planned(frame, dict.fromkeys(chosen, count // len(chosen)), 0)
    report = run(made, frame, None, Runner("rftkit/offline"))
    wall, work = time.perf_counter() - wall, time.process_time() - work
    texts, topics = accepted(report)
    rng = np.random.default_rng(0)
    real = [
        whole.texts[row]
        for topic in chosen
        for row in rng.permutation(np.flatnonzero(np.array(whole.labels) == topic))[: topics.count(topic)]
    ]
    ours, theirs = distinct_pairs(texts), distinct_pairs(real)
    print(f"{corpus}: {len(texts)} of {count} valid, {report.rejected} rejected, {wall:.1f} s, {work:.1f} CPU s")
    print(f"near duplicates: {repeated(texts):.1%} of the candidates, {repeated(real):.1%} of as many real prompts")
    print(f"distinct-2: {ours:.3f} of the candidates, {theirs:.3f} of as many real prompts: {ours / theirs:.0%}")
    by_words = distinct_pairs(texts, pairs_of(real))
    print(f"distinct-2 in the first {pairs_of(real):,} pairs of each: {by_words:.3f}, {by_words / theirs:.0%}")


def distinct_pairs(texts: list[str], most: int | None = None) -> float:
    """Return distinct pairs of neighbouring words by all pairs."""
    every = [pair for text in mixed(texts) for pair in itertools.pairwise(words(text))][:most]
    return len(set(every)) / len(every)


def mixed(texts: list[str]) -> list[str]:
    """Return texts in another order, so that a part has some of every topic."""
    return [texts[place] for place in np.random.default_rng(1).permutation(len(texts))]


def pairs_of(texts: list[str]) -> int:
    """Return the number of pairs of neighbouring words."""
    return sum(max(0, len(words(text)) - 1) for text in texts)


def repeated(texts: list[str]) -> float:
    """Return the share of texts that are near duplicates of an earlier one."""
    folded = normalise(pl.Series("text", texts))
    pairs = near_pairs(pl.DataFrame([pl.Series("row", range(len(texts))), folded, digests(folded).alias("text_key")]))
    return pairs.filter(pl.col("jaccard") >= near.THRESHOLD)["row_b"].n_unique() / len(texts)


def pair(corpus: str) -> tuple[Corpus, Corpus]:
    """Return what is taught and what is tested; a corpus without a test set is cut in two."""
    if corpus == "banking77":
        return load("banking77-train"), load("banking77-test")
    whole = load(corpus)
    order = np.random.default_rng(0).permutation(len(whole.texts))
    half = len(order) * 7 // 10
    return part(whole, np.sort(order[:half])), part(whole, np.sort(order[half:]))


def part(corpus: Corpus, rows: np.ndarray) -> Corpus:
    """Return some rows of a corpus."""
    texts, labels, domains = ([column[row] for row in rows] for column in (corpus.texts, corpus.labels, corpus.domains))
    return Corpus(corpus.frame[rows], texts, labels, domains, corpus.vectors[rows])


def main() -> None:
    """Print the table that was asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("what", choices=("worth", "thousand"))
    options.add_argument("--seeds", type=int, default=20)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--corpus", default="banking77")
    options.add_argument("--embedders", default="minilm,lsa")
    options.add_argument("--arms", default=",".join(ARMS), help="which fillings; fewer are quicker")
    given = options.parse_args()
    if given.what == "thousand":
        thousand(given.corpus)
        return
    if not eda.synonyms():
        print("WordNet is not there: EDA puts in words of the text itself and replaces none")
    with threadpool_limits(1):  # threads that wait for each other cost ten times what they gain at this size
        worth(
            given.corpus,
            range(given.first, given.first + given.seeds),
            given.embedders.split(","),
            given.arms.split(","),
        )


if __name__ == "__main__":
    main()
