"""Many prompts through a dataset: the first run, and the run after a thousand more were added."""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from corpora import load

import rftkit

HEADS = ("", "Hi, ", "Hello, ", "Please help: ", "Quick question. ", "Hey there, ", "Good morning. ", "One thing: ")
TAILS = ("", "", " Thanks", " Thank you!", " Please.", " It is urgent.", " I need this today.", " Best wishes")


def varied(count: int, seed: int = 0) -> list[str]:
    """Return so many different prompts, made from banking77, sgd-intents and gsm8k by greetings, thanks, numbers."""
    base = load("banking77-train", "banking77-test", "sgd-intents", "gsm8k-1k").texts
    rng = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        text = base[rng.integers(len(base))]
        number = f" (reference {rng.integers(1_000_000)})" if rng.random() < 0.5 else ""
        found[HEADS[rng.integers(len(HEADS))] + text + TAILS[rng.integers(len(TAILS))] + number] = None
    return list(found)


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Print how long an act took, on the clock and of the processor, and the most memory so far."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = act()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = f"{time.perf_counter() - clock:.1f} s, {time.process_time() - cpu:.1f} CPU s, most memory {most:.0f} MiB"
    print(f"{what:45s} {took}", flush=True)
    return result


def written(path: Path, texts: list[str]) -> str:
    """Return the path of a file with these prompts."""
    lines = (json.dumps({"messages": [{"role": "user", "content": text}]}) for text in texts)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def scale(count: int, more: int = 1000) -> None:
    """Print the lines."""
    texts = varied(count + more)
    with tempfile.TemporaryDirectory() as folder:
        first = written(Path(folder) / "first.jsonl", texts[:count])
        second = written(Path(folder) / "second.jsonl", texts[count:])
        ds = rftkit.open(Path(folder) / "scale.rft")
        timed(f"import {count:,}", lambda: ds.import_(first))
        timed("take the banking template, categorize", lambda: ds.use_template("banking"))
        print(timed("categorize what is unassigned", ds.categorize))
        timed(f"import {more:,} more, categorize", lambda: ds.import_(second))
        print(timed("categorize what is unassigned", ds.categorize))
        print(timed("categorize all again", lambda: ds.categorize(all=True)))
        other = rftkit.open(Path(folder) / "discovered.rft")
        other.import_(first)
        timed(f"discover topics of {count:,}, every record in one", other.discover_topics)
        print(other.topics, timed("categorize what is unassigned", other.categorize))
