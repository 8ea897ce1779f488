"""Repairs of a prompt in OpenAI's chat form: what is odd and has one meaning is set right and logged.

Set right: roles that differ only in case or space, call arguments given as an object, `function_call` and role
`function` (the form before tool calls), call ids that are integers, and parts that are bare strings. Everything else
stays as it came, for `sanitize` to judge: content that is no text, roles of other formats, broken JSON in arguments.

Every repair is `{"code", "where", "before"}`: `where` is a JSON pointer into the draft, `before` what stood there (no
`before`: nothing did), so that `revert` can put it back.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from rftkit import schema
from rftkit.formats.dialects import tools as dialect
from rftkit.formats.exact import UnreadableError, dump, load

Message = dict[str, Any]
Repairs = list[dict[str, Any]]


def repair(code: str, where: str, *before: Any) -> dict[str, Any]:
    """Return one entry of the log; without `before` when nothing stood there.

    Examples
    --------
    >>> repair("role", "/messages/0/role", "User")
    {'code': 'role', 'where': '/messages/0/role', 'before': 'User'}
    """
    return {"code": code, "where": where, **({"before": before[0]} if before else {})}


def tidy(messages: list[Any], repairs: Repairs) -> list[Any]:
    """Return the messages set right; what was changed is appended to `repairs`.

    Parameters
    ----------
    messages
        Whatever stood in the list of messages.
    repairs
        Log of the draft.

    Examples
    --------
    >>> log = []
    >>> tidy([{"role": "User ", "content": "Hi"}], log)
    [{'role': 'user', 'content': 'Hi'}]
    >>> log
    [{'code': 'role', 'where': '/messages/0/role', 'before': 'User '}]
    """
    made = [_message(message, f"/messages/{at}", repairs) for at, message in enumerate(messages)]
    if any(_is_legacy(message) for message in made):
        return _with_calls(made, repairs)
    return made


def messages_of(value: Any, repairs: Repairs) -> list[Any] | None:
    """Return a list of messages; JSON text of one is read and logged, anything else is None.

    Examples
    --------
    >>> log = []
    >>> messages_of('[{"role": "user", "content": "Hi"}]', log), len(log), messages_of("Hi", log)
    ([{'role': 'user', 'content': 'Hi'}], 1, None)
    """
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            parsed = load(value)
        except UnreadableError:
            return None
        if isinstance(parsed, list):
            repairs.append(repair("messages_as_text", "/messages", value))
            return parsed
    return value if isinstance(value, list) else None


def tools_of(value: Any, repairs: Repairs) -> Any:
    """Return tools in the chat form; a list in another form is folded to it and logged, anything else stays.

    Examples
    --------
    >>> log = []
    >>> tools_of([{"name": "find", "inputSchema": {"type": "object"}}], log)
    [{'type': 'function', 'function': {'name': 'find', 'parameters': {'type': 'object'}}}]
    >>> log[0]["code"]
    'tools_form'
    """
    if not isinstance(value, list) and not (isinstance(value, str) and value.lstrip().startswith("[")):
        return value
    folded = dialect.fold(value)
    if folded == value:
        return value
    repairs.append(repair("tools_form", "/tools", value))
    return folded


def id_of(value: Any, repairs: Repairs) -> str | None:
    """Return an id as text; one that is no text, or null, is logged.

    Examples
    --------
    >>> log = []
    >>> id_of(7, log), log
    ('7', [{'code': 'id', 'where': '/id', 'before': 7}])
    """
    if isinstance(value, str) and value:
        return value
    repairs.append(repair("id", "/id", value))
    return None if value is None or value == "" else dump(value)


def _message(message: Any, where: str, repairs: Repairs) -> Any:
    if not isinstance(message, dict):
        return message
    role = message.get("role")
    if isinstance(role, str) and role not in schema.ROLES and role.strip().lower() in (*schema.ROLES, "function"):
        message = _changed(message, "role", role.strip().lower(), "role", where, repairs)
    if isinstance(message.get("content"), list):
        message = {**message, "content": _parts(message["content"], f"{where}/content", repairs)}
    if isinstance(message.get("tool_calls"), list):
        calls = [_call(call, f"{where}/tool_calls/{at}", repairs) for at, call in enumerate(message["tool_calls"])]
        message = {**message, "tool_calls": calls}
    return _call_id(message, "tool_call_id", where, repairs)


def _changed(holder: Message, key: str, value: Any, code: str, where: str, repairs: Repairs) -> Message:
    if value == holder[key] and type(value) is type(holder[key]):
        return holder
    repairs.append(repair(code, f"{where}/{key}", holder[key]))
    return {**holder, key: value}


def _parts(parts: list[Any], where: str, repairs: Repairs) -> list[Any]:
    repairs.extend(
        repair("part_as_text", f"{where}/{at}", part) for at, part in enumerate(parts) if isinstance(part, str)
    )
    return [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]


def _call(call: Any, where: str, repairs: Repairs) -> Any:
    if not isinstance(call, dict):
        return call
    function = call.get("function")
    if isinstance(function, dict) and isinstance(function.get("arguments"), dict):
        text = dump(function["arguments"])
        function = _changed(function, "arguments", text, "arguments", f"{where}/function", repairs)
        call = {**call, "function": function}
    return _call_id(call, "id", where, repairs)


def _call_id(holder: Message, key: str, where: str, repairs: Repairs) -> Message:
    value = holder.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return _changed(holder, key, str(value), "call_id", where, repairs)
    return holder


# --- function_call, the form before tool_calls --------------------------------------------------------------------


def _is_legacy(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("function_call"), dict)


def _with_calls(messages: list[Any], repairs: Repairs) -> list[Any]:
    """Rewrite legacy calls and their results; a result belongs to the oldest open call of its name."""
    taken = {message.get("tool_call_id") for message in messages if isinstance(message, dict)}
    fresh = (name for name in map("call_{}".format, count(1)) if name not in taken)
    open_calls: list[tuple[Any, str]] = []
    made: list[Any] = []
    for at, message in enumerate(messages):
        new = message
        if _is_legacy(message) and not message.get("tool_calls"):
            name = next(fresh)
            open_calls.append((message["function_call"].get("name"), name))
            new = _calling(message, name)
        elif isinstance(message, dict) and message.get("role") == "function":
            new = _answering(message, open_calls)
        if new is not message:
            repairs.append(repair("function_call", f"/messages/{at}", message))
        made.append(new)
    return made


def _calling(message: Message, name: str) -> Message:
    kept = {key: value for key, value in message.items() if key not in ("function_call", "tool_calls")}
    function = message["function_call"]
    if isinstance(function.get("arguments"), dict):
        function = {**function, "arguments": dump(function["arguments"])}
    content = {} if "content" in kept else {"content": None}
    return {**kept, **content, "tool_calls": [{"id": name, "type": "function", "function": function}]}


def _answering(message: Message, open_calls: list[tuple[Any, str]]) -> Message:
    match = next((entry for entry in open_calls if entry[0] == message.get("name")), None)
    if match is None:
        return message
    open_calls.remove(match)
    return {"role": "tool", "tool_call_id": match[1], **{key: value for key, value in message.items() if key != "role"}}
