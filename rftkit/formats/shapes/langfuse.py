"""Langfuse: observations of its API (camelCase), of its blob export (snake_case), of a trace download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rftkit.formats.dialects import replies, requests
from rftkit.formats.dialects.values import first, name_of, parsed, without
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import Draft, NotUnderstood
from rftkit.formats.shapes._drafts import each, of_call

NAME = "langfuse"
DESCRIPTION = "Langfuse observations: API, blob export, trace download"

_TYPES = (
    *("GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"),
)
_TRACE = ("traceId", "trace_id")
_SESSION = ("sessionId", "session_id")
_SETTINGS = ("modelParameters", "model_parameters")
_USED = ("id", "type", "input", "output", *_TRACE, *_SESSION)


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the observations of a trace download or of a page of the API, each with its trace's session.

    Examples
    --------
    >>> trace = {"id": "t", "sessionId": "s", "observations": [{"id": "o", "type": "GENERATION"}]}
    >>> list(rows(trace))
    [{'sessionId': 's', 'traceId': 't', 'id': 'o', 'type': 'GENERATION'}]
    """
    if not isinstance(document, dict):
        return
    listed = document.get("data")
    pages = listed if isinstance(listed, list) else [document]
    for page in pages:
        if isinstance(page, dict) and isinstance(page.get("observations"), list):
            yield from _observations(page)
        elif page is not document and isinstance(page, dict) and score(page):
            yield page


def _observations(trace: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = trace["trace"] if isinstance(trace.get("trace"), dict) else trace
    known = {
        "sessionId": first(head, *_SESSION),
        "userId": first(head, "userId", "user_id"),
        "traceName": head.get("name"),
        "tags": head.get("tags"),
        "traceId": head.get("id"),
    }
    known = {key: value for key, value in known.items() if value not in (None, [])}
    yield from ({**known, **row} for row in trace["observations"] if isinstance(row, dict))


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is an observation of Langfuse, or a trace with its observations.

    Examples
    --------
    >>> score({"id": "o", "traceId": "t", "type": "GENERATION", "input": "Hi"})
    0.97
    """
    if isinstance(row.get("observations"), list):
        return 0.97 if all(isinstance(one, dict) for one in row["observations"]) else 0.3
    if row.get("type") not in _TYPES:
        return 0.0
    return 0.97 if first(row, *_TRACE) is not None or "parentObservationId" in row else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a generation, or those of a trace.

    Examples
    --------
    >>> convert({"id": "o", "traceId": "t", "type": "GENERATION", "input": "Hi", "output": "Hello!"}, {})[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    if isinstance(row.get("observations"), list):
        return each(rows(row), _draft)
    return [_draft(row)]


def _draft(row: dict[str, Any]) -> Draft:
    kind = row.get("type")
    if kind != "GENERATION":
        known = kind if kind in _TYPES else "another kind"
        raise NotUnderstood(f"an observation of type {known}, which is no call of a model")
    given = parsed(row.get("input"))
    if given in (None, "", [], {}):
        raise NotUnderstood("a generation whose input was not recorded")
    where = {
        "id": name_of(row.get("id")),
        "span_id": name_of(row.get("id")),
        "trace_id": name_of(first(row, *_TRACE)),
        "conversation": name_of(first(row, *_SESSION)) or name_of(first(row, *_TRACE)),
    }
    request = requests.read(given)
    facts = {**without(row, _USED), "session_id": first(row, *_SESSION)}
    if request is None:
        return _without_messages(row, given, facts, where)
    requests.complete(request, first(row, *_SETTINGS))
    return of_call(request, row.get("output"), {**without(facts, _SETTINGS), **request.rest}, **where)


def _without_messages(row: dict[str, Any], given: Any, facts: dict[str, Any], where: dict[str, Any]) -> Draft:
    """Return the draft of a call whose input is an object of the caller's own: kept, and invalid."""
    kept = {key: value for key, value in facts.items() if value is not None}
    output = replies.read(object_of(row.get("output")) or row.get("output"))
    return Draft(None, raw=given, output=output, metadata=kept, problems=["missing_messages"], **where)
