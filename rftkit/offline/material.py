"""What the offline writer learns from the examples it is shown: sentences, cores, neighbours of words."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rftkit.offline import frames, lexicon, verbs
from rftkit.offline.phrases import FUNCTION, general
from rftkit.offline.prose import is_prose
from rftkit.offline.text import sentences, shingles, words

_STARTS = ("^",)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an example.

    Examples
    --------
    >>> sentence("Can I pay by card?").asks
    True
    """

    text: str
    core: frames.Core | None
    asks: bool


@functools.lru_cache(maxsize=20_000)
def sentence(text: str) -> Sentence:
    """Return what is known of a sentence.

    Examples
    --------
    >>> sentence("My card is lost.").asks
    False
    """
    core = frames.read(text)
    return Sentence(text, core, (core is not None and core.kind not in frames.TOLD) or text.rstrip().endswith("?"))


class Material:
    """The examples of one request, taken apart.

    Parameters
    ----------
    examples
        Texts of prompts of one topic.
    lent
        Prompts of kindred topics, said for this one: they may be written as they are.

    Examples
    --------
    >>> material = Material(["My card is lost. Can I block it?"])
    >>> [part.asks for part in material.prompts[0]]
    [False, True]
    """

    def __init__(self, examples: Sequence[str], lent: Sequence[str] = ()) -> None:
        self.texts = list(dict.fromkeys(text.strip() for text in examples if text.strip()))
        self.grams = [shingles(text) for text in self.texts]
        self.own = range(len(self.texts))
        self.texts += [text for text in dict.fromkeys(lent) if text not in self.texts]
        self.lent = range(len(self.own), len(self.texts))
        self.prose = all(is_prose(text) for text in self.texts)
        self.prompts = [[sentence(part) for part in sentences(text)] for text in self.texts]
        # What stood before another sentence, or is told without a question, can be a background; a wish is none.
        told = [prompt[:-1] or prompt for prompt in self.prompts]
        self.backgrounds = [part for parts in told for part in parts if _is_background(part)]
        self.bigrams = Counter(pair for text in self.texts for pair in bigrams(text))
        self.endings = _endings(self.texts)

    def strangeness(self, text: str) -> int:
        """Return how many neighbouring words of a text nobody was seen to write side by side.

        Examples
        --------
        >>> Material(["Can I pay by card?"]).strangeness("Can I card by pay?")
        4
        """
        known = _common()
        return sum(pair not in self.bigrams and pair not in known for pair in bigrams(text))


def _is_background(part: Sentence) -> bool:
    told = part.core is not None and part.core.kind in ("statement", "opinion")
    return told and not part.asks and 4 <= len(words(part.text)) <= 30


@functools.lru_cache(maxsize=20_000)
def topical(text: str) -> tuple[str, ...]:
    """Return the words of a text that are not of grammar.

    Examples
    --------
    >>> topical("Why was I charged a fee?")
    ('charged', 'fee')
    """
    return tuple(word for word in words(text) if word.isalpha() and len(word) > 2 and word not in FUNCTION)


def bigrams(text: str) -> list[tuple[str, str]]:
    """Return neighbouring words, the start and the end among them.

    Examples
    --------
    >>> bigrams("Pay now")
    [('^', 'pay'), ('pay', 'now'), ('now', '$')]
    """
    tokens = ["^", *words(text), "$"]
    return list(itertools.pairwise(tokens))


@functools.cache
def _common() -> frozenset[tuple[str, str]]:
    """Return neighbours that our own frames and phrases put side by side."""
    known: set[tuple[str, str]] = set()
    for kind in ("how_to", "can", "want", "need", "request", "what_is", "statement"):
        for said in frames.forms(frames.Core(kind, "zzz", "zzz")):
            known.update(bigrams(said))
    for word in ("why", "if", "where", "when", "how long", "how much", "what", "how"):
        for said in frames.forms(frames.Core("wh", f"{word} zzz", "zzz")):
            known.update(bigrams(said))
    for phrase in general():
        known.update(bigrams(phrase)[1:-1])
    return frozenset(pair for pair in known if "zzz" not in pair)


def _endings(texts: Sequence[str]) -> dict[str, dict[str, frozenset[str]]]:
    """Return the ends of sentences by the word that opens them ("in", "when", "because"), with what they were said of."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for text in texts:
        for part in sentences(text):
            split = split_ending(part)
            if split is not None:
                ends = found.setdefault(split[1], {})
                ends[split[2]] = ends.get(split[2], frozenset()) | frozenset(topical(split[0]))
    return {word: dict(sorted(ends.items())) for word, ends in found.items() if len(ends) > 1}


_OPENERS = ("because", "when", "while", "in", "from", "at", "on")
_FEWEST_BEFORE, _MOST_AFTER = 4, 9
_NOT_IN_PHRASE = frozenset(
    (*verbs.AUXILIARIES, *lexicon.words("verbs", "base"), "be", "been", "please", "and", "but", "to")
)


def _is_ending(tokens: Sequence[str]) -> bool:
    """Return whether a clause, or a phrase without a verb, opens here: "in France", not "in France was declined"."""
    clause = tokens[0].lower() in ("because", "when", "while")
    plain = {word.lower().strip(",.") for word in tokens[1:]}
    return len(tokens) - 1 <= _MOST_AFTER and (clause or not plain & _NOT_IN_PHRASE)


def split_ending(part: str) -> tuple[str, str, str] | None:
    """Return what comes before the last clause or phrase of a sentence, the word that opens it, and it.

    Examples
    --------
    >>> split_ending("Can I use my card when I am abroad?")
    ('Can I use my card', 'when', 'I am abroad')
    """
    tokens = part.rstrip(" .?!").split(" ")
    for opener in _OPENERS:
        for index in range(len(tokens) - 2, _FEWEST_BEFORE - 1, -1):
            if tokens[index].lower() == opener and _is_ending(tokens[index:]):
                return " ".join(tokens[:index]), opener, " ".join(tokens[index + 1 :])
    return None
