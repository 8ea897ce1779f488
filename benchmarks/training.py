"""A whole training on this machine: warm start, reinforcement, before and after, wall time.

    uv run python benchmarks/training.py [--data FOLDER] [--steps N] [--learning-rate R] [--threads N]

Five intents of banking77 (from FOLDER, else those of the bundled sample), a tiny model made on the spot, the reward is
the exact name of the intent. Prints validation reward by step, what was kept, and where the time went.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import rftkit
from rftkit.samples import path as sample_path
from rftkit.train.tiny import tiny_model

INTENTS = {
    "shared": ("card_arrival", "lost_or_stolen_card", "change_pin", "exchange_rate", "top_up_failed"),
    "sample": (
        "card_arrival",
        "card_payment_not_recognised",
        "lost_or_stolen_card",
        "transfer_not_received_by_recipient",
        "request_refund",
    ),
}


def rows(data: Path | None) -> list[dict[str, Any]]:
    """Return prompts with the name of their intent as the reference answer."""
    file = sample_path() if data is None else data / "banking77-train.jsonl.gz"
    wanted = INTENTS["sample" if data is None else "shared"]
    made = []
    for line in gzip.decompress(file.read_bytes()).split(b"\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # the sample has a line that was cut off, for sanitize to find
        label = row.get("label") or row.get("metadata", {}).get("label")
        if label in wanted:
            made.append(
                {"id": row["id"], "messages": row["input"]["messages"], "reference_answer": label, "topic": label}
            )
    return made


def main() -> None:
    """Train, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="folder with banking77-train.jsonl.gz")
    options.add_argument("--sft-steps", type=int, default=60)
    options.add_argument("--steps", type=int, default=40)
    options.add_argument("--learning-rate", type=float, default=2e-3)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        _train(Path(place), rows(chosen.data), chosen)


def _train(place: Path, data: list[dict[str, Any]], chosen: argparse.Namespace) -> None:
    begun = time.perf_counter()
    ds = rftkit.open(place / "intents.rft")
    ds.import_(data)
    ds.split(train=0.8, seed=chosen.seed)
    texts = [text for row in data for text in (row["messages"][-1]["content"], row["reference_answer"])]
    base = tiny_model(place / "tiny", texts, seed=chosen.seed)
    print(
        f"{len(data)} prompts {dict(Counter(row['topic'] for row in data))}; ready in {time.perf_counter() - begun:.1f} s"
    )
    begun = time.perf_counter()
    job = ds.train(
        "exact_match",
        base=str(base),
        sft_steps=chosen.sft_steps,
        sft_on="reference",
        sft_learning_rate=3e-3,
        steps=chosen.steps,
        eval_every=5,
        learning_rate=chosen.learning_rate,
        max_tokens=12,
        eval_samples=2,
        threads=chosen.threads,
        seed=chosen.seed,
        force=True,
    )
    status = job.wait(every=0.2)
    _report(job, status, time.perf_counter() - begun)


def _report(job: Any, status: Any, seconds: float) -> None:
    for row in job.metrics().drop_nulls("valid_reward").iter_rows(named=True):
        print(
            f"{row['phase']:>4} step {row['step']:>3}  validation {row['valid_reward']:.3f}  after {row['seconds']:6.1f} s"
        )
    gain = (status.best or 0) / status.baseline - 1 if status.baseline else float("nan")
    print(f"{status.state}: {status.baseline:.3f} to {status.best:.3f} ({gain:+.0%}) at step {status.best_step}")
    print(f"wall time of the job {seconds:.1f} s; warnings: {list(status.warnings) or 'none'}")


if __name__ == "__main__":
    main()
