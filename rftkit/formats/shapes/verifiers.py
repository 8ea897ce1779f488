"""verifiers v0: a `prompt` or a `question`, an `answer`, an `info`, a `task`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests, tools
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.shapes._drafts import broken, column, of_conversation, own

NAME = "verifiers"
DESCRIPTION = "verifiers v0: prompt or question, answer, info"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row belongs to an environment of verifiers.

    Examples
    --------
    >>> score({"question": "3 x 4", "answer": "12", "info": "{}"})
    0.97
    """
    asked = isinstance(row.get("prompt"), list) or isinstance(row.get("question"), str)
    if not asked or "reward_model" in row:
        return 0.0
    informed = isinstance(row.get("info"), dict | str)
    if informed and ("answer" in row or "task" in row):
        return 0.97
    return 0.93 if "answer" in row and ("example_id" in row and "task" in row) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a row; its answer is the reference, the tools of its info are its tools.

    Examples
    --------
    >>> draft = convert({"question": "3 x 4", "answer": "12", "info": {"level": 1}}, {})[0]
    >>> draft.messages, draft.extra
    ([{'role': 'user', 'content': '3 x 4'}], {'reference_answer': '12', 'info': {'level': 1}})
    """
    asked_key, asked = column(row, mapping, "prompt", "prompt", "question")
    answer_key, answer = column(row, mapping, "answer", "answer")
    request = requests.read({"prompt": asked})
    facts = own(row, [asked_key, answer_key])
    facts["extra"] = {**({"reference_answer": answer} if answer_key in row else {}), **(facts["extra"] or {})} or None
    if request is None:
        return [broken(row, [asked_key], facts)]
    draft = of_conversation(request.messages, **facts)
    given = object_of(row.get("info")).get("oai_tools")
    draft.tools = UNSET if given is None else tools.fold(given)
    return [draft]
