"""Spans of a trace in one form, whoever wrote them.

Read: OTLP's JSON (``resourceSpans``, ``batches`` of Tempo, one span), the OpenTelemetry SDK's console lines, rows of a
Phoenix frame (``attributes.`` prefixes), Jaeger's JSON. A span here is a plain object::

    {"trace_id", "span_id", "parent_id", "name", "start_time", "end_time", "attributes": {...}, "events": [...], ...}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rftkit.formats.dialects.values import attributes, first, mapping, name_of

Span = dict[str, Any]

_RESOURCES = ("resourceSpans", "resource_spans", "batches")
_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
#: What says that attributes belong to a call of a model, or to the work around one.
_GENAI = ("gen_ai.", "llm.", "openinference.", "traceloop.", "ai.", "input.value", "logfire.")


def of_document(document: Any) -> Iterator[Span]:
    """Yield the spans of an OTLP or Jaeger document; nothing for any other document.

    Examples
    --------
    >>> spans = [{"spanId": "s1", "traceId": "t1", "name": "chat", "attributes": []}]
    >>> [span["span_id"] for span in of_document({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})]
    ['s1']
    """
    if not isinstance(document, dict):
        return
    for resource in _objects(first(document, *_RESOURCES)):
        named = attributes(mapping(resource.get("resource")).get("attributes"))
        for scope in _objects(first(resource, *_SCOPES)):
            yield from ({**read(span), "resource": named} for span in _objects(scope.get("spans")))
    for trace in _objects(document.get("data")):
        yield from (read(span) for span in _objects(trace.get("spans")) if "spanID" in span)


def is_document(document: Any) -> bool:
    """Return whether a document is one of OTLP or of Jaeger.

    Examples
    --------
    >>> is_document({"resourceSpans": []}), is_document({"spans": []})
    (True, False)
    """
    if not isinstance(document, dict):
        return False
    otlp = any(isinstance(document.get(key), list) for key in _RESOURCES)
    return otlp or any("spans" in trace and "traceID" in trace for trace in _objects(document.get("data")))


def is_span(row: Any) -> bool:
    """Return whether a row is one span, in one of the forms that `read` reads.

    Examples
    --------
    >>> is_span({"context.span_id": "s1", "attributes.llm.model_name": "nova"}), is_span({"span_id": "s1"})
    (True, False)
    """
    if not isinstance(row, dict):
        return False
    named = first(row, "spanId", "span_id", "spanID", "context.span_id")
    identified = named is not None or "span_id" in mapping(row.get("context"))
    attributed = isinstance(first(row, "attributes", "tags"), list | dict)
    return identified and (attributed or any(key.startswith("attributes.") for key in row))


def read(row: dict[str, Any]) -> Span:
    """Return a span of any of the forms in the one form.

    Examples
    --------
    >>> read({"context": {"trace_id": "0x1", "span_id": "0x2"}, "name": "chat", "attributes": {"a": 1}})["attributes"]
    {'a': 1}
    """
    context = mapping(row.get("context"))
    return {
        "trace_id": name_of(first({**row, **context}, "traceId", "trace_id", "traceID", "context.trace_id")),
        "span_id": name_of(first({**row, **context}, "spanId", "span_id", "spanID", "context.span_id")),
        "parent_id": name_of(first(row, "parentSpanId", "parent_span_id", "parent_id")),
        "name": first(row, "name", "operationName", "span_name"),
        "start_time": first(row, "startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime"),
        "end_time": first(row, "endTimeUnixNano", "end_time_unix_nano", "end_time"),
        "attributes": _attributes(row),
        "events": [_event(event) for event in _objects(first(row, "events", "logs"))],
        **({"resource": row["resource"]} if isinstance(row.get("resource"), dict) else {}),
    }


def _attributes(row: dict[str, Any]) -> dict[str, Any]:
    prefixed = {key[len("attributes.") :]: value for key, value in row.items() if key.startswith("attributes.")}
    kind = first(row, "span_kind")
    known = {"openinference.span.kind": kind} if isinstance(kind, str) and kind.isupper() else {}
    return {**known, **_pairs(first(row, "attributes", "tags")), **prefixed}


def _pairs(given: Any) -> dict[str, Any]:
    """Return the attributes of a span; Jaeger's tags are keys and values that are not wrapped."""
    if isinstance(given, list) and all(isinstance(tag, dict) and "type" in tag for tag in given):
        return {tag["key"]: tag.get("value") for tag in given if isinstance(tag.get("key"), str)}
    return attributes(given)


def _event(event: dict[str, Any]) -> dict[str, Any]:
    held = _pairs(first(event, "attributes", "fields"))
    name = first(event, "name") or held.get("event.name") or held.get("event")
    return {"name": name_of(name), "attributes": held, **({"body": event["body"]} if "body" in event else {})}


def is_genai(span: Span) -> bool:
    """Return whether a span, in the one form, says anything of a model.

    Examples
    --------
    >>> is_genai({"attributes": {"gen_ai.system": "openai"}}), is_genai({"attributes": {"http.method": "GET"}})
    (True, False)
    """
    return any(key.startswith(_GENAI) for key in mapping(span.get("attributes"))) or any(
        str(event.get("name")).startswith("gen_ai.") for event in _objects(span.get("events"))
    )


def facts(span: Span) -> dict[str, Any]:
    """Return what a span says beside its attributes and its ids: its name, its times, the service it ran in.

    Examples
    --------
    >>> facts({"name": "chat", "start_time": "1", "end_time": None, "resource": {"service.name": "booking"}})
    {'name': 'chat', 'start_time': '1', 'service': 'booking'}
    """
    service = mapping(span.get("resource")).get("service.name")
    said = {**{key: span.get(key) for key in ("name", "start_time", "end_time")}, "service": service}
    return {key: value for key, value in said.items() if value is not None}


def conversation(span: Span) -> str | None:
    """Return what ties the calls of one conversation together: its id, else its session, else the trace.

    Examples
    --------
    >>> conversation({"trace_id": "t1", "attributes": {"session.id": "s1"}}), conversation({"trace_id": "t1"})
    ('s1', 't1')
    """
    held = mapping(span.get("attributes"))
    found = name_of(first(held, "gen_ai.conversation.id", "session.id", "langfuse.session.id", "thread.id", *_TIES))
    return found or name_of(span.get("trace_id"))


_TIES = tuple(
    f"{prefix}.{name}"
    for prefix in ("traceloop.association.properties", "langsmith.metadata", "metadata")
    for name in ("conversation_id", "session_id", "thread_id", "chat_id")
)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
