"""kill -9 at any moment leaves a dataset that opens, is whole, and can go on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import rftkit
from rftkit.messages import dump

STEPS = ("import", "sanitize", "topics", "generate", "review", "add", "edit")

# Names each step before it is done, so that every step is hit and not only the interpreter's start.
_WORK = """
import sys
import rftkit
path, source = sys.argv[1:]
ds = rftkit.open(path)
def say(step): print(step, flush=True)
while True:
    say("import"); ds.import_(source, replace=True)
    say("sanitize"); ds.sanitize()
    tree = rftkit.TopicTree(()).add("cards", keywords=["card"]).add("transfers", keywords=["transfer"])
    say("topics"); ds.save_topics(tree)
    plan = ds.plan(topic="transfers", count=4, strategy="few_shot")
    say("generate"); ds.generate(plan, model="rftkit/offline").wait()
    say("review"); ds.decide(accept=ds.candidates().filter("valid")["candidate_id"].to_list())
    say("add"); ds.add()
    first, *others = ds.labels()["id"].to_list()
    say("edit")
    for n in range(3):
        ds.edit(first, messages=[{"role": "user", "content": f"Where is my card number {n}, please?"}])
        ds.delete(others[n : n + 1])
        ds.undo()
"""


def _source(folder: Path) -> Path:
    texts = [f"Where is my card number {n}, it was sent {n % 7} days ago" for n in range(60)]
    texts += [f"My transfer of {n} euros to account {n} did not arrive" for n in range(20)]
    path = folder / "in.jsonl"
    path.write_text("".join(dump({"messages": [{"role": "user", "content": text}]}) + "\n" for text in texts))
    return path


def _assert_whole(path: Path) -> None:
    """Every version that the journal names can be read, and its parts belong together."""
    ds = rftkit.open(path)
    for line in ds.store.versions():
        then = ds.at(line.version)
        records = then.records()
        assert records.height == then.labels().height
        assert records["messages"].null_count() == 0, line
        assert records["id"].n_unique() == records.height
        known = set(then.topics.paths().values())
        assert set(records["topic"].drop_nulls()) <= known
        decided = then.store.scan("decisions", then.line).collect()["candidate_id"]
        made = then.store.scan("candidates", then.line).collect()["candidate_id"]
        assert decided.is_in(made.implode()).all()


def _kill_in(step: str, wait: float, path: Path, source: Path) -> None:
    worker = subprocess.Popen([sys.executable, "-c", _WORK, str(path), str(source)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    for line in worker.stdout:
        if line.strip() == step:
            break
    time.sleep(wait)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
    worker.stdout.close()


def _kill_rounds(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    source, path = _source(folder), folder / "a.rft"
    for number in range(rounds):
        _kill_in(STEPS[number % len(STEPS)], chance.uniform(0, 0.4), path, source)
        _assert_whole(path)
    done = {line.step for line in rftkit.open(path).store.versions()}
    again = rftkit.open(path)
    assert again.import_(source, replace=True).added == 80
    assert again.sanitize().total == 80
    assert {"import", "sanitize", "topics", "generate", "review"} <= done


def test_twenty_kills_leave_a_whole_dataset(tmp_path: Path) -> None:
    _kill_rounds(tmp_path, rounds=20, seed=7)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_kills_leave_a_whole_dataset(tmp_path: Path) -> None:
    _kill_rounds(tmp_path, rounds=200, seed=11)


def _import_many(path: str, source: str) -> None:
    rftkit.open(path).import_(source)


def test_two_imports_at_once_lose_nothing(tmp_path: Path) -> None:
    files = []
    for name in "ab":
        file = tmp_path / f"{name}.jsonl"
        rows = [{"messages": [{"role": "user", "content": f"{name} question {n}"}]} for n in range(50)]
        file.write_text("".join(dump(row) + "\n" for row in rows))
        files.append(str(file))
    script = "import sys, rftkit; rftkit.open(sys.argv[1]).import_(sys.argv[2])"
    path = tmp_path / "a.rft"
    both = [subprocess.Popen([sys.executable, "-c", script, str(path), file]) for file in files]
    assert [worker.wait() for worker in both] == [0, 0]
    texts = rftkit.open(path).records().select(pl.col("messages").list.first().struct.field("content")).to_series()
    assert texts.n_unique() == 100
