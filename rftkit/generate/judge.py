"""A judge of candidates that asks a model: a part of the stars, and a reason against a candidate, at high strictness."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError
from rftkit.generate import prompts
from rftkit.llm.gateway import OFFLINE
from rftkit.llm.payload import wrap
from rftkit.llm.request import Answer, Request

if TYPE_CHECKING:
    from rftkit.generate.run import Writer

#: Prompts judged in one call.
BATCH = 10
_WORST, _BEST = 1, 5
_TOKENS_EACH, _TOKENS_AROUND = 24, 64
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "marks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"number": {"type": "integer"}, "mark": {"type": "integer"}},
                "required": ["number", "mark"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["marks"],
    "additionalProperties": False,
}


class ModelJudge:
    """Marks prompts from 0 to 1; a `rftkit.generate.validator.Judge`.

    Parameters
    ----------
    writer
        Whom to ask. Where it is the runner that writes the candidates, one budget caps both.

    Attributes
    ----------
    unjudged
        How many prompts have no mark because a call failed or left them out.
    failed
        Why, for the last of them; empty where all have a mark.

    Raises
    ------
    InputError
        The writer is the keyless one, which cannot judge.

    Examples
    --------
    >>> class Fond:
    ...     model = "openai/fond"
    ...
    ...     def run(self, requests, on_answer=None, stop=None):
    ...         return [Answer(one, value={"marks": [{"number": 1, "mark": 5}]}) for one in requests]
    >>> ModelJudge(Fond())(["Where is my card?"], ["cards"])
    [1.0]
    """

    def __init__(self, writer: Writer) -> None:
        if writer.model == OFFLINE:
            raise InputError(f"{OFFLINE} cannot judge; name a model that answers, or use strictness medium")
        self._writer = writer
        self._on_answer: Callable[[Answer], None] | None = None
        self._stop: threading.Event | None = None
        self.unjudged, self.failed = 0, ""

    def within(self, on_answer: Callable[[Answer], None], stop: threading.Event) -> None:
        """Be part of a run: it counts every answer, and its end leaves the rest without a mark."""
        self._on_answer, self._stop = on_answer, stop

    @property
    def shortfall(self) -> str:
        """A sentence where prompts have no mark; empty where all have one."""
        return f"{self.unjudged} candidates have no mark of the judge: {self.failed}" if self.unjudged else ""

    def __call__(self, texts: Sequence[str], topics: Sequence[str]) -> list[float | None]:
        """Return a mark for each text, None where there is none."""
        answers = self._writer.run(judgings(texts, topics), self._on_answer, self._stop)
        marks: list[float | None] = []
        for start, answer in zip(range(0, len(texts), BATCH), answers, strict=True):
            marks += self._marks(answer, len(texts[start : start + BATCH]))
        return marks

    def _marks(self, answer: Answer, count: int) -> list[float | None]:
        found = dict(_given(answer.value)) if answer.ok else {}
        missing = count - sum(number in found for number in range(1, count + 1))
        if missing:
            self.unjudged += missing
            self.failed = answer.error or f"the answer has no mark for {missing} of {count} prompts"
        return [found.get(number) for number in range(1, count + 1)]


def judgings(texts: Sequence[str], topics: Sequence[str]) -> list[Request]:
    """Return the requests that judging takes, before anything is sent: for an estimate, too.

    Parameters
    ----------
    texts
        Last user turns.
    topics
        The topic of each; empty where unassigned.

    Examples
    --------
    >>> len(judgings(["Where is my card?"] * 25, ["cards"] * 25))
    3
    """
    numbered = list(zip(texts, topics, strict=True))
    return [_judging(numbered[start : start + BATCH], start) for start in range(0, len(numbered), BATCH)]


def _judging(part: Sequence[tuple[str, str]], start: int) -> Request:
    data = [{"number": number, "topic": topic, "prompt": text} for number, (text, topic) in enumerate(part, 1)]
    said = [
        {"role": "system", "content": prompts.text("judge")},
        {"role": "user", "content": wrap({"task": "judge", "prompts": data})},
    ]
    longest = _TOKENS_AROUND + _TOKENS_EACH * len(part)
    return Request(said, key=f"judge-{start}", schema=_SCHEMA, temperature=0.0, max_tokens=longest)


def _given(value: Any) -> Iterator[tuple[int, float]]:
    """Yield number and mark, 0 to 1, of what fits the scale; a mark outside of it is no mark."""
    for one in value["marks"]:
        if _WORST <= one["mark"] <= _BEST:
            yield one["number"], (one["mark"] - _WORST) / (_BEST - _WORST)
