"""General English that the offline writer knows, as text files: frames of sentences, phrases, verbs, short answers.

Every file has sections under ``[names]``, with one entry per line or many words on a line.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SECTION = re.compile(r"^\[(?P<name>[\w ]+)\]$", re.MULTILINE)


def sections(text: str) -> dict[str, list[str]]:
    """Return the lines of every section of a text.

    Examples
    --------
    >>> sections("[a]" + chr(10) + "one two" + chr(10) + "[b]" + chr(10) + "three")
    {'a': ['one two'], 'b': ['three']}
    """
    parts = _SECTION.split(text)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: [line for line in body.splitlines() if line.strip()] for name, body in pairs}


@cache
def lines(file: str, section: str) -> tuple[str, ...]:
    """Return the lines of a section.

    Examples
    --------
    >>> "thank you" in lines("answers", "thanks")
    True
    """
    return tuple(everything(file)[section])


@cache
def everything(file: str) -> dict[str, list[str]]:
    """Return all sections of a file.

    Examples
    --------
    >>> sorted(everything("answers"))
    ['done', 'no', 'thanks', 'yes']
    """
    return sections(files(__package__).joinpath(f"{file}.txt").read_text(encoding="utf-8"))


@cache
def words(file: str, section: str) -> tuple[str, ...]:
    """Return the words of a section.

    Examples
    --------
    >>> "it" in words("verbs", "pronouns")
    True
    """
    return tuple(word for line in lines(file, section) for word in line.split())
