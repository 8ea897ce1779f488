"""Jobs so small that a test can wait for them: a model of one narrow layer, a few prompts, a grader of one letter."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from rftkit.train import JobFolder
from rftkit.train.local import Local
from rftkit.train.tiny import tiny_model

#: A model with random weights says this letter now and then, and soon learns to say it more often.
SAYS_A = {
    "type": "string_check",
    "name": "says a",
    "input": "{{sample.output_text}}",
    "reference": "a",
    "operation": "like",
}
SMALL = {
    "rollouts": 4,
    "prompts_per_step": 2,
    "max_tokens": 6,
    "eval_samples": 2,
    "learning_rate": 3e-3,
    "threads": 1,
}
PROMPTS = [f"Where is parcel number {number}? It was sent {number} days ago." for number in range(12)]


def base(folder: Path) -> Path:
    """Return a tiny model that knows the words of the prompts."""
    return tiny_model(folder, [*PROMPTS, *["parcel", "letter"] * 20], width=32, layers=1, vocabulary=300, context=256)


def rows(prompts: list[str]) -> list[dict[str, Any]]:
    """Return rows as the export writes them."""
    return [
        {"messages": [{"role": "user", "content": text}], "reference_answer": "a parcel", "rftkit_id": f"r{place}"}
        for place, text in enumerate(prompts)
    ]


def job(
    jobs: Path, model: Path, *, train: list[Any] | None = None, validation: list[Any] | None = None, **values: Any
) -> JobFolder:
    """Make a job that is ready to begin."""
    config = {**SMALL, **values.pop("config", {})}
    grader = values.pop("grader", SAYS_A)
    folder = JobFolder.make(jobs, backend="trl", base=str(model), grader=grader, seed=0, config=config, **values)
    for split, given in (("train", train or rows(PROMPTS[:8])), ("validation", validation or rows(PROMPTS[8:]))):
        folder.data(split).parent.mkdir(exist_ok=True)
        folder.data(split).write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in given))
    return folder


def finish(folder: JobFolder, *, until: Callable[[JobFolder], bool] | None = None) -> str:
    """Wait until a job has ended, or until something is true; return its state."""
    for _ in range(4_000):
        Local().poll(folder)
        state = str(folder.read()["state"])
        if state not in ("pending", "running") or (until is not None and until(folder)):
            return state
        time.sleep(0.05)
    raise TimeoutError(f"{folder} did not end; its log: {(folder.path / 'worker.log').read_text()[-2000:]}")


def step_of(folder: JobFolder) -> int:
    """Return the newest step that was logged."""
    return int(folder.metrics()["step"].max() or 0)  # type: ignore[arg-type]
