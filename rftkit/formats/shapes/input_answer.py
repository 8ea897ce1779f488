"""Questions with their answers in two columns: CSV or JSON lines with `input` and `answer`, or other names for them.

The input becomes the user turn, the answer `reference_answer` for the grader, every other column stays beside it.
Which column is which is decided once per file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.prompts import of_prompt, take

NAME = "input-answer"
DESCRIPTION = "questions and answers in two columns, `input` and `answer` or the like (CSV, JSON lines)"

#: Names of the columns, the most telling first.
INPUTS: Final = ("input", "question", "prompt", "query", "problem", "user_input", "user_message", "text", "utterance")
ANSWERS: Final = (
    "answer",
    "reference_answer",
    "reference",
    "expected",
    "expected_output",
    "expected_answer",
    "ground_truth",
    "target",
    "output",
    "response",
    "solution",
)
SYSTEMS: Final = ("system", "system_prompt")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a question with or without its answer.

    Examples
    --------
    >>> score({"Question": "3 items at 4.50?", "Expected": "13.50"}), score({"input": "3 items at 4.50?"})
    (0.85, 0.55)
    """
    found = mapping_of([row])
    given = row.get(found.get("input", ""))
    if not isinstance(given, str) or "messages" in row or "instruction" in row:
        return 0.0
    return 0.85 if "answer" in found else 0.55


def mapping_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return which column is the input, the answer and the system text, by the names of the columns.

    Examples
    --------
    >>> mapping_of([{"Query": "Hi", "Reference": "Hello!", "lang": "en"}])
    {'input': 'Query', 'answer': 'Reference'}
    """
    names: dict[str, str] = {}
    for row in rows:
        for column in row:
            names.setdefault(column.strip().lower().replace(" ", "_").replace("-", "_"), column)
    wanted = {"input": INPUTS, "answer": ANSWERS, "system": SYSTEMS}
    found = {field: next((names[name] for name in known if name in names), None) for field, known in wanted.items()}
    return {field: column for field, column in found.items() if column is not None}


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a row.

    Parameters
    ----------
    row
        A row of a file.
    mapping
        `input`, `answer` and `system` to the names of their columns.

    Examples
    --------
    >>> draft = convert({"q": "3 items at 4.50?", "a": "13.50"}, {"input": "q", "answer": "a"})[0]
    >>> draft.messages, draft.extra
    ([{'role': 'user', 'content': '3 items at 4.50?'}], {'reference_answer': '13.50'})
    """
    columns = {"input": "input", "answer": "answer", "system": "system", **mapping}
    given = row.get(columns["input"], UNSET)
    if given is UNSET or given is None:
        draft = of_prompt(given)
    else:
        system = row.get(columns["system"])
        first = [{"role": "system", "content": system}] if isinstance(system, str) and system.strip() else []
        draft = Draft(messages=[*first, {"role": "user", "content": given}])
    take(draft, row, (columns["input"], columns["answer"], *((columns["system"],) if draft.messages else ())))
    if row.get(columns["answer"]) is not None:
        draft.extra = {"reference_answer": row[columns["answer"]], **(draft.extra or {})}
    return [draft]
