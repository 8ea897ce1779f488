"""One prompt in plain Python, on its way from a row of a file to the columns of `schema.DRAFT`.

A shape (`rftkit.formats.shapes`) makes drafts and knows nothing of columns; this module makes columns and
knows nothing of shapes. Values that nobody has to look into may stay `msgspec.Raw`, the exact JSON text of the
source: then they are neither parsed nor written again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import polars as pl

from rftkit import messages as chat
from rftkit import schema
from rftkit.formats.exact import dump

#: "This was not there", where None would be a JSON null that was there.
UNSET: Final = msgspec.UNSET


class NotUnderstood(Exception):  # noqa: N818 - it names what the row is, as StopIteration does
    """A row is well-formed and holds no prompt, such as the span of an agent around its model calls.

    Parameters
    ----------
    reason
        Half a sentence for the report, without the row's own values so that equal reasons are counted together.

    Examples
    --------
    >>> str(NotUnderstood("a span that calls no model"))
    'a span that calls no model'
    """


@dataclass(slots=True)
class Draft:
    """One prompt before it becomes columns.

    Parameters
    ----------
    messages
        OpenAI chat messages as they will be exported; None when `raw` holds an input that has no list of messages.
    id
        The source's own id, None where it has none.
    tools, tool_choice, output
        Parsed value or `msgspec.Raw`; `UNSET` when absent.
    metadata
        The source's own `metadata` object, None when absent.
    extra
        Every other top-level key of the source row, in order; values parsed or `msgspec.Raw`.
    span_id, trace_id, turn
        Where a trace had it.
    line
        Line or row of the file, from 1. The reader sets it; a shape leaves it None.
    conversation
        What ties the prompts of one conversation together, so that growing prefixes can be folded: an id of a
        conversation, trace or session, or a group of a call log. None: never folded.
    raw
        The source's `input` when `messages` cannot hold it.
    problems
        Structural codes of `schema.ERROR_CODES` and `schema.WARNING_CODES` that only the reader can see.
    repairs
        What was changed: `{"code", "where", "before"}` with `where` a JSON pointer into this draft
        (`/messages/0/role`, `/id`, `/metadata/score`) or `line`; no `before` when there was nothing.
    labels
        What a file of the `records` format says beside the prompt, None for every other format;
        `{"topic": path, "topic_method": "imported"}` where a foreign row carries a topic.
    row_key
        16 bytes that know the whole source row again. The reader sets it.
    generated, source_record_id, strategy, model, file
        What a file of the `records` format says of its rows; `file` is the file that a row first came from.

    Examples
    --------
    >>> Draft(messages=[{"role": "user", "content": "Hi"}], id="a").tools is UNSET
    True
    """

    messages: list[Any] | None
    id: str | None = None
    tools: Any = UNSET
    tool_choice: Any = UNSET
    output: Any = UNSET
    metadata: Mapping[str, Any] | msgspec.Raw | None = None
    extra: Mapping[str, Any] | None = None
    span_id: str | None = None
    trace_id: str | None = None
    turn: int | None = None
    line: int | None = None
    conversation: str | None = None
    raw: Any = UNSET
    problems: list[str] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, Any] | None = None
    row_key: bytes | None = None
    generated: bool = False
    source_record_id: str | None = None
    strategy: str | None = None
    model: str | None = None
    file: Any = UNSET


def frame_of(drafts: Sequence[Draft], *, file: str | None = None) -> pl.DataFrame:
    """Return the drafts as columns.

    Parameters
    ----------
    drafts
        In the order of the file.
    file
        Name of the file they came from, for `origin`.

    Returns
    -------
    polars.DataFrame
        The columns of `schema.DRAFT`; `content_key` and `exact_key` are null until `rftkit.keys.with_keys`.

    Examples
    --------
    >>> frame = frame_of([Draft(messages=[{"role": "user", "content": "Hi"}], id="a", line=1)], file="a.jsonl")
    >>> frame["id"].to_list(), frame["origin"].struct.field("line").to_list()
    (['a'], [1])
    """
    values: dict[str, list[Any]] = {
        "id": [draft.id for draft in drafts],
        "tools": [_text(draft.tools) for draft in drafts],
        "tool_choice": [_text(draft.tool_choice) for draft in drafts],
        "output": [_text(draft.output) for draft in drafts],
        "metadata": [_object(draft.metadata) for draft in drafts],
        "extra": [_object(draft.extra) for draft in drafts],
        "raw": [_text(draft.raw) for draft in drafts],
        "problems": [draft.problems for draft in drafts],
        "repairs": [dump(draft.repairs) if draft.repairs else None for draft in drafts],
        "row_key": [draft.row_key for draft in drafts],
        "generated": [draft.generated for draft in drafts],
        "source_record_id": [draft.source_record_id for draft in drafts],
        "strategy": [draft.strategy for draft in drafts],
        "model": [draft.model for draft in drafts],
    }
    columns = {name: pl.Series(name, column, dtype=schema.DRAFT[name]) for name, column in values.items()}
    columns["messages"] = _messages(drafts)
    columns["origin"] = _origins(drafts, file)
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.DRAFT.items() if name not in columns]
    return pl.DataFrame(list(columns.values())).with_columns(absent).select(list(schema.DRAFT))


def labels_of(drafts: Sequence[Draft]) -> pl.Series:
    """Return what the rows said beside the prompt: JSON text of an object, or null.

    Examples
    --------
    >>> labels_of([Draft(messages=None, labels={"topic": "a/b"})]).to_list()
    ['{"topic":"a/b"}']
    """
    texts = [None if draft.labels is None else dump(draft.labels) for draft in drafts]
    return pl.Series("labels", texts, dtype=pl.String)


def message_fields(message: Any) -> tuple[str | None, ...]:
    """Return the `schema.MESSAGE` fields of one message, whatever it is; what is no object is kept as `raw` alone.

    Examples
    --------
    >>> message_fields(42)
    (None, None, None, None, None, '42')
    """
    if not isinstance(message, dict):
        return (None, None, None, None, None, dump(message))
    return chat.fields(message)


def _messages(drafts: Sequence[Draft]) -> pl.Series:
    lengths = [None if draft.messages is None else len(draft.messages) for draft in drafts]
    rows = [message_fields(message) for draft in drafts for message in draft.messages or ()]
    columns: Sequence[Sequence[str | None]] = list(zip(*rows, strict=True)) if rows else [()] * 6
    return chat.pack_columns(lengths, columns)


def _origins(drafts: Sequence[Draft], file: str | None) -> pl.Series:
    parts = pl.DataFrame(
        {
            "file": [file if draft.file is UNSET else draft.file for draft in drafts],
            "line": [draft.line for draft in drafts],
            "span_id": [draft.span_id for draft in drafts],
            "trace_id": [draft.trace_id for draft in drafts],
            "turn": [draft.turn for draft in drafts],
        },
        schema={entry.name: entry.dtype for entry in schema.ORIGIN.fields},
    )
    return parts.to_struct("origin")


def _text(value: Any) -> str | None:
    return None if value is UNSET else dump(value)


def _object(value: Mapping[str, Any] | msgspec.Raw | None) -> str | None:
    return None if value is None else dump(value)
