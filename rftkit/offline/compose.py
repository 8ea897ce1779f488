"""Writing prompts of a topic from examples of it, without a model.

A draft takes one example and does some of: ask it in another frame, exchange phrases, swap values, take the
end of a sentence or the background from a neighbour. Many drafts are made; kept are those that read like the
examples, word pair by word pair, and differ from all examples and from each other.
"""

from __future__ import annotations

import itertools
import math
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rftkit.offline import frames, named, noise, slots
from rftkit.offline.asides import PLACES
from rftkit.offline.material import Material, Sentence, bigrams, sentence, split_ending, topical
from rftkit.offline.phrases import Exchange
from rftkit.offline.prose import is_prose
from rftkit.offline.text import capital, closest, sentences, shingles, tidy, uncapital, words

_DRAFTS_EACH, _TRIED = 8, 4
_HELLO = ("Hi, ", "Hello, ", "Hi there, ", "Hey, ")
_GREETING = re.compile(r"(?:hi|hello|hey|good|ok|okay|yes|no|so|also|and|then|but)\b", re.IGNORECASE)
_PLEASE = ("Please help.", "Thanks.", "Can you help?", "Thank you.", "Any help is appreciated.")
_NAMED, _NAME_ALONE, _ASIDE, _BACKGROUND = 0.1, 0.4, 0.05, 0.25
_TRUST = 30  # as many own prompts more: a few lent ones are not written over and over


@dataclass(frozen=True, slots=True)
class Wish:
    """What one prompt should be like.

    Examples
    --------
    >>> Wish(phrasing="question").phrasing
    'question'
    """

    phrasing: str | None = None  # question, command, statement
    context: str | None = None  # minimal, rich, error


@dataclass
class Writer:
    """Writes prompts like the examples it was shown.

    Parameters
    ----------
    material
        The examples, taken apart.
    exchange
        Exchangeable phrases.
    values
        Values seen elsewhere, by type of slot.
    protected
        Words that carry the topic and are never exchanged for words outside it.
    rng
        Chooses.
    asides
        Sentences that say nothing of a topic, by what they follow.
    name
        Of the topic as a part of a sentence, where people would know it by its name.
    usual
        How often people begin sentences with which words.
    rough
        How often a prompt is typed carelessly.
    novelty, unlike
        The largest overlap (5-gram Jaccard) with an example, and with another prompt of its own.

    Examples
    --------
    >>> shown = ["How do I block my card?", "Where can I see my PIN?", "Can I freeze my card in the app?"]
    >>> writer = Writer(Material(shown), Exchange(), {}, frozenset(), random.Random(0))
    >>> len(writer.write([Wish(), Wish()], [])) == 2
    True
    """

    material: Material
    exchange: Exchange
    values: Mapping[str, Sequence[str]]
    protected: frozenset[str]
    rng: random.Random
    asides: Mapping[str, Sequence[str]] = field(default_factory=dict)
    name: str = ""
    usual: Mapping[str, int] = field(default_factory=dict)
    rough: float = 0.06
    novelty: float = 0.78
    unlike: float = 0.68
    _used: dict[int, int] = field(default_factory=dict, init=False)
    _worn: Counter[tuple[str, str]] = field(default_factory=Counter, init=False)  # word pairs written before

    def write(self, wishes: Sequence[Wish], avoid: Sequence[str]) -> list[str]:
        """Return one prompt per wish, fewer where the examples do not hold more.

        Parameters
        ----------
        wishes
            What each prompt should be like.
        avoid
            Texts that must not come again.
        """
        taken = [shingles(text) for text in avoid]
        written: list[str] = []
        for wish in wishes:
            best = self._best(wish, taken)
            if best is not None:
                written.append(best)
                taken.append(shingles(best))
        return written

    def _best(self, wish: Wish, taken: Sequence[frozenset[str]]) -> str | None:
        if not self.material.texts:
            return None
        # Once for all drafts: names are the most novel of them, and would win too often.
        by_name = bool(self.name) and self.material.prose and self.rng.random() < _NAMED
        for index in self._turns():
            scored = []
            for _ in range(_DRAFTS_EACH):
                text = self._by_name(index, wish) if by_name else self._draft(index, wish)
                grams = shingles(text)
                new = closest(grams, self.material.grams) < self.novelty and closest(grams, taken) < self.unlike
                if new and sound(text):
                    scored.append((self._score(text, self._kept_of(index, grams)), text))
            if scored:
                return self._kept(index, max(scored)[1])
        return None

    def _kept_of(self, index: int, grams: frozenset[str]) -> float:
        """Return how much of an example is still there; a lent one is new as it is."""
        return (
            0.0
            if index in self.material.lent
            else len(grams & self.material.grams[index]) / len(self.material.grams[index])
        )

    def _kept(self, index: int, text: str) -> str:
        self._used[index] = self._used.get(index, 0) + 1
        self._worn.update(bigrams(text))
        return noise.roughen(text, self.rng, self.rough) if is_prose(text) else text

    def _score(self, text: str, kept: float) -> float:
        """Return how good a draft is: natural, said in new words (not only more of them), unlike what was written before."""
        strange = self.material.strangeness(text)
        tokens = bigrams(text)
        worn = sum(math.log1p(self._worn[pair]) for pair in tokens) / len(tokens)
        return -0.6 * strange / (2 + math.sqrt(len(tokens))) - 0.8 * kept - 0.3 * worn + self.rng.uniform(0, 0.35)

    def _turns(self) -> list[int]:
        """Return some prompts, the least used first: the topic is what all of them say, not what is easily said anew."""
        count = len(self.material.lent)
        lent = self.rng.random() < count / (count + len(self.material.own) + _TRUST)
        places = self.material.lent if lent else self.material.own
        order = self.rng.sample(places, len(places))
        return sorted(order, key=lambda index: self._used.get(index, 0))[:_TRIED]

    def _draft(self, index: int, wish: Wish) -> str:
        if not is_prose(self.material.texts[index]):
            return self._as_it_is(self.material.texts[index])
        parts = list(self.material.prompts[index])
        if slots.is_calculation(self.material.texts[index]):
            return tidy(" ".join(self._asked_anew(parts, wish)))
        texts = self._reframed(parts, wish)
        if self.rng.random() < 0.3:
            texts = [self._other_ending(text) for text in texts]
        texts = self._background(texts, parts, wish)
        text = self.exchanged(" ".join(texts), self.rng.choice((0, 1, 2, 2, 3, 4)))
        text = slots.swap(text, self.values, self.rng)
        return tidy(self._manners(text, wish))

    def _asked_anew(self, parts: Sequence[Sentence], wish: Wish) -> list[str]:
        """Return the sentences with the last one asked otherwise: nothing else of a calculation can change and stay right."""
        last = parts[-1]
        asked = frames.some_form(last.core, wish.phrasing, self.rng) if last.core is not None and last.asks else None
        return [*(part.text for part in parts[:-1]), asked or last.text]

    def _as_it_is(self, text: str) -> str:
        """Return a text that is no English prose with nothing changed but values whose form is the same everywhere."""
        return slots.swap(text, {}, self.rng, kinds=slots.ANYWHERE)

    def _by_name(self, index: int, wish: Wish) -> str:
        """Return a prompt that calls the topic by its name, alone or before what an example says."""
        parts = self.material.prompts[index]
        asked = named.call(self.name, wish.phrasing if len(parts) > 1 else None, self.rng)
        if len(parts) > 1 or not asked.endswith(".") or self.rng.random() < _NAME_ALONE:
            return tidy(asked)
        return tidy(f"{asked} {capital(slots.swap(' '.join(self._reframed(parts, wish)), self.values, self.rng))}")

    def _reframed(self, parts: Sequence[Sentence], wish: Wish) -> list[str]:
        cores = [number for number, part in enumerate(parts) if part.core is not None]
        asking = [number for number in cores if parts[number].asks] or cores
        chosen = (
            self.rng.choice(asking) if asking and self.rng.random() < (0.6 if wish.phrasing is None else 1.0) else None
        )
        texts = [part.text for part in parts]
        if chosen is not None:
            core = parts[chosen].core
            assert core is not None  # it was chosen for having one
            texts[chosen] = frames.some_form(core, wish.phrasing, self.rng, self.usual) or texts[chosen]
        if len(texts) > 1 and wish.context == "minimal":
            keep = chosen if chosen is not None else len(texts) - 1
            return [texts[keep]]
        return texts

    def _other_ending(self, text: str) -> str:
        split = split_ending(text)
        if split is None or split[1] not in self.material.endings:
            return text
        own = frozenset(topical(split[0]))
        fitting = [end for end, said_of in self.material.endings[split[1]].items() if own & said_of]
        mark = text[-1] if text[-1] in ".?!" else ""
        return f"{split[0]} {split[1]} {self.rng.choice(fitting)}{mark}" if fitting else text

    def _background(self, texts: list[str], parts: Sequence[Sentence], wish: Wish) -> list[str]:
        wanted = {"rich": 0.7, "error": 0.7, "minimal": 0.0}.get(wish.context or "", _BACKGROUND)
        alone = len(texts) == 1 and parts and parts[0].asks and not _GREETING.match(texts[0])
        if not alone or self.rng.random() >= wanted:
            return texts
        own = set(topical(texts[0]))
        fitting = [one.text for one in self.material.backgrounds if own & set(topical(one.text))]
        return [tidy(self.rng.choice(fitting)), capital(texts[0])] if fitting else texts

    def exchanged(self, text: str, count: int) -> str:
        """Return the text with up to so many phrases exchanged, topic words kept.

        Examples
        --------
        >>> writer = Writer(Material(["A problem"]), Exchange(), {}, frozenset(), random.Random(0))
        >>> writer.exchanged("the problem", 1)
        'the issue'
        """
        for _ in range(count):
            options = [option for option in self.exchange.options(text) if self._keeps_topic(*option)]
            if not options:
                return text
            scored = [
                (self.material.strangeness(self.exchange.replace(text, *option)), self.rng.random(), option)
                for option in self.rng.sample(options, min(3, len(options)))
            ]
            text = self.exchange.replace(text, *min(scored)[2])
        return text

    def _keeps_topic(self, phrase: str, other: str) -> bool:
        lost = set(words(phrase)) - set(words(other))
        return not lost & self.protected

    def _manners(self, text: str, wish: Wish) -> str:
        if wish.context == "minimal":
            return text
        if self.rng.random() < 0.04:
            text = self.rng.choice(_HELLO) + uncapital(text)
        if self.rng.random() < _ASIDE and text.endswith((".", "?")) and "help" not in text.lower():
            asks = text.endswith("?") or sentence(sentences(text)[-1]).asks
            text = f"{text} {self.rng.choice(self.asides.get(PLACES[asks]) or _PLEASE)}"
        return text


def sound(text: str) -> bool:
    """Return whether a draft has no word twice in a row and no doubled politeness.

    Examples
    --------
    >>> sound("Can I pay?"), sound("Please help me please.")
    (True, False)
    """
    tokens = words(text)
    twice = any(
        left == right and left.isalpha() and left not in ("that", "had") for left, right in itertools.pairwise(tokens)
    )
    return not twice and tokens.count("please") <= 1 and tokens.count("help") <= 1
