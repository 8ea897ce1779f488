"""Drafts as the shapes make them: of one call to a model, and of a finished conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import xxhash

from rftkit.formats.dialects import replies, requests, spans
from rftkit.formats.dialects.calls import fill_ids
from rftkit.formats.dialects.messages import without_reasoning
from rftkit.formats.dialects.values import compact, name_of
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import UNSET, Draft, NotUnderstood
from rftkit.formats.tidy import id_of, tidy

Row = dict[str, Any]

_IDS = ("id", "rftkit_id")


def of_call(request: requests.Request, response: Any, metadata: Mapping[str, Any], **where: Any) -> Draft:
    """Return the draft of one call: its input is the prompt, the model's reply the output.

    Parameters
    ----------
    request
        What the call asked.
    response
        What came back, in any dialect; None when nothing did.
    metadata
        What the source says about the call; nulls and empty values are left out.
    **where
        Fields of `Draft`: id, span_id, trace_id, conversation, extra.

    Examples
    --------
    >>> asked = requests.Request(messages=[{"role": "user", "content": "Hi"}])
    >>> of_call(asked, "Hello!", {"model": "nova-lite"}, trace_id="t1").output
    {'role': 'assistant', 'content': 'Hello!'}
    """
    facts = _facts(metadata)
    others = replies.others(response)
    if others:
        facts["other_replies"] = others
    draft = of_messages(request.messages, replies.read(response), facts, **where)
    draft.tools, draft.tool_choice = request.tools, request.tool_choice
    draft.turn = sum(1 for one in request.messages if isinstance(one, dict) and one.get("role") == "assistant")
    return draft


def _facts(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the source says of a call: its own metadata, beside it what it says elsewhere, nothing said twice."""
    said = {key: value for key, value in metadata.items() if value not in (None, "", [], {})}
    own_metadata = object_of(said.get("metadata"))
    if not own_metadata:
        return said
    beside = {key: value for key, value in said.items() if key != "metadata"}
    clash = {key: value for key, value in beside.items() if key in own_metadata and own_metadata[key] != value}
    facts = {**own_metadata, **{key: value for key, value in beside.items() if key not in own_metadata}}
    return {**facts, "call": clash} if clash else facts


def of_messages(
    messages: list[Any],
    output: Any,
    metadata: Mapping[str, Any] | None,
    repairs: list[dict[str, Any]] | None = None,
    **where: Any,
) -> Draft:
    """Return the draft of messages in the chat form and a reply to them; missing call ids are filled in.

    Examples
    --------
    >>> of_messages([{"role": "user", "content": "Hi"}], UNSET, None, id="a").id
    'a'
    """
    said = list(messages)
    thought = without_reasoning(said)
    facts = {**(metadata or {}), **({"reasoning": thought} if thought else {})}
    made: list[dict[str, Any]] = []
    whole = tidy([*said, output] if isinstance(output, dict) else said, made)
    made += fill_ids(whole)
    if isinstance(output, dict):
        output = whole.pop()
    log = [*(repairs or []), *(_moved(repair, len(said)) for repair in made)]
    return Draft(messages=whole, output=output, metadata=facts or None, repairs=log, **where)


def _moved(repair: dict[str, Any], at: int) -> dict[str, Any]:
    """Return a repair of the message behind the last one as a repair of the output."""
    head = f"/messages/{at}"
    where = repair["where"]
    return {**repair, "where": "/output" + where[len(head) :]} if (where + "/").startswith(head + "/") else repair


def of_conversation(messages: list[Any], metadata: Mapping[str, Any] | None = None, **where: Any) -> Draft:
    """Return the draft of a finished conversation: its trailing assistant turn becomes the output.

    Examples
    --------
    >>> turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    >>> of_conversation(turns).messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    finished = bool(messages) and isinstance(messages[-1], dict) and messages[-1].get("role") == "assistant"
    return of_messages(messages[:-1] if finished else messages, messages[-1] if finished else UNSET, metadata, **where)


def identity(row: Mapping[str, Any], *names: str) -> str | None:
    """Return the row's own id, under the first of these names that has one.

    Examples
    --------
    >>> identity({"id": 12}, "id")
    '12'
    """
    return next((found for name in names if (found := name_of(row.get(name))) is not None), None)


def call_log(messages: list[Any]) -> str:
    """Return the group of a call in a log without ids: calls that grow out of one another share it.

    One prompt can only extend another if both begin alike, up to the first user turn.

    Examples
    --------
    >>> hello = {"role": "user", "content": "Hi"}
    >>> call_log([hello]) == call_log([hello, {"role": "assistant", "content": "Hello!"}])
    True
    """
    first = next((i for i, one in enumerate(messages) if isinstance(one, dict) and one.get("role") == "user"), 0)
    return "log:" + xxhash.xxh3_128_hexdigest(compact(messages[: first + 1]).encode("utf-8", "surrogatepass"))


def of_spans(row: Row, draft: Callable[[spans.Span], Draft]) -> list[Draft]:
    """Return the draft of one span, or those of a whole document of spans.

    Raises
    ------
    NotUnderstood
        No span calls a model; with the reason of the last one.

    Examples
    --------
    >>> of_spans({"spanId": "s", "attributes": []}, lambda span: Draft(messages=[], span_id=span["span_id"]))[0].span_id
    's'
    """
    if not spans.is_document(row):
        return [draft(spans.read(row))]
    return each(spans.of_document(row), draft)


def each(parts: Iterable[Row], draft: Callable[[Row], Draft]) -> list[Draft]:
    """Return the drafts of the parts of a row that have one; if none has, raise the last part's reason.

    Examples
    --------
    >>> each([], lambda part: Draft(messages=[]))
    Traceback (most recent call last):
    rftkit.formats.draft.NotUnderstood: a row without a call of a model
    """
    drafts: list[Draft] = []
    reason = "a row without a call of a model"
    for part in parts:
        try:
            drafts.append(draft(part))
        except NotUnderstood as problem:
            reason = str(problem)
    if not drafts:
        raise NotUnderstood(reason)
    return drafts


def own(row: Mapping[str, Any], used: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a draft that a row of a data set says for itself: id, metadata, and the keys that are left.

    Parameters
    ----------
    row
        The row.
    used
        Keys that are read elsewhere.

    Examples
    --------
    >>> own({"id": "a", "prompt": "Hi", "difficulty": 2}, ["prompt"])
    {'id': 'a', 'metadata': None, 'extra': {'difficulty': 2}, 'repairs': []}
    """
    repairs: list[dict[str, Any]] = []
    given = row.get("metadata")
    metadata = given if isinstance(given, dict) else None
    dropped = {*_IDS, *used, *(("metadata",) if metadata is not None else ())}
    extra = {key: value for key, value in row.items() if key not in dropped}
    named = next((key for key in _IDS if row.get(key) is not None), None)
    own_id = None if named is None else id_of(row[named], repairs)
    return {"id": own_id, "metadata": metadata, "extra": extra or None, "repairs": repairs}


def broken(row: Mapping[str, Any], keys: Iterable[str], facts: Mapping[str, Any]) -> Draft:
    """Return the draft of a row of a data set whose prompt is missing or is no prompt: kept as it came, and invalid.

    Parameters
    ----------
    row
        The row.
    keys
        Where its prompt should be.
    facts
        What `own` returned.

    Examples
    --------
    >>> broken({"conversations": 5}, ["conversations"], own({}, [])).raw
    {'conversations': 5}
    """
    raw = {key: row[key] for key in keys if key in row}
    return Draft(messages=None, raw=raw, problems=["missing_messages"], **facts)


def column(row: Mapping[str, Any], mapping: Mapping[str, str], field: str, *names: str) -> tuple[str, Any]:
    """Return the key that holds a field, and its value: the mapped key, else the first of the names that is there.

    Examples
    --------
    >>> column({"question": "Hi"}, {}, "prompt", "prompt", "question")
    ('question', 'Hi')
    """
    mapped = mapping.get(field)
    if mapped is None or mapped not in row:
        mapped = next((name for name in names if row.get(name) is not None), field)
    return mapped, row.get(mapped)
