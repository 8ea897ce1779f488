"""A conversation as a screen shows it: who said what, tool calls by name, parts that are no text by their kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rftkit.errors import InputError
from rftkit.messages import dump, load, text_of


def talk(messages: Sequence[Any] | None) -> list[dict[str, Any]]:
    """Return what is shown of chat messages; nothing is left out, odd ones are shown as they are.

    Parameters
    ----------
    messages
        OpenAI chat messages.

    Examples
    --------
    >>> talk([{"role": "user", "content": "Hi"}])
    [{'role': 'user', 'name': '', 'text': 'Hi', 'parts': [], 'calls': [], 'editable': True}]
    """
    return [_turn(message) for message in messages or ()]


def _turn(message: Any) -> dict[str, Any]:
    if not isinstance(message, Mapping):
        return _line("no role", dump(message), editable=False)
    content = message.get("content")
    text = text_of(content)
    if text is None and content is not None and not isinstance(content, list):
        text = dump(content)
    role = message.get("role")
    shown = _line(role if isinstance(role, str) and role else "no role", text or "", editable=_editable(content))
    old = message.get("function_call")  # as OpenAI wrote it before there were several
    calls = [_call(call) for call in [*_list(message.get("tool_calls")), *([{"function": old}] if old else [])]]
    named = message.get("name") or message.get("tool_call_id") or ""
    return {**shown, "name": str(named), "parts": _parts(content), "calls": calls}


def _line(role: str, text: str, *, editable: bool) -> dict[str, Any]:
    return {"role": role, "name": "", "text": text, "parts": [], "calls": [], "editable": editable}


def as_messages(turns: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return turns as `talk` gives them as chat messages again, for a page without script: nothing of them is left out.

    Parameters
    ----------
    turns
        What `talk` gives, cut or not.

    Examples
    --------
    >>> call = {"function": {"name": "refund", "arguments": "{}"}}
    >>> as_messages(talk([{"role": "assistant", "content": None, "tool_calls": [call]}]))[0]["tool_calls"]
    [{'function': {'name': 'refund', 'arguments': '{}'}}]
    """
    return [
        {
            "role": turn["role"],
            "content": [*({"type": "text", "text": text} for text in (turn["text"],) if text), *_kinds(turn)],
            "tool_calls": [{"function": call} for call in turn["calls"]],
        }
        for turn in turns
    ]


def _kinds(turn: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"type": kind} for kind in turn["parts"]]


def _list(value: Any) -> list[Any]:
    found = load(value) if isinstance(value, str) else value
    return found if isinstance(found, list) else []


def _parts(content: Any) -> list[str]:
    if not isinstance(content, list):
        return []
    kinds = (part.get("type", "part") if isinstance(part, Mapping) else "part" for part in content)
    return [str(kind) for kind in kinds if kind not in ("text", "input_text")]


def _call(call: Any) -> dict[str, str]:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return {"name": "?", "arguments": dump(call)}
    arguments = function.get("arguments")
    return {
        "name": str(function.get("name") or "?"),
        "arguments": arguments if isinstance(arguments, str) else dump(arguments),
    }


def _editable(content: Any) -> bool:
    if isinstance(content, str) or content is None:
        return True
    return isinstance(content, list) and len(_text_places(content)) == 1


def _text_places(content: list[Any]) -> list[int]:
    return [
        place for place, part in enumerate(content) if isinstance(part, Mapping) and isinstance(part.get("text"), str)
    ]


def with_text(messages: Sequence[Any], place: int, text: str) -> list[Any]:
    """Return the messages with another text in one of them; everything else stays as it is.

    Parameters
    ----------
    messages
        OpenAI chat messages.
    place
        Which message, from 0.
    text
        Its new text.

    Raises
    ------
    InputError
        There is no such message, or its content is not one text.

    Examples
    --------
    >>> with_text([{"role": "user", "content": "Hi", "name": "Ann"}], 0, "Hello")
    [{'role': 'user', 'content': 'Hello', 'name': 'Ann'}]
    """
    if not 0 <= place < len(messages):
        raise InputError(f"there is no message {place}; the record has {len(messages)}, counted from 0")
    old = messages[place]
    if not isinstance(old, Mapping) or not _editable(old.get("content")):
        raise InputError(f"message {place} is not one text; change it with ds.edit(id, messages=[...])")
    return [*messages[:place], {**old, "content": _content(old.get("content"), text)}, *messages[place + 1 :]]


def _content(old: Any, text: str) -> Any:
    if not isinstance(old, list):
        return text
    at = _text_places(old)[0]
    return [*old[:at], {**old[at], "text": text}, *old[at + 1 :]]
