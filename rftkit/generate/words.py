"""How the topics of a dataset use words: enough to say whether a text belongs, reads naturally and is specific."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from rftkit.offline.material import bigrams
from rftkit.offline.text import words

if TYPE_CHECKING:
    import numpy as np

_MOST_TEXTS = 20_000
_FEWEST_TEXTS = 5
_SMOOTHING = 0.3
_PRIOR = 0.08  # of all words: a topic of few prompts is judged by the words of all, not by how few it has


class WordModel:
    """Word counts by topic and neighbouring words of all topics.

    Parameters
    ----------
    texts
        Prompts.
    topics
        Their topics, empty where unassigned.

    Examples
    --------
    >>> model = WordModel(["block my card"] * 5 + ["open a loan"] * 5, ["cards"] * 5 + ["loans"] * 5)
    >>> model.fit("please block the card", "cards") > model.fit("please block the card", "loans")
    True
    """

    def __init__(self, texts: Sequence[str], topics: Sequence[str]) -> None:
        step = max(1, len(texts) // _MOST_TEXTS)
        self.pairs: set[tuple[str, str]] = set()
        self.seen: Counter[str] = Counter()
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._sizes: Counter[str] = Counter()
        for text, topic in zip(texts[::step], topics[::step], strict=True):
            self._learn(text, topic)
        self.total = sum(self._sizes.values())
        self._columns: dict[str, np.ndarray] = {}
        self._last: tuple[str, str, tuple[float, int]] = ("", "", (1.0, 1))
        self._said = sum(self.seen.values())
        self._lengths = {topic: sum(counts.values()) for topic, counts in self._counts.items()}

    def _learn(self, text: str, topic: str) -> None:
        self.pairs.update(bigrams(text))
        found = set(words(text))
        self.seen.update(found)
        self._sizes[topic] += 1
        if topic:
            self._counts[topic].update(found)

    @property
    def topics(self) -> list[str]:
        """Topics with enough prompts to know them by."""
        return [topic for topic in self._counts if self._sizes[topic] >= _FEWEST_TEXTS]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Places of the topics that are known well enough."""
        return {topic: place for place, topic in enumerate(self.topics)}

    @cached_property
    def _wholes(self) -> np.ndarray:
        import numpy as np

        return np.array([self._lengths[topic] + _PRIOR * len(self.seen) for topic in self._places], dtype=float)

    def _logs(self, word: str) -> np.ndarray:
        """Return how likely every known topic makes a word, as logarithms."""
        import numpy as np

        if word not in self._columns:
            every = self._said + _SMOOTHING * len(self.seen)
            expected = _PRIOR * len(self.seen) * (self.seen[word] + _SMOOTHING) / every
            counts = np.array([self._counts[topic][word] for topic in self._places], dtype=float)
            self._columns[word] = np.log((counts + expected) / self._wholes)
        return self._columns[word]

    def likelihoods(self, found: Sequence[str]) -> np.ndarray:
        """Return how likely every known topic makes these words, as sums of logarithms, in the order of `topics`."""
        import numpy as np

        return np.sum([self._logs(word) for word in found], axis=0) if found else np.zeros(len(self._places))

    def standing(self, text: str, topic: str) -> tuple[float, int]:
        """Return how likely a topic is for a text beside the likeliest one, 0 to 1, and its place among all, from 1.

        (1, 1) where there is nothing to compare: one topic, or too few prompts of it.
        """
        if topic not in self._places or len(self._places) < 2:
            return 1.0, 1
        if self._last[:2] != (text, topic):  # a candidate is asked about twice: for its verdict and for its stars
            self._last = (text, topic, self._judged(text, topic))
        return self._last[2]

    def _judged(self, text: str, topic: str) -> tuple[float, int]:
        found = [word for word in dict.fromkeys(words(text)) if self.seen[word] and word.isalnum()]
        # Words of a prompt go together, so their evidence counts less than its sum.
        scores = self.likelihoods(found) / math.sqrt(max(1, len(found)))
        own = scores[self._places[topic]]
        return math.exp(own - scores.max()), 1 + int((scores > own).sum())

    def fit(self, text: str, topic: str) -> float:
        """Return how likely a topic is for a text beside the likeliest one, 0 to 1."""
        return self.standing(text, topic)[0]

    def naturalness(self, text: str) -> float:
        """Return the share of neighbouring words that prompts have, words that no prompt has not counted."""
        found = [pair for pair in bigrams(text) if all(word in "^$" or self.seen[word] for word in pair)]
        return sum(pair in self.pairs for pair in found) / len(found) if found else 0.5

    def rarity(self, text: str) -> float:
        """Return how telling the words of a text are, 0 to 1: the mean of the five rarest."""
        found = [word for word in set(words(text)) if word.isalnum()]
        whole = math.log(self.total + 2)
        told = sorted((math.log((self.total + 2) / (self.seen[word] + 1)) / whole for word in found), reverse=True)[:5]
        return sum(told) / 5 if told else 0.0
