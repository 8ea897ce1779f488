"""What a grader's JSON has to look like to be run at all; what else may be wrong with it is in `lint`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from rftkit.grade.formula import FUNCTIONS, FormulaError, parsed
from rftkit.grade.kinds import TYPES
from rftkit.grade.kinds.string_check import OPERATIONS
from rftkit.grade.problem import Problem, error
from rftkit.grade.template import TemplateError, compiled

METRICS: Final = (
    "cosine",
    "fuzzy_match",
    "bleu",
    "gleu",
    "meteor",
    "rouge_1",
    "rouge_2",
    "rouge_3",
    "rouge_4",
    "rouge_5",
    "rouge_l",
)
ROLES: Final = ("user", "assistant", "system", "developer")
#: Operations as other guides call them, and what they are here.
_OTHER_NAMES: Final = {"neq": "ne", "!=": "ne", "==": "eq", "equals": "eq", "contains": "like", "icontains": "ilike"}

Spec = Mapping[str, Any]
Found = Iterator[Problem]


def problems(spec: Any, path: str = "", *, inside: bool = False) -> Found:
    """Yield what keeps a grader from being run.

    Parameters
    ----------
    spec
        Its JSON.
    path
        Where it stands in a larger one.
    inside
        Whether it is a part of a `multi`.

    Examples
    --------
    >>> spec = {"type": "string_check", "name": "a", "input": "{{sample.output_text}}", "reference": "4", "operation": "neq"}
    >>> [str(problem) for problem in problems(spec)]
    ["error at operation: 'neq' is no operation; write 'ne'"]
    """
    if not isinstance(spec, Mapping):
        yield error(path, "grader", f"a grader is an object, not {_kind(spec)}", 'write {"type": ..., "name": ...}')
        return
    if spec.get("type") not in TYPES:
        yield _unknown(path, "type", spec.get("type"), TYPES, "type of grader")
        return
    if inside and spec["type"] == "multi":
        yield error(path, "nested_multi", "a multi cannot stand inside a multi", "list its graders in the outer one")
        return
    yield from _text(spec, path, "name")
    yield from _CHECKS[spec["type"]](spec, path)


def at(path: str, *names: object) -> str:
    """Return a path with more steps; numbers stand in brackets.

    Examples
    --------
    >>> at("graders.a", "input", 0, "content")
    'graders.a.input[0].content'
    """
    for name in names:
        path = f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}".lstrip(".")
    return path


def _kind(value: Any) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "missing" if value is None else names.get(type(value), type(value).__name__)


def _text(spec: Spec, path: str, name: str) -> Found:
    value = spec.get(name)
    if not isinstance(value, str):
        yield error(at(path, name), name, f"{name} is {_kind(value)} and has to be text", f'write "{name}": "..."')
    elif not value.strip():
        yield error(at(path, name), name, f"{name} is empty", f"give it a {name}")


def _template(spec: Spec, path: str, name: str) -> Found:
    value = spec.get(name)
    if not isinstance(value, str):
        said = f"{name} is {_kind(value)} and has to be text"
        yield error(at(path, name), name, said, f'write "{name}": "{{{{sample.output_text}}}}", for example')
    else:
        yield from _compiles(value, at(path, name))


def _compiles(text: str, path: str) -> Found:
    try:
        compiled(text)
    except TemplateError as wrong:
        message, _, fix = str(wrong).partition("; ")
        yield error(path, "template", message, fix)


def _unknown(path: str, name: str, given: Any, known: tuple[str, ...], what: str) -> Problem:
    if given is None:
        return error(at(path, name), name, f"{name} is missing", f"write one of {', '.join(known)}")
    near = _OTHER_NAMES.get(str(given)) or next(iter(difflib.get_close_matches(str(given), known, 1)), None)
    fix = f"write {near!r}" if near in known else f"write one of {', '.join(known)}"
    return error(at(path, name), name, f"{given!r} is no {what}", fix)


def _string_check(spec: Spec, path: str) -> Found:
    yield from _template(spec, path, "input")
    yield from _template(spec, path, "reference")
    if spec.get("operation") not in OPERATIONS:
        yield _unknown(path, "operation", spec.get("operation"), tuple(OPERATIONS), "operation")


def _text_similarity(spec: Spec, path: str) -> Found:
    yield from _template(spec, path, "input")
    yield from _template(spec, path, "reference")
    if spec.get("evaluation_metric") not in METRICS:
        yield _unknown(path, "evaluation_metric", spec.get("evaluation_metric"), METRICS, "metric")


def _score_model(spec: Spec, path: str) -> Found:
    yield from _judge(spec, path)
    bounds = spec.get("range", [0, 1])
    numbers = isinstance(bounds, list) and len(bounds) == 2 and all(_is_number(bound) for bound in bounds)
    if not numbers:
        yield error(at(path, "range"), "range", "range has to be two numbers", "write [0, 1]")
    elif bounds[0] >= bounds[1]:
        said = f"range goes from {bounds[0]:g} to {bounds[1]:g}, and the lower bound has to be the smaller"
        yield error(
            at(path, "range"),
            "range",
            said,
            f"write [{bounds[1]:g}, {bounds[0]:g}]" if bounds[0] > bounds[1] else "write [0, 1]",
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _label_model(spec: Spec, path: str) -> Found:
    yield from _judge(spec, path)
    lists = {name: spec.get(name) for name in ("labels", "passing_labels")}
    for name, labels in lists.items():
        if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
            said = f"{name} has to be a list of texts with at least one in it"
            yield error(at(path, name), name, said, f'write "{name}": ["good", "bad"]')
            return
    strange = [label for label in lists["passing_labels"] or () if label not in (lists["labels"] or ())]
    if strange:
        said = f"passing_labels has {', '.join(map(repr, strange))}, which labels has not"
        yield error(
            at(path, "passing_labels"), "passing_labels", said, f"take them from {', '.join(lists['labels'] or ())}"
        )


def _judge(spec: Spec, path: str) -> Found:
    yield from _text(spec, path, "model")
    turns = spec.get("input")
    if not isinstance(turns, list) or not turns:
        fix = 'write [{"role": "user", "content": "..."}]'
        yield error(at(path, "input"), "input", "input has to be a list of messages with at least one in it", fix)
        return
    for place, turn in enumerate(turns):
        yield from _message(turn, at(path, "input", place))
    sampling = spec.get("sampling_params")
    if sampling is not None and not isinstance(sampling, Mapping):
        said = f"sampling_params is {_kind(sampling)} and has to be an object"
        yield error(at(path, "sampling_params"), "sampling_params", said, 'write {"temperature": 0}')


def _message(turn: Any, path: str) -> Found:
    if not isinstance(turn, Mapping):
        yield error(
            path, "message", f"a message is an object, not {_kind(turn)}", 'write {"role": "user", "content": "..."}'
        )
        return
    if turn.get("role") not in ROLES:
        yield _unknown(path, "role", turn.get("role"), ROLES, "role of a message to a judge")
    content = turn.get("content")
    parts = content if isinstance(content, list) else [content]
    for place, part in enumerate(parts):
        yield from _part(part, at(path, "content", place) if isinstance(content, list) else at(path, "content"))


_PARTS: Final = {"input_text": "text", "output_text": "text", "input_image": "image_url", "input_audio": "input_audio"}


def _part(part: Any, path: str) -> Found:
    if isinstance(part, str):
        yield from _compiles(part, path)
    elif not isinstance(part, Mapping):
        yield error(
            path, "content", f"content is {_kind(part)} and has to be text or a list of parts", "write the text"
        )
    elif part.get("type") not in _PARTS:
        yield _unknown(path, "type", part.get("type"), tuple(_PARTS), "kind of content")
    elif part["type"] != "input_audio":
        yield from _template(part, path, _PARTS[part["type"]])


def _python(spec: Spec, path: str) -> Found:
    yield from _text(spec, path, "source")


def _multi(spec: Spec, path: str) -> Found:
    parts = spec.get("graders")
    if not isinstance(parts, Mapping) or not parts or "type" in parts:
        fix = 'write {"accuracy": {"type": ...}}'
        yield error(at(path, "graders"), "graders", "graders has to be an object of names and graders", fix)
        return
    for name, part in parts.items():
        if not name.isidentifier() or not name.isascii() or name in FUNCTIONS:
            said = f"{name!r} cannot be a name in a formula"
            yield error(
                at(path, "graders", name), "grader_name", said, "take letters, digits and _, and no name of a function"
            )
        yield from problems(part, at(path, "graders", name), inside=True)
    yield from _formula(spec, path, list(parts))


def _formula(spec: Spec, path: str, names: list[str]) -> Found:
    where = at(path, "calculate_output")
    text = spec.get("calculate_output")
    if not isinstance(text, str):
        fix = f"write {' + '.join(f'{1 / len(names):.2g} * {name}' for name in names)}"
        yield error(where, "formula", f"calculate_output is {_kind(text)} and has to be a formula", fix)
        return
    try:
        unknown = [name for name in parsed(text).names if name not in names]
    except FormulaError as wrong:
        yield error(
            where,
            "formula",
            str(wrong),
            "use names of graders, numbers, + - * / ^, parentheses and " + ", ".join(FUNCTIONS),
        )
        return
    for name in unknown:
        near = difflib.get_close_matches(name, names, 1)
        fix = f"write {near[0]!r}" if near else f"use {', '.join(names)}"
        yield error(where, "formula_name", f"the formula names {name!r}, which is not in graders", fix)


_CHECKS: Final[dict[str, Callable[[Spec, str], Found]]] = {
    "string_check": _string_check,
    "text_similarity": _text_similarity,
    "score_model": _score_model,
    "label_model": _label_model,
    "python": _python,
    "multi": _multi,
}
