"""Tool calls in the chat form, and the ids that tie a call to its result."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from rftkit.formats.dialects.values import compact

Message = dict[str, Any]


def call(name: Any, arguments: Any, call_id: Any = None) -> dict[str, Any]:
    """Return one tool call in the chat form.

    Parameters
    ----------
    name
        Name of the function.
    arguments
        JSON text, kept byte for byte, or the value it stands for, written compactly.
    call_id
        None where the format has no ids; `fill_ids` makes one.

    Examples
    --------
    >>> call("find_train", {"to": "Rome"}, "call_7")["function"]
    {'name': 'find_train', 'arguments': '{"to":"Rome"}'}
    """
    text = arguments if isinstance(arguments, str) else compact({} if arguments is None else arguments)
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def assistant(content: Any, calls: list[dict[str, Any]] | None = None) -> Message:
    """Return an assistant message; `tool_calls` is there only where there are calls.

    Examples
    --------
    >>> assistant("Hello")
    {'role': 'assistant', 'content': 'Hello'}
    """
    message: Message = {"role": "assistant", "content": content}
    return {**message, "tool_calls": calls} if calls else message


def result(call_id: Any, content: Any, name: Any = None) -> Message:
    """Return a message with the result of a tool call.

    Examples
    --------
    >>> result("call_7", ["09:05"])
    {'role': 'tool', 'tool_call_id': 'call_7', 'content': '["09:05"]'}
    """
    text = content if isinstance(content, str) else compact("" if content is None else content)
    message: Message = {"role": "tool", "tool_call_id": call_id}
    if isinstance(name, str) and name:
        message["name"] = name
    return {**message, "content": "" if content is None else text}


def fill_ids(messages: list[Message]) -> list[dict[str, Any]]:
    """Give an id to every call that has none, and to its result; return the log of what was filled in.

    A result without an id belongs to the first open call of its name, else to the first open call. A result with
    no open call stays without an id. The list is changed in place; the messages in it are not, they are replaced.

    Parameters
    ----------
    messages
        Messages in the chat form, the reply of the model last where there is one.

    Returns
    -------
    list of dict
        One ``{"code", "where", "before"}`` per id, `where` a JSON pointer.

    Examples
    --------
    >>> messages = [assistant(None, [call("find_train", "{}")]), result(None, "09:05")]
    >>> [repair["where"] for repair in fill_ids(messages)]
    ['/messages/0/tool_calls/0/id', '/messages/1/tool_call_id']
    >>> messages[1]["tool_call_id"]
    'call_1'
    """
    taken = {str(one.get("id")) for message in messages for one in _calls_of(message)}
    fresh = (name for name in map("call_{}".format, count(1)) if name not in taken)
    repairs: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for index, message in enumerate(messages):
        if any(_absent(one.get("id")) for one in _calls_of(message)):
            messages[index] = message = _with_ids(message, index, fresh, repairs)
        waiting.extend(_calls_of(message))
        if isinstance(message, dict) and message.get("role") == "tool":
            messages[index] = _answer(message, index, waiting, repairs)
    return repairs


def _with_ids(message: Message, index: int, fresh: Iterator[str], repairs: list[dict[str, Any]]) -> Message:
    made: list[Any] = []
    for position, one in enumerate(message["tool_calls"]):
        if isinstance(one, dict) and _absent(one.get("id")):
            repairs.append(_repair(f"/messages/{index}/tool_calls/{position}/id", one.get("id")))
            made.append({"id": None, **one} | {"id": next(fresh)})
        else:
            made.append(one)
    return {**message, "tool_calls": made}


def _answer(message: Message, index: int, waiting: list[dict[str, Any]], repairs: list[dict[str, Any]]) -> Message:
    given = message.get("tool_call_id")
    if not _absent(given):
        waiting[:] = [one for one in waiting if one.get("id") != given]
        return message
    named = [one for one in waiting if _function_name(one) == message.get("name")]
    match = next(iter(named or waiting), None)
    if match is None:
        return {key: value for key, value in message.items() if key != "tool_call_id"}
    repairs.append(_repair(f"/messages/{index}/tool_call_id", given))
    waiting.remove(match)
    return {"role": "tool", "tool_call_id": None, **message} | {"tool_call_id": match["id"]}


def _repair(where: str, before: Any) -> dict[str, Any]:
    repair = {"code": "missing_tool_call_id", "where": where}
    return repair if before is None else {**repair, "before": before}


def _absent(value: Any) -> bool:
    return value is None or value == ""


def _function_name(one: dict[str, Any]) -> Any:
    function = one.get("function")
    return function.get("name") if isinstance(function, dict) else None


def _calls_of(message: Any) -> list[dict[str, Any]]:
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return [one for one in calls if isinstance(one, dict)] if isinstance(calls, list) else []
