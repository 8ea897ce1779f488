"""What a python grader may use."""

from __future__ import annotations

from dataclasses import dataclass, fields

from rftkit.errors import InputError

GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What a python grader may use before it is stopped.

    Parameters
    ----------
    seconds
        Time for one pair.
    batch_seconds
        Time for all pairs together; those that are not done then get the error ``batch_timeout``.
    start_seconds
        Time for the source itself: its imports and whatever it computes before the first pair.
    memory_bytes
        Address space of the process, libraries included.
    output_bytes
        What one pair may print; it is counted and thrown away.

    Examples
    --------
    >>> Limits(seconds=1).seconds
    1
    >>> Limits(seconds=0)
    Traceback (most recent call last):
        ...
    rftkit.errors.InputError: Limits(seconds=0): a limit is a number above 0, for example Limits(seconds=10.0)
    """

    seconds: float = 10.0
    batch_seconds: float = 900.0
    start_seconds: float = 60.0
    memory_bytes: int = 2 * GIB
    output_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                example = f"Limits({field.name}={field.default!r})"
                raise InputError(f"Limits({field.name}={value!r}): a limit is a number above 0, for example {example}")
