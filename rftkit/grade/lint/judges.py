"""Graders that ask a model: of the policy's own family, or sampled so that the same answer gets another score."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from rftkit.grade.kinds.judge import reasons
from rftkit.grade.lint.walk import Spec, parts
from rftkit.grade.problem import Problem, warning
from rftkit.grade.shape import at

#: Family -> what the names of its models look like.
_FAMILIES: Final = {
    "OpenAI's": r"^(ft:)?(gpt|o[1-9]|chatgpt|codex)",
    "Anthropic's": r"claude",
    "Amazon's": r"nova|titan",
    "Google's": r"gemini|gemma",
    "Meta's": r"llama",
    "Qwen's": r"qwen|qwq",
    "Mistral's": r"mistral|mixtral|ministral|magistral|codestral",
    "DeepSeek's": r"deepseek",
    "xAI's": r"grok",
}


def family(model: str) -> str | None:
    """Return whose model this is; None where its name does not say.

    Parameters
    ----------
    model
        Its name, with or without a provider.

    Examples
    --------
    >>> family("openai/gpt-4.1-mini"), family("bedrock/us.amazon.nova-lite-v1:0"), family("tiny")
    ("OpenAI's", "Amazon's", None)
    """
    bare = model.rpartition("/")[2].lower()
    return next((name for name, sign in _FAMILIES.items() if re.search(sign, bare)), None)


def problems(spec: Spec, policy: str | None) -> Iterator[Problem]:
    """Yield what is doubtful about the judges in a grader.

    Parameters
    ----------
    spec
        The grader.
    policy
        The model to be trained.

    Examples
    --------
    >>> spec = {"type": "score_model", "model": "gpt-4.1", "sampling_params": {"temperature": 0}}
    >>> [problem.code for problem in problems(spec, "openai/o4-mini")]
    ['same_family']
    """
    for path, part in parts(spec):
        if part.get("type") in ("score_model", "label_model") and isinstance(part.get("model"), str):
            yield from _family(part["model"], policy, at(path, "model"))
            yield from _sampling(part, path)
            yield from _labels(part, path)


def _family(model: str, policy: str | None, path: str) -> Iterator[Problem]:
    mine = family(model)
    same = policy is not None and (model == policy or (mine is not None and mine == family(policy)))
    if same:
        said = f"{model} judges {policy}, a model of the same family, and is likely to favour its own style"
        yield warning(path, "same_family", said, "take a judge of another family")


def _sampling(part: Spec, path: str) -> Iterator[Problem]:
    given = part.get("sampling_params")
    given = given if isinstance(given, Mapping) else {}
    where = at(path, "sampling_params")
    if reasons(str(part["model"])):
        if given.get("temperature") is not None:
            said = f"{part['model']} reasons, and takes no temperature"
            yield warning(at(where, "temperature"), "temperature", said, "leave it out")
    elif given.get("temperature") is None or given["temperature"] != 0:
        said = "the judge is sampled, so that the same answer may get another score the next time"
        yield warning(where, "temperature", said, 'write {"temperature": 0}')


def _labels(part: Spec, path: str) -> Iterator[Problem]:
    labels, passing = part.get("labels"), part.get("passing_labels")
    if (
        isinstance(labels, list)
        and isinstance(passing, list)
        and passing
        and set(map(str, labels)) == set(map(str, passing))
    ):
        said = "every label passes, so every answer gets 1"
        yield warning(at(path, "passing_labels"), "passing_labels", said, "name only the labels of good answers")
