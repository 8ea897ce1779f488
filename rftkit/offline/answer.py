"""Answering a request: which task it is, and who of the offline writers does it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rftkit import messages
from rftkit.llm.payload import unwrap
from rftkit.offline import chain, describe, pairs, vary, write

SENTENCE = (
    "I am rftkit/offline, a writer made of rules and no language model: I can write prompts from examples, "
    "but I cannot answer this."
)
Task = Callable[[Mapping[str, Any], random.Random], Any]
TASKS: dict[str, Task] = {
    "write": write.write,
    "vary": vary.vary,
    "describe": describe.describe,
    "expand": describe.expand,
    "pairs": pairs.pairs,
    "chain": chain.chain,
    "chain_conversation": chain.conversation,
}


def answer(asked: Sequence[Mapping[str, Any]], *, seed: int = 0, temperature: float = 0.7) -> str:
    """Return the answer to a chat: JSON where its data block names a task that rules can do, else a plain sentence.

    Parameters
    ----------
    asked
        OpenAI chat messages; the last data block counts.
    seed
        The same request with the same seed has the same answer.
    temperature
        0 to 2; how freely the writer chooses.

    Examples
    --------
    >>> answer([{"role": "user", "content": "Who are you?"}]) == SENTENCE
    True
    """
    data = _data(asked)
    task = TASKS.get(str(data.get("task"))) if isinstance(data, Mapping) else None
    if task is None:
        return SENTENCE
    rng = random.Random(_number(data, seed, temperature))
    return messages.dump(task(data, rng))


def _data(asked: Sequence[Mapping[str, Any]]) -> Any:
    for message in reversed(asked):
        data = unwrap(messages.text_of(message.get("content")) or "")
        if data is not None:
            return data
    return None


def _number(data: Any, seed: int, temperature: float) -> int:
    key = f"{seed}\0{temperature}\0{messages.dump(data)}".encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
