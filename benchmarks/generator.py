"""Whole sets of the dataset generator: 50 and 1,000 records from a model that takes 0.5 s a call, and offline.

The model is a server in another process that writes labelled messages as it is told to; a second row has it err: 5 % of
its calls fail with 500, 3 % have broken JSON, and one record in twenty is a placeholder. What is timed is the whole of
`session.write`: asking, judging, records into the dataset, file and card. Nothing of it is remembered from before.

    python benchmarks/generator.py [--latency 0.5] [--only model|offline]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = """
import sys, time
sys.path.insert(0, {root!r})
from tests.idea.model import Played
from tests.llm.loopback import Loopback
with Loopback(say=Played(placeholder={placeholder}), latency={latency}, errors={errors}, broken={broken}) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""
WANTED = {
    "role_persona": "a support agent of an online shop",
    "task_goal": "sort a message of a customer",
    "use_case": "a test set for our router",
    "input_format": "one message, at most 40 words",
    "output_format": "one of: billing, delivery, account, returns",
    "diversity_requirements": "tones: polite, angry, in a hurry, casual",
    "edge_cases": "typos, no punctuation; 15 %",
}
SHOWN = {
    "billing": (
        "I was charged twice for one order",
        "Please send me the invoice for March",
        "How long does a refund take?",
    ),
    "delivery": ("Where is my parcel?", "My package has not arrived yet.", "Can I change the delivery address?"),
    "account": ("I cannot log in since the update", "How do I change my password?", "Someone else is using my account"),
    "returns": (
        "How do I send back a pair of shoes?",
        "The lamp arrived broken",
        "I want to exchange a jacket for a larger one",
    ),
}


@contextmanager
def server(latency: float, *, errs: bool):
    """Run the model in a process of its own and yield its address."""
    faults = (
        {"errors": 0.05, "broken": 0.03, "placeholder": 0.05}
        if errs
        else dict.fromkeys(("errors", "broken", "placeholder"), 0)
    )
    script = SERVER.format(root=str(ROOT), latency=latency, **faults)
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def written(count: int, examples: bool, **options):
    """Write one set into a fresh dataset; return seconds and report."""
    from rftkit import GeneratorSession

    with tempfile.TemporaryDirectory() as folder:
        session = GeneratorSession(f"{folder}/idea.rft", **options)
        pairs = [{"input": text, "answer": label} for label, texts in SHOWN.items() for text in texts]
        session.load_requirements({**WANTED, "examples": pairs if examples else []})
        session.confirm()
        started = time.perf_counter()
        report = session.write(count)
        return time.perf_counter() - started, report


def row(name: str, count: int, seconds: float, report) -> None:
    """Print one line of the table."""
    turned = sum(report.rejected.values())
    print(
        f"{name:<22}{count:>8}{report.written:>9}{seconds:>8.1f}{report.calls:>7}{turned:>10}{os.getloadavg()[0]:>7.1f}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.5)
    parser.add_argument("--only", choices=("model", "offline"))
    given = parser.parse_args()
    print(f"{'':<22}{'asked':>8}{'written':>9}{'s':>8}{'calls':>7}{'rejected':>10}{'load':>7}")
    for count in (50, 1000):
        for errs in (False, True):
            if given.only != "offline":
                with server(given.latency, errs=errs) as url:
                    told = written(
                        count, examples=False, model="openai/test", base_url=url, price_per_million=(1.0, 2.0)
                    )
                row("model that errs" if errs else f"model, {given.latency:g} s a call", count, *told)
        if given.only != "model":
            row("rftkit/offline", count, *written(count, examples=True))


if __name__ == "__main__":
    main()
