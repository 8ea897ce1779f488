"""The instructions that models read: one text file each, all of them here.

An instruction is followed by a data block (`rftkit.llm.payload`) with everything that comes from records, so source
text is never part of an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from rftkit.errors import InputError
from rftkit.llm.payload import wrap

PROMPTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"prompts": {"type": "array", "items": {"type": "string"}}},
    "required": ["prompts"],
    "additionalProperties": False,
}

#: Instructions that a plan can add: how a conversation of a kind goes, what makes a text of a kind good.
GUIDANCE = ("support", "debugging", "learning", "code", "creative", "analysis", "documentation")


@cache
def text(name: str) -> str:
    """Return one of our instructions.

    Examples
    --------
    >>> "data block" in text("system")
    True
    """
    return files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()


def conversation(
    name: str, data: dict[str, Any], *, own: str | None = None, guidance: Sequence[str] = ()
) -> list[dict[str, str]]:
    """Return the chat messages of a request.

    Parameters
    ----------
    name
        Which instruction.
    data
        What goes into the data block; ``$count`` and other ``$names`` of the instruction are filled with its plain values.
    own
        An instruction to use instead.
    guidance
        Names of `GUIDANCE` to add.

    Examples
    --------
    >>> [message["role"] for message in conversation("few_shot", {"task": "write", "count": 2})]
    ['system', 'user']
    """
    unknown = [one for one in guidance if one not in GUIDANCE]
    if unknown:
        raise InputError(f"unknown guidance {unknown[0]!r}; known are {', '.join(GUIDANCE)}")
    numbers = {key: value for key, value in data.items() if isinstance(value, int | float)}
    parts = [Template(own or text(name)).safe_substitute(numbers), *(text(f"guidance_{one}") for one in guidance)]
    asked = "\n\n".join([*parts, wrap(data)])
    return [{"role": "system", "content": text("system")}, {"role": "user", "content": asked}]
