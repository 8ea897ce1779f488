"""Shapes: what one row of a JSON-like file can look like, one module each.

A shape is a module of this package with

* `NAME`: the name of the format, as a person types it after `--format`;
* `DESCRIPTION`: half a sentence for lists;
* `score(row) -> float`: how sure it is that a row is of this shape, from 0 to 1;
* `convert(row, mapping) -> list[Draft]`: the prompts of a row; raises `NotUnderstood` when the row has none;

and, where it needs them,

* `rows(document) -> Iterator[dict]`: the rows of a JSON document that is one object (an OTLP file, a trace download);
* `mapping_of(rows) -> dict[str, str]`: which of the source's fields becomes what, decided once per file from its
  first rows, for shapes whose fields have several names.

Rows are plain Python values; only what is nested deeper than Python can recurse is a `msgspec.Raw`. Modules are found
by being there, so that nobody keeps a list.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Protocol, runtime_checkable

from rftkit.formats.draft import Draft

Row = dict[str, Any]


@runtime_checkable
class Shape(Protocol):
    """What a module of this package offers; see the package's own text."""

    NAME: str
    DESCRIPTION: str

    def score(self, row: Row) -> float:
        """Return how sure it is that the row is of this shape, 0 to 1."""

    def convert(self, row: Row, mapping: Mapping[str, str]) -> list[Draft]:
        """Return the prompts of a row."""


@cache
def shapes() -> dict[str, Shape]:
    """Return every shape by its name.

    Examples
    --------
    >>> "records" in shapes()
    True
    """
    return {shape.NAME: shape for shape in _modules()}


def _modules() -> Iterator[Any]:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda entry: entry.name):
        if not module.name.startswith("_"):
            yield importlib.import_module(f"{__name__}.{module.name}")
