"""Who speaks: the person or the assistant, as a dataset's own conversations tell.

A desk that sells bus tickets says "There is one at 7:10 am", which no list of phrases knows for an answer. Datasets with
several turns hold enough of both voices to tell them apart, and the limit is set where hardly any of the dataset's own
user turns would cross it, measured on turns that were not counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from rftkit.offline.text import words

_FEWEST, _MOST = 200, 8000
_SMOOTHING = 0.5
_WRONG = 1 / 2000  # of the dataset's own user turns
_MARGIN = 1.2
_SURE = 4.0


class Voice:
    """Counts of words and of neighbouring words in what users and assistants say.

    Parameters
    ----------
    users, assistants
        Texts of their turns; with fewer than 200 of either, nothing is ever taken for an assistant's.

    Examples
    --------
    >>> voice = Voice(["I want a bus to Oslo", "Two please"] * 150, ["Which bus would you like?", "There is one at 7"] * 150)
    >>> voice.is_assistant("Which bus would you like to Oslo?"), voice.is_assistant("I want a bus please")
    (True, False)
    """

    def __init__(self, users: Sequence[str], assistants: Sequence[str]) -> None:
        self._said: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._sizes, self._scale = [0, 0], 0.0
        self.limit = math.inf
        if min(len(users), len(assistants)) < _FEWEST:
            return
        sides = [list(texts[:: max(1, len(texts) // _MOST)]) for texts in (users, assistants)]
        self._learn([side[::2] for side in sides])
        unseen = sorted((self.score(text) for text in sides[0][1::2]), reverse=True)
        self._learn([side[1::2] for side in sides])
        self.limit = max(_SURE, unseen[int(len(unseen) * _WRONG)] * _MARGIN)

    def _learn(self, sides: Sequence[Sequence[str]]) -> None:
        for place, texts in enumerate(sides):
            for text in texts:
                found = _traits(text)
                self._said[place].update(found)
                self._sizes[place] += len(found)
        many = _SMOOTHING * len(self._said[0].keys() | self._said[1].keys())
        self._scale = math.log((self._sizes[0] + many) / (self._sizes[1] + many))

    def score(self, text: str) -> float:
        """Return how much more an assistant would say this than a user, as a logarithm; below zero for a user's."""
        found = _traits(text)
        users, assistants = self._said
        told = sum(math.log((assistants[one] + _SMOOTHING) / (users[one] + _SMOOTHING)) + self._scale for one in found)
        return told / math.sqrt(max(1, len(found)))  # neighbours say much the same: evidence grows slower than its sum

    def is_assistant(self, text: str) -> bool:
        """Return whether a text is what an assistant says, beyond the dataset's own doubt."""
        return self.limit < math.inf and self.score(text) > self.limit


def _traits(text: str) -> set[str]:
    found = ["^", *words(text), "$"]
    return {*found[1:-1], *(f"{one} {other}" for one, other in pairwise(found))}


def voice_of(frame: pl.DataFrame) -> Voice:
    """Return the voice of a dataset, from the turns of its conversations.

    Examples
    --------
    >>> from rftkit import messages
    >>> voice_of(messages.pack([[{"role": "user", "content": "Hi"}]]).to_frame()).limit
    inf
    """
    if frame.is_empty():
        return Voice([], [])
    said = frame.select(pl.col("messages").explode().struct.unnest()).filter(pl.col("content").str.len_chars() > 0)
    users, assistants = (said.filter(pl.col("role") == role)["content"].to_list() for role in ("user", "assistant"))
    return Voice(users, assistants)
