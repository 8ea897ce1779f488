"""Answers in the shapes of the chat API: whole, and piece by piece."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rftkit.train.replies import read

if TYPE_CHECKING:
    from rftkit.train.policy import Said


@dataclass(frozen=True)
class Speaker:
    """Writes the answers to one request.

    Parameters
    ----------
    model
        What the model is called.
    stop
        Texts at which answers end.
    tools
        Whether calls of tools are read out of them.

    Examples
    --------
    >>> from rftkit.train.policy import Said
    >>> whole = Speaker("tiny").whole([Said("Hello", "stop", 3, 2)])
    >>> whole["choices"][0]["message"], whole["usage"]["total_tokens"]
    ({'role': 'assistant', 'content': 'Hello'}, 5)
    """

    model: str
    stop: tuple[str, ...] = ()
    tools: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, said: Sequence[Said]) -> dict[str, Any]:
        """Return the answers as one object.

        Parameters
        ----------
        said
            The answers.
        """
        choices = [self._choice(place, one) for place, one in enumerate(said)]
        return {**self._about("chat.completion"), "choices": choices, "usage": usage(said)}

    def piece(self, place: int, delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
        """Return one piece of a streamed answer.

        Parameters
        ----------
        place
            Number of the answer.
        delta
            What is new.
        finish
            Why it ended; None as long as it goes on.
        """
        choice = {"index": place, "delta": dict(delta), "finish_reason": finish}
        return {**self._about("chat.completion.chunk"), "choices": [choice]}

    def last(self, said: Sequence[Said]) -> dict[str, Any]:
        """Return the piece that tells the tokens.

        Parameters
        ----------
        said
            The answers.
        """
        return {**self._about("chat.completion.chunk"), "choices": [], "usage": usage(said)}

    def at_once(self, place: int, one: Said) -> Iterator[dict[str, Any]]:
        """Yield the pieces of an answer that is complete already.

        Parameters
        ----------
        place
            Its number.
        one
            The answer.
        """
        choice = self._choice(place, one)
        delta = choice["message"]
        for number, call in enumerate(delta.get("tool_calls", ())):
            call["index"] = number
        yield self.piece(place, delta)
        yield self.piece(place, {}, choice["finish_reason"])

    def _choice(self, place: int, one: Said) -> dict[str, Any]:
        cut = _cut(one, self.stop)
        words, calls = read(cut.text) if self.tools else (cut.text, [])
        message = {"role": "assistant", "content": words, **({"tool_calls": calls} if calls else {})}
        finish = "tool_calls" if calls and cut.finish_reason == "stop" else cut.finish_reason
        return {"index": place, "message": message, "finish_reason": finish, "logprobs": None}

    def _about(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def usage(said: Sequence[Said]) -> dict[str, int]:
    """Return the tokens of some answers to one prompt.

    Parameters
    ----------
    said
        The answers.

    Examples
    --------
    >>> usage([])
    {'prompt_tokens': 0, 'completion_tokens': 0, 'total_tokens': 0}
    """
    read_, written = said[0].prompt_tokens if said else 0, sum(one.completion_tokens for one in said)
    return {"prompt_tokens": read_, "completion_tokens": written, "total_tokens": read_ + written}


def _cut(one: Said, stop: Sequence[str]) -> Said:
    found = [place for text in stop if text and (place := one.text.find(text)) >= 0]
    return replace(one, text=one.text[: min(found)], finish_reason="stop") if found else one
