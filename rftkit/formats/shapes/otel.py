"""Spans of OpenTelemetry that call a model, in every way the GenAI conventions have been written.

In the order they are looked for: message attributes (structured or JSON text), the indexed attributes of OpenLLMetry,
span events of the older conventions, JSON text of a whole prompt, Vercel's AI SDK, Logfire's and Google ADK's request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rftkit.formats.dialects import calls, requests, spans, tools
from rftkit.formats.dialects.messages import fold, instruction
from rftkit.formats.dialects.values import first, mapping, name_of, nested, parsed
from rftkit.formats.draft import UNSET, Draft, NotUnderstood
from rftkit.formats.shapes._drafts import of_call, of_spans

NAME = "otel"
DESCRIPTION = "OpenTelemetry GenAI spans: OTLP JSON, OpenLLMetry attributes, span events"

_CHAT = ("chat", "text_completion", "completion", "generate_content", "message", "messages", "responses")
_VERCEL = ("ai.generateText.doGenerate", "ai.streamText.doStream", "ai.generateObject.doGenerate")
_READ = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions")
_READ_PREFIXES = (
    *("gen_ai.prompt", "gen_ai.completion", "llm.request.functions"),
    *("ai.prompt", "ai.response.text", "ai.response.toolCalls"),
    *(
        "gcp.vertex.agent.llm_request",
        "gcp.vertex.agent.llm_response",
        "request_data",
        "response_data",
        "events",
        "all_messages_events",
    ),
)
_BLOCKS = ("text", "toolUse", "toolResult", "image", "document", "reasoningContent")
_SILENT = "a call of a model whose messages were not recorded (capture of message content was off)"
_NO_CALL = "a span that calls no model"


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the spans of an OTLP or Jaeger document, each with the attributes of its resource.

    Examples
    --------
    >>> list(rows({"messages": []}))
    []
    """
    yield from spans.of_document(document)


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a span of OpenTelemetry, or a document of them.

    Examples
    --------
    >>> score({"traceId": "t", "spanId": "s", "attributes": {"gen_ai.operation.name": "chat"}})
    0.97
    """
    if spans.is_document(row):
        return max((_score(span) for span in spans.of_document(row)), default=0.0)
    return _score(spans.read(row)) if spans.is_span(row) else 0.0


def _score(span: spans.Span) -> float:
    if "openinference.span.kind" in span["attributes"]:
        return 0.45
    return 0.97 if spans.is_genai(span) else 0.4  # a span of other work: it belongs to a trace, and holds no prompt


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a span that calls a model, or those of a whole document of spans.

    Examples
    --------
    >>> span = {"traceId": "t", "spanId": "s", "attributes": {"gen_ai.prompt.0.role": "user",
    ...         "gen_ai.prompt.0.content": "Hi"}}
    >>> convert(span, {})[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    return of_spans(row, _draft)


def _draft(span: spans.Span) -> Draft:
    held = _with_details(span)
    _refuse_other_work(span, held)
    asked, answered = _messages(span, held)
    if not asked:
        raise NotUnderstood(_SILENT if "gen_ai.request.model" in held else _NO_CALL)
    system = instruction(held.get("gen_ai.system_instructions"))
    lead = [] if system is None else [{"role": "system", "content": system}]
    request = requests.Request([*lead, *asked], _tools(held), _choice(held))
    facts = {**spans.facts(span), **_rest(held)}
    where = {"span_id": span["span_id"], "trace_id": span["trace_id"], "conversation": spans.conversation(span)}
    return of_call(request, {"choices": answered} if answered else None, facts, **where)


def _with_details(span: spans.Span) -> dict[str, Any]:
    """Return the attributes, with those of the one event that newer conventions may put messages in."""
    held = dict(span["attributes"])
    for event in span["events"]:
        if event["name"] == "gen_ai.client.inference.operation.details":
            held |= event["attributes"]
    return held


def _refuse_other_work(span: spans.Span, held: Mapping[str, Any]) -> None:
    operation = name_of(first(held, "gen_ai.operation.name", "llm.request.type"))
    kind = name_of(first(held, "traceloop.span.kind", "operation.name"))
    if operation is not None and operation not in _CHAT:
        raise NotUnderstood(f"a span of {_article(operation)}, which is no call of a model")
    if operation is None and kind in ("workflow", "task", "agent", "tool"):
        raise NotUnderstood(f"a span of {_article(kind)}, which is no call of a model")
    vercel = held.get("ai.operationId")
    if isinstance(vercel, str) and vercel not in _VERCEL:
        raise NotUnderstood("a span around a call of a model")


def _article(operation: str) -> str:
    known = {
        **dict.fromkeys(("execute_tool", "tool"), "a tool"),
        **dict.fromkeys(("invoke_agent", "create_agent", "agent"), "an agent"),
        **{kind: f"a {kind}" for kind in ("workflow", "task")},
    }
    return known.get(operation, operation if len(operation) < 40 and operation.isascii() else "another operation")


def _messages(span: spans.Span, held: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    for read in (_attributes, _indexed, _events, _whole, _vercel, _logfire, _adk):
        asked, answered = read(span, held)
        if asked:
            return asked, answered
    return [], []


Found = tuple[list[Any], list[Any]]


def _attributes(span: spans.Span, held: Mapping[str, Any]) -> Found:
    asked, answered = parsed(held.get("gen_ai.input.messages")), parsed(held.get("gen_ai.output.messages"))
    return _folded(asked), answered if isinstance(answered, list) else []


def _folded(value: Any) -> list[Any]:
    if isinstance(value, str) and value:
        return [{"role": "user", "content": value}]
    return fold(value, plain=True) if isinstance(value, list) else []


def _indexed(span: spans.Span, held: Mapping[str, Any]) -> Found:
    asked, answered = nested(held, "gen_ai.prompt"), nested(held, "gen_ai.completion")
    return _turns(asked), _turns(answered)


def _turns(value: Any) -> list[Any]:
    turns = value if isinstance(value, list) else []
    return [message for turn in turns if isinstance(turn, dict) for message in _turn(turn)]


def _turn(turn: dict[str, Any]) -> list[Any]:
    content = _blocks(turn.get("content"))
    made = turn.get("tool_calls")
    if isinstance(made, list) and made:
        listed = [_flat_call(one) for one in made if isinstance(one, dict)]
        return fold([{**calls.assistant(content or None, listed)}])
    if turn.get("role") == "tool" or turn.get("tool_call_id") is not None:
        return fold([calls.result(turn.get("tool_call_id"), content, turn.get("name"))])
    return fold([{"role": turn.get("role", "user"), "content": content}], plain=True)


def _blocks(content: Any) -> Any:
    """Return the blocks that an instrumentation wrote as JSON text; other text, JSON or not, is what was said."""
    blocks = parsed(content)
    return blocks if isinstance(blocks, list) and blocks and all(map(_typed, blocks)) else content


def _typed(block: Any) -> bool:
    return isinstance(block, dict) and (isinstance(block.get("type"), str) or any(key in block for key in _BLOCKS))


def _flat_call(one: dict[str, Any]) -> dict[str, Any]:
    inner = mapping(one.get("function")) or one
    return calls.call(inner.get("name"), inner.get("arguments"), one.get("id"))


_EVENT_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}


def _events(span: spans.Span, held: Mapping[str, Any]) -> Found:
    asked: list[Any] = []
    answered: list[Any] = []
    for event in [*span["events"], *_event_attribute(held)]:
        body = _body(event)
        if event["name"] == "gen_ai.choice":
            answered.extend(_event_message(_choice_body(body), "assistant"))
        elif event["name"] in _EVENT_ROLES:
            asked.extend(_event_message(body, _EVENT_ROLES[event["name"]]))
    return asked, answered


def _event_attribute(held: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return events that were written as one attribute, as Logfire and Pydantic AI do."""
    listed = parsed(first(held, "events", "all_messages_events"))
    found = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [{"name": name_of(item.get("event.name")), "attributes": item} for item in found]


def _body(event: Mapping[str, Any]) -> dict[str, Any]:
    held = mapping(event.get("attributes"))
    return mapping(first(held, "gen_ai.event.content", "event.body", "body")) or mapping(event.get("body")) or held


def _choice_body(body: dict[str, Any]) -> dict[str, Any]:
    said = parsed(body.get("message"))
    if isinstance(said, dict):
        return said
    return {"content": said} if isinstance(said, str | list) and said else body


def _event_message(body: Mapping[str, Any], role: str) -> list[Any]:
    made = parsed(body.get("tool_calls"))
    content = _blocks(body.get("content"))
    if role == "tool":
        return fold([calls.result(first(body, "id", "tool_call_id"), content, body.get("name"))])
    if role == "assistant":
        listed = [_flat_call(one) for one in made if isinstance(one, dict)] if isinstance(made, list) else None
        return fold([calls.assistant(content, listed)], plain=True)
    return fold([{"role": name_of(body.get("role")) or role, "content": content}], plain=True)


def _whole(span: spans.Span, held: Mapping[str, Any]) -> Found:
    for event in span["events"]:
        if event["name"] in ("gen_ai.content.prompt", "gen_ai.content.completion"):
            held = {**held, **event["attributes"]}
    answered = held.get("gen_ai.completion")
    request = requests.read(held.get("gen_ai.prompt"))
    return (request.messages if request else []), _listed(answered)


def _listed(value: Any) -> list[Any]:
    value = parsed(value)
    return value if isinstance(value, list) else [value] if value else []


def _vercel(span: spans.Span, held: Mapping[str, Any]) -> Found:
    made = parsed(held.get("ai.response.toolCalls"))
    listed = [
        calls.call(one.get("toolName"), first(one, "input", "args"), one.get("toolCallId"))
        for one in (made if isinstance(made, list) else [])
        if isinstance(one, dict)
    ]
    text = first(held, "ai.response.text", "ai.response.object")
    answered = [{"message": calls.assistant(text, listed)}] if text or listed else []
    return _folded(parsed(held.get("ai.prompt.messages"))), answered


def _logfire(span: spans.Span, held: Mapping[str, Any]) -> Found:
    request = requests.read(mapping(held.get("request_data")))
    answered = mapping(held.get("response_data"))
    return (request.messages if request else []), [answered] if answered else []


def _adk(span: spans.Span, held: Mapping[str, Any]) -> Found:
    request = requests.read(_adk_body(held))
    answered = mapping(held.get("gcp.vertex.agent.llm_response"))
    return (request.messages if request else []), [answered] if answered else []


def _adk_body(held: Mapping[str, Any]) -> dict[str, Any]:
    body = mapping(held.get("gcp.vertex.agent.llm_request"))
    return {**mapping(body.get("config")), **body}


def _tools(held: Mapping[str, Any]) -> Any:
    given = first(held, "gen_ai.tool.definitions", "gen_ai.request.tools", "ai.prompt.tools")
    if given is None:
        given = nested(held, "llm.request.functions") or first(
            {**_adk_body(held), **mapping(held.get("request_data"))}, "tools"
        )
    return UNSET if given is None else tools.fold(given)


def _choice(held: Mapping[str, Any]) -> Any:
    given = first(held, "gen_ai.request.tool_choice", "ai.prompt.toolChoice")
    return UNSET if given is None else tools.fold_choice(parsed(given))


def _rest(held: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in held.items() if key not in _READ and not key.startswith(_READ_PREFIXES)}
