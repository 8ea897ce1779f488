"""Things that a text can hold and that can be counted: order numbers, dates, greetings, bullet points."""

# ruff: noqa: E501 - a pattern that is broken at 120 characters reads worse

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing with the words people use for it, how it is found, and how a rule-based writer can say it.

    Examples
    --------
    >>> bool(THINGS["order number"].found("It is order 48213."))
    True
    """

    name: str
    words: str
    pattern: str
    say: Callable[[random.Random], str] | None = None
    many: str = ""

    def found(self, text: str) -> re.Match[str] | None:
        """Return the first place where the thing stands."""
        return re.search(self.pattern, text, re.IGNORECASE | re.MULTILINE)

    @property
    def plural(self) -> str:
        """The name for several of it."""
        return self.many or f"{self.name}s"


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_FIRST = (
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Elif",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kate",
    "Liam",
    "Mara",
    "Noah",
)
_LAST = (
    "Berg",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Grant",
    "Hansen",
    "Ito",
    "Jensen",
    "Kowalski",
    "Lopez",
    "Meyer",
)


def person(rng: random.Random) -> str:
    """Return a made-up name.

    Examples
    --------
    >>> len(person(random.Random(0)).split())
    2
    """
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


def number(rng: random.Random) -> str:
    """Return a made-up number of an order."""
    return str(rng.randint(10_000, 99_999))


def day(rng: random.Random) -> str:
    """Return a made-up date."""
    return f"{rng.randint(1, 28)} {rng.choice(_MONTHS.split('|'))}"


def amount(rng: random.Random) -> str:
    """Return a made-up amount of money."""
    return f"${rng.randint(5, 400)}.{rng.choice(('00', '49', '90', '95', '99'))}"


_EVERY = (
    Thing(
        "order number",
        r"order (?:number|no|id)s?|ids? of the orders?|order #s?",
        r"\border(?: number| no\.?| id)?(?: is|:)? ?#?\d{3,}|#\d{4,}|\b[A-Z]{2,}-?\d{4,}\b|\b\d{5,}\b",
        lambda rng: rng.choice(("My order number is {n}.", "It is order #{n}.", "Order number: {n}.")).format(
            n=number(rng)
        ),
    ),
    Thing(
        "date",
        r"dates?|days?",
        rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b",
        lambda rng: rng.choice(("This was on {d}.", "It happened on {d}.", "That was {d}.")).format(d=day(rng)),
    ),
    Thing(
        "amount",
        r"amounts?|prices?|sums?|money",
        r"[$£€]\s?\d|\b\d[\d.,]* ?(?:dollars?|euros?|pounds?|USD|EUR|GBP)\b",
        lambda rng: rng.choice(("It was {a}.", "We are talking about {a}.", "I paid {a}.")).format(a=amount(rng)),
    ),
    Thing(
        "e-mail address",
        r"e-?mail address(?:es)?|e-?mails? of",
        r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b",
        lambda rng: f"My e-mail address is {person(rng).lower().replace(' ', '.')}@example.com.",
        "e-mail addresses",
    ),
    Thing(
        "phone number",
        r"(?:tele)?phone numbers?",
        r"\+?\d[\d ()/-]{7,}\d",
        lambda rng: f"You can call me on 555-0{rng.randint(100, 199)}-{rng.randint(1000, 9999)}.",
    ),
    Thing(
        "name",
        r"(?:customer |person(?:al)? )?names?|who (?:they|he|she) (?:are|is)",
        r"\bmy name is [A-Z]\w+|\b(?:I am|I'm|this is) [A-Z]\w+ [A-Z]\w+|(?:regards|best|thanks|cheers),?\s+[A-Z]\w+",
        lambda rng: f"My name is {person(rng)}.",
    ),
    Thing(
        "greeting",
        r"greetings?|salutations?|hellos?|\"?dear \w+\"?",
        r"^\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|greetings)\b",
        lambda rng: rng.choice(("Hello,", "Hi,", "Good morning,", "Hi there,")),
    ),
    Thing(
        "emoji",
        r"emojis?|emoticons?|smileys?",
        "[\U0001f300-\U0001faff\u2600-\u27bf]|[:;]-?[)D(]",
        lambda rng: rng.choice(("🙂", "😕", "🙏")),
    ),
    Thing(
        "apology", r"apolog(?:y|ies|i[sz]ing)|sorry", r"\b(?:sorry|apologi[sz]e|apolog(?:y|ies))\b", many="apologies"
    ),
    Thing("bullet point", r"bullet(?: point)?s?|lists?", r"^\s*(?:[-*•]|\d+[.)])\s+"),
    Thing("link", r"links?|urls?", r"https?://|\bwww\."),
    Thing("Markdown", r"markdown|bold|headings?|asterisks", r"\*\*|^#{1,6} |`", many="Markdown"),
    Thing("exclamation mark", r"exclamation marks?|exclamations?", r"!"),
    Thing("question", r"questions?(?: marks?)?", r"\?"),
    Thing(
        "placeholder",
        r"placeholders?|brackets?|templates?",
        r"\[[A-Za-z][^\]]{2,40}\]|<[A-Za-z][^>]{2,40}>|\{[a-z_ ]{3,40}\}",
    ),
)
THINGS: dict[str, Thing] = {thing.name: thing for thing in _EVERY}


def thing_in(text: str) -> Thing | None:
    """Return the thing that a note speaks of, the most telling first; None where it speaks of none.

    Examples
    --------
    >>> thing_in("there are no order numbers in these").name, thing_in("boring") is None
    ('order number', True)
    """
    for thing in _EVERY:
        if re.search(rf"\b(?:{thing.words})\b", text, re.IGNORECASE):
            return thing
    return None
