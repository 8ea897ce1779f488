"""A planted world: prompts whose chance of a right answer is known, and a policy on the loopback that has just that chance."""

from __future__ import annotations

import collections
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rftkit
from rftkit.dryrun import DryRun
from rftkit.grade import Grader
from rftkit.messages import dump
from tests.llm.loopback import Loopback

MODEL = "openai/planted"
RIGHT, WRONG = "blue", "red"


def row(topic: str, number: int, chance: float, **more: Any) -> dict[str, Any]:
    """Return a record whose prompt carries its own chance of success, and whose reference is the right answer."""
    text = f"Case {topic}-{number}: which colour has it? (chance {chance:.4f})"
    said = [{"role": "user", "content": text}]
    return {"id": f"{topic}-{number}", "messages": said, "topic": topic, "reference_answer": RIGHT, **more}


def world(path: Path, topics: Mapping[str, Sequence[float]], **more: Any) -> rftkit.Dataset:
    """Return a dataset with these chances in each topic."""
    rows = [row(topic, n, chance, **more) for topic, chances in topics.items() for n, chance in enumerate(chances)]
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".jsonl")
    source.write_text("".join(dump(one) + "\n" for one in rows))
    ds = rftkit.open(path)
    ds.import_(source)
    return ds


def chance_of(asked: Mapping[str, Any]) -> float:
    """Return the chance that a prompt carries."""
    return float(asked["messages"][-1]["content"].rpartition("(chance ")[2].rstrip(")"))


@dataclass
class Policy(Loopback):
    """Answers each prompt rightly with its chance: answer n of a prompt is the same in every run of the same seed."""

    seed: int = 0
    speak: Callable[[bool], str] = lambda right: RIGHT if right else WRONG
    finish: str = "stop"
    tool: str = ""  # call this tool in place of words
    refuses: float = 0.0  # share of answers that are refusals
    asked_of: collections.Counter[str] = field(default_factory=collections.Counter)

    def completion(self, asked: dict[str, Any], text: str) -> dict[str, Any]:
        del text
        prompt = asked["messages"][-1]["content"]
        number = self.asked_of[prompt]
        self.asked_of[prompt] += 1
        chance = random.Random(f"{self.seed}:{prompt}:{number}")
        said: dict[str, Any] = {"role": "assistant", "content": self.speak(chance.random() < chance_of(asked))}
        if self.tool:
            call = {"id": "c1", "type": "function", "function": {"name": self.tool, "arguments": '{"a": 1}'}}
            said = {"role": "assistant", "content": None, "tool_calls": [call]}
        if chance.random() < self.refuses:
            said = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
        body = super().completion(asked, "")
        body["choices"] = [{"index": 0, "finish_reason": self.finish, "message": said}]
        return body


EXACT = Grader.from_dict(
    {
        "type": "string_check",
        "name": "exact",
        "input": "{{sample.output_text}}",
        "reference": "{{item.reference_answer}}",
        "operation": "eq",
    }
)
CONTAINS = {**EXACT.to_dict(), "name": "contains", "operation": "like"}


def between(low: float, high: float, count: int = 24) -> list[float]:
    """Return chances evenly from one to the other."""
    return [low + (high - low) * n / (count - 1) for n in range(count)]


MIXED = {"cards": between(0.3, 0.6), "loans": between(0.3, 0.6)}


def run_of(
    tmp_path: Path,
    topics: Mapping[str, Sequence[float]],
    grader: Any = EXACT,
    policy: Policy | None = None,
    **options: Any,
) -> DryRun:
    """Return a dry run of a planted world with the planted policy."""
    ds = world(tmp_path / "a.rft", topics)
    with policy or Policy() as server:
        return ds.dry_run(grader, model=MODEL, base_url=server.url, **{"rollouts": 8, **options}).wait()


def source(body: str) -> Grader:
    """Return a python grader of these lines."""
    return Grader.from_dict({"type": "python", "name": "own", "source": f"def grade(sample, item):\n    {body}\n"})
