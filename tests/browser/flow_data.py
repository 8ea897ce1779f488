"""People who write to a bank about three things, and a model that writes like them."""

from __future__ import annotations

import itertools
import json
import random
import re
import time
from collections.abc import Iterator
from typing import Any

_THINGS = {
    "card": (
        ("My debit card", "The new card", "My credit card", "The card of my daughter", "My gold card"),
        (
            "was declined at the supermarket",
            "was swallowed by the cash machine",
            "was stolen in the tram",
            "is cracked",
        ),
        (
            "how do I block it?",
            "please send a replacement card",
            "can I see the PIN again?",
            "why, there is money on it?",
        ),
    ),
    "loan": (
        ("My car loan", "The mortgage on my house", "My student loan", "The loan for our kitchen", "A second loan"),
        (
            "costs more interest than promised",
            "was refused by an adviser",
            "shall be repaid early",
            "runs for ten years",
        ),
        (
            "what is the yearly rate?",
            "which documents prove my income?",
            "can I lower the instalments?",
            "is there a fee?",
        ),
    ),
    "transfer": (
        (
            "My transfer to Norway",
            "The payment to my landlord",
            "My salary",
            "A standing order",
            "The money for my aunt",
        ),
        ("is pending since Monday", "went to a wrong account number", "left my account twice", "came back unpaid"),
        ("when will it arrive?", "can you recall the transfer?", "is the IBAN wrong?", "who received the amount?"),
    ),
}


def prompts(thing: str, seed: int) -> Iterator[str]:
    """Yield prompts about a thing, each once."""
    made = [f"{name} {event}, {ask}" for name, event, ask in itertools.product(*_THINGS[thing])]
    random.Random(seed).shuffle(made)
    yield from made


def traces(counts: dict[str, int]) -> str:
    """Return a file of chat traces, so many about each thing."""
    rows = [text for thing, count in counts.items() for text in itertools.islice(prompts(thing, 0), count)]
    return "".join(
        json.dumps({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "I will look."}]})
        + "\n"
        for text in rows
    )


class Writer:
    """What the loopback server says: new prompts about the thing that a request asks for, one request after another."""

    def __init__(self) -> None:
        self.left = {thing: prompts(thing, 1) for thing in _THINGS}
        self.seconds = 0.0

    def __call__(self, asked: dict[str, Any]) -> str:
        time.sleep(self.seconds)
        text = " ".join(str(message["content"]) for message in asked["messages"])
        thing = max(_THINGS, key=lambda name: len(re.findall(name, text.lower())))
        wanted = re.search(r"\b(\d+)\b", text)
        count = min(int(wanted[1]), 20) if wanted else 5
        return json.dumps({"prompts": list(itertools.islice(self.left[thing], count))})
