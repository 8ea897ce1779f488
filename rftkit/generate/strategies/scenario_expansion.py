"""Scenario expansion: one situation, changed in one respect at a time, the respects spread evenly."""

from __future__ import annotations

import math
from typing import Any

from rftkit.generate import prompts
from rftkit.generate.facets import spread
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool
from rftkit.generate.strategies.common import Draft, Job, Task, ask, batches, head_of, items_of, nearest, strings

NAME = "scenario_expansion"
ASPECTS = ("values", "time", "a constraint", "how many", "something that went wrong", "a special need")
_SHOWN = 5


def unfit(topic: str, pool: Pool, options: Options, node: Any = None) -> str | None:
    """Return why the strategy cannot serve a topic, or None when it can.

    Examples
    --------
    >>> unfit("Cards", Pool.__new__(Pool), Options(scenario="A user asks to block a card")) is None
    True
    """
    if options.scenario or pool.rows(topic):
        return None
    return "no scenario is given and the topic has no record to take as one; set scenario='...'"


def sources(pool: Pool, topic: str) -> list[int]:
    """Return the rows that are shown, and that serve as scenarios where none is given."""
    rows = pool.rows(topic)
    return pool.showable(rows) or rows


def calls(job: Job) -> int:
    """Return how many requests a job takes."""
    return math.ceil(job.count / job.options.batch)


def tasks(job: Job, most: int | None = None) -> list[Task]:
    """Return tasks of up to a batch each: the given scenario, or another record's each time.

    Parameters
    ----------
    job
        What is wanted.
    most
        Make no more than so many.
    """
    aspects = spread({"aspect": job.options.aspects or ASPECTS}, job.count, f"{job.seed}:{job.topic}:{job.round}")
    every = [{**aspect, **dict(item)} for aspect, item in zip(aspects, job.items, strict=True)]
    return [_task(job, *batch, every) for batch in batches(job, most)]


def _task(job: Job, number: int, start: int, count: int, every: list[dict[str, str]]) -> Task:
    rows = [job.rows[(number + job.round + step) % len(job.rows)] for step in range(min(_SHOWN, len(job.rows)))]
    found = job.pool.sources(rows)
    scenario = job.options.scenario or found[0].opening
    items = tuple(every[start : start + count])
    examples = [source.opening for source in found]
    data = {
        "task": "expand",
        "count": count,
        "topic": job.about(),
        "scenario": scenario,
        **items_of(items),
        **({"examples": examples} if examples else {}),
        **job.before(job.avoid),
        **job.hints(examples),
    }
    sample = number + 1000 * job.round
    request = ask(NAME, data, job, heat=job.options.heat(NAME), schema=prompts.PROMPTS_SCHEMA, sample=sample)
    ids = tuple(source.id for source in found)
    return Task(request, count, source=found[0] if found else None, items=items, shown=tuple(examples), ids=ids)


def drafts(task: Task, value: Any) -> list[Draft]:
    """Return prompts of one user turn, with the topic's usual system message and tools where it has records."""
    head, tools, choice = head_of(task.source)
    made = []
    for number, text in enumerate(strings(value, task.count)):
        facets = task.items[number] if number < len(task.items) else {}
        owed = nearest(text, task.shown, task.ids)
        made.append(Draft([*head, {"role": "user", "content": text}], tools, choice, owed, facets, task.shown))
    return made
