"""Small tools on English text: sentences, words, overlap, capitals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rftkit.offline import lexicon

_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z\"'(\d]|i\b)|\n+")
_ABBREVIATION = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|vs|etc|e\.g|i\.e|No|approx|a\.m|p\.m)\.$", re.IGNORECASE)
WORD = re.compile(r"[A-Za-z0-9_$£€%@#&+]+(?:[-'’./:][A-Za-z0-9_]+)*|[^\sA-Za-z0-9_]")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text.

    Examples
    --------
    >>> sentences("I saw Dr. Lee. When can I come again?")
    ['I saw Dr. Lee.', 'When can I come again?']
    """
    parts: list[str] = []
    for part in _SENTENCE.split(text.strip()):
        piece = (part or "").strip()
        if not piece:
            continue
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return parts


def words(text: str) -> list[str]:
    """Return words and marks of a text in lower case, apostrophes made straight.

    Examples
    --------
    >>> words("Don’t go!")
    ["don't", 'go', '!']
    """
    return WORD.findall(text.replace("’", "'").lower())


def shingles(text: str, size: int = 5) -> frozenset[str]:
    """Return the character n-grams of a text after NFKC, case folding and folding of white space.

    Examples
    --------
    >>> sorted(shingles("abc DEF"))
    ['abc d', 'bc de', 'c def']
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return frozenset(plain[index : index + size] for index in range(max(1, len(plain) - size + 1)))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Return the share of two sets that both have.

    Examples
    --------
    >>> jaccard(frozenset("ab"), frozenset("bc"))
    0.3333333333333333
    """
    both = len(left & right)
    return both / (len(left) + len(right) - both) if both else 0.0


def closest(own: frozenset[str], others: Iterable[frozenset[str]]) -> float:
    """Return the largest share that a set has in common with one of others; 0 where there are none.

    Examples
    --------
    >>> closest(frozenset("ab"), [frozenset("xy"), frozenset("abc")])
    0.6666666666666666
    """
    best, size = 0.0, len(own)
    for other in others:
        # Sets of very different sizes cannot share much: most are passed over by their sizes alone.
        if min(size, len(other)) > best * max(size, len(other)):
            best = max(best, jaccard(own, other))
    return best


def capital(text: str) -> str:
    """Return the text with a capital at its start.

    Examples
    --------
    >>> capital("how are you?")
    'How are you?'
    """
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """Return the text with a small first letter, unless its first word needs the capital.

    Examples
    --------
    >>> uncapital("My card"), uncapital("I am"), uncapital("ATM fees"), uncapital("Find me a bus")
    ('my card', 'I am', 'ATM fees', 'find me a bus')
    """
    first = re.match(r"[A-Za-z'’]+", text)
    if first is None or len(text) < 2:
        return text
    word = first.group()
    if word == "I" or word.startswith(("I'", "I’")) or any(char.isupper() for char in word[1:]):
        return text
    return text if word in _PROPER else text[0].lower() + text[1:]


_PROPER = frozenset(lexicon.words("proper", "proper"))


def tidy(text: str) -> str:
    """Return the text with single spaces, no space before marks, a pronoun I in capitals and a closing mark.

    Examples
    --------
    >>> tidy("can  i pay , now")
    'Can I pay, now.'
    """
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    text = re.sub(r"\s+([,.!?;:])(?=\s|$)", r"\1", text)
    text = re.sub(r"\bi(?=\b(?!['’.]?[a-z]{3,}))(?=[\s'’,.?!]|$)", "I", text)
    text = re.sub(r"([.!?])\1+", r"\1", text).replace(".?", "?").replace("?.", "?").replace("!.", "!")
    text = re.sub(r"\batm(s?)\b", r"ATM\1", text)
    return capital(text if not text or text[-1] in ".!?\"')" else f"{text}.")
