"""What is asked of a model and what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    Parameters
    ----------
    messages
        OpenAI chat messages.
    key
        The caller's own label; it travels with the answer and is no part of what is asked.
    schema
        JSON schema of the answer. Sent where the model understands it; the answer is read tolerantly either way.
    temperature
        0 to 2.
    max_tokens
        The longest answer that is paid for.
    sample
        Number of this sample: the same question with another number is another question.
    seed
        Sent to models that take one, and part of what is asked.
    tools, tool_choice
        Functions that the model may call.
    options
        Other litellm parameters, such as ``top_p``.

    Examples
    --------
    >>> Request([{"role": "user", "content": "Hi"}], key="greeting").key
    'greeting'
    """

    messages: Sequence[Mapping[str, Any]]
    key: str = ""
    schema: Mapping[str, Any] | None = None
    temperature: float = 0.7
    max_tokens: int = 1024
    sample: int = 0
    seed: int | None = None
    tools: Sequence[Mapping[str, Any]] | None = None
    tool_choice: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def digest(self, model: str, attempt: int = 0) -> str:
        """Return the name under which the answer is remembered: sha256 of all that decides the answer.

        The address of the server is no part of it: an own server comes back on another port or host, and what it
        answered is paid for all the same. Two models that are to be told apart have two names.

        Examples
        --------
        >>> hello = Request([{"role": "user", "content": "Hi"}])
        >>> hello.digest("a") == hello.digest("a"), hello.digest("a") == hello.digest("b")
        (True, False)
        """
        asked: dict[str, Any] = {
            "model": model,
            "messages": self.messages,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "sample": self.sample,
        }
        more = {
            "schema": self.schema,
            "seed": self.seed,
            "tools": self.tools,
            "tool_choice": self.tool_choice,
            "options": dict(self.options) or None,
            "attempt": attempt or None,
        }
        asked.update({name: value for name, value in more.items() if value is not None})
        return hashlib.sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to one request, or why it said nothing.

    Attributes
    ----------
    request
        What was asked.
    text
        The text of the answer; empty when there is none.
    value
        The parsed answer where the request has a schema, else None.
    error
        One sentence when there is no usable answer, else None.
    prompt_tokens, completion_tokens
        As the provider counted them, failed attempts included.
    cost_usd
        Measured cost of this run; 0 for a remembered answer, None where the price is unknown.
    cached
        Whether the answer was remembered and nothing was sent.
    message
        The whole assistant message, with its tool calls.
    calls
        How many calls were answered and paid for.
    finish
        Why the model stopped, in its server's word: ``stop``, ``length``, ``tool_calls``, ``content_filter``.
    size
        Tokens read and written for this very answer, remembered or not; None where there is none.
    unasked
        Whether nothing was sent for it: the run was stopped, or the cap was reached before its turn.

    Examples
    --------
    >>> Answer(Request([]), error="stopped").ok
    False
    """

    request: Request
    text: str = ""
    value: Any = None
    error: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    cached: bool = False
    message: Mapping[str, Any] | None = None
    calls: int = 0
    finish: str | None = None
    size: tuple[int, int] | None = None
    unasked: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is an answer to use."""
        return self.error is None

    def of(self, request: Request) -> Answer:
        """Return the same answer as the answer to an equal request, paid for once.

        Examples
        --------
        >>> Answer(Request([]), text="yes", cost_usd=1.0, calls=1).of(Request([], key="b")).cost_usd
        0.0
        """
        return replace(self, request=request, cached=True, cost_usd=0.0, calls=0, prompt_tokens=0, completion_tokens=0)
