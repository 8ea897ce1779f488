"""The answer of a model, of any provider: the one assistant message in it."""

from __future__ import annotations

from typing import Any

from rftkit.formats.dialects import calls
from rftkit.formats.dialects.messages import ITEMS, fold, is_conversation
from rftkit.formats.dialects.parts import part
from rftkit.formats.dialects.values import mapping, parsed
from rftkit.formats.draft import UNSET

# Where an answer keeps its alternatives; the first one is the reply.
_LISTS = ("choices", "candidates", "generations")
_BLOCKS = ("content", "parts")
_KEYS = ("role", "content", "name", "tool_calls", "reasoning_content", "refusal")


def read(value: Any) -> Any:
    """Return the reply as an assistant message; `UNSET` where there is none.

    What is no message of any dialect (a structured output, say) is returned as it came.

    Parameters
    ----------
    value
        The response of a provider, one message, a list of output messages or items, or a text.

    Examples
    --------
    >>> read({"choices": [{"message": {"role": "assistant", "content": "At 9:05."}}]})
    {'role': 'assistant', 'content': 'At 9:05.'}
    >>> read({"candidates": [{"content": {"role": "model", "parts": [{"text": "At 9:05."}]}}]})
    {'role': 'assistant', 'content': 'At 9:05.'}
    """
    value = parsed(value)
    if isinstance(value, str):
        return calls.assistant(value) if value else UNSET
    if isinstance(value, list):
        return _of_list(value)
    return _of_object(value) if isinstance(value, dict) and value else UNSET


def _of_list(values: list[Any]) -> Any:
    if is_conversation(values) or any(mapping(value).get("type") in ITEMS for value in values):
        return _spoken(values)
    first = next((read(value) for value in values if isinstance(value, dict | list | str)), UNSET)
    return first if first is not UNSET or not values else UNSET


def _of_object(value: dict[str, Any]) -> Any:
    listed = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    if listed is not None:
        return read(listed[0]) if listed else UNSET
    if isinstance(value.get("message"), dict):
        return read(value["message"])
    if is_conversation([value]):
        return _spoken([value])
    if any(isinstance(value.get(key), list) for key in _BLOCKS):
        return _spoken([{"role": "assistant", **value}])
    if isinstance(value.get("messages"), list):
        return _last(value["messages"])
    return _within(value)


def _within(value: dict[str, Any]) -> Any:
    for key in ("body", "output", "output_text", "content", "text"):
        inner = value.get(key)
        if isinstance(inner, str) or (isinstance(inner, dict | list) and inner):
            return read(inner)
    return UNSET if "error" in value else value


def _last(messages: list[Any]) -> Any:
    folded = [message for message in fold(messages) if mapping(message).get("role") == "assistant"]
    return folded[-1] if folded else UNSET


def _spoken(messages: list[Any]) -> Any:
    """Return the one assistant message of an answer: Responses items are one turn, messages are alternatives."""
    items = any(mapping(message).get("type") in ITEMS for message in messages)
    folded = [_tidy(one, bare=items) for one in fold(messages, plain=True) if isinstance(one, dict)]
    spoken = [one for one in folded if one.get("role") == "assistant"]
    if items and len(spoken) > 1:
        return _merged(spoken)
    if spoken:
        return spoken[0]
    return {**folded[0], "role": "assistant"} if folded else UNSET


def _tidy(message: dict[str, Any], *, bare: bool) -> dict[str, Any]:
    """Return a message without keys that say nothing; of an item (``bare``) only what a message has."""
    kept = {key: value for key, value in message.items() if value is not None and (key in _KEYS or not bare)}
    return {"role": message.get("role"), "content": message.get("content"), **kept}


def _merged(spoken: list[dict[str, Any]]) -> dict[str, Any]:
    contents = [one["content"] for one in spoken if one.get("content") is not None]
    made = [call for one in spoken for call in one.get("tool_calls", [])]
    thought = "\n".join(one["reasoning_content"] for one in spoken if one.get("reasoning_content"))
    message = calls.assistant(_content(contents), made)
    return {**message, "reasoning_content": thought} if thought else message


def _content(contents: list[Any]) -> Any:
    if len(contents) < 2:
        return contents[0] if contents else None
    if all(isinstance(content, str) for content in contents):
        return "\n".join(contents)
    return [item for content in contents for item in (content if isinstance(content, list) else [part(content)])]


def others(value: Any) -> list[Any]:
    """Return the alternatives of an answer beside the one that `read` takes.

    Examples
    --------
    >>> others({"choices": [{"message": {"role": "assistant", "content": text}} for text in ("Yes.", "No.")]})
    [{'role': 'assistant', 'content': 'No.'}]
    """
    value = mapping(value)
    value = mapping(value["body"]) if "body" in value else value
    listed: list[Any] = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), [])
    found = [read(item) for item in listed[1:]]
    return [message for message in found if message is not UNSET]
