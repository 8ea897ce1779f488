"""What is no chat data: said in a sentence, so that nobody has to guess why a file has no prompts.

`looks_like` is asked by the detection where no shape fits (and for the first bytes of a file that is no JSON at all).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from rftkit.formats.dialects import spans

#: What the sentence ends with.
READS: Final = "rftkit reads chat messages: call logs, traces of model calls, and data sets of prompts"

_MAGIC: Final = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"SQLite format 3": "an SQLite database",
    b"PK\x03\x04": "a zip archive (unpack it first; an .xlsx file has to be saved as CSV)",
    b"\x80\x04\x95": "a Python pickle",
    b"ARROW1": "an Arrow file (save it as Parquet)",
    b"\x93NUMPY": "a NumPy array",
}
_STREAM: Final = re.compile(rb"\s*(event: ?[\w.]+\s+)?data: ?(\{|\[DONE\])")
_PAGE: Final = re.compile(rb"\s*(<!doctype html|<html|<\?xml)", re.IGNORECASE)
_METRICS: Final = re.compile(rb"\s*# (HELP|TYPE) \w+")


def looks_like(row: Any) -> str | None:
    r"""Return a sentence about a row or the first bytes of a file that hold no chat data; None where they may.

    Parameters
    ----------
    row
        A row (an object), a whole JSON document, or the beginning of a file as bytes.

    Returns
    -------
    str or None
        Half a sentence for a `FormatError`: what it looks like, what rftkit reads, what to do.

    Examples
    --------
    >>> looks_like({"model": "text-embedding-3-small", "input": "Hi"})
    'this looks like an embedding request; rftkit reads chat messages: call logs, traces of model calls, and data sets
    of prompts'
    >>> looks_like(b'data: {"choices": []}\n\n')[:38]
    'this looks like the events of a stream'
    >>> looks_like({"messages": [{"role": "user", "content": "Hi"}]}) is None
    True
    """
    if isinstance(row, bytes | bytearray | memoryview):
        found = _bytes(bytes(row[:4096]))
    elif isinstance(row, dict):
        found = next((said for kind in _KINDS if (said := kind(row)) is not None), None)
    else:
        found = None
    return None if found is None else f"this looks like {found}; {READS}"


def other_call(body: dict[str, Any]) -> str | None:
    """Return what the body of a request, or of a response, is instead of a chat call; None when it may be one.

    Examples
    --------
    >>> other_call({"model": "text-embedding-3-small", "input": "Hi"}), other_call({"messages": []})
    ('an embedding request', None)
    """
    return next((said for kind in (_embedding, _picture, _moderation) if (said := kind(body)) is not None), None)


def _bytes(head: bytes) -> str | None:
    known = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if known is not None:
        return known
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _STREAM.match(text):
        return "the events of a streamed answer (save the request and the whole response instead)"
    if _PAGE.match(text):
        return "a web page or an XML document"
    return "metrics in Prometheus' text form" if _METRICS.match(text) else None


def _chunk(row: dict[str, Any]) -> str | None:
    kind = row.get("type")
    event = isinstance(kind, str) and (kind.startswith(("response.", "content_block_", "message_")) or kind == "ping")
    if row.get("object") in ("chat.completion.chunk", "text_completion.chunk") or (event and "role" not in row):
        return "one event of a streamed answer (save the request and the whole response instead)"
    return None


def endpoint(row: dict[str, Any]) -> str | None:
    """Return what else than chat was called, by the address or the kind of call that a row names; None for chat.

    Examples
    --------
    >>> endpoint({"url": "/v1/embeddings"}), endpoint({"url": "/v1/chat/completions"})
    ('an embedding request', None)
    """
    said = " ".join(str(row[key]).lower() for key in ("url", "endpoint", "path", "call_type") if key in row)
    kinds = {
        "embedding": "an embedding request",
        "images/": "a request for a picture",
        "image_generation": "a request for a picture",
        "moderation": "a moderation request",
        "audio/": "a request for speech or its transcription",
        "rerank": "a reranking request",
    }
    return next((name for word, name in kinds.items() if word in said), None)


def _embedding(row: dict[str, Any]) -> str | None:
    model = str(row.get("model", "")).lower()
    asks = "input" in row and ("embed" in model or "encoding_format" in row)
    if asks or ("content" in row and "embedContentConfig" in row):
        return "an embedding request"
    entries = row.get("data")
    answered = isinstance(entries, list) and any(isinstance(one, dict) and "embedding" in one for one in entries)
    return "the answer to an embedding request" if answered or isinstance(row.get("embeddings"), list) else None


def _picture(row: dict[str, Any]) -> str | None:
    model = str(row.get("model", "")).lower()
    asks = "prompt" in row and (
        model.startswith(("dall-e", "gpt-image", "imagen", "stable-")) or {"size", "n"} <= row.keys() or "style" in row
    )
    entries = row.get("data")
    made = isinstance(entries, list) and any(isinstance(one, dict) and "b64_json" in one for one in entries)
    return "a request for a picture" if asks and "messages" not in row else "the answer to one" if made else None


def _moderation(row: dict[str, Any]) -> str | None:
    results = row.get("results")
    flagged = isinstance(results, list) and any(isinstance(one, dict) and "flagged" in one for one in results)
    asks = "input" in row and "moderation" in str(row.get("model", "")).lower()
    return "a moderation request or its answer" if flagged or asks else None


def _signal(row: dict[str, Any]) -> str | None:
    if "resourceMetrics" in row or "resource_metrics" in row:
        return "metrics of OpenTelemetry, which hold numbers and no messages"
    if "resourceLogs" in row or "resource_logs" in row:
        return "log records of OpenTelemetry (export the spans of the model calls instead)"
    traced = spans.is_document(row) or "spanId" in row or ("span_id" in row and "attributes" in row)
    held = list(spans.of_document(row)) if spans.is_document(row) else [spans.read(row)] if traced else []
    if traced and not any(spans.is_genai(span) for span in held):
        return "a trace of OpenTelemetry without a call of a model (no gen_ai or llm attributes in it)"
    return None


def _answer_alone(row: dict[str, Any]) -> str | None:
    body = row.get("response")
    inner = body.get("body") if isinstance(body, dict) else None
    batch = "custom_id" in row and isinstance(inner, dict) and "body" not in row and "request" not in row
    alone = row.get("object") in ("chat.completion", "text_completion") and not {"messages", "input"} & row.keys()
    if batch or alone:
        return "a model's answer without the request that asked for it (join it with the requests first)"
    return None


def _document(row: dict[str, Any]) -> str | None:
    if "nbformat" in row and "cells" in row:
        return "a Jupyter notebook"
    if "openapi" in row or "swagger" in row:
        return "a description of an API"
    entries = row.get("log")
    if isinstance(entries, dict) and "entries" in entries and "creator" in entries:
        return "an HTTP archive (HAR)"
    schema = row.get("$schema")
    return "a JSON schema" if isinstance(schema, str) and "json-schema" in schema else None


_KINDS: Final[tuple[Callable[[dict[str, Any]], str | None], ...]] = (
    _chunk,
    endpoint,
    _embedding,
    _picture,
    _moderation,
    _signal,
    _answer_alone,
    _document,
)
