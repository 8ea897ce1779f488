"""What training at a service does not take, though it can be run here."""

from __future__ import annotations

from collections.abc import Iterator

from rftkit.grade.lint.walk import Spec, parts
from rftkit.grade.problem import Problem, error
from rftkit.grade.shape import at


def problems(spec: Spec, to: str) -> Iterator[Problem]:
    """Yield what the target refuses.

    Parameters
    ----------
    spec
        The grader.
    to
        Where it is to run.

    Examples
    --------
    >>> [problem.code for problem in problems({"type": "label_model"}, "openai-rft")]
    ['top_level_label_model']
    >>> list(problems({"type": "label_model"}, "local"))
    []
    """
    if to == "local":
        return
    if spec.get("type") == "label_model":
        said = "training takes label_model only inside a multi"
        fix = 'write {"type": "multi", "graders": {"label": ...}, "calculate_output": "label"}'
        yield error("type", "top_level_label_model", said, fix)
    for path, part in parts(spec):
        if part.get("type") == "text_similarity" and part.get("evaluation_metric") == "cosine":
            said = "cosine is for evaluations; training refuses it"
            yield error(at(path, "evaluation_metric"), "cosine", said, "take fuzzy_match, bleu, gleu, meteor or rouge")
