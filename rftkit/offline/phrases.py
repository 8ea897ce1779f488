"""Phrases that can stand in for each other: a short list of general English, and what a dataset shows.

Two phrases are taken to be exchangeable where the prompts of one topic have them between the same neighbours,
in several places: "how do i ___ my account" with "top up" and with "add money to".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rftkit.offline.text import words

_GROUPS = """
can't|cannot
don't|do not
doesn't|does not
didn't|did not
isn't|is not
hasn't|has not
haven't|have not
won't|will not
wasn't|was not
I'm|I am
I've|I have
it's|it is
I'd like to|I would like to|I want to
get|receive
got|received
getting|receiving
a problem|an issue
problem|issue
problems|issues
wrong|incorrect
fix|resolve|sort out
fixed|resolved|sorted out
right away|immediately|straight away|as soon as possible
show up|appear
showing up|appearing
showed up|appeared
buy|purchase
bought|purchased
an extra|an additional
extra|additional
allowed to|permitted to
a lot of|lots of
let me know|tell me
stolen|taken
lost|misplaced
abroad|overseas
for some reason|somehow
right now|at the moment|currently
recently|lately
a while|some time
anymore|any more
need to|have to
make sure|be sure
how long will it take|how much time will it take
figure out|work out
keeps|keeps on
still not|not yet
trying to|attempting to
tried to|attempted to
a couple of days|a few days|two or three days
a few days ago|a couple of days ago|the other day
a couple of weeks|a few weeks|two weeks
yesterday|the day before yesterday|a few days ago
cash machine|ATM
withdraw|take out
withdrew|took out
mobile|phone
website|site
assist|help
quickly|fast
a minute ago|just now|a moment ago
several|a few|a number of
multiple|several
start|begin
happened|occurred
happen|occur
cheap|inexpensive|affordable
near|close to
"""
_LONGEST_PHRASE = 3
_MARK = re.compile(r"[^\w$£€']")
# Words that change what is asked; they are never exchanged for one another.
_FIXED = frozenset(
    [
        "not",
        "no",
        "never",
        "n't",
        "can",
        "can't",
        "cannot",
        "could",
        "couldn't",
        "do",
        "don't",
        "did",
        "didn't",
        "does",
        "doesn't",
        "is",
        "isn't",
        "was",
        "wasn't",
        "will",
        "won't",
        "has",
        "hasn't",
        "have",
        "haven't",
        "had",
        "if",
        "when",
        "where",
        "why",
        "what",
        "who",
        "how",
        "which",
        "i",
        "you",
        "he",
        "she",
        "they",
        "we",
        "it",
        "and",
        "or",
        "but",
        "because",
        "before",
        "after",
        "more",
        "less",
        "higher",
        "lower",
        "increase",
        "decrease",
        "first",
        "last",
        "in",
        "out",
        "on",
        "off",
        "to",
        "from",
        "with",
        "without",
        "are",
        "aren't",
        "were",
        "am",
        "be",
    ]
)

_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "your",
        "this",
        "that",
        "these",
        "those",
        "me",
        "that",
        "our",
        "their",
        "its",
        "his",
        "her",
        "some",
        "any",
    ]
)
# Words that can be added or left out without changing what is asked.
_FREELY_ADDED = frozenset(["just", "still", "really", "recently", "already", "new", "also", "actually", "currently"])


def general() -> dict[str, dict[str, float]]:
    """Return the list of general English, every phrase with what may stand for it.

    Examples
    --------
    >>> sorted(general()["problem"])
    ['issue']
    """
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for line in _GROUPS.strip().splitlines():
        group = line.split("|")
        for phrase in group:
            table[phrase.lower()].update({other: 1.0 for other in group if other != phrase})
    return dict(table)


def mine(prompts: Mapping[str, Sequence[str]], *, contexts: int = 3, topics: int = 1) -> list[tuple[str, str, int]]:
    """Return pairs of phrases that prompts of one topic use between the same neighbours.

    Parameters
    ----------
    prompts
        Texts by topic.
    contexts
        In how many different places a pair has to be seen.
    topics
        In how many topics.

    Returns
    -------
    list
        (phrase, other phrase, number of places), most frequent first.

    Examples
    --------
    >>> how = ["How do I block my card?", "How do I freeze my card?"]
    >>> please = ["Please block my card now", "Please freeze my card now"]
    >>> mine({"cards": how + please}, contexts=2)
    [('block', 'freeze', 2), ('block my', 'freeze my', 2), ('block my card', 'freeze my card', 2)]
    """
    places: Counter[tuple[str, str]] = Counter()
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for topic, texts in prompts.items():
        for pair in _pairs(texts):
            places[pair] += 1
            seen[pair].add(topic)
    found = [(*pair, count) for pair, count in places.items() if count >= contexts and len(seen[pair]) >= topics]
    return sorted(found, key=lambda item: (-item[2], item[0], item[1]))


def _pairs(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    fillers: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for text in texts:
        _fillers(words(text), fillers)
    for phrases in fillers.values():
        ordered = sorted(phrases)[:8]
        for index, left in enumerate(ordered):
            for right in ordered[index + 1 :]:
                if _exchangeable(left, right):
                    yield " ".join(left), " ".join(right)


def _fillers(tokens: list[str], fillers: dict[tuple[str, ...], set[tuple[str, ...]]]) -> None:
    padded = ["^", "^", *tokens, "$", "$"]
    for start in range(2, len(padded) - 2):
        for size in range(1, _LONGEST_PHRASE + 1):
            end = start + size
            phrase = tuple(padded[start:end])
            if end > len(padded) - 2 or any(_MARK.search(word) for word in phrase):
                break
            fillers[*padded[start - 2 : start], "_", *padded[end : end + 2]].add(phrase)


def _exchangeable(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    shorter, longer = sorted((set(left), set(right)), key=len)
    different = set(left) ^ set(right)
    if different & _FIXED or any(any(char.isdigit() for char in word) for word in (*left, *right)):
        return False
    if different <= _SMALL:
        return False
    return not shorter <= longer or different <= _FREELY_ADDED


class Exchange:
    """Replaces phrases by others.

    Parameters
    ----------
    pairs
        Pairs of exchangeable phrases.

    Examples
    --------
    >>> Exchange([("block", "freeze")]).options("Please block it")
    [('block', 'freeze')]
    """

    def __init__(self, pairs: Iterable[Sequence[str]] = ()) -> None:
        self.table: dict[str, dict[str, float]] = {phrase: dict(others) for phrase, others in general().items()}
        for left, right in pairs:
            self.table.setdefault(left.lower(), {})[right] = 1.0
            self.table.setdefault(right.lower(), {})[left] = 1.0
        longest_first = sorted(self.table, key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?<![\w'-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w'-])", re.IGNORECASE
        )

    def options(self, text: str) -> list[tuple[str, str]]:
        """Return what could be replaced in a text, and by what."""
        straight = text.replace("’", "'")
        found = dict.fromkeys(match.group() for match in self._pattern.finditer(straight))
        return [(phrase, other) for phrase in found for other in self.table[phrase.lower()]]

    def replace(self, text: str, phrase: str, other: str) -> str:
        """Return the text with one phrase replaced, capitals kept.

        Examples
        --------
        >>> Exchange().replace("Problems with it", "Problems", "issues")
        'Issues with it'
        """
        straight = text.replace("’", "'")
        new = other[:1].upper() + other[1:] if phrase[:1].isupper() and phrase[:1] != "I" else other
        changed = re.sub(rf"(?<![\w'-]){re.escape(phrase)}(?![\w'-])", lambda _: new, straight, count=1)
        changed = re.sub(r"\b([Aa]) (?=[aeiouAEIOU](?!ne\b|ni|se|ur))", r"\1n ", changed)
        return re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwyz])", r"\1 ", changed)
