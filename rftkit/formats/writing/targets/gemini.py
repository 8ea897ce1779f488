"""Gemini on Vertex: system instruction, contents of user and model, function declarations, references as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing.flat import REFERENCE_KEYS, beside, plain, plain_text, references, top_level
from rftkit.formats.writing.prompts import parameters, top_level_object
from rftkit.formats.writing.target import Notes, Options, Target

_Part = dict[str, Any]


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    """Return one line of JSON per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        `columns` names the keys that join the answer in `references`.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"messages": [{"role": "user", "content": "Hi"}], "extra": '{"reference_answer":"12.15"}'}
    >>> lines(complete(pl.DataFrame([row])), Options(), Notes()).item()
    '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"references":{"answer":"12.15"}}'
    """
    answers = plain_text(references(frame))
    notes["no_reference"] += answers.null_count()
    others = beside(frame, REFERENCE_KEYS, options, notes)
    rows = zip(chat.unpack(frame["messages"]), frame["tools"], answers, others, strict=True)
    texts = [chat.dump(_row(messages or [], tools, answer, other)) for messages, tools, answer, other in rows]
    return pl.Series("line", texts, dtype=pl.String)


def _row(messages: list[_Part], tools: str | None, answer: str | None, others: str) -> _Part:
    system = [{"text": _text(turn)} for turn in messages if turn["role"] in ("system", "developer")]
    declared = [_declaration(function) for function in parameters(tools)]
    named = {key: plain(value) for key, value in top_level("{" + others[1:] + "}").items()}
    said = {**({} if answer is None else {"answer": answer}), **named}
    return {
        **({"systemInstruction": {"parts": system}} if system else {}),
        "contents": contents(messages),
        **({"tools": [{"functionDeclarations": declared}]} if declared else {}),
        **({"references": said} if said else {}),
    }


def contents(messages: list[_Part]) -> list[_Part]:
    """Return the turns of user and model; neighbours of one role are one turn with more parts.

    Parameters
    ----------
    messages
        OpenAI chat messages.

    Examples
    --------
    >>> contents([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}])
    [{'role': 'user', 'parts': [{'text': 'Hi'}]}, {'role': 'model', 'parts': [{'text': 'Yes?'}]}]
    """
    names: dict[str, str] = {}
    turns: list[_Part] = []
    for message in messages:
        if message["role"] in ("system", "developer"):
            continue
        role = "model" if message["role"] == "assistant" else "user"
        parts = list(_parts(message, names))
        if turns and turns[-1]["role"] == role:
            turns[-1]["parts"].extend(parts)
        else:
            turns.append({"role": role, "parts": parts})
    return turns


def _parts(message: _Part, names: dict[str, str]) -> Iterator[_Part]:
    if message["role"] == "tool":
        name = message.get("name") or names.get(message.get("tool_call_id", ""), "")
        yield {"functionResponse": {"name": name, "response": _response(_text(message))}}
        return
    if _text(message) or not message.get("tool_calls"):
        yield {"text": _text(message)}
    for call in message.get("tool_calls") or ():
        function = call["function"]
        names[call.get("id", "")] = function["name"]
        yield {"functionCall": {"name": function["name"], "args": _object(function["arguments"], "arguments")}}


def _text(message: _Part) -> str:
    return chat.text_of(message.get("content")) or ""


def _response(text: str) -> Any:
    return _object(text, "result")


def _object(text: str, key: str) -> Any:
    """Return a text that is a JSON object as it is, any other as the one value of an object."""
    return msgspec.Raw(text.encode()) if top_level_object(text) else {key: text}


def _declaration(function: _Part) -> _Part:
    return {key: function[key] for key in ("name", "description", "parameters") if key in function}


TARGET = Target("gemini", "Gemini on Vertex: systemInstruction, contents, tools, references", lines=lines)
