"""What the headers of an answer say about how many requests a server takes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FAMILIES = (  # OpenAI and most others; Anthropic; what remains
    "x-ratelimit-{}-requests",
    "anthropic-ratelimit-requests-{}",
    "x-ratelimit-{}",
    "ratelimit-{}",
)
_EPOCH = 1e9  # a number of seconds beyond this is a moment


class Limit(NamedTuple):
    """Requests in all, requests left, and seconds until all are there again."""

    most: float
    left: float
    reset: float


def limit_of(headers: Mapping[str, str]) -> Limit | None:
    """Return the limit of requests that headers tell; None where they tell none.

    Parameters
    ----------
    headers
        With small names.

    Examples
    --------
    >>> told = {"limit": "6000", "remaining": "5900", "reset": "1m0.5s"}
    >>> limit_of({f"x-ratelimit-{name}-requests": value for name, value in told.items()})
    Limit(most=6000.0, left=5900.0, reset=60.5)
    >>> limit_of({"content-type": "text/plain"}) is None
    True
    """
    for family in _FAMILIES:
        told = [headers.get(family.format(name)) for name in ("limit", "remaining", "reset")]
        if told[0] is not None:
            most, left, reset = _number(told[0]), _number(told[1]), seconds(told[2] or "")
            known = most is not None and left is not None and reset is not None
            return Limit(most, left, reset) if known and most > 0 else None  # type: ignore[arg-type,operator]
    return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def seconds(text: str) -> float | None:
    """Return the seconds until what a header names: a number, a duration, a date or a moment; None for anything else.

    Examples
    --------
    >>> seconds("1.5"), seconds("6m0s"), seconds("20ms"), seconds("soon") is None
    (1.5, 360.0, 0.02, True)
    """
    number = _number(text)
    if number is not None:
        return number if number < _EPOCH else max(0.0, number - datetime.now(UTC).timestamp())
    parts = _PART.findall(text)
    if parts and "".join(value + unit for value, unit in parts) == text.strip():
        return sum(float(value) * _UNITS[unit] for value, unit in parts)
    return _until(text)


def _until(text: str) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except ValueError:
            continue
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return None
