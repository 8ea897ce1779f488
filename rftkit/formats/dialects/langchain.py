"""LangChain's messages: constructors, dumps, pairs; and its tool calls under OpenAI's roles."""

from __future__ import annotations

from typing import Any

from rftkit.formats.dialects import calls
from rftkit.formats.dialects.blocks import call_block
from rftkit.formats.dialects.values import first, mapping

Message = dict[str, Any]
Block = dict[str, Any]

_LANGCHAIN_ROLES = {
    "human": "user",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
    "developer": "developer",
}


def is_langchain(message: Any) -> bool:
    """Return whether a message is LangChain's: a wrapper, a dump with a type, or a pair of role and text.

    Examples
    --------
    >>> is_langchain({"type": "human", "content": "Hi"}), is_langchain({"role": "user", "content": "Hi"})
    (True, False)
    """
    if isinstance(message, list):
        return len(message) == 2 and all(isinstance(item, str) for item in message) and _lc_role(message[0]) is not None
    if not isinstance(message, dict):
        return False
    wrapped = isinstance(message.get("kwargs"), dict) and isinstance(message.get("id"), list)
    plain = "role" not in message and ("content" in message or isinstance(message.get("data"), dict))
    return wrapped or (plain and _lc_role(message.get("type")) is not None)


def _lc_role(name: Any) -> str | None:
    if not isinstance(name, str):
        return None
    plain = name.rpartition(".")[2].lower().removesuffix("chunk").removesuffix("message")
    return _LANGCHAIN_ROLES.get(plain)


def unwrapped(message: Any) -> Message:
    """Return LangChain's message in the chat form; its content may still be blocks.

    Examples
    --------
    >>> unwrapped({"lc": 1, "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": "Hi"}})
    {'role': 'user', 'content': 'Hi'}
    """
    if isinstance(message, list):
        return {"role": _lc_role(message[0]), "content": message[1]}
    inner = next((message[key] for key in ("kwargs", "data") if isinstance(message.get(key), dict)), message)
    kind = message["id"][-1] if "kwargs" in message and message["id"] else message.get("type")
    role = _lc_role(kind) or _lc_role(inner.get("type")) or inner.get("role") or "user"
    content = inner.get("content")
    if role == "assistant":
        return _lc_assistant(inner, content)
    if role == "tool":
        return (
            calls.result(inner.get("tool_call_id"), content, inner.get("name"))
            if isinstance(content, str)
            else {
                **calls.result(inner.get("tool_call_id"), "", inner.get("name")),
                "content": content,
            }
        )
    named = {"name": inner["name"]} if isinstance(inner.get("name"), str) and inner["name"] else {}
    return {"role": role, "content": content, **named}


def _lc_assistant(inner: Block, content: Any) -> Message:
    extra = mapping(inner.get("additional_kwargs"))
    native = extra.get("tool_calls")  # the provider's own form: its arguments are the text the model wrote
    made = native if isinstance(native, list) and native else [*map(_lc_call, _lc_calls(inner))]
    if made and isinstance(content, list):
        content = [block for block in content if not (isinstance(block, dict) and call_block(block))]
    if made and content in ("", []):
        content = None
    message = calls.assistant(content, made)
    if not made and isinstance(extra.get("function_call"), dict):
        message["function_call"] = extra["function_call"]
    thought = extra.get("reasoning_content")
    return {**message, "reasoning_content": thought} if isinstance(thought, str) and thought else message


def with_calls(message: Message) -> Message:
    """Return an assistant message whose calls are in LangChain's form, as its callbacks write them, in the chat form.

    Examples
    --------
    >>> message = {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "args": {}, "id": "c"}]}
    >>> with_calls(message)["tool_calls"]
    [{'id': 'c', 'type': 'function', 'function': {'name': 'f', 'arguments': '{}'}}]
    """
    listed = message.get("tool_calls")
    flat = isinstance(listed, list) and any(isinstance(one, dict) and "args" in one for one in listed)
    if not (flat or mapping(message.get("additional_kwargs")).get("tool_calls")):
        return message
    return {**_lc_assistant(message, message.get("content")), **_kept(message)}


def _kept(message: Block) -> Block:
    calls_keys = ("role", "content", "tool_calls", "invalid_tool_calls", "additional_kwargs")
    return {key: value for key, value in message.items() if key not in calls_keys}


def _lc_calls(inner: Block) -> list[Block]:
    both = [*_listed(inner.get("tool_calls") or []), *_listed(inner.get("invalid_tool_calls") or [])]
    return [item for item in both if isinstance(item, dict)]


def _lc_call(item: Block) -> Block:
    if isinstance(item.get("function"), dict):
        return item
    return calls.call(item.get("name"), first(item, "args", "arguments"), item.get("id"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
