"""The process of python graders: what starting it costs, what a pair costs, what replacing it costs.

    python benchmarks/sandbox.py [--pairs 5000]

Beside it: the same function called in this process, and one new process for every pair.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from rftkit.grade.presets.source import source_of
from rftkit.sandbox import Limits, run_grader

TRIVIAL = "def grade(sample, item):\n    return 1.0"
LEAVING = "import os\ndef grade(sample, item):\n    os._exit(0)"
PAIR: tuple[dict[str, Any], dict[str, Any]] = (
    {"output_text": "He sells 48 / 2 = 24 clips in May.\nTogether 48 + 24 = 72.\n#### 72", "output_tools": []},
    {"reference_answer": "72", "messages": [{"role": "user", "content": "How many clips? " * 20}]},
)
#: What a process per pair would do at least.
ALONE = "import json, sys; exec({source!r}); print(grade(*json.loads(sys.stdin.read())))"


def seconds(act: Callable[[], object], times: int = 5) -> float:
    """Return the median of some runs."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def here(source: str, pairs: int) -> float:
    """Return the seconds of a function called in this process."""
    space: dict[str, Any] = {}
    exec(compile(source, "<grader>", "exec", dont_inherit=True), space)  # noqa: S102
    return seconds(lambda: [space["grade"](*PAIR) for _ in range(pairs)], 3)


def one_each(source: str, pairs: int) -> float:
    """Return the seconds of one process per pair."""
    text = json.dumps(PAIR)
    command = [sys.executable, "-I", "-S", "-c", ALONE.format(source=source)]
    return seconds(
        lambda: [subprocess.run(command, input=text, text=True, capture_output=True) for _ in range(pairs)], 3
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5000)
    pairs = parser.parse_args().pairs
    numeric = source_of("numeric_answer")
    start = seconds(lambda: run_grader(TRIVIAL, [PAIR]))
    many = seconds(lambda: run_grader(TRIVIAL, [PAIR] * pairs), 3)
    answers, direct = seconds(lambda: run_grader(numeric, [PAIR] * pairs), 3), here(numeric, pairs)
    replaced = seconds(lambda: run_grader(LEAVING, [PAIR] * 10), 3)
    stopped = seconds(lambda: run_grader("def grade(s, i):\n    while True: pass", [PAIR], Limits(seconds=1.0)), 3)
    print(f"start and one pair             {1000 * start:8.1f} ms")
    print(f"each further pair              {1000 * (many - start) / pairs:8.3f} ms over {pairs:,}")
    print(
        f"each pair of numeric_answer    {1000 * answers / pairs:8.3f} ms, in this process {1000 * direct / pairs:.3f} ms"
    )
    print(f"one process for every pair     {1000 * one_each(TRIVIAL, 10) / 10:8.1f} ms")
    print(f"a pair that ends its process   {1000 * replaced / 10:8.1f} ms")
    print(f"an endless pair, limit 1 s     {1000 * stopped:8.1f} ms")


if __name__ == "__main__":
    main()
