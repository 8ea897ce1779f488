"""What a training learns from: the rows of the job's files, as prompts, as answers to imitate, in an order that is fixed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit import messages
from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.train.policy import Policy

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """One prompt of the data, ready for the model.

    Parameters
    ----------
    id
        Of the record.
    prompt
        The text that the model continues.
    row
        What graders see as `item`.

    Examples
    --------
    >>> Task("r1", "Hi", {}).id
    'r1'
    """

    id: str
    prompt: str
    row: Row


def read(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines.

    Parameters
    ----------
    path
        The file.
    """
    return [messages.load(line.decode()) for line in path.read_bytes().split(b"\n") if line.strip()]


def tasks(rows: Sequence[Row], policy: Policy, room: int) -> list[Task]:
    """Return the rows as prompts, without those that leave no room for an answer.

    Parameters
    ----------
    rows
        As the ``openai-rft`` export writes them.
    policy
        The model that will answer.
    room
        Tokens of an answer.
    """
    made = [_task(place, row, policy) for place, row in enumerate(rows)]
    return [task for task in made if policy.length(task.prompt) + room <= policy.context]


def _task(place: int, row: Row, policy: Policy) -> Task:
    return Task(str(row.get("rftkit_id", place)), policy.render(row["messages"], row.get("tools")), row)


def imitations(rows: Sequence[Row], on: str, policy: Policy) -> list[dict[str, list[int]]]:
    """Return token ids and labels of prompts with their answers; only the answer is learned.

    Parameters
    ----------
    rows
        With `reference_answer` for ``reference``; with the answer as the last message for ``output``.
    on
        output or reference.
    policy
        The model that will learn.

    Raises
    ------
    InputError
        No row has such an answer.
    """
    pairs = [pair for row in rows if (pair := _pair(row, on, policy)) is not None]
    made = [_learned(policy, prompt, answer) for prompt, answer in pairs]
    fit = [one for one in made if len(one["input_ids"]) <= policy.context]
    if not fit:
        what = "an output" if on == "output" else "a reference_answer"
        raise InputError(f"no record of the training set has {what} that fits the model; leave out the warm start")
    return fit


def _pair(row: Row, on: str, policy: Policy) -> tuple[str, str] | None:
    """Return prompt and answer as text, or None where the row has no answer."""
    turns, tools = list(row["messages"]), row.get("tools")
    if on == "reference":
        answer = row.get("reference_answer")
        if answer is None:
            return None
        turns.append({"role": "assistant", "content": answer if isinstance(answer, str) else messages.dump(answer)})
    if not turns or turns[-1].get("role") != "assistant":
        return None
    prompt = policy.render(turns[:-1], tools)
    whole = policy.render(turns, tools, answer=False)
    return (prompt, whole.removeprefix(prompt)) if whole.startswith(prompt) else None


def _learned(policy: Policy, prompt: str, answer: str) -> dict[str, list[int]]:
    asked = policy.tokenizer(prompt).input_ids
    said = policy.tokenizer(answer, add_special_tokens=False).input_ids
    ends = [place for place, token in enumerate(said) if token in policy.ends]
    # templates may write more after the token that ends an answer; the model never gets that far
    said = said[: ends[0] + 1] if ends else [*said, policy.tokenizer.eos_token_id]
    return {"input_ids": [*asked, *said], "labels": [-100] * len(asked) + said}


def order(size: int, wanted: int, seed: int) -> list[int]:
    """Return places of rows, again and again in new orders, until there are enough.

    The trainer goes through them once, in this order; so a run that is resumed knows where it was.

    Parameters
    ----------
    size
        Rows there are.
    wanted
        Places.
    seed
        Of the orders.

    Examples
    --------
    >>> sorted(order(3, 6, seed=0))
    [0, 0, 1, 1, 2, 2]
    """
    draw = random.Random(seed)
    found: list[int] = []
    while len(found) < wanted:
        places = list(range(size))
        draw.shuffle(places)
        found += places
    return found[:wanted]
