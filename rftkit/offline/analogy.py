"""Prompts lent by kindred topics: what people say of a pending transfer, said of a pending top up.

Two topics are kindred where their names differ in one noun phrase alone. A prompt of the other topic that has its phrase is a
prompt of this one with this one's phrase in its place, unless it says something that only fits the other.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rftkit.offline import lexicon
from rftkit.offline.named import spoken
from rftkit.offline.phrases import FUNCTION
from rftkit.offline.text import words

_LINKS = frozenset(lexicon.words("phrases", "links"))
_BEFORE_VERB = frozenset(lexicon.words("verbs", "before"))
_CHOICES = frozenset(("or", "and"))
_ALIKE = 0.42
_ONE = re.compile(r"\b(?:an?|this|that|each|another|every) $", re.IGNORECASE)
_BEFORE_NOUN = r"(?:my|the|a|an|this|that|your|any|another|every|each)"
_FEWEST_SEEN, _NOUN, _LIKE, _LONGEST, _MOST = 2, 0.25, 0.2, 3, 60
_MOST_CHARS = 240


@dataclass(frozen=True, slots=True)
class Kin:
    """Where two names differ.

    Examples
    --------
    >>> kin("pending_top_up", "pending_card_payment")
    Kin(ours='top up', theirs='card payment', common=frozenset({'pending'}))
    """

    ours: str
    theirs: str
    common: frozenset[str]


def kin(name: str, other: str) -> Kin | None:
    """Return how two names differ; None where they share no word or differ in more than one place.

    Examples
    --------
    >>> kin("card_not_working", "virtual_card_not_working").ours
    'card'
    >>> kin("age_limit", "pending_transfer") is None
    True
    """
    one, two = (spoken(text).split() for text in (name, other))
    common = frozenset(one) & frozenset(two) - _LINKS
    ours, theirs = _rest(one, common), _rest(two, common)
    if not common or ours is None or theirs is None or not (ours or theirs):
        return None
    if not (ours and theirs):  # "virtual" stands before a "card" that both have
        longer, found = (one, ours) if ours else (two, theirs)
        place = longer.index(found[-1]) + 1
        if place == len(longer):
            return None
        ours, theirs, common = [*ours, longer[place]], [*theirs, longer[place]], common - {longer[place]}
    fits = common and max(len(ours), len(theirs)) <= _LONGEST and not _CHOICES & {*ours, *theirs}
    return Kin(" ".join(ours), " ".join(theirs), common) if fits else None


def _rest(name: Sequence[str], common: frozenset[str]) -> list[str] | None:
    """Return the words of a name that are not in common, None where others stand between them."""
    places = [place for place, word in enumerate(name) if word not in common and word not in _LINKS]
    inner = list(name[places[0] : places[-1] + 1]) if places else []
    return None if common & set(inner) else inner


class Kindred:
    """What the topics of a dataset lend each other.

    Parameters
    ----------
    prompts
        Texts by topic.

    Examples
    --------
    >>> said = {f"pending_{one}": [f"Why is my {one} pending?", f"Is the {one} still pending?"] for one in ("refund", "order")}
    >>> Kindred({**said, "pending_order": ["Is my order pending?", "The order is pending."]}).lent("pending_order")
    ['Is the order still pending?', 'Why is my order pending?']
    """

    def __init__(self, prompts: Mapping[str, Sequence[str]]) -> None:
        self._nouns: dict[str, bool] = {}
        self.prompts = {topic: [text for text in texts if len(text) <= _MOST_CHARS] for topic, texts in prompts.items()}

    @cached_property
    def _whole(self) -> str:
        return "\n".join(text.lower().replace("-", " ") for texts in self.prompts.values() for text in texts)

    @cached_property
    def _rates(self) -> dict[str, Counter[str]]:
        """For every topic, how many of its prompts have a word, as words by topic."""
        return {
            topic: Counter(word for text in texts for word in set(words(text))) for topic, texts in self.prompts.items()
        }

    def lent(self, topic: str) -> list[str]:
        """Return prompts of kindred topics, said for this one."""
        found: list[str] = []
        for other in self.prompts:
            pair = kin(_leaf(topic), _leaf(other)) if other != topic else None
            if pair is not None and self._noun(pair.ours) and self._noun(pair.theirs):
                if self._alike(topic, other, pair) < _ALIKE:
                    continue
                found.extend(self._said(topic, other, pair))
        return sorted(set(found))[:: max(1, len(set(found)) // _MOST)][:_MOST]

    def _said(self, topic: str, other: str, pair: Kin) -> Iterable[str]:
        near = [one for one in self.prompts if one != other and pair.common & set(spoken(_leaf(one)).split())]
        theirs, ours = _pattern(pair.theirs), pair.ours
        for text in self.prompts[other]:
            places = list(theirs.finditer(text))
            if len(places) == 1 and _is_noun(text, places[0], ours) and self._fits(topic, other, near, text, pair):
                before, after = text[: places[0].start()], text[places[0].end() :]
                yield _articles(f"{before}{_like(places[0].group(), ours, before)}{after}")

    def _fits(self, topic: str, other: str, near: Sequence[str], text: str, pair: Kin) -> bool:
        """Return whether all that a text says beside its phrase is said in this topic, or as much in others of its kind."""
        known = self._rates[topic]
        named = set(f"{pair.ours} {pair.theirs}".split()) | pair.common
        size = max(1, sum(len(self.prompts[one]) for one in near))
        for word in set(words(_pattern(pair.theirs).sub(" ", text))) - named - FUNCTION - set(known):
            if not word.isalpha() or len(word) < 3:
                continue
            there = self._rates[other][word] / max(1, len(self.prompts[other]))
            if sum(self._rates[one][word] for one in near) / size < _LIKE * there:
                return False
        return True

    def _alike(self, topic: str, other: str, pair: Kin) -> float:
        """Return the cosine of what two topics say beside their phrases, rare words weighing more."""
        named = set(f"{pair.ours} {pair.theirs}".split())
        one, two = (
            {word: count / len(self.prompts[name]) * self._rarity(word) for word, count in self._rates[name].items()}
            for name in (topic, other)
        )
        shared = sum(weight * two.get(word, 0.0) for word, weight in one.items() if word not in named)
        sizes = [sum(weight**2 for word, weight in said.items() if word not in named) for said in (one, two)]
        return shared / math.sqrt(sizes[0] * sizes[1]) if all(sizes) else 0.0

    @cached_property
    def _spread(self) -> Counter[str]:
        return Counter(word for said in self._rates.values() for word in said)

    def _rarity(self, word: str) -> float:
        return math.log(1 + len(self.prompts) / self._spread[word])

    def _noun(self, phrase: str) -> bool:
        """Return whether people put a determiner before a phrase, as they do before nouns only."""
        if phrase not in self._nouns:
            every = self._whole.count(f" {phrase}")
            after = len(re.findall(rf"\b{_BEFORE_NOUN} {re.escape(phrase)}s?\b", self._whole)) if every else 0
            self._nouns[phrase] = after >= _FEWEST_SEEN and after >= _NOUN * every
        return self._nouns[phrase]


def _leaf(topic: str) -> str:
    return topic.rsplit("/", 1)[-1]


def _is_noun(text: str, place: re.Match[str], ours: str) -> bool:
    """Return whether a phrase is not the verb of its sentence ("to top up"), and ours can stand there without an echo."""
    before, after = words(text[: place.start()])[-1:], words(text[place.end() :])[:1]
    return not (set(before) & _BEFORE_VERB or set(before + after) & set(ours.split()))


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"\b{phrase.replace(' ', '[ -]')}s?\b", re.IGNORECASE)


def _like(old: str, new: str, before: str) -> str:
    """Return a phrase in the number and with the capital of what it replaces."""
    said = f"{new}s" if old.endswith("s") and not new.endswith("s") else new
    if _ONE.search(before) and " of " not in said and re.search(r"[^su]s$", said):
        said = said[:-1]
    return said[0].upper() + said[1:] if old[0].isupper() else said


def _articles(text: str) -> str:
    """Return the text with "a" and "an" as the word behind them wants."""
    fixed = re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz]\w|h(?!our|eir|onest))", r"\1 ", text)
    return re.sub(r"\b([Aa]) (?=[aeio]\w)(?!one?\b)", r"\1n ", fixed)
