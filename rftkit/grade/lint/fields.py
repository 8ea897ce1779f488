"""Fields that templates name and that the pairs do not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rftkit.grade.lint.reads import needed
from rftkit.grade.lint.walk import Spec, fields, parts
from rftkit.grade.pairs import Item
from rftkit.grade.problem import Problem, error, warning
from rftkit.grade.template import SAMPLE_FIELDS, Field, MissingFieldError, value_of


def problems(spec: Spec, items: Sequence[Item] | None, response_format: Any) -> Iterator[Problem]:
    """Yield fields that no pair has, or not every one.

    Parameters
    ----------
    spec
        The grader.
    items
        Records, or None where there are none to look at.
    response_format
        What the training asks replies to be.

    Examples
    --------
    >>> spec = {"type": "string_check", "input": "{{sample.output_txt}}", "reference": "{{item.answer}}"}
    >>> [problem.fix for problem in problems(spec, [{"answer": "4"}], None)]
    ['write sample.output_text']
    """
    for path, part in parts(spec):
        named = dict.fromkeys(fields(part, path))
        for where, field in named:
            if field.namespace == "sample":
                yield from _sample(where, field, response_format)
            elif items:
                yield from _item(where, field, items)
                yield from _as_json(where, field, items, str(part.get("type")))
        yield from _looks_at_nothing(path, part, [field for _, field in named])
        for where, field in dict.fromkeys(needed(part, path)):
            yield from _source(where, field, items)


def _source(where: str, field: Field, items: Sequence[Item] | None) -> Iterator[Problem]:
    """Yield what a source reads by brackets and may not find; it may have looked before, so it is a warning."""
    if field.namespace == "sample":
        if field.steps[0] not in SAMPLE_FIELDS:
            yield warning(
                where, "sample_field", f"sample has no field {field.steps[0]!r}", _near_sample(str(field.steps[0]))
            )
        elif field.steps[0] == "output_json":
            said = "sample['output_json'] is an error for every reply that is no JSON"
            yield warning(where, "output_json", said, "read sample.get('output_json')")
    elif items:
        yield from (replace(problem, severity="warning") for problem in _item(where, field, items))


def _near_sample(name: str) -> str:
    near = difflib.get_close_matches(name, SAMPLE_FIELDS, 1)
    return f"write sample.{near[0]}" if near else f"take one of {', '.join(SAMPLE_FIELDS)}"


def _sample(where: str, field: Field, response_format: Any) -> Iterator[Problem]:
    first = str(field.steps[0])
    if first not in SAMPLE_FIELDS:
        yield error(where, "sample_field", f"sample has no field {first!r}", _near_sample(first))
    elif first == "output_audio":
        yield error(
            where, "sample_field", "answers here are text, and have no output_audio", "write sample.output_text"
        )
    elif first == "output_json" and not response_format:
        said = f"{field} is only there when the reply is JSON, and nothing asks the model for JSON"
        yield warning(
            where, "output_json", said, "give the training a JSON response_format, or take sample.output_text"
        )
    elif first == "output_tools" and any(isinstance(step, int) for step in field.steps):
        said = f"{field} is an error for every reply with fewer tool calls"
        yield warning(where, "tool_index", said, "give the whole {{sample.output_tools}} to a python grader")


def _item(where: str, field: Field, items: Sequence[Item]) -> Iterator[Problem]:
    absent = sum(_absent(field, item) for item in items)
    if not absent:
        return
    known = sorted({key for item in items[:1000] for key in item})
    near = difflib.get_close_matches(str(field.steps[0]), known, 1)
    told = f"write item.{near[0]}" if near and near[0] != field.steps[0] else f"records have {', '.join(known[:20])}"
    if absent == len(items):
        yield error(where, "item_field", f"{field} is in no record", told)
    else:
        said = f"{field} is missing or null in {absent:,} of {len(items):,} records, whose grade is an error"
        yield warning(where, "item_field", said, "leave these records out, or give them a value")


def _as_json(where: str, field: Field, items: Sequence[Item], type_: str) -> Iterator[Problem]:
    """Yield a field that a text is compared with and that is an object or a list: its JSON text is compared."""
    if type_ not in ("string_check", "text_similarity"):
        return
    found = sum(isinstance(_value(field, item), dict | list) for item in items)
    if found:
        said = f"{field} is an object or a list in {found:,} of {len(items):,} records, and is compared as JSON text"
        yield warning(where, "structured_field", said, "name a field inside of it, or compare in a python grader")


def _value(field: Field, item: Item) -> Any:
    try:
        return value_of(field, {}, item)
    except MissingFieldError:
        return None


def _absent(field: Field, item: Item) -> bool:
    return _value(field, item) is None


def _looks_at_nothing(path: str, part: Spec, named: Sequence[Field]) -> Iterator[Problem]:
    if part.get("type") in ("multi", "python") or any(field.namespace == "sample" for field in named):
        return
    said = "it never looks at the answer, so every answer to a record gets the same reward"
    yield warning(path, "no_sample", said, "put {{sample.output_text}} into its input")
