"""Rules on tool calls: every call has an id, arguments that are an object, a declared tool and a result.

Calls and results become rows of one frame; the k-th call with an id belongs to the k-th result with that id, so a
repeated id that is answered each time is no error (natural agent traces have them), only worth a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import polars as pl

from rftkit.messages import dump, load
from rftkit.sanitize.codes import FINDINGS, findings, listed, place

_CALL: Final = {
    "row": pl.Int64(),
    "position": pl.Int64(),
    "call": pl.String(),
    "name": pl.String(),
    "sound": pl.Boolean(),
}


class _Function(msgspec.Struct):
    name: str
    arguments: str


class _Call(msgspec.Struct):
    id: str
    function: _Function


_calls = msgspec.json.Decoder(list[_Call]).decode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def rules(frame: pl.DataFrame, messages: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """Yield the findings of every rule on tool calls.

    Parameters
    ----------
    frame
        Has `row` and, where there are tools, `tools`.
    messages
        What `rftkit.sanitize.structure.flat` returned for it.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> from rftkit.sanitize.structure import flat
    >>> chat = [{"role": "tool", "tool_call_id": "a", "content": "1"}, {"role": "user", "content": "And then?"}]
    >>> frame = pl.DataFrame([pl.Series("row", [0]), pack([chat])])
    >>> [code for part in rules(frame, flat(frame)) for code in part.collect()["code"]]
    ['orphan_tool_result']
    """
    calls = called(messages)
    results = messages.filter(pl.col("role") == "tool").select("row", "position", call="tool_call_id")
    if calls.is_empty() and results.is_empty():
        return
    yield from _of_calls(calls)
    yield from _of_ids(calls.lazy(), results.lazy())
    yield undeclared(frame, calls)


def called(messages: pl.DataFrame) -> pl.DataFrame:
    """Return one row per tool call.

    Parameters
    ----------
    messages
        Has `row`, `position`, `role` and `tool_calls`.

    Returns
    -------
    polars.DataFrame
        `row, position, call` (its id, null when missing or no text), `name` (null when missing), `sound` (the
        arguments are JSON text of an object).

    Examples
    --------
    >>> text = '[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]'
    >>> one = {"row": [0], "position": [1], "role": ["assistant"], "tool_calls": [text]}
    >>> called(pl.DataFrame(one)).rows()
    [(0, 1, 'a', 'f', True)]
    """
    some = messages.filter(pl.col("tool_calls").is_not_null() & (pl.col("role") == "assistant"))
    rows: list[tuple[int, int, str | None, str | None, bool]] = []
    for row, position, text in some.select("row", "position", "tool_calls").iter_rows():
        rows.extend((row, position, *call) for call in _read(text))
    return pl.DataFrame(rows, schema=_CALL, orient="row")


def _read(text: str) -> list[tuple[str | None, str | None, bool]]:
    try:
        calls = _calls(text)
    except (msgspec.DecodeError, RecursionError):
        return [_odd(call) for call in _as_list(load(text))]
    return [(call.id or None, call.function.name or None, _is_object(call.function.arguments)) for call in calls]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _odd(call: Any) -> tuple[str | None, str | None, bool]:
    """Read a call that is not quite one: whatever of it is there."""
    parts = call if isinstance(call, dict) else {}
    function = parts.get("function")
    function = function if isinstance(function, dict) else {}
    arguments = function.get("arguments")
    return _text(parts.get("id")), _text(function.get("name")), isinstance(arguments, str) and _is_object(arguments)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_object(arguments: str) -> bool:
    try:
        _object(arguments)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _of_calls(calls: pl.DataFrame) -> Iterator[pl.LazyFrame]:
    """Yield what is wrong with one call alone."""
    who = calls.lazy().with_columns(pl.lit("assistant").alias("role"))
    here = place()
    nameless = who.filter(pl.col("name").is_null())
    yield findings(nameless, "invalid_message", here, " calls a tool without a name")
    missing = who.filter(pl.col("call").is_null())
    yield findings(missing, "missing_tool_call_id", here, " calls a tool without an id")
    unsound = who.filter(~pl.col("sound"))
    yield findings(
        unsound, "invalid_tool_arguments", here, " calls a tool with arguments that are not JSON text of an object"
    )


def _of_ids(calls: pl.LazyFrame, results: pl.LazyFrame) -> Iterator[pl.LazyFrame]:
    """Yield what is wrong with which result answers which call.

    Where an id is missing nobody can say what answers what, so that record only gets `missing_tool_call_id`.
    """
    no_id = results.filter(pl.col("call").is_null() | (pl.col("call") == "")).with_columns(role=pl.lit("tool"))
    yield findings(no_id, "missing_tool_call_id", place(), " has no tool_call_id")
    unclear = pl.concat([calls.filter(pl.col("call").is_null()).select("row"), no_id.select("row")])
    nth = pl.int_range(pl.len()).over("row", "call").alias("nth")
    call = (
        calls.select("row", "position", "call").join(unclear, on="row", how="anti").with_columns(nth).collect().lazy()
    )
    result = results.join(unclear, on="row", how="anti").with_columns(nth).collect().lazy()
    key = ["row", "call", "nth"]
    # A result that stands before its call answers nothing, and the call stays open.
    late = pl.col("position_right").is_null() | (pl.col("position_right") >= pl.col("position"))
    orphan = result.join(call, on=key, how="left").filter(late).with_columns(role=pl.lit("tool"))
    yield findings(orphan, "orphan_tool_result", place(), " answers no earlier tool call that is still open")
    early = pl.col("position_right").is_null() | (pl.col("position_right") <= pl.col("position"))
    open_call = call.join(result, on=key, how="left").filter(early).with_columns(role=pl.lit("assistant"))
    yield findings(open_call, "tool_call_without_result", place(), " calls a tool and no result answers the call")
    repeated = call.filter(pl.col("nth") > 0).with_columns(role=pl.lit("assistant"))
    yield findings(repeated, "duplicate_tool_call_id", place(), " uses a tool call id again")


def undeclared(frame: pl.DataFrame, calls: pl.DataFrame) -> pl.LazyFrame:
    """Return the findings on tools that are called and not declared.

    Parameters
    ----------
    frame
        Has `row` and `tools`.
    calls
        What `called` returned.

    Examples
    --------
    >>> calls = pl.DataFrame({"row": [0], "name": ["f"]})
    >>> undeclared(pl.DataFrame({"row": [0], "tools": ["[]"]}), calls).collect()["detail"].item()
    '"the tool f is called and the record declares no tool of that name"'
    """
    named = calls.drop_nulls("name").select("row", "name").unique(maintain_order=True)
    if named.is_empty():
        return pl.LazyFrame(schema=FINDINGS)
    tools = pl.col("tools") if "tools" in frame.columns else pl.lit(None, dtype=pl.String)
    with_tools = named.join(frame.select("row", tools.alias("tools")), on="row", how="left")
    # Few sets of tools are shared by many records: each set and name is judged once.
    pairs = with_tools.select("tools", "name").unique()
    known = {text: declared(text) for text in pairs["tools"].unique()}
    bad = [(text, name) for text, name in pairs.iter_rows() if name not in known[text]]
    if not bad:
        return pl.LazyFrame(schema=FINDINGS)
    wrong = pl.DataFrame(bad, schema={"tools": pl.String, "name": pl.String}, orient="row")
    hits = with_tools.join(wrong, on=["tools", "name"], how="semi", nulls_equal=True, maintain_order="left")
    sentence = "the tool {} is called and the record declares no tool of that name"
    return listed([(row, "undeclared_tool", sentence.format(name)) for row, name in hits.select("row", "name").rows()])


def declared(tools: str | None) -> frozenset[str]:
    """Return the names of the tools in the JSON text of a list of tools; none where it is no list.

    Examples
    --------
    >>> sorted(declared('[{"type":"function","function":{"name":"f"}},{"type":"function","name":"g"}]'))
    ['f', 'g']
    >>> declared('{"tools":"see prompt"}'), declared(None)
    (frozenset(), frozenset())
    """
    value = load(tools)
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    inner = [entry["function"] if isinstance(entry.get("function"), dict) else entry for entry in entries]
    return frozenset(name for entry in inner if isinstance(name := entry.get("name"), str))


def text_of_calls(calls: str) -> str:
    """Return the text that a model sees of the JSON text of tool calls: names and arguments.

    Examples
    --------
    >>> text_of_calls('[{"id":"a","function":{"name":"f","arguments":"{}"}}]')
    '[{"name":"f","arguments":"{}"}]'
    """
    entries = [call.get("function", call) if isinstance(call, dict) else call for call in _as_list(load(calls))]
    return dump(entries)
