"""Run the source of a python grader in a process of its own.

`run_grader` takes the source and many pairs of a sample and an item and returns a number or a named `SandboxError` for
each. What the process may do, and what enforces it on this machine, says `guarantees`.
"""

from __future__ import annotations

from rftkit.sandbox.host import run_grader
from rftkit.sandbox.limits import Limits
from rftkit.sandbox.outcome import KINDS, SandboxError
from rftkit.sandbox.promises import guarantees

__all__ = ["KINDS", "Limits", "SandboxError", "guarantees", "run_grader"]
