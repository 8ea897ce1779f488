"""Which language a text is in, as far as its most common words and its script tell."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable

_COMMON = {
    "en": "the a an is are was i you my me to of and for in on what how can do it this that with have not please would",
    "de": "der die das ich und ist nicht ein eine mein meine wie kann zu mit auf für es sie von bitte habe wo warum",
    "fr": "le la les je est et un une des mon ma pas que pour comment dans vous ne avec sur qui quel pourquoi puis",
    "es": "el la los que de y un una mi por para cómo no es en con puedo qué tengo se lo mis está donde quiero",
    "it": "il la che di e un una mio mia per come non è in con posso cosa ho si le sono perché dove vorrei",
    "pt": "o a os que de e um uma meu minha por para como não é em com posso quero se está eu onde fazer meus",
    "nl": "de het een ik en is niet mijn hoe kan te met op voor van wat dat heb waarom zijn aan wil mij",
    "pl": "nie jest na się i w z do jak moja mój czy to mam co proszę mogę gdzie dlaczego chcę",
}
_SETS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("cyrillic", re.compile(r"[\u0400-\u04ff]")),
    ("greek", re.compile(r"[\u0370-\u03ff]")),
    ("arabic", re.compile(r"[\u0600-\u06ff]")),
    ("hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("devanagari", re.compile(r"[\u0900-\u097f]")),
    ("thai", re.compile(r"[\u0e00-\u0e7f]")),
    ("hangul", re.compile(r"[\uac00-\ud7af]")),
    ("kana", re.compile(r"[\u3040-\u30ff]")),
    ("han", re.compile(r"[\u4e00-\u9fff]")),
)
_FEWEST = 2
_AHEAD = 2


@functools.lru_cache(maxsize=50_000)
def language(text: str) -> str | None:
    """Return a code of the language or the name of a script; None where the text does not tell.

    Examples
    --------
    >>> language("How can I block the card?"), language("Wie kann ich die Karte sperren?"), language("ok")
    ('en', 'de', None)
    """
    letters = sum(char.isalpha() for char in text)
    for name, pattern in _SCRIPTS:
        if letters and len(pattern.findall(text)) > letters / 3:
            return name
    found = list(_WORD.findall(text.lower()))
    scores = Counter({code: sum(word in known for word in found) for code, known in _SETS.items()})
    (best, most), (_, second) = scores.most_common(2)
    return best if most >= _FEWEST and most >= second + _AHEAD else None


def usual(texts: Iterable[str]) -> frozenset[str]:
    """Return the languages that at least one text in twenty has.

    Examples
    --------
    >>> sorted(usual(["How can I block the card?", "What is the fee for it?"]))
    ['en']
    """
    counts = Counter(code for code in map(language, texts) if code)
    total = sum(counts.values())
    return frozenset(code for code, count in counts.items() if count * 20 >= total)
