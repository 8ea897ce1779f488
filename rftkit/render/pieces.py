"""The pieces of a page: a card around them, facts, tables, bars with a target, notices.

Every function returns `Html`; what a caller hands in as a plain string is text and is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from rftkit.render import numbers
from rftkit.render.markup import Html, join, tag
from rftkit.render.sheet import style

#: Words and marks of a status; the mark is there for those who do not see the colour.
STATUS: dict[str, tuple[str, str, str]] = {
    "ok": ("ok", "\N{CHECK MARK}", "ok"),
    "slightly_under": ("near", "\N{WHITE DOWN-POINTING SMALL TRIANGLE}", "slightly under"),
    "under": ("far", "\N{BLACK DOWN-POINTING TRIANGLE}", "under"),
    "over": ("far", "\N{BLACK UP-POINTING TRIANGLE}", "over"),
}


#: Characters of a word that stays in one line.
_WORD = 12


def card(title: object = None, *pieces: object, note: object = None) -> Html:
    """Return a finished static page: what `_repr_html_` and `to_html` give.

    Parameters
    ----------
    title
        The heading, or None.
    *pieces
        Text or markup.
    note
        A quiet line below the heading.

    Examples
    --------
    >>> page = card("Coverage", "5 topics <b>")
    >>> page.endswith('<p class="rft__title">Coverage</p><p>5 topics &lt;b&gt;</p></div>')
    True
    """
    heading = tag("p", title, class_="rft__title") if title is not None else ""
    quiet = tag("p", note, class_="rft__note") if note is not None else ""
    body = [piece if isinstance(piece, Html) or piece is None else tag("p", piece) for piece in pieces]
    shown = join(heading, quiet, *body)
    return tag("div", style(shown), shown, class_="rft rft--page")


def head(text: object) -> Html:
    """Return the heading of a part of a page.

    Examples
    --------
    >>> head("Topics")
    '<p class="rft__head">Topics</p>'
    """
    return tag("p", text, class_="rft__head")


def note(text: object) -> Html:
    """Return a quiet line.

    Examples
    --------
    >>> note("as of version 3")
    '<p class="rft__note">as of version 3</p>'
    """
    return tag("p", text, class_="rft__note")


def facts(values: Mapping[str, object], definitions: Mapping[str, str] | None = None) -> Html:
    """Return named values in one line; integers with their thousands separated.

    Parameters
    ----------
    values
        Name to value.
    definitions
        What a name means, shown when it is pointed at.

    Examples
    --------
    >>> facts({"records": 1200})
    '<dl class="rft__facts"><div><dt>records</dt><dd>1,200</dd></div></dl>'
    """
    defined = definitions or {}
    pairs = [
        tag("div", tag("dt", name), tag("dd", _shown(value)), title=defined.get(name)) for name, value in values.items()
    ]
    return tag("dl", *pairs, class_="rft__facts")


def _shown(value: object) -> object:
    return value if isinstance(value, Html) else numbers.cell(value)


def notice(text: object, kind: str = "info") -> Html:
    """Return a sentence that must not be missed.

    Parameters
    ----------
    text
        The sentence.
    kind
        ``info``, ``ok``, ``near`` (look at it) or ``far`` (act on it).

    Examples
    --------
    >>> notice("Nothing to do.", "ok")
    '<div class="rft__notice rft__notice--ok">Nothing to do.</div>'
    """
    return tag("div", text, class_=f"rft__notice rft__notice--{kind}")


def bullets(items: Iterable[object]) -> Html:
    """Return a list of sentences; nothing for none.

    Examples
    --------
    >>> bullets(["a", "b"])
    '<ul class="rft__list"><li>a</li><li>b</li></ul>'
    """
    rows = [tag("li", item) for item in items]
    return tag("ul", *rows, class_="rft__list") if rows else Html("")


def table(
    rows: pl.DataFrame | Sequence[Mapping[str, Any]],
    columns: Mapping[str, str] | Sequence[str] | None = None,
    *,
    formats: Mapping[str, Callable[[Any], object]] | None = None,
    limit: int = 20,
    total: int | None = None,
    class_: str | None = None,
) -> Html:
    """Return a table of the first rows and how many there are more.

    Parameters
    ----------
    rows
        A frame or a list of mappings.
    columns
        Which columns, or column to heading; all by default.
    formats
        Column to a function that returns text or `Html`.
    limit
        Rows shown.
    total
        Rows there are, where `rows` are not all of them.
    class_
        One more class of the table.

    Examples
    --------
    >>> page = table(pl.DataFrame({"topic": ["<a>", "b"], "count": [3, 1200]}), limit=1)
    >>> "&lt;a&gt;" in page, "1 more" in page
    (True, True)
    """
    headings = _headings(rows, columns)
    there = total if total is not None else len(rows)
    shown = rows.head(limit).to_dicts() if isinstance(rows, pl.DataFrame) else list(rows[:limit])
    # numbers are set flush right; a column counts as numbers when what is shown of it is
    right = {key for key in headings if _numeric([row.get(key) for row in shown])}
    top = tag("tr", *(tag("th", text, scope="col", class_=_side(key, right)) for key, text in headings.items()))
    short = {key for key in headings if key not in right and _short([row.get(key) for row in shown])}
    body = [_row(row, headings, formats or {}, right, short) for row in shown]
    extra = f"rft__table {class_}" if class_ else "rft__table"
    made = tag("table", tag("thead", top), tag("tbody", *body), class_=extra)
    more = note(f"\N{HORIZONTAL ELLIPSIS} and {numbers.count(there - len(shown))} more") if there > len(shown) else ""
    return join(tag("div", made, class_="rft__scroll"), more)


def _headings(
    rows: pl.DataFrame | Sequence[Mapping[str, Any]], columns: Mapping[str, str] | Sequence[str] | None
) -> dict[str, str]:
    if isinstance(columns, Mapping):
        return dict(columns)
    names = columns or (rows.columns if isinstance(rows, pl.DataFrame) else list(rows[0]) if rows else [])
    return {name: name.replace("_", " ") for name in names}


def _numeric(values: list[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _short(values: list[Any]) -> bool:
    """Say whether a column has words that are never to be broken, such as those of a state."""
    return all(value is None or (isinstance(value, str) and len(value) <= _WORD) for value in values)


def _side(key: str, right: set[str], short: set[str] | None = None) -> str | None:
    return "rft__number" if key in right else "rft__short" if short and key in short else None


def _row(
    row: Mapping[str, Any],
    headings: Mapping[str, str],
    formats: Mapping[str, Callable[[Any], object]],
    right: set[str],
    short: set[str],
) -> Html:
    cells = []
    for place, key in enumerate(headings):
        value = formats[key](row.get(key)) if key in formats else numbers.cell(row.get(key))
        name, scope = ("th", "row") if place == 0 else ("td", None)
        cells.append(tag(name, value, scope=scope, class_=_side(key, right, short)))
    return tag("tr", *cells)


def bar(value: float, *, target: float | None = None, added: float = 0.0, full: float = 1.0, text: str = "") -> Html:
    """Return one horizontal bar.

    Parameters
    ----------
    value
        Its length, in the unit of `full`.
    target
        Where the tick stands.
    added
        What will be added, hatched.
    full
        The value of the whole width.
    text
        What it says to someone who does not see it.

    Examples
    --------
    >>> bar(1, full=4)
    '<span class="rft__bar" role="img" aria-label=""><i style="width:25.00%"></i></span>'
    """
    scale = 100 / full if full > 0 else 0.0
    parts = [tag("i", style=f"width:{min(value * scale, 100):.2f}%")]
    if added:
        left, width = value * scale, min(added * scale, 100 - value * scale)
        parts.append(tag("i", class_="rft__added", style=f"left:{left:.2f}%;width:{width:.2f}%"))
    if target is not None:
        parts.append(tag("b", style=f"left:{min(target * scale, 100):.2f}%"))
    return tag("span", *parts, class_="rft__bar", role="img", aria_label=text)


def status(name: str) -> Html:
    """Return the word of a status with its mark and colour.

    Examples
    --------
    >>> status("under")
    '<span class="rft__status rft__status--far">▼ under</span>'
    """
    kind, mark, word = STATUS.get(name, ("near", "\N{BULLET}", name.replace("_", " ")))
    return tag("span", f"{mark} {word}", class_=f"rft__status rft__status--{kind}")


def breakable(path: object) -> Html:
    """Return a path that may go on in the next line after a slash.

    Examples
    --------
    >>> breakable("cards/lost")
    'cards/<wbr>lost'
    """
    parts = str(path).split("/")
    return join(*(piece for part in parts[:-1] for piece in (part, "/", Html("<wbr>"))), parts[-1])


def bars(rows: Sequence[Mapping[str, Any]], *, label: str = "topic", limit: int = 40, total: int | None = None) -> Html:
    """Return a table of horizontal bars on one scale, each with its target as a tick and its status in words.

    Parameters
    ----------
    rows
        Mappings with `path`, `count`, `share` and, where known, `target`, `gap`, `status`, `needed`, `added`.
    label
        Heading of the first column.
    limit
        Rows shown.
    total
        Rows there are, where `rows` are not all of them.

    Examples
    --------
    >>> page = bars([{"path": "loans", "count": 30, "share": 0.3, "target": 0.5, "gap": 20.0, "status": "under"}])
    >>> "30.0 %" in page and "under" in page and "left:100.00%" in page
    True
    """
    full = max((max(row["share"] + (row.get("added") or 0.0), row.get("target") or 0.0) for row in rows), default=1.0)
    columns = {"path": label, "bar": "share and target", "share": "share", "count": "records"}
    wanted = {"target": "target", "gap": "gap, points", "needed": "to add", "status": "status"}
    columns |= {key: text for key, text in wanted.items() if any(row.get(key) is not None for row in rows)}
    ready = [{**row, "bar": _bar_of(row, full)} for row in rows]
    formats: dict[str, Callable[[Any], object]] = {
        "path": breakable,
        "bar": Html,
        "share": numbers.share,
        "target": numbers.share,
        "gap": numbers.points,
        "status": status,
    }
    return table(ready, columns, formats=formats, limit=limit, total=total, class_="rft__bars")


def _bar_of(row: Mapping[str, Any], full: float) -> Html:
    target = row.get("target")
    aim = "" if target is None else f", target {numbers.share(target)}"
    text = f"{row['path']}: {numbers.share(row['share'])}{aim}"
    return bar(row["share"], target=target, added=row.get("added") or 0.0, full=full, text=text)
