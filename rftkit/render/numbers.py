"""Numbers as they are shown everywhere: thousands separated, shares with one decimal, money with what matters."""

from __future__ import annotations

DASH = "\N{EN DASH}"


def count(value: float | None) -> str:
    """Return a whole number with its thousands separated.

    Examples
    --------
    >>> count(1234567)
    '1,234,567'
    >>> count(None)
    '–'
    """
    return DASH if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """Return a fraction as percent with one decimal.

    Examples
    --------
    >>> share(0.1234)
    '12.3 %'
    """
    return DASH if value is None else f"{100 * value:.1f} %"


def points(value: float | None) -> str:
    """Return percentage points, the difference of two shares, with their sign.

    Examples
    --------
    >>> points(-3.4)
    '−3.4'
    >>> points(5.0)
    '+5.0'
    """
    if value is None:
        return DASH
    shown = f"{abs(value):.1f}"
    sign = "" if shown == "0.0" else "+" if value > 0 else "\N{MINUS SIGN}"
    return sign + shown


def score(value: float | None) -> str:
    """Return a score between 0 and 1 with two decimals.

    Examples
    --------
    >>> score(0.8)
    '0.80'
    """
    return DASH if value is None else f"{value:.2f}"


def money(value: float | None) -> str:
    """Return US dollars with the digits that matter; an unknown price is said to be unknown.

    Examples
    --------
    >>> [money(v) for v in (0, 0.00042, 0.137, 12.5, None)]
    ['$0.00', '$0.00042', '$0.14', '$12.50', 'unknown']
    """
    if value is None:
        return "unknown"
    return f"${value:.2f}" if value == 0 or value >= 0.01 else f"${value:.2g}"


def size(value: float) -> str:
    """Return bytes in the unit that reads well.

    Examples
    --------
    >>> size(1_250_000)
    '1.2 MB'
    """
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def plural(value: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> plural(1, "record"), plural(1200, "record"), plural(2, "reply", "replies")
    ('1 record', '1,200 records', '2 replies')
    """
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def cell(value: object) -> str:
    """Return what a table shows for a value: numbers in our manner, lists joined, null as a dash.

    Examples
    --------
    >>> [cell(v) for v in (None, 1200, 0.5, True, ["a", "b"])]
    ['–', '1,200', '0.5', 'yes', 'a, b']
    """
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(part) for part in value)
    return str(value)
