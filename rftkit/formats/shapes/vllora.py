"""vLLora: spans whose `attribute` holds the request and the output as JSON text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.values import first, name_of, without
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import Draft, NotUnderstood
from rftkit.formats.shapes._drafts import of_call

NAME = "vllora"
DESCRIPTION = "vLLora spans: `attribute.request` and `attribute.output`"

_USED = ("span_id", "trace_id", "thread_id", "attribute")


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the spans of a document that lists them under `data` or `spans`.

    Examples
    --------
    >>> list(rows({"spans": [{"span_id": "1", "attribute": {"request": "{}"}}]}))
    [{'span_id': '1', 'attribute': {'request': '{}'}}]
    """
    listed = first(document, "spans", "data") if isinstance(document, dict) else None
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, dict) and score(row):
            yield row


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a span of vLLora.

    Examples
    --------
    >>> score({"span_id": "1", "trace_id": "2", "attribute": {"request": "{}"}})
    0.98
    """
    if "span_id" not in row or not isinstance(row.get("attribute"), dict | str):
        return 0.3 if "span_id" in row and "operation_name" in row else 0.0
    held = object_of(row["attribute"])
    return 0.98 if "request" in held or "operation_name" in row else 0.6


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a span that calls a model.

    Examples
    --------
    >>> asked = '{"messages": [{"role": "user", "content": "Hi"}]}'
    >>> convert({"span_id": "1", "trace_id": "2", "attribute": {"request": asked}}, {})[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    held = object_of(row.get("attribute"))
    if held.get("request") is None:
        raise NotUnderstood("a span that calls no model")
    request = requests.read(object_of(held["request"]))
    if request is None:
        raise NotUnderstood("a call of a model without messages")
    span, trace, thread = (name_of(row.get(key)) for key in ("span_id", "trace_id", "thread_id"))
    facts = {**without(row, _USED), **without(held, ("request", "output")), **request.rest}
    where = {"span_id": span, "trace_id": trace, "conversation": thread or trace}
    return [of_call(request, held.get("output"), facts, **where)]
