"""A conversation as static HTML: role, text and tool calls, long ones folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.messages import dump, load
from rftkit.render.markup import Html, join, tag

#: Characters of a text that are shown before "more".
CLAMP = 400


def thread(messages: Sequence[Mapping[str, Any]] | None, *, clamp: int = CLAMP) -> Html:
    """Return a conversation, one line per message.

    Parameters
    ----------
    messages
        OpenAI chat messages, or `schema.MESSAGE` structs.
    clamp
        Longer texts fold after this many characters.

    Examples
    --------
    >>> page = thread([{"role": "user", "content": "<script>alert(1)</script>"}])
    >>> "&lt;script&gt;" in page and "<script" not in page
    True
    """
    lines = [_message(message, clamp) for message in messages or ()]
    return tag("div", *lines, class_="rft__thread")


def _message(message: Mapping[str, Any], clamp: int) -> Html:
    role = str(message.get("role") or "no role")
    known = role if role in ("system", "developer", "user", "assistant", "tool") else "other"
    calls = [*_calls(message.get("tool_calls")), *_old_call(message.get("function_call"))]
    body = [_content(message.get("content"), clamp), *(_call(call, clamp) for call in calls)]
    return tag(
        "div",
        tag("div", role, class_="rft__role"),
        tag("div", *body),
        class_=f"rft__message rft__message--{known}",
    )


def _content(content: Any, clamp: int) -> Html:
    if content is None:
        return Html("")
    if not isinstance(content, list):
        return text(str(content), clamp=clamp)
    parts = [
        text(str(part["text"]), clamp=clamp)
        if isinstance(part, Mapping) and part.get("type") == "text" and "text" in part
        else tag("div", f"[{part.get('type', 'part') if isinstance(part, Mapping) else 'part'}]", class_="rft__note")
        for part in content
    ]
    return join(*parts)


def text(value: str, *, clamp: int = CLAMP) -> Html:
    """Return a text with its line breaks; a long one folds and can be opened without a script.

    Parameters
    ----------
    value
        The text.
    clamp
        Characters shown before "more".

    Examples
    --------
    >>> "<details>" in text("word " * 200), "<details>" in text("word")
    (True, False)
    """
    return _folded(value, clamp, "rft__text")


def _folded(value: str, clamp: int, kind: str, name: Html | str = "") -> Html:
    """Return a text behind a name that is always in sight; a long one folds."""
    if len(value) <= clamp * 1.25:
        return tag("div", name, value, class_=kind)
    cut = value.rfind(" ", clamp // 2, clamp)
    first = value[: cut if cut > 0 else clamp]
    more = f" \N{HORIZONTAL ELLIPSIS} {len(value) - len(first):,} more characters"
    less = tag("span", name, first, tag("span", more, class_="rft__more"), class_="rft__less")
    return tag("details", tag("summary", less, class_=kind), tag("div", name, value, class_=kind))


def _calls(calls: Any) -> list[Any]:
    value = load(calls) if isinstance(calls, str) else calls
    return value if isinstance(value, list) else []


def _old_call(function: Any) -> list[Any]:
    """Return the call of a message as OpenAI wrote it before there were several."""
    return [{"function": function}] if isinstance(function, Mapping) else []


def _call(call: Any, clamp: int) -> Html:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return _folded(dump(call), clamp, "rft__code")
    arguments = function.get("arguments")
    shown = arguments if isinstance(arguments, str) else dump(arguments)
    return _folded(f"({shown})", clamp, "rft__code", tag("b", function.get("name") or "?"))
