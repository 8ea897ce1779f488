from __future__ import annotations

from typing import Any

import pytest

from rftkit.formats.refusal import looks_like
from tests.formats.shapes.reading import everything

SPAN = {"traceId": "t", "spanId": "s", "name": "GET", "attributes": [{"key": "http.method", "value": {}}]}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"model": "text-embedding-3-small", "input": ["Hi"]}, "embedding"),
        ({"custom_id": "a", "url": "/v1/embeddings", "body": {"input": "Hi"}}, "embedding"),
        ({"object": "list", "data": [{"object": "embedding", "embedding": [0.1], "index": 0}]}, "embedding"),
        ({"model": "gpt-image-1", "prompt": "a train"}, "picture"),
        ({"prompt": "a train", "n": 1, "size": "1024x1024"}, "picture"),
        ({"model": "omni-moderation-latest", "input": "Hi"}, "moderation"),
        ({"id": "m", "results": [{"flagged": False, "categories": {}}]}, "moderation"),
        ({"object": "chat.completion.chunk", "choices": [{"delta": {"content": "H"}}]}, "streamed"),
        ({"type": "response.output_text.delta", "delta": "H"}, "streamed"),
        ({"type": "content_block_delta", "index": 0}, "streamed"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}, "without a call of a model"),
        (SPAN, "without a call of a model"),
        ({"resourceMetrics": []}, "metrics"),
        ({"resourceLogs": []}, "log records"),
        ({"custom_id": "a", "response": {"body": {"choices": []}}}, "without the request"),
        ({"object": "chat.completion", "choices": []}, "without the request"),
        ({"nbformat": 4, "cells": []}, "notebook"),
        ({"openapi": "3.1.0", "paths": {}}, "API"),
        ({"log": {"creator": {}, "entries": []}}, "HAR"),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema"}, "JSON schema"),
        (b'data: {"id":"chatcmpl-1"}\n\n', "stream"),
        (b'event: message_start\ndata: {"type":"message_start"}\n', "stream"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"# HELP up Is it up\n# TYPE up gauge\n", "Prometheus"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"PK\x03\x04", "zip"),
    ],
)
def test_what_is_no_chat_data_is_called_by_its_name(row: Any, word: str) -> None:
    said = looks_like(row)
    assert said is not None
    assert word in said
    assert "rftkit reads" in said


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "Hi"}]},
        {"input": "Hi", "answer": "Hello!"},
        {"prompt": "a train", "completion": "that runs"},
        {"type": "GENERATION", "input": "Hi"},
        b'{"messages": []}',
        b"input,answer\n",
        b"",
        [1],
        None,
    ],
)
def test_what_may_be_chat_data_is_not_refused(row: Any) -> None:
    assert looks_like(row) is None


def test_no_fixture_with_a_prompt_is_refused() -> None:
    refused = [(shape, file) for shape, file, row in everything() if looks_like(row) is not None]
    # the embedding request among batch requests, the plain HTTP span among spans of a model
    assert refused == [("otel", "messages.json"), ("provider-log", "batch.jsonl")]
