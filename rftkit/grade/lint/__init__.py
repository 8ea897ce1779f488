"""What is or may be wrong with a grader, said before it costs anything: where, how bad, and what to write instead.

One module for each kind of mistake. `lint` asks them all; what keeps a grader from being read comes first, and then
nothing else is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rftkit.errors import InputError
from rftkit.grade.lint import fields, judges, keys, leaks, source, target, weights
from rftkit.grade.pairs import Item
from rftkit.grade.problem import Problem
from rftkit.grade.shape import problems

#: Where a grader can be meant to run.
TARGETS: Final = ("openai-rft", "local")


def lint(
    spec: Mapping[str, Any],
    items: Sequence[Item] | None = None,
    *,
    to: str = "openai-rft",
    policy: str | None = None,
    response_format: Any = None,
) -> list[Problem]:
    """Return everything that is or may be wrong with a grader, errors first.

    Parameters
    ----------
    spec
        Its JSON.
    items
        Records that it is to grade, to check the fields it names and that no reference stands in a prompt.
    to
        Where it is to run: ``openai-rft``, or ``local``, where a few things more are allowed.
    policy
        The model that is to be trained, to see that it is not judged by its own kind.
    response_format
        What the training asks replies to be; without one, a reply need not be JSON.

    Examples
    --------
    >>> spec = {"type": "text_similarity", "name": "a", "input": "{{sample.output_text}}", "reference": "{{item.answer}}"}
    >>> [problem.code for problem in lint({**spec, "evaluation_metric": "cosine"})]
    ['cosine']
    """
    if to not in TARGETS:
        raise InputError(f"there is no target {to!r}; take {' or '.join(TARGETS)}")
    unreadable = list(problems(spec))
    found = (
        [*unreadable, *_found(spec, items, to, policy, response_format)] if isinstance(spec, Mapping) else unreadable
    )
    return sorted(dict.fromkeys(found), key=lambda problem: problem.severity != "error")


def _found(
    spec: Mapping[str, Any], items: Sequence[Item] | None, to: str, policy: str | None, response_format: Any
) -> Iterator[Problem]:
    yield from fields.problems(spec, items, response_format)
    yield from keys.problems(spec)
    yield from weights.problems(spec)
    yield from source.problems(spec, to)
    yield from judges.problems(spec, policy)
    yield from target.problems(spec, to)
    if items:
        yield from leaks.problems(spec, items)
