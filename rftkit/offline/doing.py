"""Whether a phrase names a thing or what one does, as prompts show it: "a transfer fee", but "to transfer money".

Many English words are both. A phrase that begins with one is what one does where prompts have it after
"to", "can", "I" and the like, or its verb before its object ("cancel my transfer"); a thing where they have it after a
determiner or a preposition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rftkit.offline import lexicon, verbs
from rftkit.offline.text import words

_BEFORE = frozenset(lexicon.words("verbs", "before"))
_BEFORE_THING = frozenset((*lexicon.words("verbs", "determiners"), "of", "about", "for", "with", "another", "every"))
#: Words that a phrase of what one does can begin with; those of PLAIN do so in the names of topics, those of _SURE always.
PLAIN = frozenset(lexicon.words("verbs", "plain"))
_SURE = frozenset(lexicon.words("verbs", "sure"))
VERBS = PLAIN | _SURE | frozenset((*lexicon.words("verbs", "base"), *lexicon.words("verbs", "imperative")))
_OBJECTS = frozenset((*lexicon.words("verbs", "determiners"), *lexicon.words("verbs", "mass")))
_PAST = frozenset(
    done for one, _, done in (pair.partition(":") for pair in lexicon.words("verbs", "past")) if one != done
)
_OBJECT = "my|the|a|an|your|this|that|some|any|more"


def told(texts: Iterable[str]) -> str:
    """Return texts as `shown` reads them.

    Examples
    --------
    >>> told(["Can I pay?", "Now!"])
    ' can i pay ? | now ! | '
    """
    return "".join(f" {' '.join(words(text))} |" for text in texts) + " "


def shown(phrase: str, whole: str) -> bool | None:
    """Return whether prompts show that a phrase is what one does, or that it is a thing; None where they do not tell.

    Parameters
    ----------
    phrase
        In lower case.
    whole
        Prompts, as `told` gives them.

    Examples
    --------
    >>> whole = told(["I want to transfer money.", "What is the transfer fee?", "Please cancel my order"])
    >>> shown("transfer money", whole), shown("transfer fee", whole), shown("cancel order", whole)
    (True, False, True)
    >>> shown("exchange rate", whole) is None
    True
    """
    first, _, rest = phrase.partition(" ")
    if first not in VERBS:
        return False
    before = re.findall(rf"(?<= )(\S+) {re.escape(phrase)}s?(?= )", whole)
    done, named = sum(word in _BEFORE for word in before), sum(word in _BEFORE_THING for word in before)
    if done != named:
        return done > named
    if not rest:
        return None
    thing = rest.split(" ", 1)[0]
    return True if re.search(rf" {re.escape(first)} (?:{_OBJECT}) {re.escape(thing)}s? ", whole) else None


def likely(phrase: str) -> bool:
    """Return whether a phrase is what one does as far as its own words tell: a verb that is no noun, or one with an object.

    Examples
    --------
    >>> likely("cancel order"), likely("cancel"), likely("transfer money"), likely("order status")
    (True, True, True, False)
    """
    first, _, rest = phrase.partition(" ")
    return first in _SURE or (first in VERBS and rest.split(" ", 1)[0] in _OBJECTS)


def past(word: str) -> bool:
    """Return whether a word only tells what was done: nobody asks about "bought".

    Examples
    --------
    >>> past("bought"), past("cost"), past("card")
    (True, False, False)
    """
    return word in _PAST


def as_thing(phrase: str) -> str:
    """Return what one does as a thing that can be spoken of.

    Examples
    --------
    >>> as_thing("transfer money")
    'transferring money'
    """
    first, _, rest = phrase.partition(" ")
    return f"{verbs.gerund(first)} {rest}".rstrip()
