"""Message variation: the conversation stays as it is, byte for byte; only the last user turn is new."""

from __future__ import annotations

import math
from typing import Any

from rftkit.generate import prompts
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool, Source
from rftkit.generate.strategies.common import Draft, Job, Task, ask, shown_turns, strings
from rftkit.offline.text import words

NAME = "message_variation"
_OTHERS = 12


def unfit(topic: str, pool: Pool, options: Options, node: Any = None) -> str | None:
    """Return why the strategy cannot serve a topic, or None when it can.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "Hi there"}]])
    >>> unfit("Cards", Pool(pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("topic", ["Cards"])])), Options())
    'no record of this topic has more than one user turn, so there is no context to keep'
    """
    if pool.multi_turn(pool.rows(topic)):
        return None
    return "no record of this topic has more than one user turn, so there is no context to keep"


def sources(pool: Pool, topic: str) -> list[int]:
    """Return the rows that can be varied."""
    return pool.multi_turn(pool.rows(topic))


def calls(job: Job) -> int:
    """Return how many requests a job takes."""
    return math.ceil(job.count / job.options.variations)


def tasks(job: Job, most: int | None = None) -> list[Task]:
    """Return one task per record: its share of the candidates, the least used records first.

    Parameters
    ----------
    job
        Its rows are the records, in the order of their turn.
    most
        Make no more than so many.
    """
    shares = list(job.wanted) or _shares(job)
    made, done = [], 0
    for at, (row, count) in enumerate(shares[:most]):
        items = job.items[done : done + count]
        made.append(_task(job, row, count, items, sample=at // max(1, len(job.rows)) + 1000 * job.round))
        done += count
    return made


def _shares(job: Job) -> list[tuple[int, int]]:
    """Return rows and how many variations of each, the rows in turn."""
    each = job.options.variations
    sizes = [min(each, job.count - start) for start in range(0, job.count, each)]
    return [(job.rows[at % len(job.rows)], size) for at, size in enumerate(sizes)] if job.rows else []


def _task(job: Job, row: int, count: int, items: tuple[Any, ...], sample: int) -> Task:
    source = job.pool.source(row)
    context = source.messages[: source.last_user]
    others = _others(job, source)
    data = {
        "task": "vary",
        "count": count,
        "topic": job.about(),
        "keep_intent": job.options.preserve_intent,
        "context": shown_turns(context),
        "message": source.text,
        **({"others": others} if job.many else {}),
        **job.before(job.written.get(source.id, ()), source.id),
        **({"items": [dict(item) for item in items]} if any(items) else {}),
        **job.hints([source.text, *others]),
    }
    request = ask(NAME, data, job, heat=job.options.heat(NAME), schema=prompts.PROMPTS_SCHEMA, sample=sample)
    return Task(request, count, source=source, items=items, shown=(source.text,))


def _others(job: Job, source: Source) -> list[str]:
    """Return what others said where the assistant had just said something much alike."""
    said = _previous(source)
    if not job.many or not said:
        return []
    scored = []
    for other in job.pool.sources(job.pool.sample(job.pool.showable(job.rows), 60, f"{job.seed}:{source.id}")):
        before = _previous(other)
        if other.id != source.id and before:
            alike = len(said & before) / len(said | before)
            scored.append((alike, other.text))
    return [text for alike, text in sorted(set(scored), reverse=True)[:_OTHERS] if alike > 0.3]


def _previous(source: Source) -> set[str]:
    if source.last_user < 1:
        return set()
    return {word for word in words(str(source.messages[source.last_user - 1].get("content") or "")) if word.isalpha()}


def drafts(task: Task, value: Any) -> list[Draft]:
    """Return the source's conversation with each new last turn; context and tools are the source's own."""
    source = task.source
    assert source is not None  # every task of this strategy has one
    made = []
    for number, text in enumerate(strings(value, task.count)):
        turn = {**source.messages[source.last_user], "content": text}
        facets = task.items[number] if number < len(task.items) else {}
        said = [*source.messages[: source.last_user], turn]
        made.append(Draft(said, source.tools, source.tool_choice, source.id, facets, task.shown))
    return made
