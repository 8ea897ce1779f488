"""What the loopback server says when it plays the model of the dataset generator: it reads the data block and obeys."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from typing import Any

from rftkit.llm import unwrap

_THINGS = (
    "parcel",
    "invoice",
    "password",
    "refund",
    "shoes",
    "lamp",
    "voucher",
    "address",
    "card",
    "login",
    "jacket",
    "blender",
)
_DOES = (
    "is late",
    "is wrong",
    "does not work",
    "was lost",
    "came twice",
    "is missing",
    "broke",
    "has changed",
    "is locked",
    "expired",
)
_WHEN = (
    "since Monday",
    "for a week",
    "since the update",
    "after the call",
    "this morning",
    "again",
    "as always",
    "in the app",
)
_LEAD = (
    "Hello",
    "Hi there",
    "Good day",
    "Dear team",
    "Quick one",
    "Help",
    "Sorry to ask",
    "Me again",
    "To whom it concerns",
)


@dataclass
class Played:
    """A model that writes what it is told to: labels, keys, lengths, things; and what was recorded for other tasks."""

    recorded: dict[str, Any] = field(default_factory=dict)
    refuse: float = 0.0  # share of batches that are refused
    placeholder: float = 0.0  # share of records that are placeholders
    short: float = 0.0  # share of batches with a record left out
    calls: int = 0

    def __call__(self, asked: dict[str, Any]) -> str:
        data = unwrap(asked["messages"][-1]["content"])
        rng = random.Random(json.dumps(data, sort_keys=True))
        self.calls += 1
        if data["task"] != "pairs":
            return json.dumps(self.recorded[data["task"]])
        if rng.random() < self.refuse:
            return "I'm sorry, but I can't help with that."
        records = [self.record(data, item, rng) for item in data["items"]]
        return json.dumps({"records": records[:-1] if rng.random() < self.short else records})

    def record(self, data: dict[str, Any], item: dict[str, Any], rng: random.Random) -> dict[str, Any]:
        if rng.random() < self.placeholder:
            return {"input": f"Sample input {rng.randint(1, 9)}", "answer": "Sample output"}
        said = f"{rng.choice(_LEAD)}, my {rng.choice(_THINGS)} number {rng.randint(1, 99)} {rng.choice(_DOES)} {rng.choice(_WHEN)}."
        if ["input", "order number"] in data["include"]:
            said += f" My order number is {rng.randint(10000, 99999)}."
        return {"input": said, "answer": self.answer(data, item, rng)}

    def answer(self, data: dict[str, Any], item: dict[str, Any], rng: random.Random) -> Any:
        output = data["output"]
        if output["kind"] == "label":
            return item["label"]
        if output["kind"] == "json":
            return {name: _value(about, rng) for name, about in output["schema"]["properties"].items()}
        told = [re.search(r"answer has at most (\d+) words", line) for line in data["must"]]
        most = min([int(match[1]) for match in told if match] or [60])
        return (
            " ".join(rng.choice(("we", "will", "look", "into", "it", "soon", "and", "write")) for _ in range(most - 1))
            + " back."
        )


def _value(about: dict[str, Any], rng: random.Random) -> Any:
    if "enum" in about:
        return rng.choice(about["enum"])
    kind = about["type"] if isinstance(about["type"], str) else about["type"][0]
    return {"string": "A1", "integer": rng.randint(1, 9), "number": 1.5, "boolean": rng.random() < 0.5}.get(kind)
