"""What changed from one version of a grader to another."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One place where two graders differ.

    Attributes
    ----------
    path
        Where in their JSON, such as ``graders.acc.operation``.
    before, after
        What stands there; None where nothing does.
    lines
        Of texts with several lines: the lines that differ, with a minus or a plus before each.

    Examples
    --------
    >>> print(Change("operation", "eq", "ilike"))
    operation: 'eq' -> 'ilike'
    """

    path: str
    before: Any
    after: Any
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.lines:
            return f"{self.path}:\n" + "\n".join(f"  {line}" for line in self.lines)
        return f"{self.path}: {self.before!r} -> {self.after!r}"


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return every place where the JSON of two graders differs.

    Parameters
    ----------
    before, after
        The JSON of the graders.

    Examples
    --------
    >>> [str(change) for change in difference({"name": "a", "range": [0, 1]}, {"name": "a", "range": [0, 5], "x": 1})]
    ['range[1]: 1 -> 5', 'x: None -> 1']
    """
    return list(_changes("", before, after))


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _changes(f"{path}.{key}" if path else str(key), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from _changes(f"{path}[{at}]", left, right)
    elif before != after or type(before) is not type(after):
        yield Change(path, before, after, _lines(before, after))


def _lines(before: Any, after: Any) -> tuple[str, ...]:
    if not (isinstance(before, str) and isinstance(after, str)) or "\n" not in before + after:
        return ()
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return tuple(line for line in found if not line.startswith(("---", "+++", "@@")))
