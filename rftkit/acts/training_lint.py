"""Whether a service will take a grader: what it would refuse after the upload is said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.grade import Grader, items

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_LOOKED_AT = 500


def check(ds: Context, grader: Grader, backend: str, base: str | None, config: Mapping[str, Any]) -> list[str]:
    """Refuse a grader that cannot be run where it is to run, and return what else should be known of it.

    Parameters
    ----------
    ds
        The dataset; it has a split.
    grader
        The grader.
    backend
        Who trains.
    base
        The model to train.
    config
        Options of the backend.

    Raises
    ------
    InputError
        With the first error and what mends it.
    """
    grader.check()
    if backend != "openai" or config.get("lambda_arn"):
        return []  # this machine reports what cannot be graded; a Lambda is code of its own
    said = reading.labels(ds).filter(pl.col("split").is_not_null()).head(_LOOKED_AT)
    rows = items(reading.frame(ds, said))
    found = grader.lint(rows, "openai-rft", policy=base, response_format=config.get("response_format"))
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more; see grader.lint())" if len(errors) > 1 else ""
        raise InputError(f"the service would refuse the grader {grader.name!r}: {errors[0]}{more}")
    return [f"grader: {problem}" for problem in found]
