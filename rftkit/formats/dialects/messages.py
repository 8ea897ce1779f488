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
from rftkit.formats.dialects.values import compact, first, mapping, name_of, parsed

Message = dict[str, Any]
Block = dict[str, Any]

_NATIVE_PARTS = ("text", "image_url", "input_audio", "file", "refusal")
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
_TEXTS = ("text", "input_text", "output_text", "summary_text", "reasoning_text")
_LANGCHAIN_ROLES = {
    "human": "user",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
    "developer": "developer",
}
_GEMINI_ROLES = {"model": "assistant", "function": "tool"}


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
    if _is_langchain(message):
        message = _langchain(message)
    if not isinstance(message, dict):
        return [message]
    if "parts" in message and "content" not in message:
        return _from_blocks(message, _listed(message["parts"]))
    if "role" not in message and isinstance(message.get("type"), str):
        return _item(message)
    content = message.get("content")
    blocks = [content] if isinstance(content, dict) else content
    if isinstance(blocks, list) and blocks and (plain or not all(map(_is_native, blocks))):
        return _from_blocks(message, blocks)
    return [message]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_native(block: Any) -> bool:
    if not isinstance(block, dict) or block.get("type") not in _NATIVE_PARTS:
        return isinstance(block, str)
    return "cache_control" not in block and (block["type"] != "text" or "text" in block) and "source" not in block


# --- blocks and parts ---------------------------------------------------------------------------------------------


def _from_blocks(message: Message, blocks: list[Any]) -> list[Message]:
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


def joined(parts: list[Any]) -> Any:
    """Return the content of a message: one text as a string, several parts as a list, nothing as None.

    Examples
    --------
    >>> joined([{"type": "text", "text": "Hi"}]), joined([])
    ('Hi', None)
    """
    if len(parts) == 1 and isinstance(parts[0], dict) and set(parts[0]) == {"type", "text"}:
        return parts[0]["text"]
    return parts or None


def _read_block(block: Any) -> tuple[str, Any] | None:
    if isinstance(block, str):
        return "part", {"type": "text", "text": block}
    if not isinstance(block, dict):
        return "part", block
    for read in (_call_block, _result_block, _reasoning_block):
        value = read(block)
        if value is not None:
            return value
    return None if "cachePoint" in block else ("part", part(block))


def _call_block(block: Block) -> tuple[str, Any] | None:
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
        return "result", _result(first(block, "tool_use_id", "id", "call_id", "toolCallId"), given, name)
    inner = first(block, "toolResult", "functionResponse", "function_response")
    if not isinstance(inner, dict):
        return None
    given = _spoken(inner["response"]) if "response" in inner else inner.get("content")
    return "result", _result(first(inner, "toolUseId", "id"), given, inner.get("name"))


def _spoken(response: Any) -> Any:
    """Return the text that Gemini wants wrapped in an object: its key `output`, or by custom `result`."""
    only = next(iter(response.items())) if isinstance(response, dict) and len(response) == 1 else ("", None)
    return only[1] if only[0] in ("output", "result") and isinstance(only[1], str) else response


def _result(call_id: Any, given: Any, name: Any) -> Message:
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
    typed = item.get("type") in (*_TEXTS, "image", "input_image", "document")
    return typed or (len(item) == 1 and next(iter(item)) in ("text", "json", "image", "document", "video"))


def _reasoning_block(block: Block) -> tuple[str, Any] | None:
    kind = block.get("type")
    if kind in ("thinking", "redacted_thinking", "reasoning"):
        return "reasoning", _thought(first(block, "thinking", "content", "text", "summary", "reasoning"))
    if "reasoningContent" in block:
        return "reasoning", _thought(mapping(mapping(block["reasoningContent"]).get("reasoningText")).get("text"))
    if block.get("thought") is True:
        return "reasoning", _thought(block.get("text"))
    return None


def _thought(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(filter(None, (_thought(item.get("text")) for item in value if isinstance(item, dict))))
    return value if isinstance(value, str) else ""


# --- content parts ------------------------------------------------------------------------------------------------


def part(block: Any) -> Any:
    """Return a content part of the chat form; media become references, an unknown block stays as it came.

    Examples
    --------
    >>> part({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR"}})
    {'type': 'image_url', 'image_url': {'url': 'data:image/png;base64,iVBOR'}}
    """
    if not isinstance(block, dict):
        return {"type": "text", "text": block} if isinstance(block, str) else block
    kind = block.get("type")
    text = first(block, "text", "content")
    if kind in _TEXTS or (kind is None and isinstance(block.get("text"), str)):
        return {"type": "text", "text": text}
    if kind is None and "json" in block:
        return {"type": "text", "text": compact(block["json"])}
    return _media(block, kind) or block


def _media(block: Block, kind: Any) -> Block | None:
    if kind == "input_image":
        return _reference("image", first(block, "image_url", "file_id"))
    if kind in ("image", "document", "audio", "video") and isinstance(block.get("source"), dict):
        return _sourced(kind, block["source"], first(block["source"], "media_type"))
    if kind in ("blob", "uri", "file") and ("modality" in block or "mime_type" in block):
        return _otel_media(block)
    inline, filed = first(block, "inlineData", "inline_data"), first(block, "fileData", "file_data")
    if kind is None and (isinstance(inline, dict) or isinstance(filed, dict)):
        return _gemini_media(mapping(inline), mapping(filed))
    for name in ("image", "document", "video", "audio"):
        inner = block.get(name)
        if kind is None and isinstance(inner, dict):
            return _sourced(name, mapping(inner.get("source")), f"{name}/{inner.get('format')}")
    return None


def _sourced(kind: str, source: Block, mime: Any) -> Block | None:
    place = first(source, "url", "file_id") or mapping(source.get("s3Location")).get("uri")
    data = first(source, "data", "bytes")
    if data is not None and not place:
        place = f"data:{mime};base64,{data}"
    return _reference(kind, place) if place else None


def _otel_media(block: Block) -> Block | None:
    modality = block.get("modality") or str(block.get("mime_type")).split("/")[0]
    place = first(block, "uri", "file_id")
    if place is None and block.get("content") is not None:
        place = f"data:{block.get('mime_type')};base64,{block['content']}"
    return _reference(str(modality), place) if place else None


def _gemini_media(inline: Block, filed: Block) -> Block | None:
    mime = first(inline, "mimeType", "mime_type") or first(filed, "mimeType", "mime_type") or "application/octet-stream"
    place = first(filed, "fileUri", "file_uri")
    if place is None and inline.get("data") is not None:
        place = f"data:{mime};base64,{inline['data']}"
    return _reference(str(mime).split("/")[0], place) if place else None


def _reference(kind: str, place: Any) -> Block | None:
    if place is None:
        return None
    if kind == "image":
        return {"type": "image_url", "image_url": place if isinstance(place, dict) else {"url": str(place)}}
    if kind == "audio" and str(place).startswith("data:"):
        head, _, data = str(place).partition(";base64,")
        return {"type": "input_audio", "input_audio": {"data": data, "format": head.rpartition("/")[2]}}
    return {"type": "file", "file": {"file_data": str(place)}}


# --- LangChain ----------------------------------------------------------------------------------------------------


def _is_langchain(message: Any) -> bool:
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


def _langchain(message: Any) -> Message:
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
        content = [block for block in content if not (isinstance(block, dict) and _call_block(block))]
    if made and content in ("", []):
        content = None
    message = calls.assistant(content, made)
    if not made and isinstance(extra.get("function_call"), dict):
        message["function_call"] = extra["function_call"]
    thought = extra.get("reasoning_content")
    return {**message, "reasoning_content": thought} if isinstance(thought, str) and thought else message


def _lc_calls(inner: Block) -> list[Block]:
    both = [*_listed(inner.get("tool_calls") or []), *_listed(inner.get("invalid_tool_calls") or [])]
    return [item for item in both if isinstance(item, dict)]


def _lc_call(item: Block) -> Block:
    if isinstance(item.get("function"), dict):
        return item
    return calls.call(item.get("name"), first(item, "args", "arguments"), item.get("id"))


# --- Responses items ----------------------------------------------------------------------------------------------


def _item(item: Message) -> list[Message]:
    kind = item["type"]
    if kind in ("function_call", "mcp_call"):
        return [calls.assistant(None, [calls.call(item.get("name"), item.get("arguments"), _item_id(item))])]
    if kind in ("function_call_output", "custom_tool_call_output"):
        return [_result(_item_id(item), item.get("output"), None)]
    if kind == "custom_tool_call":
        custom = {"name": item.get("name"), "input": item.get("input")}
        return [calls.assistant(None, [{"id": _item_id(item), "type": "custom", "custom": custom}])]
    if kind == "reasoning":
        thought = _thought(item.get("summary")) or _thought(item.get("content"))
        return [{**calls.assistant(None), "reasoning_content": thought}] if thought else []
    if kind == "message" or "content" in item:
        return fold_one({"role": "assistant", **{key: value for key, value in item.items() if key != "type"}})
    return []


def _item_id(item: Block) -> Any:
    return first(item, "call_id", "id")


# --- whole conversations ------------------------------------------------------------------------------------------


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
    if _is_langchain(value):
        return True
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("parts"), list) or value.get("type") in ITEMS:
        return True
    spoken = any(key in value for key in ("content", "tool_calls", "function_call"))
    return name_of(value.get("role")) is not None and spoken
