"""One ordinary line of the OpenAI family: what a typed decoder takes from it, or that it is not ordinary.

A line is ordinary when its prompt is in the chat form, its id is text and nothing in it needs a repair or a second
look. What is not needed as a value stays the exact text of the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from rftkit import messages as chat
from rftkit import schema
from rftkit.formats.deep import LIMIT, is_deep
from rftkit.formats.prompts import LABEL_KEYS, ORIGIN_KEYS
from rftkit.keys import canonical

Role = Literal["system", "developer", "user", "assistant", "tool"]


class Said(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A message that is a role and a text.

    Examples
    --------
    >>> Said("user", "Hi").content
    'Hi'
    """

    role: Role
    content: str


class _Texts(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An `input` of such messages."""

    messages: list[Said]
    tools: Raw | UnsetType = UNSET
    tool_choice: Raw | UnsetType = UNSET


class _Any(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An `input` of any messages."""

    messages: list[dict[str, Any]]
    tools: Raw | UnsetType = UNSET
    tool_choice: Raw | UnsetType = UNSET


#: Fields of `schema.MESSAGE`, tool calls twice: as they are, and in `raw`'s place in one way of writing for the keys.
Fields = tuple[str, str | None, str | None, str | None, str | None, str | None]


class OddError(ValueError):
    """A line is not ordinary: the careful way has to read it."""


_top = msgspec.json.Decoder(dict[str, Raw]).decode
_texts = msgspec.json.Decoder(_Texts).decode
_any = msgspec.json.Decoder(_Any).decode
_said = msgspec.json.Decoder(list[Said]).decode
_dicts = msgspec.json.Decoder(list[dict[str, Any]]).decode
_string = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode

ODD: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, ValueError)
_ROLES: Final = frozenset(schema.ROLES)
CHAT_TOOLS: Final = (b'[{"type":"function","function":{', b'[{"type": "function", "function": {', b"[]")
# Keys beside the prompt that mean something: their lines are read with care.
SPECIAL: Final = frozenset((*LABEL_KEYS, *ORIGIN_KEYS, "extra", "functions", "body", "rftkit_id", "custom_id")) - {
    "model"
}


@dataclass(slots=True)
class Known:
    """What lines before this one have shown.

    Parameters
    ----------
    finished
        Whether the file holds finished conversations, whose reply is the output.
    lines, failed
        How many lines were ordinary, and how many had messages that were more than role and text.
    names
        Keys as JSON text.

    Examples
    --------
    >>> take_chat(b'{"messages": [{"role": "user", "content": "Hi"}], "n": 1}', Known(finished=False)).extra
    b'{"n":1}'
    """

    finished: bool
    lines: int = 0
    failed: int = 0
    names: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Line:
    """What is taken from one line before it is put into the columns.

    Parameters
    ----------
    id, tools, tool_choice, output, metadata, extra
        Values of the columns of these names, JSON text as bytes.
    said
        Messages.
    keys
        How many keys the line has outside of values kept as text.
    begun
        How many messages begin with their role.
    texts
        Values kept as text.

    Examples
    --------
    >>> Line("a", [], 3, 0, []).output is None
    True
    """

    id: str | None
    said: Sequence[Said] | list[Fields]
    keys: int
    begun: int
    texts: list[bytes]
    tools: bytes | None = None
    tool_choice: bytes | None = None
    output: bytes | None = None
    metadata: bytes | None = None
    extra: bytes | None = None


def take_record(line: bytes, known: Known) -> Line:
    """Return what an ordinary line of a `records` file holds; raises one of `ODD` when it is not ordinary.

    Examples
    --------
    >>> line = b'{"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}}'
    >>> take_record(line, Known(finished=False)).id
    'a'
    """
    top = _top(line)
    given, name = top.pop("input"), _string(top.pop("id"))
    if not name or not SPECIAL.isdisjoint(top):
        raise OddError
    prompt = _plain(given, _texts, _any, line, known)
    keys = len(top) + 3 + (prompt.tools is not UNSET) + (prompt.tool_choice is not UNSET)
    return _taken(name, prompt, keys, top, known)


def take_chat(line: bytes, known: Known) -> Line:
    """Return what an ordinary line with `messages` holds; raises one of `ODD` when it is not ordinary.

    Examples
    --------
    >>> line = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}'
    >>> take_chat(line, Known(finished=True)).output
    b'{"role":"assistant","content":"Hello!"}'
    """
    top = _top(line)
    if not SPECIAL.isdisjoint(top) or "output" in top or "input" in top:
        raise OddError
    keys = len(top)
    name = _string(top.pop("id")) if "id" in top else None
    if name == "":
        raise OddError
    given = top.pop("messages")
    parts = {key: top.pop(key) for key in ("tools", "tool_choice") if key in top}
    messages: Any = _plain(given, _said, _dicts, line, known)
    prompt = (_Texts if messages and type(messages[0]) is Said else _Any)(messages, **parts)
    taken = _taken(name, prompt, keys, top, known)
    return _without_reply(taken) if known.finished else taken


def _plain(given: Raw, plainly: Any, anyhow: Any, line: bytes, known: Known) -> Any:
    """Decode messages as role and text, or as anything where they are more; try the first only where it often works."""
    if known.failed * 8 > known.lines and b'"tool_call' in line:
        return anyhow(given)
    try:
        return plainly(given)
    except msgspec.ValidationError:
        known.failed += 1
        return anyhow(given)


def _taken(name: str | None, prompt: _Texts | _Any, keys: int, top: dict[str, Raw], known: Known) -> Line:
    """Return what a line holds; `top` has only keys beside id and prompt any more."""
    said: Any = prompt.messages
    texts: list[bytes] = []
    if type(prompt) is _Any:
        keys += sum(map(len, said))
        said = [_fields(message, texts) for message in said]
    else:
        keys += 2 * len(said)
    taken = Line(name, said, keys, len(said), texts)
    if prompt.tools is not UNSET:
        taken.tools = bytes(prompt.tools)
        if not taken.tools.startswith(CHAT_TOOLS):
            raise OddError
        texts.append(taken.tools)
    if prompt.tool_choice is not UNSET:
        taken.tool_choice = bytes(prompt.tool_choice)
        texts.append(taken.tool_choice)
    if top:
        _beside(taken, top, known)
    for text in texts:
        if len(text) > 2 * LIMIT and is_deep(text):
            raise OddError
    if taken.tool_choice == b"null":
        raise OddError
    return taken


def _beside(taken: Line, top: dict[str, Raw], known: Known) -> None:
    names = known.names
    extra = []
    for key, value in top.items():
        text = bytes(value)
        taken.texts.append(text)
        if key == "output":
            taken.output = None if text == b"null" else text
        elif key == "metadata":
            taken.metadata = None if text == b"null" else text
        else:
            name = names.get(key)
            if name is None:
                name = names[key] = _encode(key) + b":"
            extra.append(name + text)
    if extra:
        taken.extra = b"{" + b",".join(extra) + b"}"


def _fields(message: dict[str, Any], texts: list[bytes]) -> Fields:
    """Return the fields of a message, tool calls as JSON text; raises when it is not ordinary."""
    keys = tuple(message)
    role, content = message["role"], message["content"]
    if role not in _ROLES or (type(content) is not str and (content is not None or role != "assistant")):
        raise OddError
    if keys == ("role", "content"):
        return (role, content, None, None, None, None)
    if keys not in _ORDERS or (keys[1] == "tool_call_id") != (role == "tool"):
        raise OddError
    name, call_id, calls = message.get("name"), message.get("tool_call_id"), message.get("tool_calls")
    if not (name is None or type(name) is str) or not (call_id is None or type(call_id) is str):
        raise OddError
    if ("name" in message and name is None) or ("tool_call_id" in message and call_id is None):
        raise OddError
    if "tool_calls" not in message:
        return (role, content, name, None, call_id, None)
    if role != "assistant":
        raise OddError
    for call in calls or [{"id": None}]:
        if type(call["id"]) is not str or type(call["function"]["arguments"]) is not str:
            raise OddError
    text = _encode(calls)
    texts.append(text)
    return (role, content, name, text.decode(), call_id, canonical(calls))


#: Orders of keys that `messages.rebuild` writes.
_ORDERS: Final = frozenset(
    (
        ("role", "tool_call_id", "content"),
        ("role", "tool_call_id", "name", "content"),
        ("role", "content", "name"),
        ("role", "content", "tool_calls"),
        ("role", "content", "name", "tool_calls"),
    )
)


def _without_reply(taken: Line) -> Line:
    """Move the reply of a finished conversation to the output."""
    if not taken.said:
        return taken
    last = taken.said[-1]
    role, content, name, calls, call_id, _ = (
        (last.role, last.content, None, None, None, None) if isinstance(last, Said) else last
    )
    if role != "assistant":
        return taken
    row = {"role": role, "content": content, "name": name, "tool_calls": calls, "tool_call_id": call_id, "raw": None}
    taken.output = _encode(chat.rebuild(row))
    taken.said = taken.said[:-1]
    return taken
