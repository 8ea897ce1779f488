"""Keys that a grader of a type does not have, and names that are there twice."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from rftkit.grade.lint.walk import Spec, parts
from rftkit.grade.problem import Problem, error, warning
from rftkit.grade.shape import at

#: Type -> its keys beside `type` and `name`.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "string_check": ("input", "reference", "operation"),
    "text_similarity": ("input", "reference", "evaluation_metric"),
    "score_model": ("model", "input", "range", "sampling_params"),
    "label_model": ("model", "input", "labels", "passing_labels", "sampling_params"),
    "python": ("source", "image_tag"),
    "multi": ("graders", "calculate_output"),
}
SAMPLING: Final = ("max_completions_tokens", "reasoning_effort", "seed", "temperature", "top_p")
EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def problems(spec: Spec) -> Iterator[Problem]:
    """Yield keys that are not read, and names that two parts share.

    Parameters
    ----------
    spec
        The grader.

    Examples
    --------
    >>> [problem.message for problem in problems({"type": "python", "name": "a", "source": "", "pass_threshold": 1})]
    ['pass_threshold is of evaluations and is not read in training']
    """
    for path, part in parts(spec):
        known = ("type", "name", *KEYS.get(str(part.get("type")), tuple(part)))
        for key in part:
            if key not in known:
                yield _unread(path, key, known)
        yield from _sampling(part.get("sampling_params"), at(path, "sampling_params"))
        if part.get("type") == "multi":
            yield from _names(part, path)


def _unread(path: str, key: str, known: tuple[str, ...]) -> Problem:
    if key == "pass_threshold":
        said = "pass_threshold is of evaluations and is not read in training"
        return warning(at(path, key), "unread_key", said, "leave it out; the reward itself is what counts")
    near = difflib.get_close_matches(key, known, 1)
    fix = f"write {near[0]!r}" if near else "leave it out"
    return warning(at(path, key), "unread_key", f"{key!r} is no key of this type and is not read", fix)


def _sampling(given: object, path: str) -> Iterator[Problem]:
    if not isinstance(given, Mapping):
        return
    for key in given:
        if key not in SAMPLING:
            near = difflib.get_close_matches(str(key), SAMPLING, 1)
            fix = f"write {near[0]!r}" if near else f"take {', '.join(SAMPLING)}"
            yield error(at(path, key), "sampling_params", f"{key!r} is no sampling parameter of a grader", fix)
    effort = given.get("reasoning_effort")
    if effort is not None and effort not in EFFORTS:
        said = f"{effort!r} is no reasoning_effort"
        yield error(at(path, "reasoning_effort"), "sampling_params", said, f"take one of {', '.join(EFFORTS)}")


def _names(spec: Spec, path: str) -> Iterator[Problem]:
    seen: set[object] = set()
    for where, part in list(parts(spec, path))[1:]:
        name = part.get("name")
        if isinstance(name, str) and name in seen:
            yield warning(
                at(where, "name"), "same_name", f"two graders are named {name!r}", "give each a name of its own"
            )
        seen.add(name)
