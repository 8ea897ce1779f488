"""`rftkit/offline` as a provider of litellm, so that the keyless writer runs through the code of a paid model."""

from __future__ import annotations

from typing import Any


def provider() -> Any:
    """Return the handler that litellm calls for ``rftkit/...`` models.

    Examples
    --------
    >>> hasattr(provider(), "acompletion")
    True
    """
    from litellm.llms.custom_llm import CustomLLM

    class Offline(CustomLLM):  # type: ignore[misc]
        def completion(self, *args: Any, **kwargs: Any) -> Any:
            return _answer(kwargs)

        async def acompletion(self, *args: Any, **kwargs: Any) -> Any:
            return _answer(kwargs)

    return Offline()


def _answer(kwargs: dict[str, Any]) -> Any:
    from rftkit.offline import answer

    asked, optional = kwargs["messages"], kwargs.get("optional_params") or {}
    text = answer(asked, seed=int(optional.get("seed") or 0), temperature=float(optional.get("temperature") or 0.7))
    response = kwargs["model_response"]
    response.choices[0].message.content = text
    response.choices[0].finish_reason = "stop"
    response.model = "rftkit/offline"
    response.usage = _usage(asked, text)
    return response


def _usage(asked: list[dict[str, Any]], text: str) -> Any:
    from litellm.types.utils import Usage

    read = sum(len(str(message.get("content") or "")) for message in asked) // 4
    written = len(text) // 4
    return Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)
