"""The page of a result that has no page of its own: its values, counts and sentences, as `to_dict` names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.render.markup import Html, join
from rftkit.render.pieces import bullets, card, facts, head, table


def report(title: object, values: Mapping[str, Any], *pieces: object, note: object = None) -> Html:
    """Return a page of a result: single values in one line, then mappings as tables and lists as sentences.

    Parameters
    ----------
    title
        The heading.
    values
        What `to_dict` of the result gives.
    *pieces
        What follows.
    note
        A quiet line below the heading.

    Examples
    --------
    >>> page = report("Import", {"read": 1200, "formats": {"openai-chat": 1200}, "warnings": []})
    >>> "<dt>read</dt><dd>1,200</dd>" in page, "openai-chat" in page, "warnings" in page
    (True, True, False)
    """
    single = {_words(name): value for name, value in values.items() if not isinstance(value, Mapping | list | tuple)}
    parts = [_part(_words(name), value) for name, value in values.items() if isinstance(value, Mapping | list | tuple)]
    return card(title, facts(single), *parts, *pieces, note=note)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _part(name: str, value: Any) -> Html:
    if not value:
        return Html("")
    if isinstance(value, Mapping):
        rows = [{"": key, name: shown} for key, shown in value.items()]
        flat = not any(isinstance(shown, Mapping | list | tuple) for shown in value.values())
        return join(table(rows, ["", name]) if flat else report_part(name, value))
    if isinstance(value[0], Mapping):
        return join(head(name), table(list(value)))
    return join(head(name), bullets(value))


def report_part(name: str, values: Mapping[str, Any]) -> Html:
    """Return nested values as a part of a page: their single values, then the rest below it.

    Parameters
    ----------
    name
        The heading.
    values
        A mapping that holds mappings or lists.

    Examples
    --------
    >>> "<dt>calls</dt>" in report_part("plan", {"calls": 3, "by_topic": {"loans": 2}})
    True
    """
    single = {_words(key): value for key, value in values.items() if not isinstance(value, Mapping | list | tuple)}
    rest = [_part(_words(key), value) for key, value in values.items() if isinstance(value, Mapping | list | tuple)]
    return join(head(name), facts(single) if single else "", *rest)
