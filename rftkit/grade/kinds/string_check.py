"""string_check: 1 where the input equals, differs from or contains the reference, else 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from rftkit.grade.graded import Graded
from rftkit.grade.kinds import texts

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Means
    from rftkit.grade.pairs import Item, Sample

#: Operation -> what it asks of the input and the reference.
OPERATIONS: Final[dict[str, Callable[[str, str], bool]]] = {
    "eq": lambda given, reference: given == reference,
    "ne": lambda given, reference: given != reference,
    "like": lambda given, reference: reference in given,
    # casefold and not lower: a sharp s equals SS
    "ilike": lambda given, reference: reference.casefold() in given.casefold(),
}


def grade(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], means: Means) -> list[Graded]:
    """Return 1 or 0 for every pair.

    Parameters
    ----------
    spec
        `input`, `reference`, `operation`.
    samples, items
        The pairs.
    means
        Not used.

    Examples
    --------
    >>> from rftkit.grade.means import Means
    >>> spec = {"input": "{{sample.output_text}}", "reference": "{{item.answer}}", "operation": "ilike"}
    >>> grade(spec, [{"output_text": "It is PARIS."}], [{"answer": "Paris"}], Means())[0].reward
    1.0
    """
    holds = OPERATIONS[spec["operation"]]
    both = texts.filled(spec, ("input", "reference"), samples, items)
    return [one if isinstance(one, Graded) else Graded(float(holds(*one))) for one in both]
