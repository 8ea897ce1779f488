"""The body of a call to a model, of any provider: its messages, its system text, its tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rftkit.formats.dialects import tools
from rftkit.formats.dialects.messages import fold, instruction, is_conversation
from rftkit.formats.dialects.values import first, mapping, parsed
from rftkit.formats.draft import UNSET

_SYSTEM = ("system", "systemInstruction", "system_instruction", "instructions")
_MESSAGES = ("messages", "contents", "input", "prompt", "prompts")
_TOOLS = ("tools", "functions", "toolConfig", "tool_config")
_CHOICE = ("tool_choice", "toolChoice", "function_call")
#: The keys of a body that `read` uses.
USED = (*_SYSTEM, *_MESSAGES, *_TOOLS, *_CHOICE)


@dataclass(slots=True)
class Request:
    """What a call asked.

    Parameters
    ----------
    messages
        In the chat form.
    tools, tool_choice
        In the chat form, `UNSET` when absent.
    rest
        Every other key of the body: the model, its settings.

    Examples
    --------
    >>> Request(messages=[{"role": "user", "content": "Hi"}]).tools is UNSET
    True
    """

    messages: list[Any]
    tools: Any = UNSET
    tool_choice: Any = UNSET
    rest: dict[str, Any] = field(default_factory=dict)


def read(body: Any) -> Request | None:
    """Return what a body asks; None where it holds no prompt.

    Parameters
    ----------
    body
        An object with ``messages`` (OpenAI, Anthropic, Bedrock), ``contents`` (Gemini), ``input`` (Responses) or
        ``prompt``; or its JSON text; or the bare list of messages, or a text, as tracers write it.

    Examples
    --------
    >>> read({"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9})
    Request(messages=[{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Hi'}], tools=UNSET,
    tool_choice=UNSET, rest={'max_tokens': 9})
    """
    body = parsed(body)
    if not isinstance(body, dict):
        said = _said(body, plain=False)
        return None if said is None else Request(messages=said)
    name = next((key for key in _MESSAGES if body.get(key) is not None), None)
    said = None if name is None else _said(body[name], plain=_is_anthropic(body))
    if said is None:
        return None
    system = instruction(first(body, *_SYSTEM))
    lead = [] if system is None else [{"role": "system", "content": system}]
    rest = {key: value for key, value in body.items() if key not in USED and value is not None}
    return Request([*lead, *said], _tools(body), _choice(body), rest)


def complete(request: Request, settings: Any) -> None:
    """Fill in tools and choice of tool from a model's settings where the body had none; the other settings are `rest`.

    Examples
    --------
    >>> asked = Request(messages=[])
    >>> complete(asked, {"tool_choice": {"type": "any"}, "temperature": 0})
    >>> asked.tool_choice, asked.rest
    ('required', {'temperature': 0})
    """
    given, choice = tools.within(settings)
    request.rest |= {key: value for key, value in mapping(settings).items() if key not in USED and value is not None}
    if request.tools is UNSET and given is not None:
        request.tools = given
    if request.tool_choice is UNSET and choice is not None:
        request.tool_choice = choice


def _is_anthropic(body: Mapping[str, Any]) -> bool:
    return (
        "system" in body
        or "anthropic_version" in body
        or any("input_schema" in mapping(tool) for tool in _items(body.get("tools")))
    )


def _items(value: Any) -> list[Any]:
    value = parsed(value)
    return value if isinstance(value, list) else []


def _said(value: Any, *, plain: bool) -> list[Any] | None:
    value = parsed(value)
    if isinstance(value, str):
        return [{"role": "user", "content": value}] if value else None
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not value:
        return None
    if isinstance(value[0], list) and is_conversation(value[0]):  # LangChain batches: one list per prompt
        value = value[0]
    if not any(isinstance(item, dict | list) for item in value):
        return _texts(value)
    return fold(value, plain=plain) if any(is_conversation([item]) for item in value) else None


def _texts(value: list[Any]) -> list[Any] | None:
    return [{"role": "user", "content": value[0]}] if len(value) == 1 and isinstance(value[0], str) else None


def _tools(body: Mapping[str, Any]) -> Any:
    given = first(body, *_TOOLS[:2])
    if given is None:
        given = mapping(first(body, *_TOOLS[2:])).get("tools")
    return UNSET if given is None else tools.fold(given)


def _choice(body: Mapping[str, Any]) -> Any:
    given = first(body, *_CHOICE)
    if given is None:
        config = mapping(first(body, *_TOOLS[2:]))
        given = config.get("toolChoice") if "toolChoice" in config else config if _is_gemini(config) else None
    return UNSET if given is None else tools.fold_choice(given)


def _is_gemini(config: Mapping[str, Any]) -> bool:
    return "functionCallingConfig" in config or "function_calling_config" in config
