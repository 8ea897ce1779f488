"""The models that a person can choose from, with what is missing for those that cannot be called. Never a key."""

from __future__ import annotations

from typing import Any

from rftkit import llm


def listing(chosen: str | None = None) -> list[dict[str, Any]]:
    """Return the short list of models, those that can be called first.

    Parameters
    ----------
    chosen
        A model that is listed too, whatever it is.

    Examples
    --------
    >>> listing()[0]["name"]
    'rftkit/offline'
    """
    rows = llm.models().to_dicts()
    if chosen and chosen not in {row["name"] for row in rows}:
        rows.append(_of(chosen))
    return sorted(rows, key=lambda row: not row["reachable"])


def _of(name: str) -> dict[str, Any]:
    row = llm.listed(name)
    unlisted = {"name": name, "provider": name.partition("/")[0], "reachable": True, "why_not": None}
    rates = llm.price(name) or (None, None)
    return row or {**unlisted, "input_usd_per_million": rates[0], "output_usd_per_million": rates[1]}


def missing(name: str, base_url: str | None = None) -> str:
    """Return what is missing before a model can be called; empty where nothing is known to be.

    Parameters
    ----------
    name
        litellm's name.
    base_url
        A server of one's own, for which nothing else is needed.

    Examples
    --------
    >>> missing("rftkit/offline")
    ''
    """
    if name == llm.OFFLINE or base_url:
        return ""
    llm.check_model(name)
    rows = {row["name"]: row for row in llm.models().to_dicts()}
    return str(rows[name]["why_not"] or "") if name in rows else ""
