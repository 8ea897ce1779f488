"""The judging of candidates, one after the other in the order of the plan.

Each is compared with all data and with those that were accepted before it, so the same candidates in the same order
always have the same verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from rftkit.generate import artefacts, language
from rftkit.generate.entry import Entry, entries
from rftkit.generate.meanings import Embedder, Meanings
from rftkit.generate.options import Options
from rftkit.generate.similarity import Overlaps
from rftkit.generate.stars import Parts, parts
from rftkit.generate.voice import voice_of
from rftkit.generate.words import WordModel

_SHORTEST_REPLY = 2
_NOVELTY_FLOOR = 0.5
_COPIED = 0.8
_LEAST_LIKELY = 0.1  # flags 1 in 100 gold labels of unseen banking questions, and 93 in 100 wrong ones
_LEAST_JUDGED = 0.5

#: A judge says how good texts are, 0 to 1, or None where it cannot say.
Judge = Callable[[Sequence[str], Sequence[str]], Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one candidate.

    Examples
    --------
    >>> Verdict({"too_short": "3 characters, at least 20 are needed"}, None).valid
    False
    """

    details: Mapping[str, str]
    parts: Parts | None

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return not self.details


@dataclass
class Validator:
    """Judges candidates against a dataset, one after the other.

    Parameters
    ----------
    frame
        The records: ``id``, ``messages``, and ``topic`` where known.
    options
        Strictness, lengths, limit of similarity.
    embedder
        For similarity of meaning at high strictness, and for topics.
    judge
        A judge, asked at high strictness.
    waiting
        Candidates of earlier runs: ``messages``, and ``topic`` where known. What repeats one of them is rejected.
    nearby
        Where the frame is a sample of many records: returns all records that could be too much like one of some
        normalised texts.

    Examples
    --------
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "How do I block my card?"}]])
    >>> validator = Validator(pl.DataFrame([pl.Series("id", ["a"]), said]))
    >>> [verdict.valid for verdict in validator.judge_all(entries(said.to_frame()))]
    [False]
    """

    frame: pl.DataFrame
    options: Options = field(default_factory=Options)
    embedder: Embedder | None = None
    judge: Judge | None = None
    waiting: pl.DataFrame | None = None
    nearby: Callable[[Sequence[str]], pl.DataFrame] | None = None

    def __post_init__(self) -> None:
        known = entries(self.frame)
        self._seen = {(entry.folded, entry.context) for entry in known}
        self._made: set[tuple[str, str]] = set()
        self._overlaps = Overlaps([entry.folded for entry in known], [entry.context for entry in known])
        self._first_made = len(known)
        self._near = Overlaps([], [])
        self.model = WordModel([entry.text for entry in known], [entry.topic for entry in known])
        self._languages = language.usual(entry.text for entry in known[:5000])
        self._voice = voice_of(self.frame)
        self._meanings = Meanings(self.embedder, known) if self.embedder and self.options.strictness == "high" else None
        self._wait()

    def _wait(self) -> None:
        """Take candidates of earlier runs for made already."""
        earlier = [] if self.waiting is None or self.waiting.is_empty() else entries(self.waiting)
        vectors = self._meanings.embed([entry.text for entry in earlier]) if self._meanings else [None] * len(earlier)
        for entry, vector in zip(earlier, vectors, strict=True):
            self._accept(entry, vector)

    def judge_all(self, candidates: Sequence[Entry], options: Sequence[Options] | None = None) -> list[Verdict]:
        """Return one verdict per candidate; what is accepted is compared with what follows."""
        given = options or [self.options] * len(candidates)
        self._look(candidates)
        vectors = self._meanings.embed([entry.text for entry in candidates]) if self._meanings else None
        marks = self._marks(candidates)
        found = []
        for place, (entry, settings) in enumerate(zip(candidates, given, strict=True)):
            vector = None if vectors is None else vectors[place]
            found.append(self._one(entry, settings, vector, marks[place]))
        return found

    def _look(self, candidates: Sequence[Entry]) -> None:
        """Take in the records beyond the sample that could be too much like one of these candidates."""
        if self.nearby is None or not candidates:
            return
        found = entries(self.nearby([entry.folded for entry in candidates]))
        self._seen.update((entry.folded, entry.context) for entry in found)
        self._near = Overlaps([entry.folded for entry in found], [entry.context for entry in found])

    def _closest(self, entry: Entry) -> tuple[float, str, str]:
        """Return the largest overlap, the text it is with, and whose that is."""
        overlap, place = self._overlaps.closest(entry.folded, entry.context, _NOVELTY_FLOOR)
        near = self._near
        beyond, at = near.closest(entry.folded, entry.context, _NOVELTY_FLOOR) if near.texts else (0.0, -1)
        if beyond > overlap:
            return beyond, near.texts[at], "a record"
        whose = "a record" if place < self._first_made else "an earlier candidate"
        return overlap, self._overlaps.texts[place] if place >= 0 else "", whose

    def _marks(self, candidates: Sequence[Entry]) -> Sequence[float | None]:
        if self.judge is None or self.options.strictness != "high" or not candidates:
            return [None] * len(candidates)
        return self.judge([entry.text for entry in candidates], [entry.topic for entry in candidates])

    def _one(self, entry: Entry, options: Options, vector: Any, mark: float | None) -> Verdict:
        if entry.structure is not None:
            code, sentence = entry.structure.split(":", 1)
            return Verdict({code: sentence}, None)
        overlap, other, whose = self._closest(entry)
        details = dict(self._plain(entry, options))
        if options.strictness != "low":
            same = any("duplicate" in code for code in details)
            alike = f'{overlap:.2f} of its 5-grams are those of {whose}: "{other[:80]}"'
            details.update(
                self._medium(entry, duplicate=same, alike=alike if overlap >= options.similarity and not same else None)
            )
        if options.strictness == "high":
            details.update(self._high(entry, options, vector, mark))
        if not details:
            self._accept(entry, vector)
        return Verdict(details, parts(entry.text, entry.topic, self.model, overlap, mark))

    def _accept(self, entry: Entry, vector: Any) -> None:
        self._made.add((entry.folded, entry.context))
        self._overlaps.add(entry.folded, entry.context)
        if self._meanings is not None and vector is not None:
            self._meanings.add(vector, entry.context)

    def _plain(self, entry: Entry, options: Options) -> dict[str, str]:
        found = {}
        length = len(entry.text.strip())
        least = _SHORTEST_REPLY if entry.turns > 1 else options.min_chars
        if length < least:
            found["too_short"] = f"{length} characters, at least {least} are needed"
        if length > options.max_chars:
            found["too_long"] = f"{length} characters, at most {options.max_chars} are allowed"
        if (entry.folded, entry.context) in self._seen:
            found["duplicate_of_data"] = "a record has the same text"
        elif (entry.folded, entry.context) in self._made:
            found["duplicate_candidate"] = "an earlier candidate has the same text"
        return found

    def _medium(self, entry: Entry, *, duplicate: bool, alike: str | None) -> dict[str, str]:
        found = {}
        artefact = self._artefact(entry)
        if artefact:
            found["artefact"] = artefact
        if alike:
            found["too_similar"] = alike
        copied = _copied(entry)
        if copied and not duplicate:
            found["copied_example"] = f'most of it is an example: "{copied[:80]}"'
        switched = self._switched(entry)
        if switched:
            found["language_switch"] = switched
        leaked = next((one for one in entry.secrets if _holds(entry.folded, one)), None)
        if leaked:
            found["leaked_answer"] = f'it holds the answer: "{leaked[:60]}"'
        off = self._off(entry)
        return {**found, "off_topic": off} if off else found

    def _artefact(self, entry: Entry) -> str | None:
        told = artefacts.find(entry.text, reply=entry.turns > 1)
        if told is None and self._voice.is_assistant(entry.text):
            return f'an answer: "{entry.text[:60]}" is what the assistant says in this data'
        return told

    def _switched(self, entry: Entry) -> str | None:
        told = language.language(entry.text)
        if told is None or not self._languages or told in self._languages:
            return None
        return f"it is in {told}, the data is in {', '.join(sorted(self._languages))}"

    def _off(self, entry: Entry) -> str | None:
        if not entry.topic or entry.turns > 1:  # a reply is on the topic of its context
            return None
        likely, place = self.model.standing(entry.text, entry.topic)
        if place == 1 or likely >= _LEAST_LIKELY:
            return None
        return (
            f"by its words, {place - 1} other {'topic is' if place == 2 else 'topics are'} likelier than {entry.topic}"
        )

    def _high(self, entry: Entry, options: Options, vector: Any, mark: float | None) -> dict[str, str]:
        found = {}
        if self._meanings is not None and vector is not None:
            cosine = self._meanings.closest(vector, entry.context)
            if cosine >= options.similarity:
                found["too_similar"] = f"its meaning is that of another prompt (cosine {cosine:.2f})"
        if mark is not None and mark < _LEAST_JUDGED:
            found["low_quality"] = f"the judge gave it {mark:.2f} of 1"
        return found


def _copied(entry: Entry) -> str | None:
    for example in entry.shown:
        folded = " ".join(example.lower().split()).rstrip(".?! ")
        if len(folded) >= 25 and folded in entry.folded and len(folded) >= _COPIED * len(entry.folded):
            return example if entry.turns == 1 else None
    return None


def _holds(text: str, secret: str) -> bool:
    folded = " ".join(secret.lower().split())
    return bool(re.search(rf"(?<![\w.,]){re.escape(folded)}(?![\w]|[.,]\d)", text))
