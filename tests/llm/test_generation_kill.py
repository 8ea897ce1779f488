"""A generation that is killed and run again ends with the candidates of an unbroken one, and pays for none twice."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.llm import unwrap
from rftkit.messages import last_user_text
from tests.llm.loopback import Loopback

Way = Callable[[Path, str], list[str]]
CONCURRENCY, KILLS = 16, 10  # as many calls as generation has under way by default
SCRIPT = """
import sys, rftkit
ds = rftkit.open(sys.argv[1])
plan = ds.plan(topic="cards", count=2000, strategy="few_shot", strictness="low", model="openai/test")
ds.generate(plan, base_url=sys.argv[2]).wait()
"""
OPTIONS = ["--topic=cards", "--count=2000", "--strategy=few_shot", "--strictness=low", "--model=openai/test"]


def _by_python(path: Path, url: str) -> list[str]:
    return [sys.executable, "-c", SCRIPT, str(path), url]


def _by_command(path: Path, url: str) -> list[str]:
    return [sys.executable, "-m", "rftkit", "generate", str(path), *OPTIONS, "--yes", "--json", "--base-url", url]


def _say(asked: dict[str, Any]) -> str:
    """Write prompts that follow from the request alone; every seventh is too short, so that some are asked anew."""
    number = int(hashlib.sha256(json.dumps([asked["messages"], asked.get("seed")]).encode()).hexdigest()[:8], 16)
    count = unwrap(asked["messages"][-1]["content"])["count"]
    texts = [f"How can I unblock card {number + n} of account {(number * 31 + n) % 9973}?" for n in range(count)]
    return json.dumps({"prompts": ["Card?" if (number + n) % 7 == 0 else text for n, text in enumerate(texts)]})


def _dataset(folder: Path) -> Path:
    texts = [f"Where is my card number {n}, it was sent {n % 7} days ago" for n in range(40)]
    said = pl.DataFrame({"prompt": texts})
    ds = rftkit.open(folder / "whole.rft")
    ds.import_(said)
    ds.save_topics(rftkit.TopicTree(()).add("cards", keywords=["card"]))
    ds.categorize(method=("keyword",))
    return folder / "whole.rft"


def _made(path: Path) -> list[tuple[Any, ...]]:
    made = rftkit.open(path).candidates().sort("position")
    return made.select("position", "valid", last_user_text()).rows()


def _killed(command: list[str], server: Loopback, calls: int, wait: float) -> bool:
    """Kill a run a moment after so many calls; return whether it was still at work."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while len(server.seen) < calls and process.poll() is None:
        time.sleep(0.001)
    time.sleep(wait)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", [_by_python, _by_command])
def test_ten_kills_leave_the_candidates_of_an_unbroken_run(tmp_path: Path, way: Way) -> None:
    chance, whole = random.Random(7), _dataset(tmp_path)
    broken = shutil.copytree(whole, tmp_path / "broken.rft")
    with Loopback(latency=0.2, say=_say) as server:
        subprocess.run(way(whole, server.url), check=True, stdout=subprocess.DEVNULL)
        needed = len(server.seen)
    with Loopback(latency=0.2, say=_say) as server:
        for _ in range(KILLS):
            calls = len(server.seen) + CONCURRENCY + chance.randint(1, 9)  # some are answered, the rest is under way
            assert _killed(way(broken, server.url), server, calls, chance.uniform(0, 0.2))
    with Loopback(latency=0.2, say=_say) as other:  # the server comes back on another port
        subprocess.run(way(broken, other.url), check=True, stdout=subprocess.DEVNULL)
        asked = len(server.seen) + len(other.seen)
    assert _made(broken) == _made(whole)
    assert asked <= needed + CONCURRENCY * KILLS
    assert len(other.seen) < needed
