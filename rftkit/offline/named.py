"""Prompts that call a topic by its name: "I have a question about card arrival.", "How do I edit my details?"."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from rftkit.offline import frames, lexicon
from rftkit.offline.text import words

_FEWEST_KNOWN = 0.5
_VERBS = frozenset(lexicon.words("verbs", "plain"))


def spoken(name: str) -> str:
    """Return the name of a topic as people say it.

    Examples
    --------
    >>> spoken("card_arrival"), spoken("FindRestaurants"), spoken("why_verify_identity?")
    ('card arrival', 'find restaurants', 'why verify identity')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[\W_]+", apart)).strip().lower()


def usable(name: str, examples: Sequence[str]) -> bool:
    """Return whether people would know a topic by its name: the examples use at least half of its words.

    Examples
    --------
    >>> usable("card_arrival", ["Has my card arrived?"]), usable("cluster_7", ["Has my card arrived?"])
    (True, False)
    """
    told = [word for word in spoken(name).split() if len(word) > 2]
    known = {word[:5] for example in examples for word in words(example)}
    return bool(told) and sum(word[:5] in known for word in told) >= _FEWEST_KNOWN * len(told) and len(told) <= 5


def call(name: str, phrasing: str | None, rng: random.Random) -> str:
    """Return a sentence that asks for a topic by its name.

    Examples
    --------
    >>> call("edit_details", "question", random.Random(0)).lower().count("edit details")
    1
    """
    said = spoken(name)
    first = said.split(" ", 1)[0]
    if first in _VERBS and " " in said:
        return frames.some_form(frames.Core("want", said), phrasing, rng) or f"I want to {said}."
    lines = lexicon.lines("describe", f"name {phrasing}") if phrasing in frames.PHRASINGS else _every()
    return rng.choice(lines).format(k=said)


def _every() -> tuple[str, ...]:
    return tuple(line for phrasing in frames.PHRASINGS for line in lexicon.lines("describe", f"name {phrasing}"))
