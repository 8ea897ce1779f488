"""The one place that imports litellm: calls, prices, model names.

litellm takes seconds to import, so it is imported on the first use and set up once: prices from its own files,
nothing printed, nothing reported home, no tokenizer fetched from a hub, `rftkit/offline` registered as a provider.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rftkit import messages
from rftkit.errors import ModelError
from rftkit.llm import direct, offline
from rftkit.llm.cache import Reply
from rftkit.llm.direct import response_format
from rftkit.llm.failures import CallError, after, of_status
from rftkit.llm.limits import limit_of
from rftkit.llm.redact import redact
from rftkit.llm.request import Request

OFFLINE = "rftkit/offline"
#: Providers that litellm signs in to on a page of theirs -> their names for people. Whatever litellm is asked about them,
#: it begins to sign in, so it is not asked before a call is wanted.
SIGNED_IN = {"github_copilot": "GitHub Copilot", "chatgpt": "ChatGPT"}
_LOCK = threading.Lock()


def litellm() -> Any:
    """Return the litellm module, set up."""
    with _LOCK:
        return _litellm()


@functools.cache
def _litellm() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    import litellm as module
    from litellm.utils import custom_llm_setup

    module.suppress_debug_info = True
    module.telemetry = False
    module.disable_hf_tokenizer_download = True
    module.drop_params = True  # a model without a seed or a temperature is called without it
    if all(entry["provider"] != "rftkit" for entry in module.custom_provider_map):
        module.custom_provider_map = [
            *module.custom_provider_map,
            {"provider": "rftkit", "custom_handler": offline.provider()},
        ]
    custom_llm_setup()  # type: ignore[no-untyped-call]
    return module


def check_model(model: str) -> None:
    """Raise where litellm knows no provider for a model's name.

    Examples
    --------
    >>> check_model("rftkit/offline")
    >>> check_model("nonsense")
    Traceback (most recent call last):
    rftkit.errors.ModelError: 'nonsense' names no provider that litellm knows; write it as provider/model, such as ...
    """
    provider, _, bare = model.partition("/")
    known = provider in direct.PROVIDERS or provider in SIGNED_IN
    if model == OFFLINE or (bare and known) or _entry(model) is not None:
        return  # known without the seconds that importing litellm takes
    module = litellm()
    try:
        module.get_llm_provider(model)
    except Exception as error:
        sentence = (
            f"{model!r} names no provider that litellm knows; write it as provider/model, such as "
            "'openai/gpt-4.1-mini' or 'ollama/llama3', or use 'rftkit/offline'"
        )
        raise ModelError(sentence) from error


async def complete(
    model: str,
    request: Request,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    timeout: float = 120.0,
    structured: bool = False,
) -> Reply:
    """Ask a model once, without any retry.

    Parameters
    ----------
    model
        litellm's name of it.
    request
        The question.
    base_url, api_key
        Where an own server listens, and its key.
    timeout
        Seconds.
    structured
        Whether to send the request's schema.

    Raises
    ------
    CallError
        When there is no answer.
    """
    if model == OFFLINE:
        return await offline.complete(request)
    if base_url is not None and direct.serves(model, base_url):
        return await direct.complete(
            model, request, base_url=base_url, api_key=api_key, timeout=timeout, structured=structured
        )
    return await through_litellm(
        model, request, base_url=base_url, api_key=api_key, timeout=timeout, structured=structured
    )


async def through_litellm(
    model: str,
    request: Request,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    timeout: float = 120.0,
    structured: bool = False,
) -> Reply:
    """Ask a model once through litellm itself, also where there is a shorter way.

    Parameters
    ----------
    model, request, base_url, api_key, timeout, structured
        As `complete` takes them.

    Raises
    ------
    CallError
        When there is no answer.
    """
    module = litellm()
    arguments = _arguments(model, request, base_url, api_key, timeout, structured)
    try:
        async with asyncio.timeout(timeout + 1):  # litellm has its own; where that fails, no worker hangs
            return _reply(await module.acompletion(**arguments))
    except CallError:
        raise
    except TimeoutError:
        raise CallError(f"no answer within {timeout:g} seconds", retry=True, charged=True) from None
    except Exception as error:  # noqa: BLE001 - providers raise anything; each becomes one named failure
        raise _call_error(error, [api_key or ""]) from None


def _arguments(
    model: str, request: Request, base_url: str | None, api_key: str | None, timeout: float, structured: bool
) -> dict[str, Any]:
    if base_url and not api_key and not os.environ.get("OPENAI_API_KEY"):
        api_key = "none"  # a server of one's own seldom asks for a key, but the client does
    optional = {
        "base_url": base_url,
        "api_key": api_key,
        "seed": request.seed,
        "tools": [dict(tool) for tool in request.tools] if request.tools else None,
        "tool_choice": request.tool_choice,
        "response_format": response_format(request.schema) if structured and request.schema else None,
    }
    return {
        "model": model,
        "messages": [dict(message) for message in request.messages],
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
        "timeout": timeout,
        "num_retries": 0,
        "max_retries": 0,
        **request.options,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _reply(response: Any) -> Reply:
    if not response.choices:
        raise CallError("the server answered without any choice", retry=True, charged=True)
    choice = response.choices[0]
    said = choice.message.model_dump(exclude_none=True)
    kept = {name: said[name] for name in ("role", "content", "tool_calls", "refusal") if name in said}
    usage = getattr(response, "usage", None)
    return Reply(
        text=choice.message.content or "",
        message=messages.dump(kept),
        finish=str(choice.finish_reason),
        prompt_tokens=int(getattr(usage, "prompt_tokens", 0) or 0),
        completion_tokens=int(getattr(usage, "completion_tokens", 0) or 0),
        limit=limit_of((getattr(response, "_hidden_params", None) or {}).get("additional_headers") or {}),
    )


def _call_error(error: Exception, secrets: Sequence[str]) -> CallError:
    status = int(getattr(error, "status_code", 0) or 0)
    sentence = redact(
        " ".join(f"{type(error).__name__}: {getattr(error, 'message', None) or error}".split())[:400], secrets
    )
    if type(error).__name__ in ("APIConnectionError", "Timeout"):
        return CallError(sentence, retry=True, charged=not _never_arrived(error))
    return of_status(status, sentence, after(getattr(error, "litellm_response_headers", None) or {}))


def _never_arrived(error: BaseException | None) -> bool:
    """Whether no connection was made, so that nothing can have been charged."""
    while error is not None:
        if type(error).__name__ in ("ConnectError", "ConnectTimeout", "PoolTimeout", "ConnectionRefusedError"):
            return True
        error = error.__cause__ or error.__context__
    return False


@functools.cache
def supports_schema(model: str, base_url: str | None = None) -> bool:
    """Return whether a model takes a JSON schema for its answer; False where litellm does not know.

    Examples
    --------
    >>> supports_schema("rftkit/offline"), supports_schema("hosted_vllm/qwen", "http://localhost:8000/v1")
    (False, True)
    """
    if model == OFFLINE:
        return False
    if direct.serves(model, base_url):  # without the seconds that importing litellm takes
        known = (_entry(model) or {}).get("supports_response_schema")
        return bool(known) or model.split("/", 1)[0] in direct.TAKE_SCHEMA
    try:
        return bool(litellm().supports_response_schema(model))
    except Exception:  # noqa: BLE001 - litellm raises where a model is not mapped, which is an answer too
        return False


@functools.cache
def price(model: str) -> tuple[float, float] | None:
    """Return US dollars per million tokens read and written; None where the price is unknown.

    Examples
    --------
    >>> price("rftkit/offline")
    (0.0, 0.0)
    >>> price("openai/nobody-knows-it") is None
    True
    """
    if model == OFFLINE:
        return (0.0, 0.0)
    entry = _entry(model)
    if entry is None and model.split("/", 1)[0] in (*direct.PROVIDERS, *SIGNED_IN):
        return None
    return _rates(entry if entry is not None else _info(model))


def _entry(model: str) -> Mapping[str, Any] | None:
    """Return a model's row of litellm's table, read from its file: that takes milliseconds, the import seconds."""
    table = known_models()
    provider, _, bare = model.partition("/")
    entry = table.get(model) or table.get(bare)
    if entry is None or not str(entry.get("litellm_provider", provider)).startswith(provider if bare else ""):
        return None
    return entry


def _info(model: str) -> Mapping[str, Any]:
    try:
        return litellm().get_model_info(model)  # type: ignore[no-any-return]
    except Exception:  # noqa: BLE001 - unmapped: the price is unknown, never 0
        return {}


def _rates(entry: Mapping[str, Any]) -> tuple[float, float] | None:
    read, written = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    return None if read is None or written is None else (round(read * 1e6, 6), round(written * 1e6, 6))


@functools.cache
def known_models() -> Mapping[str, Mapping[str, Any]]:
    """Return litellm's table of models.

    Examples
    --------
    >>> known_models()["gpt-4o-mini"]["litellm_provider"]
    'openai'
    """
    found = importlib.util.find_spec("litellm")
    if found is not None and found.origin is not None:
        path = Path(found.origin).with_name("model_prices_and_context_window_backup.json")
        if path.is_file():
            return msgspec.json.decode(path.read_bytes())  # type: ignore[no-any-return]
    return litellm().model_cost  # type: ignore[no-any-return]


def missing_keys(model: str) -> list[str]:
    """Return names of the environment variables that a model still needs; names, never values.

    Examples
    --------
    >>> missing_keys("rftkit/offline")
    []
    """
    if model == OFFLINE or model.split("/", 1)[0] in SIGNED_IN:
        return []
    return [str(name) for name in litellm().validate_environment(model)["missing_keys"]]


def embed(model: str, texts: Sequence[str], *, base_url: str | None, api_key: str | None, timeout: float) -> Any:
    """Return the vectors of texts from a litellm embedding model, a list of lists of numbers.

    Raises
    ------
    CallError
        When there is no answer.
    """
    module = litellm()
    more = {"api_base": base_url, "api_key": api_key or ("none" if base_url else None)}
    arguments = {name: value for name, value in more.items() if value is not None}
    try:
        response = module.embedding(model=model, input=list(texts), timeout=timeout, **arguments)
        rows = sorted(response.data, key=lambda row: row["index"])
        return [row["embedding"] for row in rows]
    except Exception as error:  # noqa: BLE001 - providers raise anything; each becomes one named failure
        raise _call_error(error, [api_key or ""]) from None
