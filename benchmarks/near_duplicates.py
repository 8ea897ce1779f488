"""Near duplicates among short texts, 30 % of them injected, next to the fastest peer that is installed.

Run with `python benchmarks/near_duplicates.py [TEXTS] [--threshold T]`. The texts are user turns of the corpora in
RFTKIT_SHARED (else of the bundled sample), re-combined where they do not suffice; the injected ones are copies with a
letter swapped, a word dropped, replaced or added. Truth is the exact join: every pair whose Jaccard similarity of
character 5-grams is at least the threshold. A peer answers "which texts have a near duplicate", so all are compared by
the share of those texts that they find (recall) and the share of their answers that are right (precision).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from rftkit.keys import digests, normalise
from rftkit.sanitize import near, near_pairs

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("RFTKIT_SHARED", ROOT.parent / "shared")) / "data"


def turns() -> list[str]:
    """Return the different user turns of 20 to 400 characters."""
    files = sorted(DATA.glob("*.jsonl.gz")) or sorted((ROOT / "rftkit" / "samples").glob("*.jsonl.gz"))
    found = (text for file in files if "dirty" not in file.name and "tau" not in file.name for text in user_turns(file))
    return list(dict.fromkeys(text for text in found if 20 <= len(text) < 400))


def user_turns(file: Path) -> Iterator[str]:
    """Yield the texts of the user turns of a file."""
    for line in gzip.decompress(file.read_bytes()).splitlines():
        row = json.loads(line)
        for message in row.get("input", row).get("messages", []):
            if message["role"] == "user":
                yield message["content"]


def corpus(count: int, seed: int = 0) -> list[str]:
    """Return so many texts, the last 30 % changed copies of the others, shuffled."""
    rng = random.Random(seed)
    known = turns()
    base = dict.fromkeys(known[: int(count * 0.7)])
    while len(base) < int(count * 0.7):
        one, other = rng.choice(known).split(), rng.choice(known).split()
        base[" ".join([*one[: max(3, len(one) // 2)], *other[len(other) // 2 :]])] = None
    texts = list(base)
    texts += [changed(rng.choice(texts), known, rng) for _ in range(count - len(texts))]
    rng.shuffle(texts)
    return texts


def changed(text: str, known: list[str], rng: random.Random) -> str:
    """Return a text with one small change."""
    words = text.split()
    at = rng.randrange(len(words))
    letter = rng.randrange(len(text) - 1)
    return [
        text[:letter] + text[letter + 1] + text[letter] + text[letter + 2 :],
        " ".join(words[:at] + words[at + 1 :]),
        text + " please",
        "hi, " + text,
        " ".join([*words[:at], rng.choice(known).split()[0], *words[at + 1 :]]),
    ][rng.randrange(5)]


def frame_of(texts: list[str]) -> pl.DataFrame:
    """Return the texts as facts."""
    column = normalise(pl.Series("text", texts))
    return pl.DataFrame(
        [pl.Series("row", range(len(texts)), dtype=pl.Int64), digests(column).alias("text_key"), column]
    )


def has_near(found: pl.DataFrame, threshold: float) -> set[int]:
    """Return the rows that have a near duplicate."""
    close = found.filter(pl.col("jaccard") >= threshold)
    return {*close["row_a"], *close["row_b"]}


def rensa_of(threshold: float, tokens: Callable[[str], list[str]]) -> Callable[[list[str]], set[int]]:
    """Return what rensa calls near duplicates: texts that share a band."""
    from rensa import RMinHash, RMinHashLSH

    def run(texts: list[str]) -> set[int]:
        matrix = RMinHash.digest_matrix_from_token_sets([tokens(text) for text in texts], 64, 42)
        flags = RMinHashLSH(threshold, 64, 16).query_duplicate_flags_matrix_one_shot(matrix)
        return {row for row, flag in enumerate(flags) if flag}

    return run


def timed(name: str, act: Callable[[], set[int]]) -> tuple[str, float, float, set[int]]:
    """Return the name, seconds, CPU seconds and answer."""
    start, cpu = time.perf_counter(), time.process_time()
    answer = act()
    return name, time.perf_counter() - start, time.process_time() - cpu, answer


def exact(frame: pl.DataFrame, floor: float) -> pl.DataFrame:
    """Return every pair, by the exact join alone."""
    limits = near._CHEAP, near._SMALL
    near._CHEAP = near._SMALL = 10**15
    try:
        return near_pairs(frame, floor=floor)
    finally:
        near._CHEAP, near._SMALL = limits


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="?", type=int, default=100_000)
    parser.add_argument("--threshold", type=float, default=near.THRESHOLD)
    parser.add_argument("--no-truth", action="store_true", help="leave out the exact join, which is quadratic")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    threshold = options.threshold
    frame = frame_of(corpus(options.texts))
    length = frame["text"].str.len_chars().mean()
    print(f"{frame.height:,} texts, {length:.0f} characters each, {threshold=}", flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    rows = [
        timed(f"rftkit, pairs from {near.FLOOR} on", lambda: has_near(near_pairs(frame), threshold)),
        timed("rftkit, pairs from the threshold on", lambda: has_near(near_pairs(frame, floor=threshold), threshold)),
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    if not options.no_peers:
        folded = frame["text"].to_list()
        grams = rensa_of(threshold, lambda text: [text[at : at + 5] for at in range(max(1, len(text) - 4))])
        rows += [
            timed("rensa, 5-grams", lambda: grams(folded)),
            timed("rensa, words", lambda: rensa_of(threshold, str.split)(folded)),
        ]
    truth = None if options.no_truth else timed("exact join", lambda: has_near(exact(frame, threshold), threshold))
    for name, wall, cpu, answer in [*rows, *([truth] if truth else [])]:
        quality = ""
        if truth:
            right = len(answer & truth[3])
            quality = f"recall {right / len(truth[3]):.4f}   precision {right / max(1, len(answer)):.4f}"
        print(f"{name:38}{wall:8.2f} s {cpu:8.2f} s CPU   {len(answer):>9,} texts   {quality}")
    print(f"most memory of this process: {before:.2f} GB with the texts made, {peak:.2f} GB after rftkit's runs")


if __name__ == "__main__":
    main()
