"""label_model: a model chooses a label; 1 where it is one of the passing ones, else 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rftkit.grade.graded import Graded
from rftkit.grade.kinds import judge
from rftkit.llm.request import Request
from rftkit.messages import dump

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Means
    from rftkit.grade.pairs import Item, Sample


def grade(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], means: Means) -> list[Graded]:
    """Return 1 for every pair whose label passes, 0 for the others; a label that was not offered is an error.

    Parameters
    ----------
    spec
        `model`, `input`, `labels`, `passing_labels`.
    samples, items
        The pairs.
    means
        Has the asker of the model.

    Examples
    --------
    >>> from rftkit.grade.means import Means
    >>> from rftkit.llm.request import Answer
    >>> class Fond:
    ...     def run(self, requests):
    ...         return [Answer(one, value={"steps": [], "result": "good"}) for one in requests]
    >>> spec = {"model": "m", "input": [{"role": "user", "content": "{{sample.output_text}}"}]}
    >>> spec |= {"labels": ["good", "bad"], "passing_labels": ["good"]}
    >>> graded = grade(spec, [{"output_text": "Hi"}], [{}], Means(Fond()))[0]
    >>> graded.reward, graded.explanation
    (1.0, 'good')
    """

    def read(value: Any) -> tuple[float, str] | None:
        label = value.get("result") if isinstance(value, dict) else None
        if label not in spec["labels"]:
            return None
        return float(label in spec["passing_labels"]), "\n".join(filter(None, (str(label), judge.steps(value))))

    return judge.answered(requests(spec, samples, items, means.repeat), spec["model"], means, read)


def requests(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], repeat: int = 0) -> list[Request | Graded]:
    """Return what the model would be asked about every pair.

    Parameters
    ----------
    spec
        The grader.
    samples, items
        The pairs.
    repeat
        Number of this repetition.
    """
    ask = (
        "You are a grader. Answer with one JSON object and nothing else: "
        '{"steps": [{"description": "...", "conclusion": "..."}], "result": LABEL}, '
        f"where LABEL is one of {dump(list(spec['labels']))}."
    )
    form = judge.schema({"type": "string", "enum": list(spec["labels"])})
    return judge.requests(spec, samples, items, form, ask, repeat)
