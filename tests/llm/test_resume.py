"""A run that is killed asks again only for what was under way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.llm.loopback import Loopback

WORK = """
import sys
from rftkit.llm import Request, Runner
runner = Runner("openai/test", base_url=sys.argv[1], cache=sys.argv[2], concurrency=8)
answers = runner.run([Request([{"role": "user", "content": f"prompt {n}"}]) for n in range(120)])
print(sum(answer.ok for answer in answers))
"""


def _start(server: Loopback, cache: Path) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WORK, server.url, str(cache)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True)


def _killed_at(server: Loopback, cache: Path, calls: int) -> None:
    process = _start(server, cache)
    deadline = time.monotonic() + 60
    while len(server.seen) < calls and time.monotonic() < deadline:
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_runs_pay_at_most_twice_for_what_was_in_flight(tmp_path: Path, kills: int) -> None:
    rng = random.Random(kills)
    with Loopback(latency=0.03) as server:
        for number in range(kills):
            _killed_at(server, tmp_path / "c", len(server.seen) + rng.randint(5, 100 // kills + 5))
            del number
        process = _start(server, tmp_path / "c")
        out, _ = process.communicate(timeout=120)
        asked = len(server.seen)
    assert out.strip() == "120"
    assert asked <= 120 + 8 * kills
