"""The short way to an OpenAI-compatible server of one's own: one HTTP request and nothing around it.

litellm takes 2 to 8 ms of processor time for a call, ten times what the request itself takes. Where the address of
the server is given and its protocol is OpenAI's, nothing of litellm is needed, so those calls go straight there.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from typing import Any

import msgspec

from rftkit import messages
from rftkit.llm import http
from rftkit.llm.cache import Reply
from rftkit.llm.failures import CallError, after, of_status
from rftkit.llm.limits import limit_of
from rftkit.llm.redact import redact
from rftkit.llm.request import Request

PROVIDERS = ("openai", "hosted_vllm", "custom_openai", "lm_studio", "llamafile")
#: Servers that take a JSON schema whatever model they serve.
TAKE_SCHEMA = ("hosted_vllm", "lm_studio")
_OK, _MOVED = 200, (301, 302, 303, 307, 308)
_decode = msgspec.json.Decoder().decode


def serves(model: str, base_url: str | None) -> bool:
    """Return whether calls of a model can take the short way.

    Examples
    --------
    >>> serves("openai/local", "http://localhost:8000/v1"), serves("openai/gpt-4o", None)
    (True, False)
    """
    plain = base_url is not None and base_url.startswith(("http://", "https://")) and "@" not in base_url
    return plain and model.split("/", 1)[0] in PROVIDERS


async def complete(
    model: str,
    request: Request,
    *,
    base_url: str,
    api_key: str | None = None,
    timeout: float = 120.0,
    structured: bool = False,
) -> Reply:
    """Ask a server once, without any retry.

    Raises
    ------
    CallError
        When there is no answer.
    """
    key = (api_key or os.environ.get("OPENAI_API_KEY") or "none").strip()
    headers = {"content-type": "application/json", "accept": "application/json", "authorization": f"Bearer {key}"}
    try:
        async with asyncio.timeout(timeout):
            told = await http.post(
                f"{base_url.rstrip('/')}/chat/completions", headers, _body(model, request, structured)
            )
    except TimeoutError:
        raise CallError(f"no answer within {timeout:g} seconds", retry=True, charged=True) from None
    except http.NotConnectedError as error:
        raise CallError(redact(str(error), [key]), retry=True, absent=True) from None
    except ssl.SSLCertVerificationError as error:
        raise CallError(redact(f"{base_url} is not trusted: {error}", [key]), fatal=True) from None
    except OSError as error:
        raise CallError(redact(str(error), [key]), retry=True, charged=True) from None
    if told.status != _OK:
        raise of_status(told.status, redact(_sentence(told), [key]), after(told.headers))
    return _reply(told)


def _body(model: str, request: Request, structured: bool) -> bytes:
    optional = {
        "seed": request.seed,
        "tools": request.tools,
        "tool_choice": request.tool_choice,
        "response_format": response_format(request.schema) if structured and request.schema else None,
    }
    asked = {
        "model": model.split("/", 1)[1],
        "messages": request.messages,
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
        **request.options,
        **{name: value for name, value in optional.items() if value is not None},
    }
    return msgspec.json.encode(asked)


def response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameter that asks for an answer of a JSON schema.

    Examples
    --------
    >>> response_format({"type": "object"})["type"]
    'json_schema'
    """
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}}


def _sentence(told: http.Received) -> str:
    text = told.body.decode(errors="replace")
    try:
        found = _decode(told.body)
        error = found.get("error", found)
        text = _told(error) if isinstance(error, Mapping) else str(error)
    except (msgspec.DecodeError, AttributeError):
        text = text or "(nothing)"  # an error page of a proxy: its own words are the best there are
    if told.status in _MOVED:
        text = f"it has moved; give {told.headers.get('location', 'its new address')} as base_url"
    return f"the server answered {told.status}: {' '.join(text.split())[:300]}"


def _told(error: Mapping[str, Any]) -> str:
    code = error.get("code")
    return str(error.get("message", error)) + (f" ({code})" if isinstance(code, str) else "")


def _reply(received: http.Received) -> Reply:
    try:
        told = _decode(received.body)
        choice = told["choices"][0]
        said = choice["message"]
        kept = {name: said[name] for name in ("role", "content", "tool_calls", "refusal") if said.get(name) is not None}
        usage = told.get("usage") or {}
        return Reply(
            text=messages.text_of(said.get("content")) or "",
            message=messages.dump(kept),
            finish=str(choice.get("finish_reason")),
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
            limit=limit_of(received.headers),
        )
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        raise CallError("the server's answer is no chat completion", retry=True, charged=True) from None
