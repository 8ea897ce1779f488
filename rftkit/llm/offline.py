"""`rftkit/offline` as a provider of litellm, so that the keyless writer runs through the code of a paid model."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rftkit import messages
from rftkit.llm.cache import Reply
from rftkit.llm.request import Request

_PER_TOKEN = 4  # characters, about


def provider() -> Any:
    """Return the handler that litellm calls for ``rftkit/...`` models.

    Examples
    --------
    >>> hasattr(provider(), "acompletion")
    True
    """
    from litellm.llms.custom_llm import CustomLLM

    class Offline(CustomLLM):
        def completion(self, *args: Any, **kwargs: Any) -> Any:
            return _answer(kwargs)

        async def acompletion(self, *args: Any, **kwargs: Any) -> Any:
            return _answer(kwargs)

    return Offline()


def _answer(kwargs: dict[str, Any]) -> Any:
    from litellm.types.utils import Usage

    asked, optional = kwargs["messages"], kwargs.get("optional_params") or {}
    seed, temperature = int(optional.get("seed") or 0), float(optional.get("temperature") or 0.7)
    reply = _reply(asked, seed, temperature)
    response = kwargs["model_response"]
    response.choices[0].message.content = reply.text
    response.choices[0].finish_reason = "stop"
    response.model = "rftkit/offline"
    read, written = reply.prompt_tokens, reply.completion_tokens
    response.usage = Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)
    return response


def _reply(asked: Sequence[Mapping[str, Any]], seed: int, temperature: float) -> Reply:
    from rftkit.offline import answer

    text = answer(asked, seed=seed, temperature=temperature)
    read = sum(len(messages.text_of(message.get("content")) or "") for message in asked) // _PER_TOKEN
    said = messages.dump({"role": "assistant", "content": text})
    return Reply(text, said, "stop", prompt_tokens=read, completion_tokens=len(text) // _PER_TOKEN)


async def complete(request: Request) -> Reply:
    """Ask the writer, without the seconds that importing litellm takes.

    Examples
    --------
    >>> asyncio.run(complete(Request([{"role": "user", "content": "Hi"}]))).text.startswith("I am rftkit/offline")
    True
    """
    work = functools.partial(_reply, request.messages, request.seed or 0, request.temperature)
    return await asyncio.get_running_loop().run_in_executor(_writer(), work)


@functools.cache
def _writer() -> ThreadPoolExecutor:
    """One thread: the writer is plain Python, more threads would only wait for each other."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="rftkit-offline")
