"""Real data that travels with rftkit, for the demo, the notebooks and the first five minutes.

What is in it, who made it and under which licence: `README.md` in this folder.
"""

from __future__ import annotations

from pathlib import Path

from rftkit.errors import NotFoundError

_FOLDER = Path(__file__).parent
_ENDING = ".jsonl.gz"


def names() -> list[str]:
    """Return the names of the bundled samples.

    Examples
    --------
    >>> names()
    ['support_traces']
    """
    return sorted(file.name.removesuffix(_ENDING) for file in _FOLDER.glob(f"*{_ENDING}"))


def path(name: str = "support_traces") -> Path:
    """Return where a bundled sample lies; `Dataset.import_` and `rftkit import` take it like any other file.

    Parameters
    ----------
    name
        One of `names()`.

    Raises
    ------
    NotFoundError
        There is no such sample.

    Examples
    --------
    >>> path("support_traces").name
    'support_traces.jsonl.gz'
    """
    if name not in names():
        raise NotFoundError(f"There is no sample {name!r}; take one of {', '.join(names())}.")
    return _FOLDER / f"{name}{_ENDING}"
