"""Self-Instruct: seed tasks with their instances, and `prompt` with `completion` as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import calls
from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.shapes._drafts import broken, column, of_messages, own

NAME = "self-instruct"
DESCRIPTION = "seed tasks with instances, or a prompt and a completion as text"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a seed task, or a pair of texts.

    Examples
    --------
    >>> score({"instruction": "Add.", "instances": [{"input": "1, 2", "output": "3"}]})
    0.97
    """
    if isinstance(row.get("instances"), list) and "instruction" in row:
        return 0.97
    return 0.5 if isinstance(row.get("prompt"), str) and isinstance(row.get("completion"), str) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    r"""Return one prompt per instance of a task, or the one of a pair.

    Examples
    --------
    >>> task = {"id": "seed_1", "instruction": "Add.", "instances": [{"input": "1, 2", "output": "3"}]}
    >>> convert(task, {})[0].messages
    [{'role': 'user', 'content': 'Add.\n\n1, 2'}]
    """
    if isinstance(row.get("instances"), list):
        return _instances(row)
    prompt_key, prompt = column(row, mapping, "prompt", "prompt", "instruction")
    answer_key, answer = column(row, mapping, "completion", "completion")
    facts = own(row, [prompt_key, answer_key])
    if not isinstance(prompt, str):
        return [broken(row, [prompt_key], facts)]
    return [_draft(prompt, None, answer, facts)]


def _instances(row: dict[str, Any]) -> list[Draft]:
    facts = own(row, ["instruction", "instances"])
    tasks = [one for one in row["instances"] if isinstance(one, dict)]
    if not tasks:
        return [broken(row, ["instruction", "instances"], facts)]
    named = facts["id"] is not None and len(tasks) > 1
    return [
        _draft(row.get("instruction"), one.get("input"), one.get("output"), {**facts, **_number(facts, index, named)})
        for index, one in enumerate(tasks)
    ]


def _number(facts: Mapping[str, Any], index: int, named: bool) -> dict[str, Any]:
    return {"id": f"{facts['id']}_{index}"} if named else {}


def _draft(asked: Any, given: Any, answer: Any, facts: dict[str, Any]) -> Draft:
    prompt = f"{asked}\n\n{given}" if isinstance(given, str) and given else asked
    output = calls.assistant(answer) if isinstance(answer, str) and answer else UNSET
    return of_messages([{"role": "user", "content": prompt}], output, **facts)
