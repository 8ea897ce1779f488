"""Import and structural rules of a million chat records, next to parsing alone.

Run with `python benchmarks/import_sanitize.py [--rows 100000] [--keep FILE]`. The corpus is made in a temporary folder:
records of about 900 bytes, two fifths of them with several turns, a seventh with tools and calls. Every row of the
table says how often the time of `orjson.loads` over the same lines it takes, in seconds and in CPU seconds (those of
reading processes are counted).
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import orjson
import polars as pl

from rftkit import formats
from rftkit.formats import fast, machine, worker
from rftkit.sanitize import single, structure, toolcalls

TEXT = """the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
which one you were her all she there would their we him been has when who will more no if out so said what up its about
into than them can only other new some could time these two may then do first any my now such like our over man"""
WORDS = TEXT.split()
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_train",
            "description": "Look up departures between two cities on a day",
            "parameters": {
                "type": "object",
                "properties": {"from": {"type": "string"}, "to": {"type": "string"}, "day": {"type": "string"}},
                "required": ["from", "to"],
            },
        },
    }
]
SYSTEM = "You are the assistant of a railway company. Answer briefly, be kind, never invent a departure."


def record(number: int, rng: random.Random) -> dict[str, Any]:
    """Return one record."""

    def text(least: int, most: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(least, most))).capitalize() + "."

    kind = rng.random()
    said: list[dict[str, Any]] = [{"role": "system", "content": SYSTEM}] if rng.random() < 0.5 else []
    for _ in range(0 if kind < 0.6 else rng.randint(1, 3)):
        said += [{"role": "user", "content": text(8, 30)}, {"role": "assistant", "content": text(10, 40)}]
    prompt: dict[str, Any] = {"messages": said}
    if kind > 0.85:
        function = {"name": "find_train", "arguments": json.dumps({"from": rng.choice(WORDS), "to": rng.choice(WORDS)})}
        call = {"id": f"call_{number:08x}", "type": "function", "function": function}
        said += [
            {"role": "user", "content": text(5, 20)},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": '["09:05", "10:05"]'},
            {"role": "assistant", "content": text(5, 12)},
        ]
        prompt["tools"] = TOOLS
    said.append({"role": "user", "content": text(20, 60)})
    output = {"role": "assistant", "content": text(20, 50)}
    return {
        "id": f"trace_{number:08x}",
        "input": prompt,
        "output": output,
        "label": rng.choice(WORDS),
        "source": "bench",
    }


def write(path: Path, rows: int) -> None:
    """Write the corpus."""
    rng = random.Random(0)
    with path.open("wb") as file:
        for number in range(rows):
            file.write(orjson.dumps(record(number, rng), option=orjson.OPT_APPEND_NEWLINE))


def cpu() -> float:
    """Return the CPU seconds of this process and of the ones that it started and that ended."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds and CPU seconds of one run."""
    gc.collect()
    start, used = time.perf_counter(), cpu()
    act()
    return time.perf_counter() - start, cpu() - used


def parse(path: Path, loads: Callable[[bytes], Any]) -> None:
    """Parse every line, and keep nothing."""
    with path.open("rb") as file:
        for line in file:
            loads(line)


def into_columns(path: Path) -> int:
    """Read into frames with keys."""
    return sum(frame.height for frame in formats.read(path))


def without_machine_code(path: Path) -> int:
    """Read into frames with keys as a small file is read."""
    before, fast.machine.worth_it, worker.LARGE = fast.machine.worth_it, lambda _: False, 1 << 60
    try:
        return into_columns(path)
    finally:
        fast.machine.worth_it = before


def judged(path: Path) -> int:
    """Read into frames and apply the structural rules to each."""
    found = 0
    for frame in formats.read(path):
        numbered = single.complete(frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row")))
        flat = structure.flat(numbered)
        rules = [*structure.rules(numbered, flat), *toolcalls.rules(numbered, flat)]
        found += sum(part.height for part in pl.collect_all(rules))
    return found


def into_a_dataset(path: Path, folder: Path) -> None:
    """Import into a dataset on disk."""
    import rftkit

    rftkit.open(folder / "bench.rft").import_(path)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    sys.path.pop(0)  # numba would take coverage.py of this folder for the package of that name
    if not machine.ready():
        print("machine code made in {:.0f} s, {:.0f} s CPU".format(*timed(machine.main)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "corpus.jsonl"
        write(path, rows)
        print(f"{rows:,} records, {path.stat().st_size / 1e6:,.0f} MB, {fast.THREADS} threads read")
        acts: dict[str, Callable[[], Any]] = {
            "orjson.loads alone": lambda: parse(path, orjson.loads),
            "msgspec alone": lambda: parse(path, msgspec.json.Decoder().decode),
            "read into columns, no machine code": lambda: without_machine_code(path),
            "read into columns with keys": lambda: into_columns(path),
            "the same and structural rules": lambda: judged(path),
            "imported into a dataset": lambda: into_a_dataset(path, folder),
        }
        limit = timed(acts["orjson.loads alone"])
        for title, act in acts.items():
            seconds, used = timed(act)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(
                f"{title:44}{seconds:8.2f} s {seconds / limit[0]:6.1f} x   {used:8.2f} s CPU {used / limit[1]:6.1f} x"
                f"   peak {peak:5.2f} GB"
            )


if __name__ == "__main__":
    main()
