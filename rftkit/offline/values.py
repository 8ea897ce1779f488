"""Made-up values by the name of what they are: an order number, a date, a city, a quantity."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rftkit.offline import things

_CITIES = (
    "Berlin",
    "Lisbon",
    "Oslo",
    "Chicago",
    "Lyon",
    "Madrid",
    "Dublin",
    "Porto",
    "Vienna",
    "Toronto",
    "Leeds",
    "Turin",
)
_COUNTRIES = (
    "Germany",
    "Portugal",
    "Norway",
    "France",
    "Spain",
    "Ireland",
    "Austria",
    "Canada",
    "Italy",
    "Japan",
    "Kenya",
)
_COMPANIES = ("Nordwind", "Halden & Co", "Brightfield", "Kestrel Labs", "Aldermoor", "Solvane", "Pinecrest", "Tessera")
_PRODUCTS = [
    "desk lamp",
    "wool scarf",
    "coffee grinder",
    "rain jacket",
    "phone case",
    "garden chair",
    "backpack",
    "water bottle",
    "board game",
    "headphones",
    "bike light",
    "tea set",
    "office chair",
    "running shoes",
    "picture frame",
    "keyboard",
    "hiking boots",
    "blender",
]
_TIMES = ("8:30", "9:15", "10:00", "11:45", "13:20", "14:00", "15:30", "16:45", "18:10", "19:00")
_STREETS = ("Mill Lane", "Station Road", "Park Avenue", "High Street", "Linden Road", "Harbour Street")


def _iso(rng: random.Random) -> str:
    return f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


#: Part of a name -> who makes a value of it; the first that fits.
_MAKERS: tuple[tuple[str, Callable[[random.Random], Any]], ...] = (
    (r"e-?mail", lambda rng: f"{things.person(rng).lower().replace(' ', '.')}@example.com"),
    (r"phone|mobile|telephone", lambda rng: f"555-0{rng.randint(100, 199)}-{rng.randint(1000, 9999)}"),
    (
        r"(?:order|invoice|ticket|customer|booking|case|account|tracking|reference|policy|contract|flight)?_?(?:number|no|id|ref|code)$|^(?:order|invoice|ticket|booking|case|reference|policy|contract|tracking)$",
        things.number,
    ),
    (
        r"amount|price|total|cost|sum|budget|fee",
        lambda rng: round(rng.randint(5, 400) + rng.choice((0, 0.49, 0.5, 0.9, 0.95)), 2),
    ),
    (
        r"quantity|count|how_many|pieces|units|items_count|nights|passengers|guests|people|seats",
        lambda rng: rng.randint(1, 9),
    ),
    (r"age", lambda rng: rng.randint(18, 85)),
    (r"year", lambda rng: rng.randint(1995, 2025)),
    (r"date|day|deadline|birthday|due|since", _iso),
    (r"time|hour", lambda rng: rng.choice(_TIMES)),
    (r"city|town|destination|origin|place|location|departure|arrival", lambda rng: rng.choice(_CITIES)),
    (r"country|nation", lambda rng: rng.choice(_COUNTRIES)),
    (r"company|vendor|supplier|employer|organi[sz]ation|seller|merchant|shop", lambda rng: rng.choice(_COMPANIES)),
    (r"product|item|article", lambda rng: rng.choice(_PRODUCTS)),
    (r"street|address", lambda rng: f"{rng.randint(1, 120)} {rng.choice(_STREETS)}, {rng.choice(_CITIES)}"),
    (r"first_?name", lambda rng: things.person(rng).split()[0]),
    (r"last_?name|surname", lambda rng: things.person(rng).split()[1]),
    (r"name|customer|passenger|patient|person|sender|author|contact|guest|client|student|employee", things.person),
    (r"currency", lambda rng: rng.choice(("EUR", "USD", "GBP", "CHF"))),
)


def maker(name: str, kind: str, words: Sequence[Any] = ()) -> Callable[[random.Random], Any] | None:
    """Return who makes values for a name; None where nothing is known of it.

    Parameters
    ----------
    name
        Of a key or a slot.
    kind
        JSON type of the value.
    words
        Values that the person gave for it; they come before all else.

    Examples
    --------
    >>> maker("city", "string")(random.Random(0)) in _CITIES, maker("mood", "string") is None
    (True, True)
    """
    if words:
        return lambda rng: rng.choice(list(words))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(" ", "_")
    found = next((make for pattern, make in _MAKERS if re.search(pattern, plain)), None)
    if kind in ("integer", "number"):
        return _numeric(found, kind)
    return found and (lambda rng: _as_text(found(rng)))


def _numeric(found: Callable[[random.Random], Any] | None, kind: str) -> Callable[[random.Random], Any]:
    def make(rng: random.Random) -> Any:
        value = found(rng) if found else rng.randint(2, 60)
        number = float(value) if str(value).replace(".", "", 1).isdigit() else rng.randint(2, 60)
        return int(number) if kind == "integer" else number

    return make


def _as_text(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def like(value: Any, name: str, words: Mapping[str, Sequence[Any]], rng: random.Random) -> Any:
    """Return another value of the same kind as one in an example.

    Parameters
    ----------
    value
        The value in the example.
    name
        Of its key.
    words
        Values that the person gave, by name.
    rng
        Chooses.

    Examples
    --------
    >>> len(like("48213", "order", {}, random.Random(0)))
    5
    """
    text = str(value)
    given = words.get(name)
    if given:
        return rng.choice(list(given))
    if isinstance(value, str) and re.fullmatch(r"[A-Z0-9#-]*\d[A-Z0-9#-]*", text):
        return re.sub(r"\d", lambda _: str(rng.randint(1, 9)), text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (
            rng.randint(1, max(9, int(value) * 2))
            if isinstance(value, int)
            else round(rng.uniform(1, max(10, value * 2)), 2)
        )
    make = maker(name, "string")
    return make(rng) if make else value
