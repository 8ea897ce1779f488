"""Turn an exception of a grader into a kind and one sentence."""

from __future__ import annotations

import traceback
from typing import NamedTuple

from rftkit.sandbox.inside.hooks import REFUSED, ForbiddenError


class Told(NamedTuple):
    """An answer for one pair.

    Parameters
    ----------
    kind
        ``ok`` or the kind of an error.
    text
        The number, or a sentence.
    """

    kind: str
    text: str


def tell(error: BaseException) -> Told:
    """Return the kind and the sentence of an exception.

    Parameters
    ----------
    error
        What was raised.

    Examples
    --------
    >>> tell(ValueError("no number in it"))
    Told(kind='exception', text='ValueError: no number in it')
    >>> tell(ModuleNotFoundError("No module named 'rdkit'", name="rdkit")).text
    "it imports 'rdkit', which is not installed here; type: pip install rdkit"
    """
    forbidden = _forbidden(error)
    if forbidden is not None:
        return Told(forbidden.kind, f"{forbidden}{_where(error)}")
    if isinstance(error, ModuleNotFoundError) and error.name:
        name = error.name.partition(".")[0]
        return Told(
            "missing_library", f"it imports {error.name!r}, which is not installed here; type: pip install {name}"
        )
    return _ordinary(error)


def _ordinary(error: BaseException) -> Told:
    if isinstance(error, MemoryError):
        return Told("memory", f"it asked for more memory than its limit{_where(error)}")
    if isinstance(error, SystemExit):
        return Told("exit", f"it called exit({error.code!r}){_where(error)}; return a number")
    if isinstance(error, PermissionError) and error.filename:  # the kernel's refusal, not the hook's
        return Told("file", f"it opened {str(error.filename)[:80]!r}, which a grader may not{_where(error)}")
    last = traceback.format_exception_only(error)[-1].strip()
    return Told("exception", f"{last}{_where(error)}")


def _forbidden(error: BaseException) -> ForbiddenError | None:
    """Return the refusal that an exception comes from, if it does."""
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        if isinstance(step, ForbiddenError):
            return step
        seen.add(id(step))
        step = step.__cause__ or step.__context__
    return REFUSED[-1] if REFUSED and isinstance(error, OSError) else None


def _where(error: BaseException) -> str:
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == "<grader>"]
    return f" (line {lines[-1]})" if lines else ""
