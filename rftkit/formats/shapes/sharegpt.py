"""ShareGPT: `{"conversations": [{"from", "value"}]}`, with tools, calls and observations in LLaMA-Factory's way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rftkit.formats.dialects import calls, tools
from rftkit.formats.dialects.values import compact, parsed
from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.shapes._drafts import broken, column, of_conversation, of_messages, own
from rftkit.messages import load

NAME = "sharegpt"
DESCRIPTION = "conversations of `from` and `value` turns, with system text, tools, function calls and observations"

_TURNS = ("conversations", "conversation", "dialogue", "dialog", "turns", "transcript", "messages")
_SPEAKER = ("from", "role", "user", "speaker", "author", "sender")
_TEXT = ("value", "content", "text", "body", "message", "utterance")
_ROLES = {
    **dict.fromkeys(("human", "user", "prompter", "customer", "client", "caller", "visitor"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "bing", "bard", "claude", "model", "ai", "chatbot"), "assistant"),
    **dict.fromkeys(("bot", "agent", "support", "representative"), "assistant"),
    **dict.fromkeys(("observation", "tool", "tool_response", "function_response", "ipython"), "tool"),
    **dict.fromkeys(("function_call", "tool_call"), "call"),
    "system": "system",
    "developer": "developer",
}


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a ShareGPT conversation.

    Examples
    --------
    >>> score({"conversations": [{"from": "human", "value": "Hi"}]})
    0.98
    >>> score({"messages": [{"role": "user", "content": "Hi"}]}), score({"turns": [{"speaker": "user", "text": "Hi"}]})
    (0.0, 0.9)
    """
    name = next((name for name in _TURNS if name in row), "")
    turns = parsed(row.get(name))
    if not isinstance(turns, list):
        return 0.0
    spoken = [turn for turn in turns if isinstance(turn, dict)]
    if name == "messages" and any("role" in turn for turn in spoken):
        return 0.0
    if any("from" in turn and "value" in turn for turn in spoken):
        return 0.98
    if any(_key(turn, _SPEAKER) and _key(turn, _TEXT) for turn in spoken):
        return 0.9
    # What has other turns, or none, is for other shapes; only the names of old say something by themselves.
    return 0.5 if name in _TURNS[:2] and not any("messages" in turn for turn in spoken) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a conversation; its trailing assistant turn is the output.

    Examples
    --------
    >>> turns = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello!"}]
    >>> draft = convert({"conversations": turns, "system": "Be kind."}, {})[0]
    >>> [message["role"] for message in draft.messages], draft.output
    (['system', 'user'], {'role': 'assistant', 'content': 'Hello!'})
    """
    turns_key, turns = column(row, mapping, "messages", *_TURNS)
    system_key, system = column(row, mapping, "system", "system", "system_prompt")
    tools_key, given = column(row, mapping, "tools", "tools")
    turns = parsed(turns)
    used = [turns_key, system_key if _is_text(system) or system in (None, "") else turns_key, tools_key]
    facts = own(row, used)
    if not isinstance(turns, list):
        return [broken(row, used, facts)]
    facts["metadata"] = _with_odd_keys(facts["metadata"], turns)
    lead = [{"role": "system", "content": system}] if _is_text(system) else []
    messages = [*lead, *(_message(turn) for turn in turns)]
    draft = _preferred(row, facts, messages) or of_conversation(messages, **facts)
    draft.tools = UNSET if given in (None, "") else tools.fold(given)
    return [draft]


def _preferred(row: Mapping[str, Any], facts: dict[str, Any], messages: list[Any]) -> Draft | None:
    """Return the draft of a row that is a pair of a better and a worse answer: the better one is the output."""
    chosen = row.get("chosen")
    if not (isinstance(chosen, dict) and _key(chosen, _SPEAKER)) or not messages:
        return None
    extra = {key: value for key, value in (facts["extra"] or {}).items() if key != "chosen"}
    return of_messages(messages, _message(chosen), **{**facts, "extra": extra or None})


def _message(turn: Any) -> Any:
    if not isinstance(turn, dict):
        return turn
    speaker, value = turn.get(_key(turn, _SPEAKER)), turn.get(_key(turn, _TEXT))
    role = _role(speaker, value)
    if _CHAT.intersection(turn) and "role" in turn:
        return {**turn, "role": role}
    weight = {"weight": turn["weight"]} if turn.get("weight") is not None else {}
    if role == "call":
        return {**calls.assistant(None, _calls(value)), **weight}
    if role == "tool":
        return calls.result(turn.get("tool_call_id"), value, turn.get("name"))
    return {"role": role, "content": value, **weight}


def _role(speaker: Any, value: Any) -> Any:
    if not isinstance(speaker, str):
        return speaker
    if speaker == "function":  # a call in old files, a result in others: what it says decides
        said = parsed(value)
        return "call" if isinstance(said, dict) and {"name", "arguments"} <= set(said) else "tool"
    return _ROLES.get(speaker.strip().lower(), speaker)


# Keys of a turn that is a message of a chat already, whatever its list is called.
_CHAT = frozenset(("tool_calls", "tool_call_id", "function_call"))


class _Called(msgspec.Struct):
    """A call as its turn says it; arguments stay the exact text they are written in."""

    name: Any = None
    arguments: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    parameters: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    function: Any = None
    id: Any = None


_decode = msgspec.json.Decoder(_Called | list[_Called]).decode


def _calls(value: Any) -> list[dict[str, Any]]:
    text = value if isinstance(value, str) else compact(value)
    try:
        said = _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return [calls.call("", value)]
    return [_call(one) for one in (said if isinstance(said, list) else [said])]


def _call(one: _Called) -> dict[str, Any]:
    if isinstance(one.function, dict):
        return calls.call(one.function.get("name"), one.function.get("arguments"), one.id)
    raw = one.parameters if one.arguments is msgspec.UNSET else one.arguments
    if raw is msgspec.UNSET:
        return calls.call(one.name, None, one.id)
    text = bytes(raw).decode()
    return calls.call(one.name, load(text) if text.startswith('"') else text, one.id)


def _key(turn: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in turn), "")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _with_odd_keys(metadata: Mapping[str, Any] | None, turns: list[Any]) -> dict[str, Any] | None:
    """Keep the keys of turns that a message has no place for, by the position of the turn."""
    known = {*_SPEAKER, *_TEXT, *_CHAT, "weight", "name"}
    odd = {
        str(index): {key: value for key, value in turn.items() if key not in known}
        for index, turn in enumerate(turns)
        if isinstance(turn, dict) and not known.issuperset(turn)
    }
    return {**(metadata or {}), **({"turns": odd} if odd else {})} or None
