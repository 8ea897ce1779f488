"""The style that a static page carries: of the sheets, the rules about what is on that page and no others.

Every output of a notebook has its own, because any of them may be shown alone; so a short one has to be small.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rftkit.render.markup import Html

_CLASS = re.compile(r"rft__[\w-]+")
_INSIDE = re.compile(r":(?:is|not|has|where|nth-child)\([^()]*\)")


class _Rule(NamedTuple):
    """A rule, or the rules of an at-rule: what it is for, what it says, what is inside it."""

    head: str
    body: str
    inner: tuple[_Rule, ...]


def style(shown: str) -> Html:
    """Return the style element of a page.

    Parameters
    ----------
    shown
        The markup of the page.

    Examples
    --------
    >>> page = style('<p class="rft__title">Coverage</p>')
    >>> "rft__title" in page, "rft__thread" in page
    (True, False)
    """
    used = frozenset(_CLASS.findall(shown))
    return Html("<style>" + "".join(_kept(rule, used) for rule in _rules()) + "</style>")


def _kept(rule: _Rule, used: frozenset[str]) -> str:
    if rule.head.startswith("@"):
        inner = "".join(_kept(one, used) for one in rule.inner)
        return f"{rule.head}{{{inner}}}" if inner else ""
    needed = any(used.issuperset(_CLASS.findall(one)) for one in _outer(rule.head).split(","))
    return f"{rule.head}{{{rule.body}}}" if needed else ""


def _outer(head: str) -> str:
    """Return selectors without what they say in brackets."""
    while (less := _INSIDE.sub("", head)) != head:
        head = less
    return head


@cache
def _rules() -> tuple[_Rule, ...]:
    folder = Path(__file__).parent
    sheets = [(folder / name).read_text(encoding="utf-8") for name in ("theme.css", "static.css")]
    return _parsed(_tight("".join(sheets)))


def _parsed(css: str) -> tuple[_Rule, ...]:
    rules = []
    while css:
        head, _, rest = css.partition("{")
        end = _end(rest)
        body, css = rest[:end], rest[end + 1 :]
        rules.append(_Rule(head, body, _parsed(body) if head.startswith("@") else ()))
    return tuple(rules)


def _end(text: str) -> int:
    """Return the place of the brace that closes what is open."""
    depth = 1
    for found in re.finditer(r"[{}]", text):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return len(text)


def _tight(css: str) -> str:
    plain = re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    return re.sub(r"(?<=[{;])([\w-]+):\s+", r"\1:", plain).strip()
