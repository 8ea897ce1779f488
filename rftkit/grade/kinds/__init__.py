"""The kinds of graders: one module each, a function from pairs to grades.

A kind takes its JSON, the samples and the items, and returns one `Graded` per pair; what is wrong with one pair is an
error of that pair alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from rftkit.grade.graded import Graded
from rftkit.grade.means import Means
from rftkit.grade.pairs import Item, Sample

Spec = Mapping[str, Any]
Kind = Callable[[Spec, Sequence[Sample], Sequence[Item], Means], list[Graded]]

#: The `type` of a grader; each has a module of this name here.
TYPES = ("string_check", "text_similarity", "score_model", "label_model", "python", "multi")


def kind_of(type_: str) -> Kind:
    """Return the function that grades for a type.

    Parameters
    ----------
    type_
        One of `TYPES`.

    Examples
    --------
    >>> kind_of("string_check").__module__
    'rftkit.grade.kinds.string_check'
    """
    found: Kind = import_module(f"rftkit.grade.kinds.{type_}").grade
    return found
