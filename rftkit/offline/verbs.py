"""The little English grammar that turning a question into a clause takes."""

from __future__ import annotations

import re

_PAST = dict(
    pair.split(":")
    for pair in [
        "be:was",
        "have:had",
        "do:did",
        "go:went",
        "get:got",
        "make:made",
        "take:took",
        "give:gave",
        "find:found",
        "tell:told",
        "come:came",
        "see:saw",
        "know:knew",
        "pay:paid",
        "send:sent",
        "buy:bought",
        "bring:brought",
        "lose:lost",
        "leave:left",
        "keep:kept",
        "hold:held",
        "put:put",
        "set:set",
        "cost:cost",
        "let:let",
        "cut:cut",
        "read:read",
        "run:ran",
        "begin:began",
        "become:became",
        "write:wrote",
        "break:broke",
        "choose:chose",
        "speak:spoke",
        "steal:stole",
        "fall:fell",
        "feel:felt",
        "mean:meant",
        "meet:met",
        "say:said",
        "sell:sold",
        "spend:spent",
        "stand:stood",
        "think:thought",
        "understand:understood",
        "forget:forgot",
        "withdraw:withdrew",
        "hear:heard",
        "show:showed",
        "grow:grew",
        "drive:drove",
        "eat:ate",
        "drop:dropped",
        "stop:stopped",
        "cancel:cancelled",
        "refer:referred",
        "book:booked",
        "plan:planned",
        "fly:flew",
        "sit:sat",
        "win:won",
        "build:built",
        "catch:caught",
        "teach:taught",
        "lend:lent",
        "receive:received",
        "decline:declined",
        "quit:quit",
        "hit:hit",
    ]
)
_THIRD = {"have": "has", "do": "does", "go": "goes", "be": "is"}
AUXILIARIES = [
    "is",
    "are",
    "was",
    "were",
    "am",
    "do",
    "does",
    "did",
    "has",
    "have",
    "had",
    "can",
    "could",
    "will",
    "would",
    "should",
    "may",
    "might",
    "must",
    "isn't",
    "aren't",
    "wasn't",
    "weren't",
    "don't",
    "doesn't",
    "didn't",
    "hasn't",
    "haven't",
    "hadn't",
    "can't",
    "couldn't",
    "won't",
    "wouldn't",
    "shouldn't",
    "isnt",
    "arent",
    "wasnt",
    "dont",
    "doesnt",
    "didnt",
    "hasnt",
    "havent",
    "cant",
    "couldnt",
    "wont",
    "wouldnt",
    "shouldnt",
]
_PRONOUNS = [
    "i",
    "you",
    "it",
    "we",
    "they",
    "he",
    "she",
    "there",
    "this",
    "that",
    "these",
    "those",
    "someone",
    "somebody",
    "anyone",
    "everything",
    "something",
]
_DETERMINERS = [
    "my",
    "your",
    "the",
    "a",
    "an",
    "this",
    "that",
    "these",
    "those",
    "our",
    "their",
    "his",
    "her",
    "any",
    "some",
    "all",
    "both",
    "each",
]
# Words that end a subject: what follows is the predicate.
_PREDICATE = frozenset(
    [
        "not",
        "been",
        "being",
        "still",
        "already",
        "always",
        "never",
        "just",
        "even",
        "also",
        "so",
        "too",
        "only",
        "ever",
        "now",
        "yet",
        "get",
        "got",
        "going",
        "gone",
        "made",
        "taken",
        "given",
        "sent",
        "paid",
        "lost",
        "stolen",
        "found",
        "shown",
        "charged",
        "declined",
        "wrong",
        "different",
        "available",
        "free",
        "safe",
        "valid",
        "active",
        "ready",
        "due",
        "pending",
        "open",
        "closed",
        "possible",
        "allowed",
        "able",
        "here",
        "there",
        "needed",
        "possible",
        "higher",
        "lower",
        "more",
        "less",
        "much",
        "high",
        "low",
        "in",
        "on",
        "at",
        "from",
        "for",
        "with",
        "about",
        "like",
        "supposed",
        "to",
        "work",
        "take",
        "cost",
        "come",
        "go",
        "have",
        "show",
        "appear",
        "arrive",
        "expire",
        "need",
        "mean",
        "happen",
        "accept",
        "allow",
        "offer",
        "support",
        "charge",
        "use",
        "get",
        "say",
        "seem",
        "look",
        "keep",
        "do",
        "be",
        "become",
        "stay",
        "post",
        "clear",
        "reach",
        "change",
        "let",
        "make",
        "give",
        "tell",
        "start",
        "stop",
        "end",
        "last",
        "fail",
        "help",
        "apply",
        "vary",
        "depend",
        "include",
        "require",
        "cover",
        "provide",
        "send",
        "process",
    ]
)
_ADVERBS = frozenset(
    ["not", "still", "always", "never", "just", "even", "already", "also", "only", "ever", "actually", "usually"]
)
_VERBISH = re.compile(r"(?:ing|ed|n't)$")
_MOST_SUBJECT_WORDS = 5


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
    doubled = [
        "get",
        "put",
        "set",
        "cut",
        "let",
        "run",
        "stop",
        "plan",
        "drop",
        "swap",
        "top",
        "sit",
        "win",
        "begin",
        "transfer",
        "cancel",
        "refer",
        "book",
    ]
    if verb in doubled and verb not in ("book", "cancel"):
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye", "be")) else f"{verb}ing"


def split_subject(rest: str, auxiliary: str = "") -> tuple[str, str] | None:
    """Return subject and predicate of what follows an auxiliary; None where the border is unsure.

    After a form of "do" the predicate has to begin with a verb in its base form.

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
    ends = _is_base if auxiliary.lower().startswith(("do", "did")) else _ends
    first = parts[0].lower()
    if first in _PRONOUNS and (first not in _DETERMINERS or len(parts) == 1 or ends(parts[1])):
        return parts[0], " ".join(parts[1:])
    if first not in _DETERMINERS:
        return None
    for index in range(2, min(len(parts), _MOST_SUBJECT_WORDS + 1)):
        if ends(parts[index]):
            return " ".join(parts[:index]), " ".join(parts[index:])
    return None


_BASE = frozenset(
    [
        "work",
        "take",
        "cost",
        "come",
        "go",
        "have",
        "show",
        "appear",
        "arrive",
        "expire",
        "need",
        "mean",
        "happen",
        "accept",
        "allow",
        "offer",
        "support",
        "charge",
        "use",
        "get",
        "say",
        "seem",
        "look",
        "keep",
        "become",
        "stay",
        "post",
        "clear",
        "reach",
        "change",
        "let",
        "make",
        "give",
        "tell",
        "start",
        "stop",
        "end",
        "last",
        "fail",
        "help",
        "apply",
        "vary",
        "depend",
        "include",
        "require",
        "cover",
        "provide",
        "send",
        "process",
        "stand",
        "exist",
        "run",
        "pass",
        "leave",
        "land",
        "open",
        "close",
        "serve",
        "sell",
        "play",
        "rent",
        "operate",
        "count",
        "fit",
        "match",
        "belong",
        "begin",
        "contain",
        "decline",
        "add",
        "convert",
        "exchange",
        "deliver",
        "ship",
        "cancel",
        "disappear",
        "reject",
        "block",
        "hold",
        "return",
        "transfer",
        "verify",
        "know",
        "want",
        "think",
        "receive",
        "see",
        "find",
        "pay",
        "do",
        "be",
        "move",
        "update",
        "refund",
        "drive",
        "fly",
        "board",
        "depart",
    ]
)


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
