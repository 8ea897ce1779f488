"""Versions as a screen shows them: what was done, with which options, what came of it, whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rftkit import render

if TYPE_CHECKING:
    from rftkit.store import Version

_LONG, _COUNTS = 600, 6


def shown_version(line: Version, held: set[int], content: int) -> dict[str, Any]:
    """Return what is shown of a version.

    Parameters
    ----------
    line
        Its journal line.
    held
        The versions whose steps are in the dataset as it is now.
    content
        The version whose content the dataset has now.

    Examples
    --------
    >>> from rftkit.store import Version
    >>> shown_version(Version(2, "delete", counts={"deleted": 3}), {2}, 2)["what"]
    'deleted 3'
    """
    undo = line.step == "undo"
    return {
        "version": line.version,
        "step": line.step,
        "when": line.when[:16].replace("T", " "),
        "what": _back(line.configuration) if undo else _what(line.counts),
        "configuration": "" if undo else _options(line.configuration),
        "state": "now" if line.version == content else "" if undo or line.version in held else "taken back",
    }


def _back(configuration: Mapping[str, Any]) -> str:
    to = int(configuration.get("to") or 0)
    return "to the empty dataset" if to == 0 else f"to what version {to:,} was"


def _what(counts: Mapping[str, Any]) -> str:
    found = [
        f"{name.replace('_', ' ')} {render.count(value)}"
        for name, value in counts.items()
        if isinstance(value, int) and not isinstance(value, bool) and value
    ]
    return ", ".join(found[:_COUNTS]) + (", …" if len(found) > _COUNTS else "")


def _options(configuration: Mapping[str, Any]) -> str:
    from rftkit.messages import dump

    lines = [f"{name}: {dump(value)}" for name, value in configuration.items() if value is not None]
    return "\n".join(line if len(line) <= _LONG else f"{line[: _LONG - 1]}…" for line in lines)[: 3 * _LONG]


def page(name: str, rows: list[dict[str, Any]], total: int) -> render.Html:
    """Return the versions as a static table.

    Parameters
    ----------
    name
        Of the dataset.
    rows
        Versions as they are shown, newest first.
    total
        How many there are.

    Examples
    --------
    >>> "No version yet" in page("a", [], 0)
    True
    """
    if not rows:
        return render.card("History", render.notice(EMPTY))
    columns = {"version": "version", "when": "when (UTC)", "step": "step", "what": "what came of it", "state": "state"}
    return render.card("History", render.table(rows, columns, limit=60, total=total), note=name)


EMPTY = "No version yet: each step, from the first import on, becomes one that can be gone back to."
