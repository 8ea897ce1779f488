"""The instructions that models read in the dataset generator: one text file each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from rftkit.llm.payload import wrap


@cache
def text(name: str) -> str:
    """Return one of the instructions.

    Examples
    --------
    >>> "data block" in text("system")
    True
    """
    return files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def conversation(name: str, data: dict[str, Any]) -> list[dict[str, str]]:
    """Return the chat messages of a request: an instruction, and the data block with all that people wrote.

    Parameters
    ----------
    name
        Which instruction; its ``$names`` are filled with the plain values of the data.
    data
        What goes into the data block.

    Examples
    --------
    >>> [message["role"] for message in conversation("pairs", {"count": 2})]
    ['system', 'user']
    """
    plain = {key: value for key, value in data.items() if isinstance(value, int | float | str)}
    asked = f"{Template(text(name)).safe_substitute(plain)}\n\n{wrap(data)}"
    return [{"role": "system", "content": text("system")}, {"role": "user", "content": asked}]
