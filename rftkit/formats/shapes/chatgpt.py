"""The export of a ChatGPT account: each conversation a tree of messages, of which the branch shown last is read.

Turns between the model and its own tools have no call ids there, so no prompt could hold them: they are left out and
counted in the metadata, and so are turns without any text or picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.draft import Draft
from rftkit.formats.shapes._drafts import broken, of_conversation, own

NAME = "chatgpt"
DESCRIPTION = "conversations of a ChatGPT account as its export has them (`conversations.json`)"

_SPEAKERS = frozenset(("system", "user", "assistant"))
_USED = ("mapping", "current_node", "conversation_id")


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is an exported conversation.

    Examples
    --------
    >>> score({"mapping": {"a": {"message": None, "parent": None}}, "current_node": "a"})
    0.98
    >>> score({"mapping": {"a": 1}})
    0.0
    """
    nodes = row.get("mapping")
    if not isinstance(nodes, dict) or not nodes:
        return 0.0
    return 0.98 if all(isinstance(node, dict) and "parent" in node for node in nodes.values()) else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a conversation; its trailing assistant turn is the output.

    Examples
    --------
    >>> said = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Hi"]}}
    >>> convert({"mapping": {"a": {"message": said, "parent": None}}, "current_node": "a", "title": "T"}, {})[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    facts = own(row, _USED)
    facts["id"] = facts["id"] or _text(row.get("conversation_id"))
    nodes = row.get("mapping")
    if not isinstance(nodes, dict):
        return [broken(row, _USED, facts)]
    branch = [
        node["message"] for node in _branch(nodes, row.get("current_node")) if isinstance(node.get("message"), dict)
    ]
    messages = [turn for message in branch if (turn := _turn(message)) is not None]
    left_out = sum(_role(message) != "system" for message in branch) - sum(
        turn["role"] != "system" for turn in messages
    )
    facts["metadata"] = {**(facts["metadata"] or {}), **({"left_out_turns": left_out} if left_out else {})} or None
    return [of_conversation(messages, **facts)]


def _branch(nodes: Mapping[str, Any], last: Any) -> list[dict[str, Any]]:
    """Return the nodes from the root to the last one that was shown; the tree's last node where none is named."""
    name = last if isinstance(last, str) and last in nodes else next(reversed(list(nodes)), None)
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    while isinstance(name, str) and name not in seen and isinstance(nodes.get(name), dict):
        seen.add(name)
        found.append(nodes[name])
        name = nodes[name].get("parent")
    return found[::-1]


def _turn(message: Mapping[str, Any]) -> dict[str, Any] | None:
    content = _content(message.get("content"))
    spoken = _role(message) in _SPEAKERS and message.get("recipient", "all") == "all"
    return {"role": _role(message), "content": content} if spoken and content else None


def _role(message: Mapping[str, Any]) -> Any:
    author = message.get("author")
    return author.get("role") if isinstance(author, dict) else None


def _content(content: Any) -> str | list[dict[str, Any]]:
    held = content.get("parts") if isinstance(content, dict) else None
    parts = held if isinstance(held, list) else []
    if all(isinstance(part, str) for part in parts):
        return "\n".join(part for part in parts if part.strip())
    return [made for part in parts if (made := _part(part)) is not None]


def _part(part: Any) -> dict[str, Any] | None:
    if isinstance(part, str):
        return {"type": "text", "text": part} if part.strip() else None
    pointer = part.get("asset_pointer") if isinstance(part, dict) else None
    return {"type": "image_url", "image_url": {"url": pointer}} if isinstance(pointer, str) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
