"""Few-shot: new prompts of a topic from examples of it that differ from each other as much as they can."""

from __future__ import annotations

import math
from typing import Any

from rftkit.generate import prompts
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool
from rftkit.generate.strategies.common import Draft, Job, Task, ask, head_of, nearest, strings

NAME = "few_shot"
_FEW, _MANY = 5, 100
#: Batches asked at once of a writer that learns from the examples alone: it repeats itself less where it knows what it wrote.
BATCHES = 5


def unfit(topic: str, pool: Pool, options: Options, node: Any = None) -> str | None:
    """Return why the strategy cannot serve a topic, or None when it can.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "Hi there"}]])
    >>> unfit("Loans", Pool(pl.DataFrame([pl.Series("id", ["a"]), said])), Options())
    'the topic has no record to take as an example'
    """
    return None if pool.rows(topic) else "the topic has no record to take as an example"


def sources(pool: Pool, topic: str) -> list[int]:
    """Return the rows that can be shown."""
    rows = pool.rows(topic)
    return pool.showable(rows) or rows


def calls(job: Job) -> int:
    """Return how many requests a job takes."""
    return math.ceil(job.count / _size(job))


def _size(job: Job) -> int:
    return job.options.batch * (BATCHES if job.many else 1)


def tasks(job: Job, most: int | None = None) -> list[Task]:
    """Return tasks of up to a batch each, larger ones for the keyless writer, every one with its own draw of examples.

    Parameters
    ----------
    job
        Its rows are in an order in which every stretch is diverse.
    most
        Make no more than so many.
    """
    size = _size(job)
    shown = job.options.examples or (_MANY if job.many else _FEW)
    made = []
    for number in range(min(calls(job), calls(job) if most is None else most)):
        count = min(size, job.count - number * size)
        start = (number + job.round) * shown
        rows = [job.rows[(start + step) % len(job.rows)] for step in range(min(shown, len(job.rows)))]
        items = job.items[number * size : number * size + count]
        made.append(_task(job, rows, count, items, sample=start // max(1, len(job.rows)) + job.round))
    return made


def _task(job: Job, rows: list[int], count: int, items: tuple[Any, ...], sample: int) -> Task:
    found = job.pool.sources(rows)
    examples = [source.opening for source in found]
    data = {
        "task": "write",
        "count": count,
        "topic": job.about(),
        "examples": examples,
        **({"items": [dict(item) for item in items]} if any(items) else {}),
        **job.before(job.avoid),
        **job.hints(examples),
        **{name: told for name, told in (("lent", list(job.lent)), ("openings", dict(job.openings))) if told},
    }
    request = ask(NAME, data, job, heat=job.options.heat(NAME), schema=prompts.PROMPTS_SCHEMA, sample=sample)
    ids = tuple(source.id for source in found)
    return Task(request, count, source=found[0], items=items, shown=tuple(examples), ids=ids)


def drafts(task: Task, value: Any) -> list[Draft]:
    """Return prompts with the system message and the tools of the first example that was shown."""
    source = task.source
    head, tools, choice = head_of(source)
    made = []
    for number, text in enumerate(strings(value, task.count)):
        facets = task.items[number] if number < len(task.items) else {}
        said = [*head, {"role": "user", "content": text}]
        owed = nearest(text, task.shown, task.ids)
        made.append(Draft(said, tools, choice, owed, facets, task.shown))
    return made
