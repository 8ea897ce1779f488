"""Typed slots: the parts of a prompt that name a value, and values to put there instead.

Amounts, dates, times, durations, counts, places, names, identifiers and quoted text are found by their shape; a value is
replaced by one of the same type and, where the shape matters, of the same shape.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rftkit.offline import lexicon

_PARTS = {name: lines[0] for name, lines in lexicon.everything("slots").items() if name.isupper()}
_TYPES = {name: lines for name, lines in lexicon.everything("slots").items() if not name.isupper()}


def _filled(pattern: str) -> str:
    """Return a pattern with the named parts put in: <MONTH>, <DAY>, <NAME>, ..."""
    while re.search(r"<[A-Z]+>", pattern):
        pattern = re.sub(r"<([A-Z]+)>", lambda match: _PARTS[match[1]], pattern)
    return pattern


_PATTERN = re.compile("|".join(f"(?P<{name}>{_filled('|'.join(lines))})" for name, lines in _TYPES.items()))
_NUMBER = re.compile(
    r"(?<![\w-])(?:\$?\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twice|half)\b", re.IGNORECASE
)
_RESULT = re.compile(
    r"\b(?:how (?:many|much|old|far|fast|tall|heavy)\b|how long (?:does|did|will|would) (?!it take for)"
    r"|what (?:is|was|were|are|percent\w*|fraction)\b|in total\b|altogether\b|on average\b|calculate\b|determine\b|find the\b)"
    r"[^.?!]*[.?!]?\s*$",
    re.IGNORECASE,
)
_PART_OF = re.compile(r"\b(?:half|third|quarter|fifth|percent|times (?:as|more|less|the)|twice)\b", re.IGNORECASE)
_NUMERIC, _MOST_NUMBERS = ("amount", "count", "duration", "time"), 2
#: Types of values that are written the same in every language.
ANYWHERE = ("amount", "iso_date", "identifier")
_COUNT_WORDS = ("two", "three", "four", "five", "six")


@dataclass(frozen=True, slots=True)
class Slot:
    """One value in a text.

    Examples
    --------
    >>> find("Send $20 to Oslo")
    [Slot(kind='amount', value='$20', start=5, end=8), Slot(kind='place', value='Oslo', start=12, end=16)]
    """

    kind: str
    value: str
    start: int
    end: int


def find(text: str) -> list[Slot]:
    """Return the slots of a text from left to right.

    Examples
    --------
    >>> [slot.kind for slot in find("Two tickets for March 3rd, please")]
    ['date']
    """
    return list(_found(text))


@functools.lru_cache(maxsize=50_000)
def _found(text: str) -> tuple[Slot, ...]:
    return tuple(
        Slot(str(m.lastgroup), m.group().rstrip(" "), m.start(), m.start() + len(m.group().rstrip(" ")))
        for m in _PATTERN.finditer(text)
    )


def collect(texts: Iterable[str], most: int = 12) -> dict[str, list[str]]:
    """Return values by type, the most frequent of each.

    Examples
    --------
    >>> collect(["to Oslo", "to Rome", "to Oslo"])
    {'place': ['Oslo', 'Rome']}
    """
    counts: dict[str, dict[str, int]] = {}
    for text in texts:
        for slot in find(text):
            values = counts.setdefault(slot.kind, {})
            values[slot.value] = values.get(slot.value, 0) + 1
    ordered = {
        kind: sorted(values, key=lambda value: (-values[value], value)) for kind, values in sorted(counts.items())
    }
    return {kind: values[:most] for kind, values in ordered.items()}


def is_calculation(text: str) -> bool:
    """Return whether a text asks for the result of a calculation: other words or values would make another one of it.

    Examples
    --------
    >>> is_calculation("Tom has 5 bags of 12 apples. He eats 3. How many are left?")
    True
    >>> is_calculation("I need 2 rooms for 3 people on May 5th.")
    False
    """
    numbers = len(_NUMBER.findall(text)) + len(_PART_OF.findall(text))
    return numbers >= _MOST_NUMBERS and _RESULT.search(text) is not None


def swap(
    text: str,
    values: Mapping[str, Sequence[str]],
    rng: random.Random,
    *,
    near: str = "",
    keep: str = "",
    share: float = 1.0,
    kinds: Collection[str] = (),
) -> str:
    """Return the text with its values replaced by others of their types.

    Parameters
    ----------
    text
        What is changed.
    values
        Values seen elsewhere, by type.
    rng
        Chooses.
    near
        What was just said: a value that comes from there is replaced by another from there, or kept.
    keep
        More that was said before: its values are kept.
    share
        How many of the slots are changed, 0 to 1.
    kinds
        Types of values that are changed, all where there are none.

    Examples
    --------
    >>> swap("Send $20 to Oslo", {"place": ["Oslo", "Rome"]}, random.Random(1))
    'Send $10 to Rome'
    """
    offered = collect([near]) if near else {}
    related = len(_NUMBER.findall(text)) > _MOST_NUMBERS  # of a calculation: one number decides the others
    parts, end, chosen = [], 0, dict[str, str]()
    for slot in find(text):
        parts.append(text[end : slot.start])
        end = slot.end
        if slot.value not in chosen:
            fixed = (related and slot.kind in _NUMERIC) or (kinds and slot.kind not in kinds)
            fresh = rng.random() < share and not fixed
            chosen[slot.value] = _other(slot, values, offered, near, keep, rng) if fresh else slot.value
        parts.append(chosen[slot.value])
    return "".join((*parts, text[end:]))


def _other(
    slot: Slot,
    values: Mapping[str, Sequence[str]],
    offered: Mapping[str, Sequence[str]],
    near: str,
    keep: str,
    rng: random.Random,
) -> str:
    if slot.value in near:
        others = [value for value in offered.get(slot.kind, ()) if value != slot.value]
        return rng.choice(others) if others else slot.value
    if slot.value in keep or slot.kind in ("email", "url"):
        return slot.value
    made = _MAKERS.get(slot.kind)
    if made is not None:
        return made(slot.value, rng)
    others = [value for value in values.get(slot.kind, ()) if value != slot.value and _alike(slot.value, value)]
    return rng.choice(others) if others else slot.value


def _alike(left: str, right: str) -> bool:
    """Whether a value has the shape of another: "Monday" for "Friday", not "noon" for "3 pm"."""
    return re.sub(r"\d+", "0", left)[:1].isalpha() == re.sub(r"\d+", "0", right)[:1].isalpha()


def _amount(value: str, rng: random.Random) -> str:
    number = re.search(r"\d[\d,]*(?:\.\d+)?", value)
    assert number is not None  # the pattern of an amount has a number
    old = float(number.group().replace(",", ""))
    factor = rng.choice((0.25, 0.5, 0.6, 0.75, 1.2, 1.5, 2, 2.5, 3, 4))
    new = old * factor
    step = 1 if new < 20 else 5 if new < 100 else 10 if new < 1000 else 50
    rounded = max(1, round(new / step) * step)
    rounded = rounded if rounded != old else rounded + step
    cents = f"{rounded + rng.choice((0, 0.49, 0.5, 0.95, 0.99)):.2f}" if "." in number.group() else f"{rounded:,}"
    text = cents if "," in number.group() or (rounded < 10_000 and "." in number.group()) else cents.replace(",", "")
    return value[: number.start()] + text + value[number.end() :]


def _date(value: str, rng: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        day = rng.randint(1, 28)
        return f"{day}{_suffix(day)}" if match["suffix"] else str(day)

    return re.sub(r"(?<!\d)\d{1,2}(?P<suffix>st|nd|rd|th)?(?!\d)", other, value, count=1)


def _suffix(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _iso_date(value: str, rng: random.Random) -> str:
    return f"{value[:8]}{rng.randint(1, 28):02d}"


def _time(value: str, rng: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        hour = rng.randint(1, 11) if int(match["hour"]) <= 12 else rng.randint(13, 22)
        return str(hour) + (f":{rng.choice(('00', '15', '30', '45'))}" if match["minute"] else "")

    return re.sub(r"(?P<hour>\d{1,2})(?P<minute>:\d\d)?", other, value, count=1)


def _weekday(value: str, rng: random.Random) -> str:
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    return rng.choice([day for day in days if day != value])


def _count(value: str, rng: random.Random) -> str:
    words = [*_COUNT_WORDS] if value.isalpha() else list("23456")
    return rng.choice([word for word in words if word != value])


def _duration(value: str, rng: random.Random) -> str:
    count, _, unit = value.partition(" ")
    several = ["two", "three", "four", "five"] if count.isalpha() else list("23456")
    if count in ("1", "one"):
        return f"{rng.choice(several)} {unit}s"
    return f"{rng.choice([other for other in several if other != count])} {unit}"


def _identifier(value: str, rng: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        char = match.group()
        return rng.choice("0123456789") if char.isdigit() else rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")

    return re.sub(r"\d" if "_" in value else r"[0-9A-Z]", other, value)


_MAKERS = {
    "amount": _amount,
    "date": _date,
    "iso_date": _iso_date,
    "time": _time,
    "weekday": _weekday,
    "count": _count,
    "duration": _duration,
    "identifier": _identifier,
}
