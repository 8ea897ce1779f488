"""Files of Hugging Face TRL and its relatives: `prompt` as messages or as text, maybe with a `completion`.

Covers prompt-only and prompt-completion files, verl (`data_source`, `reward_model`) and verifiers (`answer`, `info`).
Language modelling files have `messages` and are `openai-chat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.draft import Draft
from rftkit.formats.prompts import answer_of, of_messages, take

NAME = "trl"
DESCRIPTION = "`prompt` as messages or text, maybe with a `completion` (TRL, verl, verifiers)"

_USED = ("prompt", "completion", "tools")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row has a `prompt` for TRL.

    Examples
    --------
    >>> score({"prompt": [{"role": "user", "content": "Hi"}]}), score({"prompt": "Hi", "completion": "Hello!"})
    (0.95, 0.95)
    >>> score({"question": "Hi"})
    0.0
    """
    prompt = row.get("prompt")
    if isinstance(prompt, list) and all(isinstance(message, dict) for message in prompt):
        return 0.95 if prompt else 0.6
    if isinstance(prompt, str):
        return 0.95 if "completion" in row else 0.7
    return 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a row; a completion is kept as the output.

    Examples
    --------
    >>> draft = convert({"prompt": [{"role": "user", "content": "Hi"}], "answer": "42"}, {})[0]
    >>> draft.messages, draft.extra
    ([{'role': 'user', 'content': 'Hi'}], {'answer': '42'})
    """
    draft = take(of_messages(row.get("prompt"), row.get("tools")), row, _USED, ids=("id", "rftkit_id"))
    draft.output = answer_of(row.get("completion"))
    return [draft]
