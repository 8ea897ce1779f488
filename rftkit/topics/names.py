"""The rules of names and paths."""

from __future__ import annotations

from collections.abc import Iterable

from rftkit.errors import InputError

#: Stands for the records right under a topic that has topics below it.
GENERAL = "__general"
RESERVED = {GENERAL, "__unassigned", "__unmapped"}
LONGEST = 120


def clean_name(name: object) -> str:
    """Return a name as a tree keeps it: white space folded, no slash, no control characters.

    Examples
    --------
    >>> clean_name(" Debit/credit  card ")
    'Debit-credit card'
    """
    if isinstance(name, bool) or not isinstance(name, str | int | float):
        raise InputError(f"a topic needs a name, which is text; given {name!r}")
    text = "".join(char if char.isprintable() else " " for char in str(name))
    text = " ".join(text.replace("/", "-").split())[:LONGEST].rstrip()
    if not text:
        raise InputError(f"a topic needs a name; given {name!r}")
    if text in RESERVED:
        raise InputError(f"{text!r} is reserved for records without a leaf topic; choose another name")
    return text


def clean_path(path: object) -> str:
    """Return a path with the white space around its names folded.

    Examples
    --------
    >>> clean_path(" Cards / Lost ")
    'Cards/Lost'
    """
    if not isinstance(path, str):
        raise InputError(f"a path is text like 'Cards/Lost'; given {path!r}")
    return "/".join(" ".join(name.split()) for name in path.strip().strip("/").split("/"))


def some(paths: Iterable[str], limit: int = 5) -> str:
    """Return the first few names for a sentence.

    Examples
    --------
    >>> some(["A", "B"])
    "'A', 'B'"
    >>> some([])
    'no topic yet'
    """
    known = list(paths)
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return ", ".join(map(repr, known[:limit])) + more if known else "no topic yet"
