"""What a set of requests will take, before anything is sent."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rftkit import messages
from rftkit.llm import gateway
from rftkit.llm.request import Request

_PER_MESSAGE = 4  # tokens around one message in OpenAI's framing
_TYPICAL, _LEAST = 0.5, 0.15  # share of the allowed answer length that answers use


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls, tokens and money of a set of requests.

    Attributes
    ----------
    model
        Whom the requests go to.
    calls
        Number of calls when none has to be repeated.
    prompt_tokens, completion_tokens
        Tokens read, and tokens that answers usually have.
    cost_usd
        Expected cost; None where the price is unknown.
    low_usd, high_usd
        With short answers, and with answers as long as they may be.

    Examples
    --------
    >>> estimate([Request([{"role": "user", "content": "Hi"}])], "rftkit/offline").cost_usd
    0.0
    """

    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    low_usd: float | None
    high_usd: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)

    def __repr__(self) -> str:
        cost = "price unknown" if self.cost_usd is None else f"about ${self.cost_usd:.4f}"
        return (
            f"Estimate({self.model}: {self.calls} calls, {self.prompt_tokens + self.completion_tokens} tokens, {cost})"
        )


def estimate(
    requests: Iterable[Request], model: str, *, price_per_million: tuple[float, float] | None = None
) -> Estimate:
    """Return what requests will take.

    Parameters
    ----------
    requests
        What would be sent.
    model
        litellm's name of the model.
    price_per_million
        US dollars per million tokens read and written, where litellm does not know the price.

    Examples
    --------
    >>> estimate([Request([{"role": "user", "content": "Hi"}], max_tokens=100)], "rftkit/offline").calls
    1
    """
    asked = list(requests)
    read = sum(tokens_of(asked))
    longest = sum(request.max_tokens for request in asked)
    written = [round(longest * share) for share in (_LEAST, _TYPICAL, 1.0)]
    rates = price_per_million or gateway.price(model)
    low, middle, high = (None if rates is None else cost_of(read, count, rates) for count in written)
    return Estimate(model, len(asked), read, written[1], middle, low, high)


def cost_of(read: int, written: int, rates: tuple[float, float]) -> float:
    """Return US dollars for tokens read and written at prices per million.

    Examples
    --------
    >>> cost_of(1_000_000, 0, (0.15, 0.6))
    0.15
    """
    return (read * rates[0] + written * rates[1]) / 1e6


def tokens_of(requests: Sequence[Request]) -> list[int]:
    """Return about how many tokens each request holds.

    Examples
    --------
    >>> tokens_of([Request([{"role": "user", "content": "Hello there"}])])
    [6]
    """
    encode = _encoding().encode_ordinary_batch
    texts = [_text(request) for request in requests]
    return [
        len(tokens) + _PER_MESSAGE * len(request.messages)
        for tokens, request in zip(encode(texts, num_threads=1), requests, strict=True)
    ]


def most_tokens(request: Request) -> int:
    """Return a number of tokens that no tokenizer exceeds: one for every byte, and the framing.

    Examples
    --------
    >>> most_tokens(Request([{"role": "user", "content": "Hi"}]))
    22
    """
    return len(_text(request).encode()) + 20 * len(request.messages)


def _text(request: Request) -> str:
    parts = [str(message.get("content") or "") for message in request.messages]
    calls = [messages.dump(message["tool_calls"]) for message in request.messages if message.get("tool_calls")]
    extra = [messages.dump(value) for value in (request.schema, request.tools) if value]
    return "\n".join(parts + calls + extra)


@functools.cache
def _encoding() -> Any:
    # tiktoken would fetch its tables; litellm ships them.
    import importlib.util
    import os
    from pathlib import Path

    found = importlib.util.find_spec("litellm")
    if found is not None and found.origin is not None:
        tables = Path(found.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(tables))
    import tiktoken

    return tiktoken.get_encoding("o200k_base")
