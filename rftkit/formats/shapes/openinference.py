"""Spans of OpenInference (Phoenix, Arize): flattened attributes, nested lists, or columns of a Phoenix frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rftkit.formats.dialects import calls, requests, spans, tools
from rftkit.formats.dialects.messages import fold_one
from rftkit.formats.dialects.parts import part
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.dialects.values import name_of, nested, parsed, without
from rftkit.formats.draft import UNSET, Draft, NotUnderstood
from rftkit.formats.shapes._drafts import of_call, of_spans

NAME = "openinference"
DESCRIPTION = "OpenInference spans of Phoenix and Arize: OTLP JSON, span lines, frames"

_READ = ("llm.input_messages", "llm.output_messages", "llm.tools", "input.value", "output.value", "llm.prompts")


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the spans of an OTLP document, or of what Phoenix's API answers.

    Examples
    --------
    >>> list(rows({"messages": []}))
    []
    """
    if spans.is_document(document):
        yield from spans.of_document(document)
    elif isinstance(document, dict) and isinstance(document.get("data"), list):
        yield from (row for row in document["data"] if spans.is_span(row))


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a span of OpenInference, or a document of them.

    Examples
    --------
    >>> score({"context.span_id": "s", "attributes.openinference.span.kind": "LLM"})
    0.98
    """
    if spans.is_document(row):
        return max((_score(span) for span in spans.of_document(row)), default=0.0)
    return _score(spans.read(row)) if spans.is_span(row) else 0.0


def _score(span: spans.Span) -> float:
    held = span["attributes"]
    if "openinference.span.kind" in held or nested(held, "openinference") is not None:
        return 0.98
    told = any(key.startswith(("llm.input_messages", "llm.output_messages")) for key in held)
    return 0.98 if told else 0.3  # a span of other work: it belongs to a trace, and holds no prompt


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of an LLM span, or those of a whole document of spans.

    Examples
    --------
    >>> span = {"context.span_id": "s", "attributes.openinference.span.kind": "LLM",
    ...         "attributes.llm.input_messages": [{"message.role": "user", "message.content": "Hi"}]}
    >>> convert(span, {})[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    return of_spans(row, _draft)


def _draft(span: spans.Span) -> Draft:
    held = span["attributes"]
    _refuse_other_kinds(held)
    request = _request(held)
    if request is None:
        raise NotUnderstood("a call of a model whose messages were not recorded")
    request.tools, request.tool_choice = _tools(held, request)
    facts = {**spans.facts(span), **_rest(held)}
    where = {"span_id": span["span_id"], "trace_id": span["trace_id"], "conversation": _conversation(span)}
    return of_call(request, _response(held), facts, **where)


def _refuse_other_kinds(held: Mapping[str, Any]) -> None:
    kind = name_of(object_of(object_of(nested(held, "openinference")).get("span")).get("kind"))
    if kind is not None and kind.upper() != "LLM":
        known = kind.upper() if kind.isascii() and kind.isalpha() and len(kind) < 20 else "another kind"
        raise NotUnderstood(f"a span of kind {known}, which is no call of a model")
    if kind is None and not any(key == "llm" or key.startswith("llm.") for key in held):
        raise NotUnderstood("a span that calls no model")


def _request(held: Mapping[str, Any]) -> requests.Request | None:
    said = [message for entry in _entries(held, "llm.input_messages") for message in _message(entry)]
    if said:
        return requests.Request(said)
    value = nested(held, "input.value")
    return requests.read(parsed(value) if _is_json(held, "input") else value)


def _response(held: Mapping[str, Any]) -> Any:
    answered = [message for entry in _entries(held, "llm.output_messages") for message in _message(entry)]
    if answered:
        return {"choices": answered}
    value = nested(held, "output.value")
    return parsed(value) if _is_json(held, "output") or not isinstance(value, str) else {"output_text": value}


def _is_json(held: Mapping[str, Any], side: str) -> bool:
    return bool(nested(held, f"{side}.mime_type") == "application/json")


def _entries(held: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = parsed(nested(held, name))
    listed = value if isinstance(value, list) else []
    return [entry for entry in listed if isinstance(entry, dict)]


def _message(entry: dict[str, Any]) -> list[Any]:
    message = entry["message"] if isinstance(entry.get("message"), dict) else entry
    made = [_call(one) for one in _objects(message.get("tool_calls"))] or _legacy_call(message)
    content = _content(message)
    if made:
        return [calls.assistant(content or None, made)]
    if message.get("role") == "tool" or message.get("tool_call_id") is not None:
        return fold_one({**calls.result(message.get("tool_call_id"), "", message.get("name")), "content": content})
    named = {"name": message["name"]} if isinstance(message.get("name"), str) else {}
    return fold_one({"role": message.get("role", "user"), "content": content, **named})


def _content(message: Mapping[str, Any]) -> Any:
    contents = [object_of(entry.get("message_content")) or entry for entry in _objects(message.get("contents"))]
    parts = [_part(block) for block in contents]
    if len(parts) == 1 and parts[0].get("type") == "text":
        return parts[0].get("text")
    return parts or message.get("content")


def _part(block: dict[str, Any]) -> Any:
    if block.get("type") != "image":
        return part(block)
    picture = object_of(block.get("image"))
    place = object_of(picture.get("image")).get("url") or picture.get("url")
    return {"type": "image_url", "image_url": {"url": place}} if place else block


def _call(entry: dict[str, Any]) -> dict[str, Any]:
    one = object_of(entry.get("tool_call")) or entry
    function = object_of(one.get("function"))
    return calls.call(function.get("name"), function.get("arguments"), one.get("id"))


def _legacy_call(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    name = message.get("function_call_name")
    return [calls.call(name, message.get("function_call_arguments_json"))] if isinstance(name, str) and name else []


def _tools(held: Mapping[str, Any], request: requests.Request) -> tuple[Any, Any]:
    settings = tools.within(nested(held, "llm.invocation_parameters"))
    listed = [_schema(entry) for entry in _entries(held, "llm.tools")]
    found = tools.fold(listed) if listed else UNSET if settings[0] is None else settings[0]
    choice = UNSET if settings[1] is None else settings[1]
    return (request.tools if found is UNSET else found), (request.tool_choice if choice is UNSET else choice)


def _schema(entry: dict[str, Any]) -> Any:
    tool = object_of(entry.get("tool")) or entry
    return parsed(tool.get("json_schema", tool))


def _conversation(span: spans.Span) -> str | None:
    return name_of(nested(span["attributes"], "session.id")) or spans.conversation(span)


def _rest(held: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in held.items() if not key.startswith(_READ)}
    for key in ("llm", "input", "output"):  # where the attributes are not flattened
        if isinstance(rest.get(key), dict):
            rest[key] = without(rest[key], ("input_messages", "output_messages", "tools", "value", "prompts"))
    return rest


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
