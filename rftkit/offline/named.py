"""Prompts that call a topic by its name: "I have a question about card arrival.", "How do I edit my details?"."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence

from rftkit.offline import doing, frames, lexicon
from rftkit.offline.text import words

_FEWEST_KNOWN = 0.5
_DONE = re.compile(  # "card swallowed" is half a sentence
    r"(?:\w{3,}ed|\b(?:forgotten|stolen|lost|broken|taken|withdrawn|sent|paid))$"
)
_DETERMINERS = "my|the|a|an"
_TO = "to "


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

    What one does begins with "to".

    Examples
    --------
    >>> phrase("cancel_transfer", ["Please cancel my transfer", "I want my transfer back"])
    'to cancel my transfer'
    >>> phrase("transfer_money", ["I want to transfer money", "Is there a fee for a transfer?", "A transfer of money"])
    'to transfer money'
    >>> phrase("card_arrival", ["Where is my card?", "My card is late"]), phrase("reserve_table", ["A place for two"])
    ('my card arrival', '')
    """
    said = spoken(name)
    if _DONE.search(said):
        return ""
    whole = " ".join(" ".join(words(example)) for example in examples)
    first, _, rest = said.partition(" ")
    action = doing.shown(said, doing.told(examples))
    if first not in doing.VERBS or (action is False and rest):
        return _with_determiner(said, whole)
    if not rest:  # "refund", but not "cancel"
        thing = _with_determiner(said, whole)
        return thing if thing != said else ""
    if action is None and first not in doing.PLAIN:
        return ""
    if re.search(rf"\b{re.escape(said)}\b", whole):
        return f"{_TO}{said}"
    thing = _with_determiner(rest, whole)
    return f"{_TO}{first} {thing}" if thing != rest else ""


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
    >>> call("to edit my details", "question", random.Random(0)).lower().count("edit my details")
    1
    """
    if said.startswith(_TO):
        return frames.some_form(frames.Core("want", said[len(_TO) :]), phrasing, rng) or f"I want {said}."
    lines = lexicon.lines("describe", f"name {phrasing}") if phrasing in frames.PHRASINGS else _every()
    return rng.choice(lines).format(k=said)


def _every() -> tuple[str, ...]:
    return tuple(line for phrasing in frames.PHRASINGS for line in lexicon.lines("describe", f"name {phrasing}"))
