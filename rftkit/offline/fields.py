"""A message that states the values of a JSON, and the JSON: the values are chosen first, so the answer is right."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.offline import values
from rftkit.offline.text import capital, uncapital

_OPEN = ("Hello,", "Hi,", "Good morning,", "Dear team,", "", "", "")
_SAID = (
    "My {k} is {v}.",
    "The {k} is {v}.",
    "{K}: {v}.",
    "It is about {k} {v}.",
)
#: Part of a key -> how people say its value; the first that fits.
_OWN = (
    (r"quantity|count|pieces|units", ("I ordered {v} of them.", "There are {v} in all.", "{K}: {v}.")),
    (r"passengers|guests|people|seats", ("We are {v}.", "It is for {v} people.", "{K}: {v}.")),
    (r"nights", ("We stay for {v} nights.", "{K}: {v}.")),
    (r"order_?(?:number|no|id)?$", ("My order number is {v}.", "It is order {v}.", "{K}: {v}.")),
    (r"number|id$|ref", ("My {k} is {v}.", "{K}: {v}.", "You find it under {k} {v}.")),
    (r"product|item|article", ("I am writing about the {v}.", "It is about my {v}.", "{K}: {v}.")),
    (r"e-?mail", ("You can reach me at {v}.", "My {k} is {v}.")),
    (r"phone", ("Please call me on {v}.", "My {k} is {v}.")),
    (r"amount|price|total|cost|sum|fee", ("The {k} was {v}.", "I paid {v}.", "{K}: {v}.")),
    (r"date|day|deadline|due", ("The {k} is {v}.", "{K}: {v}.", "This is about {v}.")),
    (r"time|hour", ("The {k} is {v}.", "{K}: {v}.")),
    (r"destination|arrival", ("I am going to {v}.", "The {k} is {v}.")),
    (r"origin|departure", ("I start from {v}.", "The {k} is {v}.")),
    (r"city|town|country|place|location", ("I live in {v}.", "The {k} is {v}.", "{K}: {v}.")),
    (r"address|street", ("My {k} is {v}.", "{K}: {v}.")),
    (r"company|vendor|supplier|seller|merchant|shop", ("It is from {v}.", "The {k} is {v}.")),
    (r"age", ("I am {v} years old.", "{K}: {v}.")),
    (r"name|customer|passenger|patient|sender", ("My name is {v}.", "{v} here.", "{K}: {v}.")),
)
_HAVE = ("wants", "want", "needs", "need", "has", "have", "is", "are", "was", "can", "allows", "requires")
_MISSING = 0.15


def unsayable(schema: Mapping[str, Any], words: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the keys for which no value can be made.

    Examples
    --------
    >>> unsayable({"properties": {"city": {"type": "string"}, "mood": {"type": "string"}}}, {})
    ['mood']
    """
    return [name for name, about in (schema.get("properties") or {}).items() if not _can(name, about, words)]


def _can(name: str, about: Mapping[str, Any], words: Mapping[str, Sequence[Any]]) -> bool:
    kind = _kind(about)
    if words.get(name) or "enum" in about or kind == "boolean":
        return True
    return kind not in ("array", "object") and values.maker(name, kind) is not None


def composed(
    schema: Mapping[str, Any],
    words: Mapping[str, Sequence[Any]],
    rng: random.Random,
    *,
    missing: bool = False,
    wished: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, Any]] | None:
    """Return a message and the values it states, as the schema has them; None where a value cannot be made.

    Parameters
    ----------
    schema
        Of an object.
    words
        Values that the person gave, by key.
    rng
        Chooses.
    missing
        Leave out a value that may be null.
    wished
        Values of enumerations that this message has to have.

    Examples
    --------
    >>> schema = {"properties": {"city": {"type": "string"}}, "required": ["city"]}
    >>> said, value = composed(schema, {}, random.Random(0))
    >>> value["city"] in said
    True
    """
    if unsayable(schema, words):
        return None
    told: dict[str, Any] = {}
    lines = []
    for name, about in schema["properties"].items():
        empty = _nullable(about) and (missing or rng.random() < _MISSING)
        missing = missing and not empty
        told[name] = None if empty else _value(name, about, words, rng, (wished or {}).get(name))
        if not empty:
            lines.append(_line(name, told[name], rng))
    rng.shuffle(lines)
    opening = rng.choice(_OPEN)
    if opening:
        lines[:1] = [
            uncapital(line)
            if line.startswith(("My ", "The ", "It ", "You ", "Yes", "There ", "We ", "This ", "Please "))
            else line
            for line in lines[:1]
        ]
    return capital(" ".join(part for part in (opening, *lines) if part)), told


def _kind(about: Mapping[str, Any]) -> str:
    kinds = about.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    return next((str(kind) for kind in kinds if kind != "null"), "string")


def _nullable(about: Mapping[str, Any]) -> bool:
    return "null" in about.get("type", ()) if isinstance(about.get("type"), list) else None in about.get("enum", ())


def _value(
    name: str, about: Mapping[str, Any], words: Mapping[str, Sequence[Any]], rng: random.Random, wished: Any = None
) -> Any:
    if "enum" in about and wished is not None:
        return next((value for value in about["enum"] if str(value) == str(wished)), wished)
    if "enum" in about:
        return rng.choice([value for value in about["enum"] if value is not None])
    kind = _kind(about)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "array":
        given = list(words.get(name) or ())
        return rng.sample(given, min(len(given), rng.choice((1, 2, 3))))
    make = values.maker(name, kind, words.get(name, ()))
    return _within(make(rng), about) if make else None


def _within(value: Any, about: Mapping[str, Any]) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = about.get("minimum", value), about.get("maximum", value)
        return min(max(value, low), high)
    return value


def _line(name: str, value: Any, rng: random.Random) -> str:
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").lower()
    if isinstance(value, bool):
        return _yes_or_no(spoken, value, rng)
    shown = ", ".join(map(str, value)) if isinstance(value, list) else _shown(value)
    own = next((lines for pattern, lines in _OWN if re.search(pattern, name.lower())), None)
    usual = _SAID[1:3] if isinstance(value, str) and " " in value else _SAID
    return rng.choice(own or usual).format(k=spoken, K=capital(spoken), v=shown)


def _shown(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _yes_or_no(spoken: str, value: bool, rng: random.Random) -> str:
    verb, _, rest = spoken.partition(" ")
    if verb not in _HAVE or not rest:
        return f"{capital(spoken)}: {'yes' if value else 'no'}."
    rest = (
        rest if rest.startswith(("a ", "an ", "the ", "to ")) or verb in ("is", "are", "was", "can") else _article(rest)
    )
    if verb in ("is", "are", "was"):
        return rng.choice(
            (f"It is {rest}.", f"This is {rest}.") if value else (f"It is not {rest}.", f"This is not {rest}.")
        )
    if verb == "can":
        return f"I can {rest}." if value else f"I cannot {rest}."
    plain = {"wants": "want", "needs": "need", "has": "have"}.get(verb, verb)
    return rng.choice((f"I {plain} {rest}.", f"Yes, I {plain} {rest}.")) if value else f"I do not {plain} {rest}."


def _article(text: str) -> str:
    if text.endswith("s") and not text.endswith("ss"):
        return text
    return f"an {text}" if text[0] in "aeio" else f"a {text}"
