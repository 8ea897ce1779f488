"""Whether a text is English prose: what the rules of the offline writer can say otherwise. Anything else they leave as it is."""

from __future__ import annotations

import functools
import re

from rftkit.offline import lexicon

NOTE = "rftkit/offline knows English sentences only: other languages, code and laid-out text need a model"
_ENGLISH, _FOREIGN = (frozenset(lexicon.words("languages", name)) for name in ("english", "foreign"))
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_CODE = re.compile(r"```|[{}\\|<>]|;$|;\n|==|->|=>|\(\)|\w\(\w*[,)]|^\s*(?:def|import|SELECT|class) ", re.MULTILINE)
_MOST_FOREIGN_LETTERS, _FEWEST_FOREIGN, _MOST_MARKS = 0.1, 2, 1


@functools.lru_cache(maxsize=20_000)
def is_prose(text: str) -> bool:
    """Return whether a text is English prose on one line: no other language, no code.

    Examples
    --------
    >>> is_prose("Can I pay by card?"), is_prose("Kann ich mit der Karte zahlen?"), is_prose("x = {}; print(x)")
    (True, False, False)
    """
    return not foreign(text) and "\n" not in text.strip() and len(_CODE.findall(text)) <= _MOST_MARKS


def foreign(text: str) -> bool:
    """Return whether a text is in another language than English, as far as its letters and common words tell.

    Examples
    --------
    >>> foreign("カードはどこですか"), foreign("¿Dónde está mi tarjeta?"), foreign("Bonjour! I want to cancel my booking.")
    (True, True, False)
    """
    letters = [char for char in text if char.isalpha()]
    odd = sum(not char.isascii() for char in letters)
    found = [word.lower() for word in _WORD.findall(text)]
    own, others = (sum(word in known for word in found) for known in (_ENGLISH, _FOREIGN))
    strange = odd > _MOST_FOREIGN_LETTERS * len(letters) or (odd and not own)
    return bool(letters) and (strange or (others >= _FEWEST_FOREIGN and others > own))
