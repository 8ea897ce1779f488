"""Logs of calls to a provider: a request and its response, as proxies, gateways and batch services write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.values import first, name_of, parsed, without
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import Draft, NotUnderstood
from rftkit.formats.refusal import endpoint, other_call
from rftkit.formats.shapes._drafts import call_log, identity, of_call

NAME = "provider-log"
DESCRIPTION = "a request and its response: litellm, proxies, batch files, stored completions"

_REQUESTS = ("request", "request_body", "requestBody", "raw_request", "kwargs", "modelInput", "body")
_RESPONSES = ("response", "response_body", "responseBody", "raw_response", "modelOutput", "completion")
_TIES = ("conversation_id", "conversationId", "session_id", "sessionId", "thread_id", "trace_id", "traceId")
_ANSWER = ("choices", "candidates", "output", "content")
_IDS = ("id", "custom_id", "recordId", "request_id", "requestId")
_KINDS = ("url", "call_type", "endpoint", "path")
_SETTINGS = ("model_parameters", "optional_params")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a logged call.

    Examples
    --------
    >>> score({"request": {"messages": []}, "response": {"choices": []}}), score({"messages": []})
    (0.95, 0.0)
    """
    key, body = _body(row)
    if _other_call(row, body) is not None:
        return 0.4
    if key is not None:
        asked = any(name in body for name in ("messages", "input", "contents", "prompt"))
        answered = _response(row)[0] is not None or "custom_id" in row or "recordId" in row
        return 0.95 if asked and answered else 0.85 if asked else 0.6 if answered else 0.0
    if "messages" in row and ("call_type" in row or _is_response(parsed(first(row, "response")))):
        return 0.95
    if "messages" in row and _is_completion(row):
        return 0.95
    return 0.9 if row.get("schemaType") == "ModelInvocationLog" else 0.55 if _is_completion(row) else 0.0


def _is_response(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in (*_ANSWER, "candidates", "stop_reason"))


def _is_completion(row: Mapping[str, Any]) -> bool:
    choices = row.get("choices")
    return isinstance(choices, list) and any("message" in object_of(choice) for choice in choices)


def _body(row: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the key and the body of the request; proxies wrap the body once more."""
    for key in _REQUESTS:
        value = object_of(row.get(key)) if isinstance(row.get(key), dict | str) else {}
        inner = object_of(value.get("body")) if isinstance(value.get("body"), dict | str) else {}
        if value:
            return key, inner or value
    bedrock = object_of(row.get("input")).get("inputBodyJson") if isinstance(row.get("input"), dict) else None
    return ("input", bedrock) if isinstance(bedrock, dict) else (None, {})


def _response(row: Mapping[str, Any]) -> tuple[str | None, Any]:
    for key in _RESPONSES:
        if row.get(key) is not None:
            value = parsed(row[key])
            inner = value.get("body") if isinstance(value, dict) else None
            return key, parsed(inner) if isinstance(inner, dict | str) and inner else value
    bedrock = row.get("output")
    inner = bedrock.get("outputBodyJson") if isinstance(bedrock, dict) else None
    return ("output", inner) if inner is not None else (None, None)


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a logged call.

    Examples
    --------
    >>> asked = {"model": "nova-lite", "messages": [{"role": "user", "content": "Hi"}]}
    >>> answer = {"choices": [{"message": {"role": "assistant", "content": "Hello!"}}]}
    >>> convert({"request": asked, "response": answer}, {})[0].output
    {'role': 'assistant', 'content': 'Hello!'}
    """
    asked_key, body = _body(row)
    other = _other_call(row, body)
    if other is not None:
        raise NotUnderstood(f"a call of another kind than chat: {other}")
    answer_key, answer = _response(row)
    if asked_key is None:
        body = {key: row[key] for key in requests.USED if row.get(key) is not None}
        answer = answer if answer_key else {"choices": row["choices"]} if _is_completion(row) else None
    request = requests.read(body)
    if request is None:
        raise NotUnderstood("a response without its request" if answer_key else "a call without messages")
    requests.complete(request, first(row, *_SETTINGS))
    ids = {**object_of(row.get("metadata")), **without(row, ())}
    tie = name_of(first(ids, *_TIES))
    used = {asked_key, answer_key, "choices", *_IDS[:2], *_SETTINGS, *(requests.USED if asked_key is None else ())}
    facts = {**without(row, (key for key in used if key)), **request.rest, "response": _rest(answer)}
    where = {
        "id": identity(row, *_IDS),
        "span_id": name_of(first(ids, "span_id", "spanId")),
        "trace_id": name_of(first(ids, "trace_id", "traceId")),
        "conversation": tie or call_log(request.messages),
    }
    return [of_call(request, _spoken(answer), facts, **where)]


def _other_call(row: Mapping[str, Any], body: dict[str, Any]) -> str | None:
    """Return what else than chat was called, by what the log says of it and by what went over the line."""
    said = {key: row[key] for key in _KINDS if isinstance(row.get(key), str)}
    answer = _response(row)[1]
    return endpoint(said) or other_call(body) or (other_call(answer) if isinstance(answer, dict) else None)


def _spoken(answer: Any) -> Any:
    """Return what a response says; the text of a stream is no reply, and the reply of a failed call is none."""
    if isinstance(answer, str) and answer.startswith(("data:", "event:")):
        return None
    return None if isinstance(answer, dict) and "error" in answer and not _is_response(answer) else answer


def _rest(answer: Any) -> Any:
    if isinstance(answer, str):
        return answer if answer.startswith(("data:", "event:")) else None
    return without(answer, _ANSWER) if isinstance(answer, dict) else None
