"""The little English grammar that turning a question into a clause takes."""

from __future__ import annotations

import re

from rftkit.offline import lexicon

_PAST = dict(pair.split(":") for pair in lexicon.words("verbs", "past"))
_THIRD = {"have": "has", "do": "does", "go": "goes", "be": "is"}
AUXILIARIES = lexicon.words("verbs", "auxiliaries")
_PRONOUNS = lexicon.words("verbs", "pronouns")
_DETERMINERS = lexicon.words("verbs", "determiners")
# Words that end a subject: what follows is the predicate.
_PREDICATE = frozenset(lexicon.words("verbs", "predicate"))
_ADVERBS = frozenset(lexicon.words("verbs", "adverbs"))
_VERBISH = re.compile(r"(?:ing|ed|n't)$")
_MOST_SUBJECT_WORDS, _LONGEST_PLACE = 5, 3
_LINKS = frozenset(lexicon.words("verbs", "links"))
# After these the predicate begins with a verb in its base form.
_BARE = re.compile(r"(?:do|did|can|could|will|would|should|may|might|must|wo|ca)", re.IGNORECASE)


def past(verb: str) -> str:
    """Return the simple past of a base verb.

    Examples
    --------
    >>> past("get"), past("decline"), past("try"), past("arrive")
    ('got', 'declined', 'tried', 'arrived')
    """
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    return f"{verb}ed"


def third(verb: str) -> str:
    """Return the third person singular of a base verb.

    Examples
    --------
    >>> third("take"), third("go"), third("try"), third("process")
    ('takes', 'goes', 'tries', 'processes')
    """
    if verb in _THIRD:
        return _THIRD[verb]
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if re.search(r"(?:s|x|z|ch|sh)$", verb) else f"{verb}s"


def gerund(verb: str) -> str:
    """Return the -ing form of a base verb.

    Examples
    --------
    >>> gerund("get"), gerund("make"), gerund("pay"), gerund("transfer")
    ('getting', 'making', 'paying', 'transferring')
    """
    if verb in lexicon.words("verbs", "doubled"):
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye", "be")) else f"{verb}ing"


def split_subject(rest: str, auxiliary: str = "") -> tuple[str, str] | None:
    """Return subject and predicate of what follows an auxiliary; None where the border is unsure.

    After a form of "do" and after "can", "will" and the like the predicate has to begin with a verb in its base form.

    Examples
    --------
    >>> split_subject("my new card not working yet")
    ('my new card', 'not working yet')
    >>> split_subject("I charged twice")
    ('I', 'charged twice')
    """
    parts = rest.split()
    if not parts:
        return None
    ends = _is_base if _BARE.match(auxiliary) else _ends
    first = parts[0].lower()
    if first in _PRONOUNS and (first not in _DETERMINERS or len(parts) == 1 or ends(parts[1])):
        return parts[0], " ".join(parts[1:])
    if first not in _DETERMINERS:
        return None
    for index in range(2, min(len(parts), _MOST_SUBJECT_WORDS + 1)):
        if parts[index].lower() in _LINKS and len(parts) - index > _LONGEST_PLACE:
            return None  # "is the money from my transfer there": the phrase may belong to the subject
        if ends(parts[index]):
            border = index - 1 if index > 2 and parts[index - 1].endswith("ly") else index
            return " ".join(parts[:border]), " ".join(parts[border:])
    return None


_BASE = frozenset(lexicon.words("verbs", "base"))


def _is_base(word: str) -> bool:
    return word.lower().strip(",.?!") in _BASE


def _ends(word: str) -> bool:
    plain = word.lower().strip(",.?!")
    return plain in _PREDICATE or (bool(_VERBISH.search(plain)) and plain not in ("pending", "string"))


def declarative(auxiliary: str, subject: str, predicate: str) -> str | None:
    """Return the clause of an inverted question; None where it would not be English.

    Examples
    --------
    >>> declarative("did", "my card", "get declined"), declarative("is", "it", "taking so long")
    ('my card got declined', 'it is taking so long')
    >>> declarative("does", "it", "take to arrive"), declarative("don't", "you", "accept it")
    ('it takes to arrive', "you don't accept it")
    """
    plain = auxiliary.lower()
    verb, _, more = predicate.partition(" ")
    low = verb.lower()
    if plain in ("do", "does", "did") and (low in _ADVERBS or low.endswith("ly")):
        return f"{subject} {plain} {predicate}" if low == "not" else None
    if plain == "do":
        return f"{subject} {predicate}" if predicate else None
    if plain in ("does", "did"):
        if not verb.isalpha():
            return None
        return f"{subject} {(third if plain == 'does' else past)(low)} {more}".strip()
    return f"{subject} {auxiliary} {predicate}".strip()
