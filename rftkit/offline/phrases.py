"""Phrases that can stand in for each other: a short list of general English, and what a dataset shows.

Two phrases are taken to be exchangeable where the prompts of one topic have them between the same neighbours,
in several places: "how do i ___ my account" with "top up" and with "add money to".
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rftkit.offline import lexicon
from rftkit.offline.text import words

_LONGEST_PHRASE = 3
_TOKEN = re.compile(r"[\w'$£€-]+")
_MARK = re.compile(r"[^\w$£€']")
# Words that change what is asked; they are never exchanged for one another.
_FIXED = frozenset(lexicon.words("phrases", "fixed"))

_SMALL = frozenset(lexicon.words("phrases", "small"))
# Words of grammar: a phrase found in their place seldom fits another sentence.
FUNCTION = _FIXED | _SMALL | frozenset(lexicon.words("phrases", "function"))
_LIKE_TOPICS = 0.6  # cosine: "block" and "freeze" are used for the same topics, "card" and "account" for different ones
_ENDS = ("ing", "ed", "ly", "'s", "s", "tion")


def general() -> dict[str, dict[str, float]]:
    """Return the list of general English, every phrase with what may stand for it.

    Examples
    --------
    >>> sorted(general()["problem"])
    ['issue']
    """
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for line in lexicon.lines("phrases", "exchange"):
        one, arrow, others = line.partition(">")  # "a>b": b can stand for a, a not always for b
        group = line.split("|")
        for phrase in [one] if arrow else group:
            fitting = others.split("|") if arrow else group
            table[phrase.lower()].update({other: 1.0 for other in fitting if other != phrase})
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
    [('block', 'freeze', 2)]
    """
    places: Counter[tuple[str, str]] = Counter()
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    used = _used(prompts)
    for topic, texts in prompts.items():
        for pair in _pairs(texts):
            places[pair] += 1
            seen[pair].add(topic)
    found = [
        (*pair, count)
        for pair, count in places.items()
        if count >= contexts and len(seen[pair]) >= topics and (len(prompts) < 2 or _same_topics(*pair, used))
    ]
    return sorted(found, key=lambda item: (-item[2], item[0], item[1]))


def _used(prompts: Mapping[str, Sequence[str]]) -> dict[str, Counter[str]]:
    """Return for every word how many prompts of each topic have it, as shares of the topic."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for topic, texts in prompts.items():
        for text in texts:
            for word in set(words(text)):
                used[word][topic] += 1
    return used


def _same_topics(left: str, right: str, used: Mapping[str, Counter[str]]) -> bool:
    """Return whether the words in which two phrases differ are used for the same topics."""
    one, other = set(left.split()), set(right.split())
    lost, new = (
        sum((used[word] for word in found if word in used), Counter[str]()) for found in (one - other, other - one)
    )
    lengths = math.sqrt(sum(n * n for n in lost.values()) * sum(n * n for n in new.values()))
    return lengths > 0 and sum(count * new[topic] for topic, count in lost.items()) >= _LIKE_TOPICS * lengths


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
    one, other = set(left), set(right)
    different = one ^ other
    if different & FUNCTION or any(any(char.isdigit() for char in word) for word in different):
        return False
    if not (one - other and other - one) or any(_kin(a, b) for a in one - other for b in other - one):
        return False
    whole = len(left) == 1 == len(right) or (left[0] != right[0] and left[-1] != right[-1])
    return whole and _form(left) == _form(right)


def _kin(one: str, other: str) -> bool:
    """Return whether two words are forms of one: "withdraw" and "withdrawal", "exchange" and "exchanging"."""
    return min(len(one), len(other)) > 3 and one[:4] == other[:4]


def _form(phrase: tuple[str, ...]) -> tuple[object, ...]:
    """Return what two phrases have to share to fit the same sentences: determiners and particles, the ends of words."""
    first = phrase[0] if phrase[0] in FUNCTION else ""
    last = phrase[-1]
    return first, last if last in FUNCTION else next((end for end in _ENDS if last.endswith(end)), "")


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
        self._longest: dict[str, int] = {}  # number of words of the longest phrase, by its first word
        for phrase in self.table:
            first, size = phrase.split(" ", 1)[0], phrase.count(" ") + 1
            self._longest[first] = max(size, self._longest.get(first, 0))

    def options(self, text: str) -> list[tuple[str, str]]:
        """Return what could be replaced in a text, and by what."""
        found = dict.fromkeys(self._phrases(text.replace("’", "'")))
        return [(phrase, other) for phrase in found for other in self.table[phrase.lower()]]

    def _phrases(self, text: str) -> Iterable[str]:
        """Return the phrases of the table that a text has, from left to right, the longest at every place."""
        found = list(_TOKEN.finditer(text))
        place = 0
        while place < len(found):
            size = 1
            most = min(self._longest.get(found[place].group().lower(), 0), len(found) - place)
            for more in range(most, 0, -1):
                phrase = text[found[place].start() : found[place + more - 1].end()]
                if phrase.lower() in self.table:
                    yield phrase
                    size = more
                    break
            place += size

    def replace(self, text: str, phrase: str, other: str) -> str:
        """Return the text with one phrase replaced, capitals kept.

        Examples
        --------
        >>> Exchange().replace("Problems with it", "Problems", "issues")
        'Issues with it'
        """
        straight = text.replace("’", "'")
        new = other[:1].upper() + other[1:] if phrase[:1].isupper() and phrase[:1] != "I" else other
        match = _whole(phrase).search(straight)
        if match is None:
            return straight
        before = straight[: match.start()]
        article = re.search(r"\b([Aa])n? $", before)
        if article:
            before = before[: article.start()] + article[1] + ("n " if _VOWEL.match(new) else " ")
        return before + new + straight[match.end() :]


@functools.lru_cache(maxsize=20_000)
def _whole(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-]){re.escape(phrase)}(?![\w'-])")


_VOWEL = re.compile(r"[aeio](?!ne\b|u[^n])|u(?!ni|s[aei]|r)|8|11\b|18\b", re.IGNORECASE)
