"""The task `write`: new prompts of a topic from examples of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from rftkit.offline import named
from rftkit.offline.compose import Wish, Writer
from rftkit.offline.material import Material
from rftkit.offline.phrases import Exchange, mine
from rftkit.offline.prose import NOTE
from rftkit.offline.text import words


def write(data: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return prompts for a payload with ``examples``, ``count`` and, where known, what `writer_of` and ``items`` tell.

    Examples
    --------
    >>> shown = ["How do I block my card?", "Where can I see my PIN?", "Can I freeze my card in the app?"]
    >>> len(write({"examples": shown, "count": 2}, random.Random(0))["prompts"])
    2
    """
    writer = writer_of(data, rng)
    items = data.get("items") or [{}] * int(data["count"])
    written = writer.write([wish_of(item) for item in items], data.get("avoid") or [])
    return {"prompts": written, **({} if writer.material.prose else {"note": NOTE})}


def writer_of(data: Mapping[str, Any], rng: random.Random) -> Writer:
    """Return the writer that a payload's examples make.

    Examples
    --------
    >>> writer_of({"examples": ["Can I pay?"]}, random.Random(0)).material.texts
    ['Can I pay?']
    """
    examples = [str(text) for text in data.get("examples") or []]
    pairs = [(left, right) for left, right, _ in mine({"": examples}, contexts=1)]
    given = [(str(pair[0]), str(pair[1])) for pair in data.get("interchangeable") or []]
    topic = data.get("topic") or {}
    keywords = [topic.get("name", ""), *topic.get("keywords", ())] if isinstance(topic, Mapping) else [str(topic)]
    protected = frozenset(word for keyword in keywords for word in words(str(keyword)) if word.isalpha())
    name = str(topic.get("name", "")) if isinstance(topic, Mapping) else str(topic)
    return Writer(
        Material(examples, [str(text) for text in data.get("lent") or []]),
        Exchange([*given, *pairs]),
        data.get("values") or {},
        protected,
        rng,
        asides=data.get("asides") or {},
        usual=data.get("openings") or {},
        name=named.phrase(name, examples) if named.usable(name, examples) else "",
    )


def wish_of(item: Mapping[str, Any]) -> Wish:
    """Return what an item of a plan asks for, as far as rules can follow it.

    Examples
    --------
    >>> wish_of({"phrasing": "command", "expertise": "expert"}).phrasing
    'command'
    """
    phrasing = {"question": "question", "command": "command", "statement": "statement"}.get(str(item.get("phrasing")))
    context = str(item.get("context")) if item.get("context") in ("minimal", "rich", "error") else None
    return Wish(phrasing, context)
