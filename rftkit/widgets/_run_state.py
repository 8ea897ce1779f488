"""A generation job as a screen shows it, while it runs and when it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from rftkit import llm, messages
from rftkit.jobs import Job

TOPICS, PAGE, QUOTE = 120, 20, 400

#: What the codes of `rftkit.generate.REASONS` mean.
REASONS = {
    "structure": "is no conversation that can be trained on",
    "no_user_message": "has no user message at its end",
    "artefact": "reads like a model talking, not a user",
    "too_short": "is shorter than the limit",
    "too_long": "is longer than the limit",
    "duplicate_of_data": "is in the dataset already",
    "duplicate_candidate": "was made before",
    "too_similar": "is too close to something that is there",
    "off_topic": "is about something else",
    "copied_example": "copies an example it was shown",
    "language_switch": "is in another language than its source",
    "leaked_answer": "gives the answer away",
    "low_quality": "has too few stars",
}


def shown_run(job: Job[Any]) -> dict[str, Any]:
    """Return how far a job is, by topic, with what was rejected and why, a sample and the money.

    Parameters
    ----------
    job
        Of `Dataset.generate`.

    Examples
    --------
    >>> job = Job(lambda control: control.report(1, 4, topics={"Cards": (1, 4)}), name="generate").start()
    >>> _ = job.wait()
    >>> told = shown_run(job)
    >>> told["done"], told["total"], told["topics"][0]["path"]
    (1, 4, 'Cards')
    """
    told = job.progress.to_dict()
    data, result = told.pop("data"), job.result
    report = result if hasattr(result, "rejection_reasons") else None
    error = job.error
    counts = _counts(data, report)
    done = told["done"] if report is None else counts.get("valid", told["done"])
    return {
        **told,
        "done": done,
        "state": job.state,
        "error": "" if error is None or job.state == "stopped" else str(error),
        **_topics(data, report),
        **counts,
        "sample": _sample(data, job),
        "cost_usd": data.get("cost_usd") if report is None else report.cost_usd,
        "priced": "cost_usd" in data or report is not None,
        "answered": data.get("answered"),
        "asked": data.get("asked"),
        "calls": None if report is None else report.calls,
        "cached_calls": None if report is None else report.cached_calls,
        "model": "" if report is None else report.plan.model,
        "gave_up": {} if report is None else dict(list(report.gave_up.items())[:TOPICS]),
    }


def _counts(data: Mapping[str, Any], report: Any) -> dict[str, Any]:
    if report is not None:
        told = {"generated": report.generated, "valid": report.valid, "reasons": report.rejection_reasons}
    else:
        told = {name: data.get(name) for name in ("generated", "valid")} | {"reasons": data.get("reasons") or {}}
    reasons = [
        {"code": code, "count": number, "sentence": REASONS.get(code, "")} for code, number in told["reasons"].items()
    ]
    return {**told, "reasons": reasons}


def _topics(data: Mapping[str, Any], report: Any) -> dict[str, Any]:
    """Return done and wanted by topic, those with most to do first; past so many they are only counted."""
    by_topic = {} if report is None else dict(report.by_topic)
    if by_topic:
        rows = [_row(path, one["valid"], one["requested"], one["rejected"]) for path, one in by_topic.items()]
    else:
        rejected = data.get("rejected_by_topic") or {}
        rows = [
            _row(path, done, wanted, rejected.get(path)) for path, (done, wanted) in (data.get("topics") or {}).items()
        ]
    rows.sort(key=lambda row: (-row["wanted"], row["path"]))
    return {"topics": rows[:TOPICS], "more": len(rows[TOPICS:])}


def _row(path: str, done: int, wanted: int, rejected: int | None) -> dict[str, Any]:
    return {"path": path, "done": done, "wanted": wanted, "rejected": rejected}


def _sample(data: Mapping[str, Any], job: Job[Any]) -> dict[str, str] | None:
    """Return what was written last, beside what it was written from where that is known."""
    latest = made(job).filter("valid").tail(1)
    if latest.height:
        row = latest.row(0, named=True)
        said = latest.select(messages.last_user_text().fill_null("").str.head(QUOTE)).item()
        return {"topic": str(row["topic"] or ""), "text": said, "source_id": row["source_record_id"] or ""}
    text = _first_prompt(str(data.get("sample") or ""))
    return {"topic": str(data.get("topic") or ""), "text": text, "source_id": ""} if text else None


def _first_prompt(answer: str) -> str:
    """Return the first prompt of a model's answer; empty where it has none.

    Examples
    --------
    >>> _first_prompt('{"prompts": ["Where is my card?"]}')
    'Where is my card?'
    """
    try:
        value = llm.read_json(answer) if answer else None
    except ValueError:
        return ""
    found = value.get("prompts") if isinstance(value, dict) else value
    first = found[0] if isinstance(found, list) and found else ""
    return first[:QUOTE] if isinstance(first, str) else ""


def made(job: Job[Any]) -> pl.DataFrame:
    """Return the candidates that a job has made so far, the rejected ones too.

    Parameters
    ----------
    job
        Of `Dataset.generate`.

    Examples
    --------
    >>> made(Job(lambda control: None)).height
    0
    """
    from rftkit import schema

    finished: pl.DataFrame | None = getattr(job.result, "candidates", None)
    if finished is not None:
        return finished
    so_far = getattr(job, "candidates", None)
    frame: pl.DataFrame = so_far() if callable(so_far) else schema.empty(schema.CANDIDATES)
    return frame


def page_of(frame: pl.DataFrame, page: int, quote: Callable[[list[str]], Mapping[str, str]]) -> dict[str, Any]:
    """Return a page of candidates as lines: topic, text, stars, reasons, and the words of the source.

    Parameters
    ----------
    frame
        Of `made`.
    page
        From 0, or from the end where it is negative; the nearest one there is.
    quote
        Ids of records -> what their users said last.
    """
    pages = -(-frame.height // PAGE)
    place = max(0, min(page if page >= 0 else pages + page, pages - 1))
    rows = frame[place * PAGE : (place + 1) * PAGE].select(
        "candidate_id",
        "topic",
        "valid",
        "reasons",
        "quality",
        "source_record_id",
        messages.last_user_text().fill_null("").str.head(QUOTE).alias("text"),
    )
    said = quote(rows["source_record_id"].drop_nulls().unique().to_list())
    shown = [{**row, "source": said.get(row["source_record_id"] or "", "")} for row in rows.to_dicts()]
    return {"rows": shown, "page": place, "pages": pages, "size": PAGE, "total": frame.height}
