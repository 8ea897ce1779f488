r"""Whole conversations in one text, with the marks that a chat template puts before each turn.

Read are ChatML, the headers of Llama 3, the instructions of Llama 2 and Mistral, and `Human:` and `Assistant:` at the
beginning of lines. A text counts as one only where it begins with a mark, so that a user who types one stays a user.
"""

from __future__ import annotations

import re
from typing import Any, Final

_ROLES: Final = {"human": "user", "user": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}
_NAMES: Final = frozenset(("system", "developer", "user", "assistant", "tool"))
_OPENING: Final = re.compile(r"\s*(?:<\|begin_of_text\|>|<s>|<bos>)?\s*")
_FRAMED: Final = (
    re.compile(r"<\|im_start\|>\s*(\w+)[ \t]*\n(.*?)(?:<\|im_end\|>|\Z)", re.DOTALL),
    re.compile(
        r"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>(.*?)(?:<\|eot_id\|>|<\|end_of_text\|>|\Z)", re.DOTALL
    ),
    re.compile(r"<start_of_turn>\s*(\w+)[ \t]*\n(.*?)(?:<end_of_turn>|\Z)", re.DOTALL),
)
_SPOKEN: Final = re.compile(r"(?:^|\n)[ \t]*(?:###[ \t]*)?(Human|User|Assistant|System)[ \t]*:")
_INSTRUCTED: Final = re.compile(r"\[INST\](.*?)\[/INST\](.*?)(?=</s>|<s>|\[INST\]|\Z)", re.DOTALL)
_SYSTEM: Final = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>(.*)", re.DOTALL)

Turns = list[dict[str, Any]]


def turns(text: Any) -> Turns | None:
    r"""Return the messages of a text that is a whole conversation; None where it is something else.

    Parameters
    ----------
    text
        Value of a column.

    Examples
    --------
    >>> turns("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n")
    [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello!'}]
    >>> turns("\n\nHuman: Hi\n\nAssistant: Hello!")
    [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello!'}]
    >>> turns("<s>[INST] Hi [/INST] Hello! </s>")
    [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello!'}]
    >>> turns("What does <|im_start|> mean?") is None
    True
    """
    if not isinstance(text, str):
        return None
    opening = _OPENING.match(text)
    body = text[opening.end() :] if opening else text
    found = _framed(body) or _instructed(body) or _spoken(body)
    named = found is not None and all(turn["role"] in _NAMES for turn in found)
    return found if named and any(turn["role"] == "user" for turn in found or ()) else None


def _framed(body: str) -> Turns | None:
    for frame in _FRAMED:
        if frame.match(body):
            return [_turn(*match.groups()) for match in frame.finditer(body) if match.group(2).strip()]
    return None


def _instructed(body: str) -> Turns | None:
    if not body.startswith("[INST]"):
        return None
    made: Turns = []
    for match in _INSTRUCTED.finditer(body):
        asked, said = match.groups()
        system = _SYSTEM.match(asked)
        if system is not None:
            made.append(_turn("system", system.group(1)))
            asked = system.group(2)
        made += [_turn("user", asked), *([_turn("assistant", said)] if said.strip() else [])]
    return made


def _spoken(body: str) -> Turns | None:
    marks = list(_SPOKEN.finditer(body))
    roles = {mark.group(1) for mark in marks}
    if not marks or marks[0].start() != 0 or "Assistant" not in roles or not roles & {"Human", "User"}:
        return None
    ends = [*(mark.start() for mark in marks[1:]), len(body)]
    said = [(mark.group(1), body[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
    return [_turn(role, content) for role, content in said if content.strip()]


def _turn(role: str, content: str) -> dict[str, Any]:
    name = role.lower()
    return {"role": _ROLES.get(name, name), "content": content.strip()}
