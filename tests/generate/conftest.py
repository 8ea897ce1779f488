"""Small data that speaks, and a writer that says what a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest

from rftkit import messages
from rftkit.llm import Answer, Request, unwrap

CARDS = [
    "How do I block my card in the app?",
    "My card was stolen yesterday, what should I do now?",
    "Can I freeze my card for a few days while I travel?",
    "I lost my wallet and need to block both of my cards.",
    "Where can I see whether my card is blocked?",
    "Please block my card, I think somebody copied it.",
]
LOANS = [
    "What interest do you charge on a loan of $5,000?",
    "I want to repay my loan early, is there a fee?",
    "How long does it take until a loan is approved?",
    "Can I get a second loan while the first is open?",
    "My loan application was refused, can you tell me why?",
    "Which papers do I need to apply for a loan?",
]
TOOLS = '[{"type":"function","function":{"name":"find_bus","description":"Find a bus between two cities","parameters":{"type":"object","properties":{"origin":{"type":"string"},"destination":{"type":"string"}},"required":["origin","destination"]}}},{"type":"function","function":{"name":"buy_ticket","description":"Buy a bus ticket","parameters":{"type":"object","properties":{"passengers":{"type":"integer"}},"required":["passengers"]}}}]'  # noqa: E501


def trip(number: int) -> list[dict[str, Any]]:
    arguments = '{"origin": "Oslo",  "destination": "Bergen"}'  # two blanks: bytes must survive
    call = {"id": f"c{number}", "type": "function", "function": {"name": "find_bus", "arguments": arguments}}
    return [
        {"role": "system", "content": "You sell bus tickets."},
        {"role": "user", "content": f"I need a bus from Oslo to Bergen on March {number + 1}."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {
            "role": "tool",
            "tool_call_id": f"c{number}",
            "name": "find_bus",
            "content": '[{"time": "7:10 am"}, {"time": "9:40 am"}]',
        },
        {"role": "assistant", "content": "There is one at 7:10 am and one at 9:40 am. Which one shall I book?"},
        {"role": "user", "content": "The one at 7:10 am please, for 2 people."},
    ]


@pytest.fixture
def frame() -> pl.DataFrame:
    said = [[{"role": "user", "content": text}] for text in (*CARDS, *LOANS)] + [trip(number) for number in range(4)]
    topics = ["Bank/Cards"] * 6 + ["Bank/Loans"] * 6 + ["Travel/Bus"] * 4
    return pl.DataFrame(
        [
            pl.Series("id", [f"r{number}" for number in range(16)]),
            messages.pack(said),
            pl.Series("topic", topics),
            pl.Series("tools", [None] * 12 + [TOOLS] * 4, dtype=pl.String),
        ]
    )


@dataclass
class Scripted:
    """A writer that answers with what a function makes of the data block."""

    say: Callable[[dict[str, Any], int], Any]
    model: str | None = "test/scripted"
    asked: list[Request] = field(default_factory=list)

    def run(
        self,
        requests: Sequence[Request],
        on_answer: Callable[[Answer], None] | None = None,
        stop: threading.Event | None = None,
    ) -> list[Answer]:
        found = []
        for request in requests:
            self.asked.append(request)
            value = self.say(unwrap(str(request.messages[-1]["content"])), len(self.asked) - 1)
            error = value if isinstance(value, str) else None
            answer = Answer(request, value=None if error else value, error=error, calls=1)
            found.append(answer)
            if on_answer is not None:
                on_answer(answer)
        return found
