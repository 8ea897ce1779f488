"""One message of any dialect, folded to messages of the chat form.

A message is read by its form, not by the name of its file: text, tool calls, results and media may stand in content
blocks (Anthropic, Bedrock), parts (OpenTelemetry, Gemini), wrappers (LangChain) or items of their own (Responses). What
is in the chat form already passes through untouched, odd or not: judging it is not this module's work.

The text of a model's reasoning is carried in ``reasoning_content`` until `without_reasoning` takes it out of a prompt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rftkit.formats.dialects import calls
from rftkit.formats.dialects.blocks import is_native, messages_of, thought_of, tool_result
from rftkit.formats.dialects.langchain import is_langchain, unwrapped, with_calls
from rftkit.formats.dialects.parts import joined, part
from rftkit.formats.dialects.values import first, name_of, parsed

Message = dict[str, Any]
Block = dict[str, Any]

#: Items of the Responses API that are a part of a conversation.
ITEMS = (
    "message",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "mcp_call",
    "reasoning",
)


def fold(messages: Iterable[Any], *, plain: bool = False) -> list[Any]:
    """Return messages of any dialect in the chat form.

    Parameters
    ----------
    messages
        Messages, in a dialect each.
    plain
        Whether a content that is a list with one text becomes that text, although the chat form allows such a list.

    Examples
    --------
    >>> fold([{"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "find", "input": {"q": 1}}]}])
    [{'role': 'assistant', 'content': None, 'tool_calls': [{'id': 't1', 'type': 'function', 'function':
    {'name': 'find', 'arguments': '{"q":1}'}}]}]
    """
    folded: list[Any] = []
    for message in messages:
        for one in fold_one(message, plain=plain):
            _append(folded, one, item=isinstance(message, dict) and "role" not in message)
    return folded


def _append(folded: list[Any], message: Any, *, item: bool) -> None:
    """Join a Responses item to the assistant turn it belongs to: there, a turn with two calls is three items."""
    last = folded[-1] if item and folded else None
    if not (isinstance(last, dict) and last.get("role") == "assistant" and _is_silent(message)):
        folded.append(message)
        return
    joint = dict(last)
    for key in ("tool_calls", "reasoning_content"):
        if key in message:
            joint[key] = last[key] + message[key] if isinstance(last.get(key), type(message[key])) else message[key]
    folded[-1] = joint


def _is_silent(message: Any) -> bool:
    return isinstance(message, dict) and message.get("role") == "assistant" and message.get("content") is None


def fold_one(message: Any, *, plain: bool = False) -> list[Any]:
    """Return the messages of the chat form that one message stands for; none for an item that holds no turn.

    Examples
    --------
    >>> fold_one({"type": "human", "content": "Hi"})
    [{'role': 'user', 'content': 'Hi'}]
    """
    if is_langchain(message):
        message = unwrapped(message)
    if not isinstance(message, dict):
        return [message]
    if "parts" in message and "content" not in message:
        return messages_of(message, message["parts"] if isinstance(message["parts"], list) else [message["parts"]])
    if "role" not in message and isinstance(message.get("type"), str):
        return _item(message)
    if message.get("type") == "message":  # a Responses item that is a message, with its id and status
        message = {key: message[key] for key in ("role", "content") if key in message}
    if message.get("role") == "assistant":
        message = with_calls(message)
    content = message.get("content")
    blocks = [content] if isinstance(content, dict) else content
    if isinstance(blocks, list) and blocks and (plain or not all(map(is_native, blocks))):
        return messages_of(message, blocks)
    return [message]


# --- Responses items --------------------------------------------------------------------------------------------------


def _item(item: Message) -> list[Message]:
    kind = item["type"]
    if kind in ("function_call", "mcp_call"):
        return [calls.assistant(None, [calls.call(item.get("name"), item.get("arguments"), _item_id(item))])]
    if kind in ("function_call_output", "custom_tool_call_output"):
        return [tool_result(_item_id(item), item.get("output"))]
    if kind == "custom_tool_call":
        custom = {"name": item.get("name"), "input": item.get("input")}
        return [calls.assistant(None, [{"id": _item_id(item), "type": "custom", "custom": custom}])]
    if kind == "reasoning":
        thought = thought_of(item.get("summary")) or thought_of(item.get("content"))
        return [{**calls.assistant(None), "reasoning_content": thought}] if thought else []
    if kind == "message" or "content" in item:
        return fold_one({"role": "assistant", **{key: value for key, value in item.items() if key != "type"}})
    return []


def _item_id(item: Block) -> Any:
    return first(item, "call_id", "id")


# --- whole conversations ----------------------------------------------------------------------------------------------


def without_reasoning(messages: list[Any]) -> dict[str, str]:
    """Take the reasoning out of a list of messages and return it by the message's position.

    A turn that was nothing but reasoning is taken out whole.

    Examples
    --------
    >>> messages = [{"role": "assistant", "content": "4", "reasoning_content": "2 + 2"}]
    >>> without_reasoning(messages), messages
    ({'0': '2 + 2'}, [{'role': 'assistant', 'content': '4'}])
    """
    found: dict[str, str] = {}
    kept: list[Any] = []
    for message in messages:
        thought = message.get("reasoning_content") if isinstance(message, dict) else None
        if isinstance(thought, str) and thought:
            found[str(len(kept))] = thought
            message = {key: value for key, value in message.items() if key != "reasoning_content"}
            if message.get("content") is None and "tool_calls" not in message:
                continue
        kept.append(message)
    messages[:] = kept
    return found


def instruction(value: Any) -> Any:
    """Return the content of a system message from text, blocks or parts; None when there is nothing in it.

    Examples
    --------
    >>> instruction([{"type": "text", "text": "Be brief."}]), instruction({"parts": [{"text": "Be kind."}]})
    ('Be brief.', 'Be kind.')
    """
    value = parsed(value)
    if isinstance(value, dict):
        value = first(value, "parts", "content") if "text" not in value else [value]
    if isinstance(value, dict):
        value = [value]
    if isinstance(value, list):
        return joined([part(block) for block in value if not (isinstance(block, dict) and "cachePoint" in block)])
    return value if isinstance(value, str) and value else None


def is_conversation(value: Any) -> bool:
    """Return whether a value is a list of messages of a dialect that this module reads.

    Examples
    --------
    >>> is_conversation([{"role": "user", "content": "Hi"}]), is_conversation([]), is_conversation(["Hi"])
    (True, False, False)
    """
    return isinstance(value, list) and bool(value) and all(map(_is_message, value))


def _is_message(value: Any) -> bool:
    if is_langchain(value):
        return True
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("parts"), list) or value.get("type") in ITEMS:
        return True
    spoken = any(key in value for key in ("content", "tool_calls", "function_call"))
    return name_of(value.get("role")) is not None and spoken
