"""Prompts as the OpenAI family writes them: `messages`, `tools` and `tool_choice` in one object, plain text, answers.

What the shapes of that family share, so that a missing list of messages or a tool in an old form is the same thing
in each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rftkit.formats.dialects.tools import fold
from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.tidy import id_of, messages_of, repair, tools_of

Row = Mapping[str, Any]

#: Keys of an object that is sent to a model, as far as they are the prompt.
PROMPT_KEYS: Final = ("messages", "tools", "tool_choice", "functions")

#: Top-level keys that `records` files use for what rftkit knows about a record.
LABEL_KEYS: Final = (
    "topic",
    "topic_confidence",
    "topic_method",
    "secondary_topics",
    "valid",
    "errors",
    "warnings",
    "quality",
    "split",
    "created_at",
    "updated_at",
)
ORIGIN_KEYS: Final = ("generated", "source_record_id", "strategy", "model", "origin")


def of_prompt(prompt: Any) -> Draft:
    """Return the draft of an object with `messages`, or of what stands in its place.

    Parameters
    ----------
    prompt
        The object; `UNSET` when it is absent.

    Examples
    --------
    >>> of_prompt({"messages": [{"role": "user", "content": "Hi"}]}).messages
    [{'role': 'user', 'content': 'Hi'}]
    >>> of_prompt("Hi").problems, of_prompt({}).problems, of_prompt(None).problems
    (['invalid_data_structure'], ['missing_messages'], ['missing_input'])
    """
    if prompt is UNSET or prompt is None:
        return Draft(messages=None, raw=prompt, problems=["missing_input"])
    if not isinstance(prompt, dict):
        return Draft(messages=None, raw=prompt, problems=["invalid_data_structure"])
    draft = Draft(messages=None)
    draft.messages = messages_of(prompt.get("messages"), draft.repairs)
    if draft.messages is None:
        draft.raw = prompt
        draft.problems.append("missing_messages")
    draft.tools = _tools(prompt, draft)
    choice = prompt.get("tool_choice")
    draft.tool_choice = UNSET if choice is None else choice
    return draft


def _tools(prompt: Row, draft: Draft) -> Any:
    if prompt.get("tools") is not None:
        return tools_of(prompt["tools"], draft.repairs)
    if isinstance(prompt.get("functions"), list):
        draft.repairs.append(repair("functions", "/tools", {"functions": prompt["functions"]}))
        return fold(prompt["functions"])
    return UNSET


def of_messages(messages: Any, tools: Any = None) -> Draft:
    """Return the draft of messages, or of one text that the user says.

    Parameters
    ----------
    messages
        A list of messages, JSON text of one, or the text of a user turn.
    tools
        A list of tools or JSON text of one; None when there is none.

    Examples
    --------
    >>> of_messages("Hi").messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    if isinstance(messages, str) and not messages.lstrip().startswith("["):
        draft = Draft(messages=[{"role": "user", "content": messages}])
    else:
        read = messages_of(messages, [])
        if read is None and isinstance(messages, str):
            read = [{"role": "user", "content": messages}]
        draft = of_prompt({"messages": messages if read is None else read})
    draft.tools = UNSET if tools is None else fold(tools)
    return draft


def take(draft: Draft, row: Row, used: tuple[str, ...], *, ids: tuple[str, ...] = ("id",)) -> Draft:
    """Give a draft what stands beside the prompt: id, metadata, and every other key as `extra`.

    Parameters
    ----------
    draft
        The draft of the row's prompt.
    row
        The row.
    used
        Keys that the prompt, the output or the like came from.
    ids
        Keys that may hold the id; the first that is there counts.

    Examples
    --------
    >>> take(Draft(messages=[]), {"messages": [], "id": 7, "reference_answer": "12"}, ("messages",)).extra
    {'reference_answer': '12'}
    """
    found = next((key for key in ids if row.get(key) is not None), None)
    if found is not None:
        draft.id = id_of(row[found], draft.repairs)
    if row.get("metadata") is not None:
        draft.metadata = row["metadata"]
    gone = {*used, "metadata", *ids}
    draft.extra = {key: value for key, value in row.items() if key not in gone} or None
    return draft


def trailing(draft: Draft) -> Draft:
    """Move the trailing assistant turn of a finished conversation to the output.

    Examples
    --------
    >>> ended = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    >>> trailing(Draft(messages=ended)).output
    {'role': 'assistant', 'content': 'Hello!'}
    """
    if draft.messages and draft.output is UNSET and role_of(draft.messages[-1]) == "assistant":
        draft.output = draft.messages[-1]
        draft.messages = draft.messages[:-1]
    return draft


def role_of(message: Any) -> str | None:
    """Return the role of a message without case and space, None where it has none.

    Examples
    --------
    >>> role_of({"role": "User "})
    'user'
    """
    role = message.get("role") if isinstance(message, dict) else None
    return role.strip().lower() if isinstance(role, str) else None


def answer_of(value: Any) -> Any:
    """Return an answer as an output: text as an assistant turn, a list of one message as that message.

    Examples
    --------
    >>> answer_of("Hello!")
    {'role': 'assistant', 'content': 'Hello!'}
    """
    if value is None:
        return UNSET
    if isinstance(value, str):
        return {"role": "assistant", "content": value}
    return value[0] if isinstance(value, list) and len(value) == 1 else value
