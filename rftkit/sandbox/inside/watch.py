"""See whether a pair left the interpreter as it found it."""

from __future__ import annotations

import _thread
import builtins
import json
import math
import os
import sys
from typing import Any

from rftkit.sandbox.inside import hooks, telling

# What the machinery itself stands on, and what a cheat would change.
_WATCHED: tuple[Any, ...] = (builtins, json, math, os, hooks, telling)


class Watch:
    """Remembers the names of some modules and says which were replaced.

    Parameters
    ----------
    around
        The names of the module that calls `grade`.
    """

    def __init__(self, around: dict[str, Any]) -> None:
        watched = [(module.__name__, vars(module)) for module in _WATCHED] + [("the machinery", around)]
        self._before = [(name, now, dict(now)) for name, now in watched]
        self._out = sys.stdout
        self._threads = _thread._count()

    def changed(self) -> str:
        """Return the first name that is not what it was, or nothing."""
        if sys.stdout is not self._out:
            return "sys.stdout"
        for module, now, before in self._before:
            # Whole dictionaries are compared first, because that is quick; a name that is new does no harm.
            name = _first(now, before) if now != before else ""
            if name:
                return f"{module}.{name}"
        return ""

    def threads(self) -> bool:
        """Return whether threads are left that were not there before."""
        return _thread._count() > self._threads


def _first(now: dict[str, Any], before: dict[str, Any]) -> str:
    return next((name for name, value in before.items() if now.get(name) is not value), "")
