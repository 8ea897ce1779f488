"""What the panel of categorizing shows, as plain values and as a static page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rftkit import llm, render
from rftkit.render import Html
from rftkit.widgets import _models
from rftkit.widgets._talk import as_messages

if TYPE_CHECKING:
    from rftkit.topics.proposal import TopicSuggestion

USUAL = ("keyword", "embedding")
EMPTY = "No records yet: import some, then they can have topics."
NO_TOPICS = "No topics yet: find them in the records, take a template or add some, then records can be assigned."
NEVER = "Nothing was assigned yet: run it, and every record that fits a topic gets it."
_COUNTS = ("total", "high", "medium", "review", "unassigned", "by_hand", "left_unassigned", "by_method", "histogram")


def python(options: Mapping[str, Any]) -> str:
    """Return the line that categorizes with these options.

    Examples
    --------
    >>> python({"all": True, "method": ["keyword", "embedding"], "approved": False})
    'ds.categorize(all=True)'
    """
    usual = {"all": False, "method": list(USUAL), "model": None, "embedder": "auto", "approved": False}
    given = (f"{name}={options[name]!r}" for name, value in usual.items() if options.get(name, value) != value)
    return f"ds.categorize({', '.join(given)})"


def announced(error: BaseException) -> str:
    """Return what a model would cost, as a sentence for a button to follow.

    Examples
    --------
    >>> announced(ValueError("it takes 2 calls; approve it with --yes"))
    'It takes 2 calls.'
    """
    said = str(error).partition("; approve")[0]
    return said[:1].upper() + said[1:] + "."


def models_listed() -> list[dict[str, str]]:
    """Return models that could be asked, with what is missing for the others."""
    models = [row for row in _models.listing() if row["name"] != llm.OFFLINE]
    return [{"name": row["name"], "why_not": row["why_not"] or ""} for row in models][:60]


def shown_state(known: Mapping[str, Any], *, topics: int, corrections: int) -> dict[str, Any]:
    """Return what the browser needs of `rftkit.acts.choosing.categorized`.

    Parameters
    ----------
    known
        What it gives.
    topics
        How many topics records can have.
    corrections
        How many records were decided by hand since the last run.
    """
    run = known["run"] or {}
    when = known["when"]
    return {
        **{name: known[name] for name in _COUNTS},
        "topics": topics,
        "corrections": corrections,
        "options": known["options"],
        "last": str(when)[:16].replace("T", " ") if when else "",
        "run": _said(run),
    }


def shown_suggestion(one: TopicSuggestion) -> dict[str, Any]:
    """Return what is shown of a new topic that records suggest.

    Parameters
    ----------
    one
        The topic.
    """
    words = [word[:60] for word in one.keywords[:8]]
    shown = [text[:200] for text in one.samples[:2]]
    return {"name": one.name[:120], "description": one.description[:300], "keywords": words, "count": one.count} | {
        "samples": shown
    }


def _said(run: Mapping[str, Any]) -> str:
    """Return what the last run said about its own confidence."""
    if not run:
        return ""
    if not run.get("calibrated"):
        return "The confidence is not calibrated yet: some records decided by hand are needed for that."
    right, off = run.get("accuracy"), run.get("calibration_error")
    of = f"{render.share(right)} of the records decided by hand were found again, each judged unseen" if right else ""
    by = f"the confidence is off by {100 * float(off):.1f} points on average" if off is not None else ""
    told = "; ".join(filter(None, (of, by)))
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def page(
    state: Mapping[str, Any],
    queue: Mapping[str, Any],
    card: Mapping[str, Any] | None,
    suggested: Mapping[str, Any] | None = None,
) -> Html:
    """Return the static twin of the panel.

    Parameters
    ----------
    state
        What `shown_state` gives.
    queue, card
        Which records wait, and the one that is shown.
    suggested
        New topics, where they were looked for.

    Examples
    --------
    >>> "No records yet" in page({}, {}, None)
    True
    """
    if not state or not state["total"]:
        return render.card("Categorize", render.notice(EMPTY))
    if not state["topics"]:
        return render.card("Categorize", render.notice(NO_TOPICS), render.tag("code", "ds.discover_topics()"))
    never = [] if state["last"] else [render.notice(NEVER)]
    counts = {name.replace("_", " "): state[name] for name in _COUNTS[:6]}
    parts = [render.facts(counts), *never, *_bins(state), *_suggested(suggested), *_shown(queue, card)]
    note = f"last run {state['last']} UTC" if state["last"] else None
    return render.card("Categorize", *parts, render.tag("code", "ds.categorize()"), note=note)


def _bins(state: Mapping[str, Any]) -> list[Html]:
    counts = state["histogram"]
    if not sum(counts):
        return []
    full = max(counts)
    rows = [
        {
            "from": f"{at / len(counts):.2f}",
            "records": count,
            "bar": render.bar(count, full=full, text=render.plural(count, "record")),
        }
        for at, count in reversed(list(enumerate(counts)))
    ]
    columns = {"from": "confidence from", "records": "records", "bar": ""}
    said = [render.note(state["run"])] if state["run"] else []
    return [render.head("How sure"), render.table(rows, columns, formats={"bar": Html}, limit=len(rows)), *said]


def _suggested(found: Mapping[str, Any] | None) -> list[Html]:
    rows = [{**one, "keywords": ", ".join(one["keywords"])} for one in (found or {"topics": ()})["topics"]]
    columns = {"name": "suggested topic", "count": "records", "keywords": "keywords"}
    return [render.table(rows, columns, limit=len(rows))] if rows else []


def _shown(queue: Mapping[str, Any], card: Mapping[str, Any] | None) -> list[Html]:
    if not queue or not queue["total"] or card is None:
        return []
    head = f"{render.count(queue['decided'])} of {render.plural(queue['total'], 'record')} decided ({queue['kind']})"
    turns = as_messages(turn for turn in [*card["before"], card["turn"]] if turn)
    rows = [{**one, "number": number} for number, one in enumerate(card["choices"], 1)]
    columns = {"number": "", "topic": "topic", "confidence": "confidence", "why": "why"}
    choices = [render.table(rows, columns, formats={"confidence": render.score}, limit=9)] if rows else []
    return [render.head(head), render.thread(turns), *choices]
