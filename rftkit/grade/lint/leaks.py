"""References that stand in the prompt: a policy would learn to copy them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rftkit.formats.writing.flat import REFERENCE_KEYS
from rftkit.grade.lint.reads import read
from rftkit.grade.lint.walk import Spec, fields, parts
from rftkit.grade.pairs import Item
from rftkit.grade.problem import Problem, error
from rftkit.grade.template import Field, MissingFieldError, value_of
from rftkit.messages import dump, text_of

#: Shorter references (a number, a label) stand in many prompts by chance.
SHORTEST = 20


def problems(spec: Spec, items: Sequence[Item]) -> Iterator[Problem]:
    """Yield the reference fields whose text stands in the messages of a record.

    Parameters
    ----------
    spec
        The grader.
    items
        Records, with their `messages`.

    Examples
    --------
    >>> told = "The parcel arrives on Monday."
    >>> item = {"messages": [{"role": "user", "content": f"Say: {told}"}], "answer": told}
    >>> spec = {"type": "string_check", "input": "{{sample.output_text}}", "reference": "{{item.answer}}"}
    >>> [problem.message for problem in problems(spec, [item])]
    ['item.answer stands word for word in the prompt of 1 of 1 records (the first: record 1)']
    """
    prompts = [_folded(_said(item)) for item in items]
    for path, field in _references(spec).items():
        found = [at for at, item in enumerate(items) if _leaks(field, item, prompts[at])]
        if found:
            first = items[found[0]].get("rftkit_id", f"record {found[0] + 1}")
            said = f"{field} stands word for word in the prompt of {len(found):,} of {len(items):,} records (the first: {first})"
            yield error(path, "reference_leak", said, "take it out of the messages, or leave these records out")


def _references(spec: Spec) -> dict[str, Field]:
    """Return what an answer is compared with: fields of `reference`, and the usual names of references."""
    found: dict[str, Field] = {}
    for path, part in parts(spec):
        for where, field in (*fields(part, path), *read(part, path)):
            if field.namespace == "item" and (where.endswith("reference") or field.steps[0] in REFERENCE_KEYS):
                found.setdefault(where, field)
    return found


def _said(item: Item) -> str:
    turns = item.get("messages")
    texts = (
        [text_of(turn.get("content")) for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    )
    return "\n".join(text for text in texts if text)


def _folded(value: Any) -> str:
    return " ".join((value if isinstance(value, str) else dump(value)).casefold().split())


def _leaks(field: Field, item: Item, prompt: str) -> bool:
    if field.steps[0] == "messages":
        return False
    try:
        reference = _folded(value_of(field, {}, item))
    except MissingFieldError:
        return False
    return len(reference) >= SHORTEST and reference in prompt
