"""ShareGPT: `conversations` of human, gpt, function_call and observation, with the output as the last gpt turn.

An assistant that speaks and calls tools becomes a gpt turn and one function_call turn per call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing.prompts import outputs, parameters, top_level_object
from rftkit.formats.writing.target import Notes, Options, Target

_FROM = {"user": "human", "assistant": "gpt", "tool": "observation", "developer": "system"}
_Turn = dict[str, Any]


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    """Return one line of JSON per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        Unused: this format has no columns for graders.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"id": "a", "messages": [{"role": "user", "content": "Hi"}], "output": '"Hello"'}
    >>> lines(complete(pl.DataFrame([row])), Options(), Notes()).item()
    '{"id":"a","conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"}]}'
    """
    rows = zip(frame["id"], chat.unpack(frame["messages"]), outputs(frame, notes), frame["tools"], strict=True)
    texts = [chat.dump(_row(id_, [*(prompt or ()), *(output or ())], tools)) for id_, prompt, output, tools in rows]
    return pl.Series("line", texts, dtype=pl.String)


def _row(id_: str | None, messages: list[_Turn], tools: str | None) -> _Turn:
    first = messages[0] if messages and messages[0]["role"] in ("system", "developer") else None
    spoken = messages if first is None else messages[1:]
    functions = parameters(tools)
    return {
        **({} if id_ is None else {"id": id_}),
        "conversations": [turn for message in spoken for turn in _turns(message)],
        **({} if first is None else {"system": _text(first)}),
        **({"tools": chat.dump(functions)} if functions else {}),
    }


def _turns(message: _Turn) -> Iterator[_Turn]:
    role, calls = message["role"], message.get("tool_calls") or ()
    if _text(message) or not calls:
        yield {"from": _FROM.get(role, role), "value": _text(message)}
    for call in calls:
        function = call["function"]
        arguments = function["arguments"]
        exact = msgspec.Raw(arguments.encode()) if top_level_object(arguments) else arguments
        yield {"from": "function_call", "value": chat.dump({"name": function["name"], "arguments": exact})}


def _text(message: _Turn) -> str:
    return chat.text_of(message.get("content")) or ""


TARGET = Target(
    "sharegpt",
    "ShareGPT conversations, with the output as the last turn",
    lines=lines,
    prompt_only=False,
    columns=False,
)
