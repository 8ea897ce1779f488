"""Prompts that call a topic by its name: "I have a question about card arrival.", "How do I edit my details?"."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence

from rftkit.offline import frames, lexicon
from rftkit.offline.text import words

_FEWEST_KNOWN = 0.5
_DONE = re.compile(  # "card swallowed" is half a sentence
    r"(?:\w{3,}ed|\b(?:forgotten|stolen|lost|broken|taken|withdrawn|sent|paid))$"
)
_DETERMINERS = "my|the|a|an"
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


def phrase(name: str, examples: Sequence[str]) -> str:
    """Return a name as a part of a sentence, with the determiner that the examples put there; empty where they do not tell.

    Examples
    --------
    >>> phrase("cancel_transfer", ["Please cancel my transfer", "I want my transfer back"])
    'cancel my transfer'
    >>> phrase("card_arrival", ["Where is my card?", "My card is late"]), phrase("reserve_table", ["A place for two"])
    ('my card arrival', '')
    """
    said = spoken(name)
    if _DONE.search(said):
        return ""
    whole = " ".join(" ".join(words(example)) for example in examples)
    if re.search(rf"\b{re.escape(said)}\b", whole):
        return _with_determiner(said, whole) if said.split(" ", 1)[0] not in _VERBS else said
    first, _, rest = said.partition(" ")
    if first not in _VERBS:
        return _with_determiner(said, whole)
    thing = _with_determiner(rest, whole) if rest else ""
    return f"{first} {thing}" if thing and thing != rest else ""


def _with_determiner(said: str, whole: str) -> str:
    """Return a noun with the determiner that stands most often before its first words."""
    parts = said.split()
    for size in range(len(parts), 0, -1):
        pattern = rf"\b({_DETERMINERS}) {re.escape(' '.join(parts[:size]))}\b"
        found = Counter(re.findall(pattern, whole)).most_common(1)
        if found and (size == len(parts) or found[0][1] > 1):
            return f"{found[0][0]} {said}"
    return said


def call(said: str, phrasing: str | None, rng: random.Random) -> str:
    """Return a sentence that asks for a topic by the phrase of its name.

    Examples
    --------
    >>> call("edit my details", "question", random.Random(0)).lower().count("edit my details")
    1
    """
    first = said.split(" ", 1)[0]
    if first in _VERBS and " " in said:
        return frames.some_form(frames.Core("want", said), phrasing, rng) or f"I want to {said}."
    lines = lexicon.lines("describe", f"name {phrasing}") if phrasing in frames.PHRASINGS else _every()
    return rng.choice(lines).format(k=said)


def _every() -> tuple[str, ...]:
    return tuple(line for phrasing in frames.PHRASINGS for line in lexicon.lines("describe", f"name {phrasing}"))
