"""The short way to an OpenAI-compatible server of one's own: one HTTP request and nothing around it.

litellm takes 2 to 8 ms of processor time for a call, ten times what the request itself takes. Where the address of
the server is given and its protocol is OpenAI's, nothing of litellm is needed, so those calls go straight there.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Mapping
from typing import Any

import msgspec

from rftkit import messages
from rftkit.llm.cache import Reply
from rftkit.llm.failures import CallError, after, of_status
from rftkit.llm.redact import redact
from rftkit.llm.request import Request

PROVIDERS = ("openai", "hosted_vllm", "custom_openai", "lm_studio", "llamafile")
_OK = 200
_sessions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = weakref.WeakKeyDictionary()
_decode = msgspec.json.Decoder().decode


def serves(model: str, base_url: str | None) -> bool:
    """Return whether calls of a model can take the short way.

    Examples
    --------
    >>> serves("openai/local", "http://localhost:8000/v1"), serves("openai/gpt-4o", None)
    (True, False)
    """
    return base_url is not None and model.split("/", 1)[0] in PROVIDERS


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
    import aiohttp

    key = api_key or os.environ.get("OPENAI_API_KEY") or "none"
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    url = f"{base_url.rstrip('/')}/chat/completions"
    try:
        limit = aiohttp.ClientTimeout(total=timeout)
        sent = _session(aiohttp).post(url, data=_body(model, request, structured), headers=headers, timeout=limit)
        async with sent as response:
            raw, status, told = await response.read(), response.status, response.headers
    except aiohttp.ClientConnectorError as error:
        raise CallError(_named(error, key), retry=True) from None
    except (aiohttp.ClientError, ConnectionError) as error:
        raise CallError(_named(error, key), retry=True, charged=True) from None
    except TimeoutError:
        raise CallError(f"no answer within {timeout:g} seconds", retry=True, charged=True) from None
    if status != _OK:
        raise of_status(status, redact(_sentence(status, raw), [key]), after(told))
    return _reply(raw)


def _session(aiohttp: Any) -> Any:
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
        session = _sessions[loop] = aiohttp.ClientSession(connector=connector)
    return session


async def close() -> None:
    """Close the connections of the running loop."""
    session = _sessions.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


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


def _named(error: Exception, key: str) -> str:
    return redact(f"{type(error).__name__}: {error}", [key])


def _sentence(status: int, raw: bytes) -> str:
    text = raw.decode(errors="replace")
    try:
        told = _decode(raw)
        error = told.get("error", told)
        text = str(error.get("message", error)) if isinstance(error, Mapping) else str(error)
    except (msgspec.DecodeError, AttributeError):
        text = text or "(nothing)"  # an error page of a proxy: its own words are the best there are
    return f"the server answered {status}: {' '.join(text.split())[:300]}"


def _reply(raw: bytes) -> Reply:
    try:
        told = _decode(raw)
        choice = told["choices"][0]
        said = choice["message"]
        kept = {name: said[name] for name in ("role", "content", "tool_calls") if said.get(name) is not None}
        usage = told.get("usage") or {}
        return Reply(
            text=messages.text_of(said.get("content")) or "",
            message=messages.dump(kept),
            finish=str(choice.get("finish_reason")),
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
        )
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        raise CallError("the server's answer is no chat completion", retry=True, charged=True) from None
