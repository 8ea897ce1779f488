"""Run a grader over a batch of pairs; replace its process when one of them ends it."""

from __future__ import annotations

import json
import math
import queue
import time
from collections.abc import Sequence
from typing import Any

from rftkit.errors import InputError
from rftkit.sandbox.inside.worker import BROKEN
from rftkit.sandbox.limits import Limits
from rftkit.sandbox.outcome import OF_THE_SOURCE, SandboxError
from rftkit.sandbox.process import Answer, Process

#: After these the process is no longer what it was at its start.
_SPOILED = ("memory", "tampering", "ok_last")
_FORGED = "it wrote into the machinery around grade; a grader only computes a number"
Result = float | SandboxError


def run_grader(
    source: str, pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], limits: Limits | None = None
) -> list[Result]:
    r"""Return what ``grade(sample, item)`` of a source returns for each pair, or a named error.

    The source runs in one process for all pairs, without network, files, other processes or the environment of this
    one. A pair that ends the process costs only itself. It may be called from any thread.

    Parameters
    ----------
    source
        Python that defines ``grade(sample, item)``.
    pairs
        A sample and an item each, as JSON values.
    limits
        What it may use; `Limits()` by default.

    Returns
    -------
    list
        One number or `SandboxError` for each pair, in their order.

    Examples
    --------
    >>> source = "def grade(sample, item):\n    return 1 / item['n']"
    >>> run_grader(source, [({}, {"n": 2}), ({}, {"n": 0})])
    [0.5, SandboxError(kind='exception', message='ZeroDivisionError: division by zero (line 2)')]
    """
    limits = limits or Limits()
    lines = [_line(number, pair) for number, pair in enumerate(pairs)]
    results: list[Result] = []
    end = time.monotonic() + limits.batch_seconds
    while len(results) < len(lines):
        if time.monotonic() >= end:
            results += [_late(limits)] * (len(lines) - len(results))
        else:
            _one_process(source, lines, results, limits, end)
    return results


def _line(number: int, pair: tuple[dict[str, Any], dict[str, Any]]) -> bytes:
    try:
        return json.dumps(pair).encode() + b"\n"
    except (TypeError, ValueError) as error:
        raise InputError(f"pair {number} is no JSON ({error}); give samples and items of plain JSON values") from error


def _one_process(source: str, lines: list[bytes], results: list[Result], limits: Limits, end: float) -> None:
    """Fill in results until all are there or the process has to be replaced."""
    first = len(results)
    process = Process(source, lines[first:], limits)
    try:
        problem = _started(process, limits, end)
        if problem is not None:
            results += [problem] * (len(lines) - len(results))
            return
        while len(results) < len(lines) and _one_answer(process, results, first, limits, end):
            pass
    finally:
        process.end()


def _started(process: Process, limits: Limits, end: float) -> SandboxError | None:
    """Wait until the source is loaded; return why it could not be."""
    seconds = min(limits.start_seconds, end - time.monotonic())
    try:
        answer = process.answer(seconds)
    except queue.Empty:
        return SandboxError("timeout", f"the source itself took more than {seconds:g} s before the first pair")
    if answer is None:
        return _ended(process.wait())
    return None if answer.what == "ready" else _error(answer, limits)


def _one_answer(process: Process, results: list[Result], first: int, limits: Limits, end: float) -> bool:
    """Add the result of one pair; return whether the process can go on."""
    expected = str(len(results) - first)
    left = end - time.monotonic()
    try:
        answer = process.answer(min(limits.seconds, left))
    except queue.Empty:
        late = SandboxError("timeout", f"the pair took more than {limits.seconds:g} s")
        results.append(_late(limits) if left < limits.seconds else late)
        return False
    if answer is None:
        results.append(_ended(process.wait()))
        return False
    if answer.what != expected:
        results.append(SandboxError("tampering", _FORGED))  # an answer that nobody asked for
        return False
    results.append(_result(answer, limits))
    return answer.kind not in _SPOILED


def _result(answer: Answer, limits: Limits) -> Result:
    if not answer.kind.startswith("ok"):
        return _error(answer, limits)
    try:
        number = float(answer.text)
    except ValueError:
        number = math.nan
    return number if math.isfinite(number) else SandboxError("tampering", _FORGED)


def _error(answer: Answer, limits: Limits) -> SandboxError:
    if answer.kind == "output":
        return SandboxError("output", f"it printed more than {limits.output_bytes:,} bytes")
    if answer.kind in OF_THE_SOURCE:
        return SandboxError(answer.kind, answer.text)
    return SandboxError(answer.kind, answer.text or "it gave no reason")


def _ended(code: int) -> SandboxError:
    if code == BROKEN:
        return SandboxError("tampering", "what is around grade no longer works; a grader only computes a number")
    if code >= 0:
        return SandboxError("exit", f"it left the process with code {code}; return a number")
    return SandboxError("crash", f"the system ended the process with signal {-code}")


def _late(limits: Limits) -> SandboxError:
    return SandboxError("batch_timeout", f"the {limits.batch_seconds:g} s for all pairs were over")
