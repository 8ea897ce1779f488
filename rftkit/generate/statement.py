"""Statements: what explains something to a reader opens no conversation.

A person who writes to an assistant asks, orders, tells of themselves or reports a trouble, often of something that has
happened. Text that does none of it, in whole sentences and in the present tense ("The capital of Australia is Canberra.",
"You can change your PIN at any machine."), is an answer, whatever it is about. The words are in `statement.txt`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from rftkit.offline.lexicon import sections

_FEWEST_WORDS = 5
_SENTENCES = re.compile(r"(?<=[.!;])\s+")
_NOT_AN_ORDER = (
    r"(?<!the )(?<!an )(?<!\ba )(?<!to )(?<!can )(?<!will )(?<!may )(?<!your )(?<!our )"  # "you can order", "the list"
)


def is_statement(text: str) -> bool:
    """Return whether a text explains something and neither asks, orders, nor tells of its writer or of a trouble.

    Parameters
    ----------
    text
        The first thing that is said; a reply may well be a statement.

    Examples
    --------
    >>> is_statement("The capital of Australia is Canberra, not Sydney.")
    True
    >>> is_statement("The exchange rate was wrong."), is_statement("The Aftermath sounds great. Play it now.")
    (False, False)
    """
    said = text.strip()
    if len(said.split()) < _FEWEST_WORDS or said[-1] not in ".!" or "?" in said or "\n" in said:
        return False
    if _any("people").search(said) or _orders().search(said):
        return False
    if _any("reports").search(said) and not _any("explains").search(said):
        return False
    return all(_declares().search(sentence) for sentence in _SENTENCES.split(said))


@cache
def _words(section: str) -> str:
    known = sections(files(__package__).joinpath("statement.txt").read_text(encoding="utf-8"))
    return "|".join(word for line in known[section] if not line.startswith("# ") for word in line.split(", "))


@cache
def _any(section: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_words(section)})(?!\w)", re.IGNORECASE)


@cache
def _orders() -> re.Pattern[str]:
    return re.compile(rf"{_NOT_AN_ORDER}\b(?:{_words('orders')})\b", re.IGNORECASE)


@cache
def _declares() -> re.Pattern[str]:
    """Return the pattern of a sentence that says how something is: "The fee is ...", "Symptoms of flu include ..."."""
    verb = rf"\b(?:{_words('verbs')})\b"
    opened = rf"(?:{_words('openers')})\b(?=.*{verb})"
    named = rf"[a-z][\w'-]+(?: (?:of|and) (?:the |an? )?\w+| \w+)? {verb}"
    several = rf"(?:[a-z][\w'-]+ )?[a-z][\w'-]*[^s\W]s(?: [\w'-]+){{0,4}} {verb}"
    aimed = rf"to [^,]{{3,40}}, (?=.*{verb})"
    subject = rf"(?!(?:{_words('first words')})\b)(?:{named}|{several})"
    return re.compile(rf"^(?:(?:{_words('links')}),? )?(?:{opened}|{subject}|{aimed})", re.IGNORECASE)
