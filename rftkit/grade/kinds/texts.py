"""The templates of a grader, filled for every pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rftkit.grade.graded import Graded, failed
from rftkit.grade.template import MissingFieldError, Template, compiled

if TYPE_CHECKING:
    from rftkit.grade.pairs import Item, Sample


def filled(
    spec: Mapping[str, Any], names: Sequence[str], samples: Sequence[Sample], items: Sequence[Item]
) -> list[tuple[str, ...] | Graded]:
    """Return the texts of every pair, or the grade with the error where a field is missing.

    Parameters
    ----------
    spec
        The grader.
    names
        Its fields that are templates.
    samples, items
        The pairs.

    Examples
    --------
    >>> filled({"input": "{{sample.output_text}}"}, ["input"], [{"output_text": "a"}, {}], [{}, {}])[0]
    ('a',)
    """
    templates = [compiled(spec[name]) for name in names]
    return [_one(templates, sample, item) for sample, item in zip(samples, items, strict=True)]


def _one(templates: Sequence[Template], sample: Sample, item: Item) -> tuple[str, ...] | Graded:
    try:
        return tuple(template.render(sample, item) for template in templates)
    except MissingFieldError as missing:
        return failed(missing.error, str(missing))
