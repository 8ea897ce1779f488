"""Content blocks: what a message of Anthropic, Bedrock, Gemini, OpenTelemetry or an AI SDK is made of.

A block is text, media, a tool call, the result of one, or reasoning; each provider writes them differently and all of
them by a key or a type that no other uses for something else.
"""

from __future__ import annotations

from typing import Any

from rftkit.formats.dialects import calls
from rftkit.formats.dialects.parts import TEXTS, joined, part
from rftkit.formats.dialects.values import first, mapping

Message = dict[str, Any]
Block = dict[str, Any]

_NATIVE_PARTS = ("text", "image_url", "input_audio", "file", "refusal")
_GEMINI_ROLES = {"model": "assistant", "function": "tool"}


def is_native(block: Any) -> bool:
    """Return whether a content block is one of the chat form.

    Examples
    --------
    >>> is_native({"type": "text", "text": "Hi"}), is_native({"text": "Hi"})
    (True, False)
    """
    if not isinstance(block, dict) or block.get("type") not in _NATIVE_PARTS:
        return isinstance(block, str)
    return "cache_control" not in block and (block["type"] != "text" or "text" in block) and "source" not in block


def messages_of(message: Message, blocks: list[Any]) -> list[Message]:
    """Return the messages that a message of blocks stands for: results of tools first, then what is said.

    Examples
    --------
    >>> messages_of({"role": "user"}, [{"text": "and now?"}, {"toolResult": {"toolUseId": "t", "content": "9"}}])
    [{'role': 'tool', 'tool_call_id': 't', 'content': '9'}, {'role': 'user', 'content': 'and now?'}]
    """
    role = message.get("role", "user")
    if "parts" in message:
        role = _GEMINI_ROLES.get(str(role), role)
    found = [read for block in blocks if (read := _read_block(block)) is not None]
    results = [value for kind, value in found if kind == "result"]
    made = [value for kind, value in found if kind == "call"]
    parts = [value for kind, value in found if kind == "part"]
    thought = "\n".join(value for kind, value in found if kind == "reasoning" and value)
    if results and not (made or parts):
        return results
    return [*results, _speaker(message, role, parts, made, thought)]


def _speaker(message: Message, role: Any, parts: list[Any], made: list[Any], thought: str) -> Message:
    content = joined(parts)
    given = message.get("tool_calls")
    if role == "assistant":
        spoken = calls.assistant(content, made or (given if isinstance(given, list) else None))
    elif role == "tool":
        spoken = calls.result(message.get("tool_call_id"), content, message.get("name"))
    else:
        spoken = {"role": role, "content": content if parts else ""}
    if isinstance(message.get("name"), str) and message["name"] and "name" not in spoken:
        spoken["name"] = message["name"]
    return {**spoken, "reasoning_content": thought} if thought else spoken


def _read_block(block: Any) -> tuple[str, Any] | None:
    if isinstance(block, str):
        return "part", {"type": "text", "text": block}
    if not isinstance(block, dict):
        return "part", block
    for read in (call_block, _result_block, _reasoning_block):
        value = read(block)
        if value is not None:
            return value
    return None if "cachePoint" in block else ("part", part(block))


def call_block(block: Block) -> tuple[str, Any] | None:
    """Return a block that is a tool call as ``("call", call)``; None for any other block.

    Examples
    --------
    >>> call_block({"type": "text", "text": "Hi"}) is None
    True
    """
    kind = block.get("type")
    if kind in ("tool_use", "tool_call", "tool-call", "function_call"):
        given = first(block, "input", "arguments", "args")
        return "call", calls.call(_call_name(block), given, first(block, "id", "call_id", "toolCallId"))
    inner = first(block, "toolUse", "functionCall", "function_call")
    if not isinstance(inner, dict):
        return None
    return "call", calls.call(inner.get("name"), first(inner, "input", "args"), first(inner, "toolUseId", "id"))


def _call_name(block: Block) -> Any:
    return first(block, "name", "toolName")


def _result_block(block: Block) -> tuple[str, Any] | None:
    kind = block.get("type")
    if kind in ("tool_result", "tool_call_response", "tool-result", "function_call_output"):
        given = first(block, "content", "response", "result", "output")
        name = first(block, "name", "toolName")
        return "result", tool_result(first(block, "tool_use_id", "id", "call_id", "toolCallId"), given, name)
    inner = first(block, "toolResult", "functionResponse", "function_response")
    if not isinstance(inner, dict):
        return None
    given = _spoken(inner["response"]) if "response" in inner else inner.get("content")
    return "result", tool_result(first(inner, "toolUseId", "id"), given, inner.get("name"))


def _spoken(response: Any) -> Any:
    """Return the text that Gemini wants wrapped in an object: its key `output`, or by custom `result`."""
    only = next(iter(response.items())) if isinstance(response, dict) and len(response) == 1 else ("", None)
    return only[1] if only[0] in ("output", "result") and isinstance(only[1], str) else response


def tool_result(call_id: Any, given: Any, name: Any = None) -> Message:
    """Return the message with the result of a call, given as text, blocks or any value.

    Examples
    --------
    >>> tool_result("t", [{"json": {"at": "09:05"}}])["content"]
    '{"at":"09:05"}'
    """
    if isinstance(given, dict) and set(given) == {"type", "value"}:  # Vercel's AI SDK: {"type": "text", "value": ...}
        given = given["value"]
    if isinstance(given, list) and given and all(_is_block(item) for item in given):
        content = joined([part(item) for item in given])
        message = calls.result(call_id, "", name)
        return {**message, "content": content}
    return calls.result(call_id, given, name)


def _is_block(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    typed = item.get("type") in (*TEXTS, "image", "input_image", "document")
    return typed or (len(item) == 1 and next(iter(item)) in ("text", "json", "image", "document", "video"))


def _reasoning_block(block: Block) -> tuple[str, Any] | None:
    kind = block.get("type")
    if kind in ("thinking", "redacted_thinking", "reasoning"):
        return "reasoning", thought_of(first(block, "thinking", "content", "text", "summary", "reasoning"))
    if "reasoningContent" in block:
        return "reasoning", thought_of(mapping(mapping(block["reasoningContent"]).get("reasoningText")).get("text"))
    if block.get("thought") is True:
        return "reasoning", thought_of(block.get("text"))
    return None


def thought_of(value: Any) -> str:
    """Return the text of some reasoning: a text, or a list of blocks with texts.

    Examples
    --------
    >>> thought_of([{"type": "summary_text", "text": "One train fits."}])
    'One train fits.'
    """
    if isinstance(value, list):
        return "\n".join(filter(None, (thought_of(item.get("text")) for item in value if isinstance(item, dict))))
    return value if isinstance(value, str) else ""
