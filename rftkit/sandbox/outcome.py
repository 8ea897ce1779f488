"""The named error that takes the place of a number."""

from __future__ import annotations

from dataclasses import dataclass

#: Every kind of error, and what it means.
KINDS = {
    "syntax": "the source is no Python",
    "no_grade": "the source defines no function grade(sample, item)",
    "missing_library": "the source imports a library that is not installed",
    "exception": "grade raised an exception",
    "not_a_number": "grade returned something that is no finite number",
    "timeout": "the pair, or the source itself, took longer than its limit",
    "batch_timeout": "the time for all pairs was over before this one was done",
    "memory": "more memory was asked for than the limit",
    "output": "more was printed than the limit",
    "network": "a connection was asked for",
    "file": "a file was opened, listed or changed",
    "process": "a process was started or signalled",
    "exit": "the process was left from inside",
    "crash": "the process was ended by the system",
    "tampering": "the machinery around grade was changed",
}

#: Errors of the source: every pair has them.
OF_THE_SOURCE = ("syntax", "no_grade", "missing_library")


@dataclass(frozen=True)
class SandboxError:
    """Why a pair has no number.

    Parameters
    ----------
    kind
        One of `KINDS`.
    message
        One sentence.

    Examples
    --------
    >>> print(SandboxError("timeout", "the pair took more than 10 s"))
    timeout: the pair took more than 10 s
    """

    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"
