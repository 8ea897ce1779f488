"""The static twin of the generation modal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit import render
from rftkit.render import Html

_FOR = {"gaps": "To fill the gaps", "topic": "For a topic", "records": "From records"}


def summary(choices: Mapping[str, Any], offer: Mapping[str, Any] | None, refusal: str) -> str:
    """Return the modal in a few words.

    Parameters
    ----------
    choices, offer, refusal
        Traits of the modal.

    Examples
    --------
    >>> summary({"mode": "gaps"}, None, "")
    'gaps: working out the plan'
    """
    mode = choices.get("mode", "gaps")
    if offer is None:
        return f"{mode}: {refusal or 'working out the plan'}"
    price = "free" if offer["free"] else f"about {render.money(offer['cost_usd'])}"
    return f"{mode}: {offer['requested']:,} candidates by {offer['model']}, {render.plural(offer['calls'], 'call')}, {price}"


def page(choices: Mapping[str, Any], offer: Mapping[str, Any] | None, refusal: str) -> Html:
    """Return the plan as static HTML.

    Parameters
    ----------
    choices, offer, refusal
        Traits of the modal.

    Examples
    --------
    >>> "Choose a topic" in page({"mode": "topic"}, None, "Choose a topic.")
    True
    """
    title = f"Generate \N{MIDDLE DOT} {_FOR.get(str(choices.get('mode')), '')}"
    if offer is None:
        return render.card(title, render.notice(refusal or "The plan is being worked out."))
    notes = [*offer["notes"], *(_problem(one) for one in offer["problems"])]
    parts = [render.facts(_facts(offer)), _bars(offer), _sources(offer["sources"])]
    said = [render.head("Before you approve"), render.bullets(notes)] if notes else []
    return render.card(title, *parts, *said, render.tag("pre", offer["python"]))


def _facts(offer: Mapping[str, Any]) -> dict[str, Any]:
    tokens = offer["prompt_tokens"] + offer["completion_tokens"]
    price = "free" if offer["free"] else render.money(offer["cost_usd"])
    cap = {} if offer["cap_usd"] is None else {"never more than": render.money(offer["cap_usd"])}
    pilot = {} if offer["pilot"] is None else {"pilot first": offer["pilot"]["requested"]}
    shown = {"candidates": offer["requested"], "model": offer["model"], "calls": offer["calls"], "tokens": tokens}
    scores = {
        name.replace(
            "_", " "
        ): f"{show(offer['before'].get(name))} \N{RIGHTWARDS ARROW} {show(offer['after'].get(name))}"
        for name, show in (("balance", render.score), ("target_fit", render.score), ("synthetic_share", render.share))
        if name in offer["before"]
    }
    return {**shown, "price": price, **cap, **pilot, **scores}


def _bars(offer: Mapping[str, Any]) -> Html:
    rows = [
        {
            "path": line["path"] or "(no topic)",
            "now": line["count"],
            "added": line["added"],
            "strategy": line["strategy"].replace("_", " "),
            "why": line["why"],
        }
        for line in offer["lines"]
    ]
    if not rows:
        return render.notice("This plan makes nothing.")
    columns = {"path": "topic", "now": "records", "added": "to make", "strategy": "strategy", "why": "why"}
    return render.table(rows, columns, limit=40, total=len(rows) + offer["rest"]["topics"])


def _sources(sources: Mapping[str, Any]) -> Html:
    if not sources["records"]:
        return Html("")
    lines = [f"{row['id']} ({row['topic'] or 'no topic'}): {row['text']}" for row in sources["records"]]
    return render.join(render.head(f"Works from {render.plural(sources['total'], 'record')}"), render.bullets(lines))


def _problem(problem: Mapping[str, Any]) -> str:
    return f"{problem['topic'] or '(no topic)'}: {problem['reason']}; {problem['proposal']}"
