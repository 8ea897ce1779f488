"""Trees that come with rftkit, one JSON file each."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import msgspec

from rftkit.errors import NotFoundError

_FOLDER = Path(__file__).parent

#: Name of every template, as `TopicTree.template` takes it.
TEMPLATES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def load(name: str) -> list[dict[str, Any]]:
    """Return the nodes of a template.

    Parameters
    ----------
    name
        One of `TEMPLATES`; spaces, underscores and capitals do not matter.

    Examples
    --------
    >>> bool(load("Banking"))
    True
    """
    wanted = "-".join(str(name).replace("_", " ").replace("-", " ").casefold().split())
    if wanted not in TEMPLATES:
        close = difflib.get_close_matches(wanted, TEMPLATES, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise NotFoundError(f"there is no template {name!r}; {hint}there are {', '.join(TEMPLATES)}")
    return msgspec.json.decode((_FOLDER / f"{wanted}.json").read_bytes(), type=list[dict[str, Any]])
