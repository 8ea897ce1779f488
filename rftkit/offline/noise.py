"""How people type: now and then no capital, no apostrophe, no mark at the end, two letters the wrong way round."""

from __future__ import annotations

import random
import re

_LONG_WORD = re.compile(r"\b[a-z]{6,}\b")


def roughen(text: str, rng: random.Random, rate: float = 0.08) -> str:
    """Return the text, seldom a little careless.

    Parameters
    ----------
    text
        A clean prompt.
    rng
        Chooses.
    rate
        How often something is changed, 0 to 1.

    Examples
    --------
    >>> roughen("How do I pay?", random.Random(0), rate=0.0)
    'How do I pay?'
    """
    if rng.random() < rate:
        text = re.sub(r"\bI\b", "i", text[:1].lower() + text[1:])
    if rng.random() < rate:
        text = text.rstrip(".?!")
    if rng.random() < rate / 2:
        text = re.sub(r"(?<=n)['’](?=t\b)", "", text)
    if rng.random() < rate / 4:
        text = _slip(text, rng)
    return text


def _slip(text: str, rng: random.Random) -> str:
    places = [match.span() for match in _LONG_WORD.finditer(text)]
    if not places:
        return text
    start, end = rng.choice(places)
    index = rng.randrange(start + 1, end - 2)
    return text[:index] + text[index + 1] + text[index] + text[index + 2 :]
