"""HTML that cannot be forgotten to be escaped: text is text until it is `Html`."""

from __future__ import annotations

from html import escape


class Html(str):
    """Markup that is finished; every other string is text and is escaped where it enters a page.

    Examples
    --------
    >>> markup("<b>")
    '&lt;b&gt;'
    >>> markup(Html("<b>bold</b>"))
    '<b>bold</b>'
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return itself, so that a notebook shows what it says."""
        return self


def markup(value: object) -> Html:
    """Return a value as markup: `Html` as it is, None as nothing, everything else escaped.

    Parameters
    ----------
    value
        Text, a number, or finished markup.

    Examples
    --------
    >>> markup('5 < 6 & "so on"')
    '5 &lt; 6 &amp; &quot;so on&quot;'
    """
    if isinstance(value, Html):
        return value
    return Html("" if value is None else escape(_printable(str(value))))


def _printable(text: str) -> str:
    # lone surrogates cannot be written as UTF-8, and NUL ends a page in some viewers
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{SYMBOL FOR NULL}")


def join(*pieces: object) -> Html:
    """Return pieces one after the other, text among them escaped.

    Examples
    --------
    >>> join(Html("<p>"), "a & b", Html("</p>"))
    '<p>a &amp; b</p>'
    """
    return Html("".join(markup(piece) for piece in pieces))


def tag(name: str, *children: object, **attributes: object) -> Html:
    """Return one element.

    Parameters
    ----------
    name
        Name of the element.
    *children
        Text or markup inside.
    **attributes
        Attributes; a trailing ``_`` is dropped (``class_``), ``_`` inside becomes ``-``; None and False are left out.

    Examples
    --------
    >>> tag("td", 3, class_="rft__number", title=None)
    '<td class="rft__number">3</td>'
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{markup("" if value is True else value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{name}{shown}>{join(*children)}</{name}>")
