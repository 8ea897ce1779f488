"""python: a function `grade(sample, item)` of the grader's own, run in a process that can do little else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rftkit.grade.graded import Graded, failed

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Means
    from rftkit.grade.pairs import Item, Sample


def grade(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], means: Means) -> list[Graded]:
    r"""Return what the function returns for every pair; whatever it does instead is a named error.

    Parameters
    ----------
    spec
        `source`.
    samples, items
        The pairs.
    means
        Not used.

    Examples
    --------
    >>> from rftkit.grade.means import Means
    >>> source = "def grade(sample, item):\n    return len(sample['output_text']) / 4"
    >>> grade({"source": source}, [{"output_text": "Hi"}], [{}], Means())[0].reward
    0.5
    """
    from rftkit.sandbox import run_grader

    pairs = [(dict(sample), dict(item)) for sample, item in zip(samples, items, strict=True)]
    return [
        Graded(value) if isinstance(value, float) else failed(f"python_{value.kind}", value.message)
        for value in run_grader(spec["source"], pairs)
    ]
