"""Would the service take this file? What consumers of chat files refuse, looked for line by line.

This is not `sanitize`: it reads the finished file as a stranger would, with nothing but a JSON parser, and knows
nothing of how it was made.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from rftkit import schema
from rftkit.errors import InputError

#: The formats that can be checked: those whose lines are OpenAI chat messages.
CHECKED = ("openai-rft", "openai-chat", "trl", "bedrock", "fireworks", "records")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAY_BE_NULL = {"content"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a service would refuse.

    Parameters
    ----------
    line
        Line of the file, from 1.
    path
        Where in the line, as in `messages[2].content`.
    message
        What is wrong there.

    Examples
    --------
    >>> Problem(1, "messages", "is empty")
    Problem(line=1, path='messages', message='is empty')
    """

    line: int
    path: str
    message: str


_Found = Iterator[tuple[str, str]]


def check(path: str | Path, format: str = "openai-rft") -> list[Problem]:
    """Return everything in a file of chat prompts that a consumer of the format would refuse.

    Parameters
    ----------
    path
        A JSON lines file, also .gz or .zst.
    format
        One of `CHECKED`.

    Returns
    -------
    list of Problem
        Empty when the file is fine.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "train.jsonl"
    >>> _ = file.write_text('{"messages": [{"role": "assistant", "content": "Hi"}]}')
    >>> check(file)
    [Problem(line=1, path='messages', message='does not end with a user turn')]
    """
    if format not in CHECKED:
        raise InputError(f"Files of format {format!r} cannot be checked; take one of {', '.join(CHECKED)}.")
    with _opened(Path(path)) as file:
        lines = file.read().split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return [Problem(number, where, what) for number, line in enumerate(lines, 1) for where, what in _line(line, format)]


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        import zstandard

        with path.open("rb") as file:
            return io.BytesIO(zstandard.ZstdDecompressor().stream_reader(file).read())
    return path.open("rb")


def _line(line: bytes, format: str) -> _Found:
    try:
        row = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError) as error:
        yield "", f"is no JSON: {error}"
        return
    if not isinstance(row, dict):
        yield "", "is no JSON object"
        return
    prompt = row.get("input") if format == "records" else row
    if not isinstance(prompt, dict):
        yield "input", "is no object"
        return
    yield from _prompt(prompt, "prompt" if format == "trl" else "messages", format)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _prompt(prompt: dict[str, Any], key: str, format: str) -> _Found:
    turns = prompt.get(key)
    if not isinstance(turns, list) or not turns:
        yield key, "is not a list with messages"
        return
    for index, turn in enumerate(turns):
        yield from _turn(turn, f"{key}[{index}]", format)
    if all(isinstance(turn, dict) for turn in turns):
        yield from _answered(turns, key)
        if format != "openai-chat" and turns[-1].get("role") != "user":
            yield key, "does not end with a user turn"
    yield from _tools(prompt, format)


def _turn(turn: Any, where: str, format: str) -> _Found:
    if not isinstance(turn, dict):
        yield where, "is no object"
        return
    role, calls = turn.get("role"), turn.get("tool_calls")
    if role not in schema.ROLES:
        yield f"{where}.role", f"is {role!r}, not one of {', '.join(schema.ROLES)}"
    padded = [name for name, value in turn.items() if value is None and name not in _MAY_BE_NULL]
    yield from ((f"{where}.{name}", "is null") for name in padded)
    yield from _content(turn.get("content"), bool(calls), f"{where}.content", format)
    if calls is not None and role != "assistant":
        yield f"{where}.tool_calls", "is not on an assistant turn"
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        yield from _call(call, f"{where}.tool_calls[{index}]", format)


def _content(content: Any, calls: bool, where: str, format: str) -> _Found:
    if content is None and not calls:
        yield where, "is null or missing without tool calls"
    elif isinstance(content, list):
        media = ("image_url",) if format == "openai-chat" else ()
        for index, part in enumerate(content):
            kind = part.get("type") if isinstance(part, dict) else None
            if kind not in ("text", "refusal", *media) and format != "records":
                yield f"{where}[{index}]", f"is a part of type {kind!r}"
    elif content is not None and not isinstance(content, str):
        yield where, "is neither text nor a list of parts"


def _call(call: Any, where: str, format: str) -> _Found:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        yield where, "has no function"
        return
    if not isinstance(call.get("id"), str):
        yield f"{where}.id", "is no text"
    if call.get("type") != "function":
        yield f"{where}.type", "is not 'function'"
    yield from _name(function, where)
    arguments = function.get("arguments")
    if format == "trl":
        if not isinstance(arguments, dict):
            yield f"{where}.arguments", "is no object, which chat templates print"
    elif not isinstance(arguments, str) or not _is_json(arguments):
        yield f"{where}.arguments", "is not JSON text"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _name(function: dict[str, Any], where: str) -> _Found:
    name = function.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"{where}.function.name", f"is {name!r}, not 1 to 64 of A-Z a-z 0-9 _ -"


def _answered(turns: list[dict[str, Any]], key: str) -> _Found:
    """Every call of a tool is answered before the next turn, and every answer has a call."""
    open_calls: set[str] = set()
    for index, turn in enumerate(turns):
        if turn.get("role") == "tool":
            if turn.get("tool_call_id") not in open_calls:
                yield f"{key}[{index}].tool_call_id", "answers no call"
            open_calls.discard(str(turn.get("tool_call_id")))
            continue
        if open_calls:
            yield f"{key}[{index}]", f"comes before the answer to call {min(open_calls)}"
        calls = turn.get("tool_calls") or ()
        open_calls = {str(call.get("id")) for call in calls if isinstance(call, dict)}


def _tools(prompt: dict[str, Any], format: str) -> _Found:
    if "tools" not in prompt:
        return
    tools = prompt["tools"]
    if format == "trl":
        if not isinstance(tools, str):
            yield "tools", "is not JSON text"
            return
        tools = json.loads(tools)
    if not isinstance(tools, list) or (not tools and format != "records"):
        yield "tools", "is not a list with tools; leave the key out where there are none"
        return
    for index, tool in enumerate(tools):
        yield from _tool(tool, f"tools[{index}]")


def _tool(tool: Any, where: str) -> _Found:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or tool.get("type") != "function":
        yield where, "is not {'type': 'function', 'function': {...}}"
        return
    yield from _name(function, where)
    parameters = function.get("parameters", {})
    if not isinstance(parameters, dict):
        yield f"{where}.function.parameters", "is no JSON schema"
        return
    yield from ((f"{where}.function.{path}", "is null") for path in _nulls(parameters, "parameters"))


def _nulls(schema_: dict[str, Any], where: str) -> Iterator[str]:
    """Yield where a schema has nulls for keys of JSON schema: the mark of a table that padded them."""
    for name, value in schema_.items():
        if value is None and name not in ("default", "const", "example"):
            yield f"{where}.{name}"
        elif isinstance(value, dict):
            yield from _nulls(value, f"{where}.{name}")
