"""Easy data augmentation (Wei and Zou, 2019): the peer of offline text, as its authors describe it.

Every source has its share of new texts; each is made by one of four operations, in turn, on a tenth of the words: synonyms for
words that are no stop words, synonyms put in at random, two words swapped, words left out. Synonyms come from WordNet's own
files (Debian: wordnet-base), in `$WORDNET` or /usr/share/wordnet; without them a word of the text itself is put in, and
`synonyms()` says so.
"""

from __future__ import annotations

import os
import random
import re
from functools import cache
from pathlib import Path

FOLDER = Path(os.environ.get("WORDNET", "/usr/share/wordnet"))
ALPHA = 0.1
_STOP = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers
herself it its itself they them their theirs themselves what which who whom this that these those am is are
was were be been being have has had having do does did doing a an the and but if or because as until while of
at by for with about against between into through during before after above below to from up down in out on
off over under again further then once here there when where why how all any both each few more most other
some such no nor not only own same so than too very s t can will just don should now
"""
STOP = frozenset(_STOP.split())


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Return synonyms of every word, of all its senses; empty where WordNet is not there."""
    found: dict[str, set[str]] = {}
    for name in ("noun", "verb", "adj", "adv"):
        path = FOLDER / f"data.{name}"
        if not path.is_file():
            return {}
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(" "):
                continue
            parts = line.split(" ")
            count = int(parts[3], 16)
            group = {re.sub(r"\(\w+\)$", "", word).replace("_", " ").lower() for word in parts[4 : 4 + 2 * count : 2]}
            for word in group:
                found.setdefault(word, set()).update(group - {word})
    return {word: tuple(sorted(others)) for word, others in found.items() if others}


def clean(text: str) -> list[str]:
    """Return the words of a text as the method's own code reads them: small letters, no marks."""
    plain = re.sub(r"[^a-z ]", " ", re.sub(r"[’']", "", text.lower()).replace("-", " "))
    return plain.split()


def _replaced(words: list[str], count: int, rng: random.Random) -> list[str]:
    new = list(words)
    choices = sorted({word for word in words if word not in STOP})
    rng.shuffle(choices)
    done = 0
    for word in choices:
        others = synonyms().get(word)
        if others and done < count:
            other = rng.choice(others)
            new = [other if one == word else one for one in new]
            done += 1
    return " ".join(new).split()


def _inserted(words: list[str], count: int, rng: random.Random) -> list[str]:
    new = list(words)
    for _ in range(count):
        for _ in range(10):
            word = rng.choice(new)
            others = synonyms().get(word, ()) if synonyms() else (word,)
            if others:
                new.insert(rng.randrange(len(new)), rng.choice(others))
                break
    return " ".join(new).split()


def _swapped(words: list[str], count: int, rng: random.Random) -> list[str]:
    new = list(words)
    for _ in range(count):
        if len(new) > 1:
            left, right = rng.sample(range(len(new)), 2)
            new[left], new[right] = new[right], new[left]
    return new


def _deleted(words: list[str], _: int, rng: random.Random) -> list[str]:
    kept = [word for word in words if rng.random() > ALPHA]
    return kept or [rng.choice(words)]


OPERATIONS = (_replaced, _inserted, _swapped, _deleted)


def augment(texts: list[str], count: int, seed: int) -> list[str]:
    """Return so many new texts, the sources and the four operations in turn."""
    rng = random.Random(seed)
    made = []
    operations = OPERATIONS if synonyms() else OPERATIONS[1:]
    for number in range(count):
        words = clean(texts[number % len(texts)]) or ["the"]
        operation = operations[number // len(texts) % len(operations)]
        made.append(" ".join(operation(words, max(1, int(ALPHA * len(words))), rng)))
    return made
