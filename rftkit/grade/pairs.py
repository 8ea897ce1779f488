"""What a grader is given: the answer as `sample`, the record as `item`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import polars as pl

from rftkit import messages

Sample = Mapping[str, Any]
Item = Mapping[str, Any]


def sample(text: str | None, tool_calls: Sequence[Any] | None = None) -> dict[str, Any]:
    """Return the `sample` namespace of an answer.

    Parameters
    ----------
    text
        What the model said; None where it only called tools.
    tool_calls
        Its calls, in OpenAI's shape.

    Returns
    -------
    dict
        `output_text`, `output_tools`, `choices`, and `output_json` where the text is JSON.

    Examples
    --------
    >>> sample('{"total": 12}')["output_json"]
    {'total': 12}
    >>> "output_json" in sample("twelve"), sample("twelve")["output_tools"]
    (False, [])
    """
    calls = list(tool_calls or ())
    message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
    made: dict[str, Any] = {
        "output_text": text or "",
        "output_tools": calls,
        "choices": [{"index": 0, "message": message}],
    }
    if text:
        parsed = _parsed(text)
        if parsed is not _NO_JSON:
            made["output_json"] = parsed
    return made


_NO_JSON = object()


def _parsed(text: str) -> Any:
    if text.lstrip()[:1] not in '{["-0123456789tfn':
        return _NO_JSON  # most answers are prose
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return _slowly(text)


def _slowly(text: str) -> Any:
    """Return what only Python reads: integers beyond 64 bits. NaN and Infinity are no JSON, though it would take them."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return _NO_JSON


def _refuse(name: str) -> Any:
    raise ValueError(name)


def sample_of(output: str | None) -> dict[str, Any] | None:
    """Return the `sample` of a stored output; None where it is no answer of an assistant.

    Parameters
    ----------
    output
        JSON text: a string, a message, a list of messages (its last counts), or a completion with `choices`.

    Examples
    --------
    >>> sample_of('{"role":"assistant","content":"Hello"}')["output_text"]
    'Hello'
    """
    from rftkit.formats.writing.prompts import output_messages

    turns = output_messages(output)
    if not turns:
        return None
    last = turns[-1]
    return sample(messages.text_of(last.get("content")), last.get("tool_calls"))


def items(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the `item` of every record: the row that the `openai-rft` export writes for it.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`, or some of them; at least `messages`.

    Examples
    --------
    >>> row = {"id": "a", "messages": [{"role": "user", "content": "6 x 7?"}], "extra": '{"reference_answer":"42"}'}
    >>> items(pl.DataFrame([row]))[0]["reference_answer"]
    '42'
    """
    from rftkit.formats.writing import complete
    from rftkit.formats.writing.target import Notes, Options
    from rftkit.formats.writing.targets.openai_rft import lines

    return [messages.load(line) for line in lines(complete(frame), Options(), Notes())]
