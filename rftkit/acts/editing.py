"""What a person does to single records: edit, delete, assign, take a repair back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import keys
from rftkit.acts import reading, rejudging
from rftkit.errors import InputError
from rftkit.messages import Message, dump, pack
from rftkit.sanitize import revert

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.store import Transaction

_UNSET: Any = object()
_JSON = ("tools", "tool_choice", "output", "metadata", "extra")


def edit(
    ds: Context,
    id: str,
    *,
    messages: Sequence[Message] | None = None,
    tools: Any = _UNSET,
    tool_choice: Any = _UNSET,
    output: Any = _UNSET,
    metadata: Any = _UNSET,
    extra: Any = _UNSET,
) -> pl.DataFrame:
    """Change a record and judge it again; undo brings the old one back.

    Parameters
    ----------
    ds
        The dataset.
    id
        The record.
    messages
        New messages, OpenAI chat form.
    tools, tool_choice, output, metadata, extra
        New values; None removes one.

    Returns
    -------
    polars.DataFrame
        The record as it is now, one row with the columns of `schema.FRAME`.

    Raises
    ------
    NotFoundError
        There is no such record.
    InputError
        Nothing to change was given, or the messages are no list of messages.
    """
    given = {"tools": tools, "tool_choice": tool_choice, "output": output, "metadata": metadata, "extra": extra}
    changes = {name: value for name, value in given.items() if value is not _UNSET}
    if messages is None and not changes:
        raise InputError(f"nothing to change was given; give messages= or one of {', '.join(_JSON)}")
    _check_messages(messages)
    said = reading.records(ds, [id], columns=["row"])
    with ds.step("edit", {"id": id, "changed": [*(["messages"] if messages is not None else []), *changes]}) as step:
        old = reading.rows(ds, said["row"])
        columns = [_column(name, value) for name, value in changes.items()]
        if messages is not None:
            columns += [pack([messages]), *_blank("raw", "problems", "repairs", old=old)]
        put_back(ds, step, said["row"], old.with_columns(columns))
    return reading.records(ds, [id])


def _check_messages(messages: Any) -> None:
    """Raise where messages are no list of objects; what is in them is for `sanitize` to judge."""
    whole = messages is None or (not isinstance(messages, str) and isinstance(messages, Sequence))
    if not whole or not all(isinstance(message, dict) for message in messages or ()):
        raise InputError(
            f"messages is {messages!r:.80}; give a list of messages, such as "
            f'[{{"role": "user", "content": "Where is my order?"}}]'
        )


def _column(name: str, value: Any) -> pl.Series:
    return pl.Series(name, [None if value is None else dump(value)], dtype=pl.String)


def _blank(*names: str, old: pl.DataFrame) -> list[pl.Series]:
    return [pl.Series(name, [None], dtype=old.schema[name]) for name in names]


def put_back(ds: Context, step: Transaction, rows: pl.Series, changed: pl.DataFrame) -> None:
    """Write records under new row numbers and let their labels point there.

    Parameters
    ----------
    ds
        The dataset.
    step
        The step that does it.
    rows
        Row numbers of the records that are replaced.
    changed
        Their new `records` rows, in the same order.
    """
    fresh = keys.with_keys(changed).with_columns(step.rows(changed.height))
    step.append("records", fresh)
    moved = pl.DataFrame({"row": rows, "new": fresh["row"]})
    labels = reading.stored_labels(ds).filter(pl.col("row").is_in(rows.implode())).join(moved, on="row", how="left")
    now = pl.lit(datetime.now(UTC))
    put = labels.with_columns(row="new", updated_at=now, valid=pl.lit(None, dtype=pl.Boolean)).drop("new")
    rejudging.write(ds, step, put, rows, fresh)


def delete(ds: Context, ids: Sequence[str]) -> int:
    """Remove records; undo brings them back.

    Parameters
    ----------
    ds
        The dataset.
    ids
        The records.

    Returns
    -------
    int
        How many were removed.

    Raises
    ------
    NotFoundError
        One of them does not exist.
    """
    ids = _list(ids)
    gone = reading.records(ds, ids, columns=["row"])["row"]
    with ds.step("delete", {"ids": ids}) as step:
        rejudging.write(ds, step, reading.stored_labels(ds).clear(), gone, None)
        step.counts = {"deleted": gone.len()}
    return gone.len()


def assign(ds: Context, ids: Sequence[str], topic: str | None) -> int:
    """Put records under a topic by hand; no step overwrites it.

    Parameters
    ----------
    ds
        The dataset.
    ids
        The records.
    topic
        Path or id of a topic; None leaves them unassigned, by hand too.

    Returns
    -------
    int
        How many were assigned.

    Raises
    ------
    NotFoundError
        A record or the topic does not exist.
    """
    ids = _list(ids)
    node = None if topic is None else reading.tree(ds).find(topic).id
    chosen = pl.col("row").is_in(reading.records(ds, ids, columns=["row"])["row"].implode())
    with ds.step("assign", {"ids": ids, "topic": topic}) as step:
        changed = reading.stored_labels(ds).filter(chosen)
        changed = changed.with_columns(
            topic=pl.lit(node, dtype=pl.String),
            topic_method=pl.lit("manual"),
            topic_confidence=pl.lit(None if node is None else 1.0, dtype=pl.Float64),
            secondary_topics=pl.lit(None, dtype=pl.List(pl.String)),
            updated_at=pl.lit(datetime.now(UTC)),
        )
        step.merge("labels", changed, key="row")
        step.counts = {"assigned": changed.height}
    return changed.height


def undo_repairs(ds: Context, ids: Sequence[str]) -> int:
    """Give repaired records back what stood in the file, and judge them again.

    Parameters
    ----------
    ds
        The dataset.
    ids
        The records.

    Returns
    -------
    int
        How many had a repair.
    """
    ids = _list(ids)
    said = reading.records(ds, ids, columns=["row"])["row"]
    old = reading.rows(ds, said).filter(pl.col("repairs").is_not_null())
    if old.is_empty():
        return 0
    with ds.step("undo repairs", {"ids": ids}) as step:
        put_back(ds, step, old["row"], revert(old))
        step.counts = {"reverted": old.height}
    return old.height


def _list(ids: Sequence[str]) -> list[str]:
    names = [ids] if isinstance(ids, str) else list(ids)
    if not names:
        raise InputError("no record was named; give at least one id")
    return names
