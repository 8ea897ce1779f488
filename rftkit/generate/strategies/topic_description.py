"""Topic description: prompts from what a topic says of itself, at several levels of difficulty, with its neighbours as contrast."""

from __future__ import annotations

import math
from typing import Any

from rftkit.generate import prompts
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool
from rftkit.generate.strategies.common import Draft, Job, Task, ask, batches, head_of, items_of, strings

NAME = "topic_description"


def unfit(topic: str, pool: Pool, options: Options, node: Any = None) -> str | None:
    """Return why the strategy cannot serve a topic, or None when it can.

    Examples
    --------
    >>> unfit("", Pool.__new__(Pool), Options())
    'records without a topic have no description to write from'
    """
    if not topic:
        return "records without a topic have no description to write from"
    if getattr(node, "description", "") or getattr(node, "keywords", ()):
        return None
    return "the topic has neither a description nor keywords"


def sources(pool: Pool, topic: str) -> list[int]:
    """Return the rows that system messages and tools are taken from: the topic's own, else those of its neighbours."""
    own = pool.rows(topic)
    return own or pool.rows(topic.rpartition("/")[0])


def calls(job: Job) -> int:
    """Return how many requests a job takes."""
    return math.ceil(job.count / job.options.batch)


def tasks(job: Job, most: int | None = None) -> list[Task]:
    """Return tasks of up to a batch each.

    Parameters
    ----------
    job
        Its items hold the difficulty of every prompt.
    most
        Make no more than so many.
    """
    source = job.pool.source(job.rows[0]) if job.rows else None
    made = []
    for number, start, count in batches(job, most):
        items = job.items[start : start + count]
        about = job.about() if job.options.keywords else {**job.about(), "keywords": []}
        data = {
            "task": "describe",
            "count": count,
            "topic": about,
            **({"contrast": dict(job.contrast)} if job.contrast else {}),
            **items_of(items),
            **job.before(job.avoid),
            **({"frames": list(job.frames)} if job.many and job.frames else {}),
            **({"actions": list(job.actions)} if job.actions else {}),
            **job.hints([]),
        }
        heat = job.options.heat(NAME)
        sample = number + 1000 * job.round
        request = ask(NAME, data, job, heat=heat, schema=prompts.PROMPTS_SCHEMA, sample=sample)
        made.append(Task(request, count, source=source, items=items))
    return made


def drafts(task: Task, value: Any) -> list[Draft]:
    """Return prompts of one user turn, with the topic's usual system message and tools where it has records."""
    head, tools, choice = head_of(task.source)
    made = []
    for number, text in enumerate(strings(value, task.count)):
        facets = task.items[number] if number < len(task.items) else {}
        made.append(Draft([*head, {"role": "user", "content": text}], tools, choice, None, facets))
    return made
