"""What the strategies share: jobs, tasks, drafts, and the parts of a data block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rftkit import messages
from rftkit.generate.options import Options
from rftkit.generate.pool import ORDERS, Pool, Source
from rftkit.llm.request import Request

Message = dict[str, Any]
_TOKENS_PER_PROMPT = 160
_SHOWN_CHARS = 1500
_SHOWN_TURNS = 8
_AVOIDED, _TURNED_DOWN = 20, 6
ORDER = re.compile(ORDERS)


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate before it was judged.

    Examples
    --------
    >>> Draft([{"role": "user", "content": "Hi"}]).source_record_id is None
    True
    """

    messages: list[Message]
    tools: str | None = None
    tool_choice: str | None = None
    source_record_id: str | None = None
    facets: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()  # the examples that its writer saw


@dataclass(frozen=True, slots=True)
class Task:
    """One request and what is needed to turn its answer into drafts.

    Examples
    --------
    >>> Task(Request([]), count=1).count
    1
    """

    request: Request
    count: int
    source: Source | None = None
    items: tuple[Mapping[str, str], ...] = ()
    shown: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()  # of the records that were shown


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was turned down, and why.

    Examples
    --------
    >>> Rejected("Block it", "too short").source
    ''
    """

    text: str
    why: str
    source: str = ""
    id: str = ""  # of the candidate, where a person asked for another in its place


@dataclass(frozen=True, slots=True)
class Job:
    """What a strategy is asked to make for one topic in one round.

    Attributes
    ----------
    topic, description, keywords
        What is written about.
    count
        How many candidates.
    items
        Facets, one set per candidate.
    rows
        Rows of the pool to work from, in the order of their turn.
    round
        0 at first; later rounds replace what was rejected.
    avoid
        Texts that were accepted already.
    values, interchangeable, asides, openings
        Slot values, exchangeable phrases, sentences that fit anything and how often sentences begin how, as seen in the data.
    contrast
        Parent and siblings of the topic.
    frames
        Prompts of other topics with their subject left out.
    actions
        Those of the topic's words that are what one does, not a thing.
    rejected
        What was turned down before and why: `Rejected` ones of earlier rounds and of a person.
    wanted
        Rows and how many candidates of each, where a round replaces what was rejected.
    written
        What was written from each record before, accepted or not.
    lent
        Prompts of topics with nearly the same name, said for this one.
    many
        Whether the writer learns from the examples alone and takes as many as there are.

    Examples
    --------
    >>> Job("Cards", Pool.__new__(Pool), Options(), 1).name
    'Cards'
    """

    topic: str
    pool: Pool
    options: Options
    count: int
    items: tuple[Mapping[str, str], ...] = ()
    rows: tuple[int, ...] = ()
    round: int = 0
    seed: int = 0
    avoid: tuple[str, ...] = ()
    description: str = ""
    keywords: tuple[str, ...] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    interchangeable: tuple[tuple[str, str], ...] = ()
    asides: Mapping[str, Sequence[str]] = field(default_factory=dict)
    openings: Mapping[str, int] = field(default_factory=dict)
    lent: tuple[str, ...] = ()
    many: bool = False
    contrast: Mapping[str, Any] = field(default_factory=dict)
    frames: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    wanted: tuple[tuple[int, int], ...] = ()
    rejected: tuple[Rejected, ...] = ()
    written: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Last part of the topic's path."""
        return self.topic.rsplit("/", 1)[-1] or "unassigned"

    def before(self, texts: Sequence[str], source: str | None = None) -> dict[str, Any]:
        """Return what must not be written again: texts that there are, and those that were turned down with the reason.

        Of one record's candidates only that record's writer hears; texts that give orders nobody does.
        """
        own = [one for one in self.rejected if (source is None or one.source == source) and not ORDER.search(one.text)]
        avoid = [*texts, *(one.text for one in own)][-_AVOIDED:]
        turned = [{"text": one.text[:_SHOWN_CHARS], "why": one.why} for one in own[-_TURNED_DOWN:]]
        return {key: value for key, value in {"avoid": avoid, "rejected": turned}.items() if value}

    def about(self) -> dict[str, Any]:
        """Return the topic as models read it."""
        said = {"path": self.topic, "name": self.name, "description": self.description, "keywords": list(self.keywords)}
        return {key: value for key, value in said.items() if value}

    def hints(self, shown: Sequence[str]) -> dict[str, Any]:
        """Return slot values and exchangeable phrases, as many as the writer has use for."""
        from rftkit.offline.text import words

        text = f" {' '.join(' '.join(words(one)) for one in shown)} "
        fitting = [list(pair) for pair in self.interchangeable if any(f" {phrase} " in text for phrase in pair)]
        most = 200 if self.many else 8
        found = {"values": {kind: list(values)[: 12 if self.many else 5] for kind, values in self.values.items()}}
        told = {**found, "interchangeable": fitting[:most], "asides": dict(self.asides) if self.many else {}}
        return {key: value for key, value in told.items() if value}


def ask(name: str, data: dict[str, Any], job: Job, *, heat: float, schema: dict[str, Any], sample: int = 0) -> Request:
    """Return the request of a data block.

    Examples
    --------
    >>> job = Job("Cards", Pool.__new__(Pool), Options(), 2)
    >>> ask("few_shot", {"task": "write", "count": 2}, job, heat=0.8, schema={}).temperature
    0.8
    """
    from rftkit.generate import prompts

    return Request(
        messages=prompts.conversation(name, data, own=job.options.prompt, guidance=job.options.guidance),
        key=job.topic,
        schema=schema,
        temperature=heat,
        max_tokens=_TOKENS_PER_PROMPT * int(data["count"]) + 200,
        sample=sample,
        seed=job.seed * 100_003 + sample,  # a writer with a seed has to write something new for the next sample
    )


def shown_turns(context: Sequence[Message]) -> list[dict[str, str]]:
    """Return the end of a conversation as a model is shown it: roles and texts, long ones cut.

    Examples
    --------
    >>> shown_turns([{"role": "assistant", "content": "Where to?"}])
    [{'role': 'assistant', 'text': 'Where to?'}]
    """
    return [
        {"role": str(message.get("role")), "text": _text(message)[:_SHOWN_CHARS]} for message in context[-_SHOWN_TURNS:]
    ]


def _text(message: Message) -> str:
    said = messages.text_of(message.get("content"))
    if said:
        return said
    calls = message.get("tool_calls")
    return f"(calls {messages.dump(calls)})" if calls else ""


def strings(value: Any, count: int) -> list[str]:
    """Return up to ``count`` prompts of an answer, stripped; what is no text or empty is left out.

    Examples
    --------
    >>> strings({"prompts": [" a ", "", "b", "c"]}, 2)
    ['a', 'b']
    """
    found = value.get("prompts") if isinstance(value, Mapping) else value
    texts = [one.strip() for one in found if isinstance(one, str)] if isinstance(found, list) else []
    return [one for one in texts if one][:count]


def nearest(text: str, shown: Sequence[str], ids: Sequence[str], least: float = 0.3) -> str | None:
    """Return the id of the shown record that a text owes most to; None where it owes little to any.

    A split keeps a record and what was made from it on one side, so this has to be known.

    Examples
    --------
    >>> nearest("How do I block my bank card?", ["Where is it?", "How do I block my card?"], ["a", "b"])
    'b'
    """
    from rftkit.offline.text import jaccard, shingles

    grams = shingles(text)
    scored = [(jaccard(grams, shingles(one)), name) for one, name in zip(shown, ids, strict=False)]
    best = max(scored, default=(0.0, None), key=lambda pair: pair[0])
    return best[1] if best[0] >= least else None


def batches(job: Job, most: int | None) -> list[tuple[int, int, int]]:
    """Return number, start and size of every batch of a job.

    Examples
    --------
    >>> batches(Job("Cards", Pool.__new__(Pool), Options(batch=10), 25), None)
    [(0, 0, 10), (1, 10, 10), (2, 20, 5)]
    """
    size = job.options.batch
    every = [(number, start, min(size, job.count - start)) for number, start in enumerate(range(0, job.count, size))]
    return every[:most]


def items_of(items: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return the part of a data block that says how each prompt should be, empty where nothing is said.

    Examples
    --------
    >>> items_of([{"phrasing": "question"}]), items_of([{}])
    ({'items': [{'phrasing': 'question'}]}, {})
    """
    return {"items": [dict(item) for item in items]} if any(items) else {}


def head_of(source: Source | None) -> tuple[list[Message], str | None, str | None]:
    """Return the system messages that a record begins with, its tools and its tool choice.

    Examples
    --------
    >>> head_of(None)
    ([], None, None)
    """
    if source is None:
        return [], None, None
    head = []
    for message in source.messages:
        if message.get("role") not in ("system", "developer"):
            break
        head.append(message)
    return head, source.tools, source.tool_choice
