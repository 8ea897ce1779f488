"""A dry run of 300 prompts x 8 answers, and the same answers graded by other graders.

The model is a server on the loopback whose chance of a right answer is planted in each prompt. What is timed is the whole
of `ds.dry_run(...)`, then `run.regrade(...)` with graders that have graded nothing yet: reading, grading, the numbers, the
diagnosis and what is written. The last column counts calls to the server.

    python benchmarks/dry_run.py [--prompts 300] [--rollouts 8]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rftkit.grade import Grader  # noqa: E402
from tests.dryrun.policy import MODEL, Policy, world  # noqa: E402

EXACT: dict[str, Any] = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.reference_answer}}",
    "operation": "eq",
}
SIMILAR = {
    "type": "text_similarity",
    "name": "similar",
    "input": "{{sample.output_text}}",
    "reference": "{{item.reference_answer}}",
    "evaluation_metric": "fuzzy_match",
}
OWN = {
    "type": "python",
    "name": "own",
    "source": "def grade(sample, item):\n    return float(item['reference_answer'] in sample['output_text'])\n",
}
BOTH = {
    "type": "multi",
    "name": "both",
    "graders": {"exact": EXACT, "similar": SIMILAR},
    "calculate_output": "0.5 * exact + 0.5 * similar",
}


def timed(name: str, work: Callable[[], Any], server: Policy) -> Any:
    """Print how long a piece of work took and how many calls it sent; return what it returned."""
    before, start = len(server.seen), time.perf_counter()
    result = work()
    took = time.perf_counter() - start
    print(f"{name:42} {took:7.2f} s  {len(server.seen) - before:6,} calls  {result!r}")
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prompts", type=int, default=300)
    parser.add_argument("--rollouts", type=int, default=8)
    asked = parser.parse_args()
    chances = [0.3 + 0.3 * n / asked.prompts for n in range(asked.prompts)]
    with tempfile.TemporaryDirectory() as folder, Policy(latency=0.0) as server:
        ds = world(Path(folder) / "a.rft", {f"t{n}": chances[n::5] for n in range(5)})
        options = {"model": MODEL, "base_url": server.url, "concurrency": 64}
        sizes = {"prompts": asked.prompts, "rollouts": asked.rollouts}
        run = timed("dry run, string_check", lambda: ds.dry_run(EXACT, **options, **sizes).wait(), server)
        for kind in (SIMILAR, BOTH, OWN, "numeric_answer", "exact_match"):
            name = kind if isinstance(kind, str) else f"{kind['type']}"
            grader = Grader.preset(kind) if isinstance(kind, str) else kind
            timed(f"graded again, {name}", lambda grader=grader: run.regrade(grader), server)
        timed("a threshold moved", lambda: run.with_rules(mean_low=0.3), server)
        timed("read from the store", lambda: ds.dry_run_named("dry-run-1"), server)


if __name__ == "__main__":
    main()
