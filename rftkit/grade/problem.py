"""One thing that is wrong with a grader: where, how bad, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a grader.

    Attributes
    ----------
    path
        Where in its JSON, such as ``graders.acc.operation``; empty for the whole.
    severity
        ``error`` (it cannot be used so) or ``warning``.
    message
        What is wrong.
    fix
        What to write instead.
    code
        A short name of the rule.

    Examples
    --------
    >>> print(Problem("operation", "error", "'neq' is no operation", "write 'ne'", "operation"))
    error at operation: 'neq' is no operation; write 'ne'
    """

    path: str
    severity: str
    message: str
    fix: str
    code: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        where = f" at {self.path}" if self.path else ""
        return f"{self.severity}{where}: {self.message}; {self.fix}"


def error(path: str, code: str, message: str, fix: str) -> Problem:
    """Return a problem that has to be solved before the grader can be used.

    Examples
    --------
    >>> error("name", "name", "there is no name", "give it one").severity
    'error'
    """
    return Problem(path, "error", message, fix, code)


def warning(path: str, code: str, message: str, fix: str) -> Problem:
    """Return a problem that a person should know.

    Examples
    --------
    >>> warning("name", "name", "the name is long", "shorten it").severity
    'warning'
    """
    return Problem(path, "warning", message, fix, code)
