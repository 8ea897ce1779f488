"""Undo of repairs: records as their rows said them, from the log that the reader kept in `repairs`.

An entry `{"code", "where", "before"}` is undone by putting `before` back at `where`, the latest first. What no column
can hold stays repaired and stays in the log: the byte order mark and line ends of a line, broken bytes, halves of
surrogates, `NaN`, and an id that is no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from rftkit.messages import dump, load, pack, unpack

#: Columns that hold JSON text, and that a pointer can lead into.
_JSON: Final = ("tools", "tool_choice", "output", "metadata", "extra")

#: Kinds of repairs that columns cannot take back, whatever stood there.
_LASTING: Final = frozenset(("bom", "crlf", "nan", "invalid_utf8", "lone_surrogate", "id"))

_NOTHING: Final = object()


def revert(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their repairs undone, as far as columns can hold what was there.

    Parameters
    ----------
    frame
        Rows of `schema.DRAFT` or `schema.RECORDS`; rows without `repairs` come back as they are.

    Returns
    -------
    polars.DataFrame
        The same columns and rows. `repairs` keeps the entries that could not be undone, `problems` gets what the
        undone form is not allowed to be, and the keys are made anew.

    Examples
    --------
    >>> log = '[{"code": "role", "where": "/messages/0/role", "before": "User "}]'
    >>> frame = pl.DataFrame([pack([[{"role": "user", "content": "Hi"}]]), pl.Series("repairs", [log])])
    >>> next(unpack(revert(frame)["messages"])), revert(frame)["repairs"].item()
    ([{'role': 'User ', 'content': 'Hi'}], None)
    """
    from rftkit.keys import with_keys

    logs = [load(text) or [] for text in frame["repairs"]]
    rows = [_whole(frame, at, chat) for at, chat in enumerate(unpack(frame["messages"]))]
    left = [_undo(row, log) for row, log in zip(rows, logs, strict=True)]
    changed = [pack([row["messages"] for row in rows])]
    for name in (*_JSON, "raw"):
        if name in frame.columns:
            changed.append(pl.Series(name, [_text(row, name) for row in rows], dtype=pl.String))
    if "problems" in frame.columns:
        changed.append(pl.Series("problems", [row["problems"] for row in rows], dtype=pl.List(pl.String)))
    changed.append(pl.Series("repairs", [dump(log) if log else None for log in left], dtype=pl.String))
    undone = frame.with_columns(changed)
    return with_keys(undone) if "content_key" in frame.columns else undone


def _whole(frame: pl.DataFrame, at: int, chat: Any) -> dict[str, Any]:
    """Return a row as Python values; what is absent is not in it."""
    row: dict[str, Any] = {"messages": chat, "problems": []}
    for name in (*_JSON, "raw"):
        if name in frame.columns and (text := frame[name][at]) is not None:
            row[name] = load(text)
    if "problems" in frame.columns:
        problems = frame["problems"][at]
        row["problems"] = [] if problems is None else problems.to_list()
    return row


def _text(row: Mapping[str, Any], name: str) -> str | None:
    return dump(row[name]) if name in row else None


def _undo(row: dict[str, Any], log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Undo a log in place, the latest entry first; return what could not be undone, in its order."""
    left = [entry for entry in reversed(log) if not _put_back(row, entry)]
    return left[::-1]


def _put_back(row: dict[str, Any], entry: Mapping[str, Any]) -> bool:
    where, before = str(entry.get("where", "")), entry.get("before", _NOTHING)
    if entry.get("code") in _LASTING or not where.startswith("/"):
        return False
    path = [key.replace("~1", "/").replace("~0", "~") for key in where[1:].split("/")]
    if path == ["messages"]:
        return _messages_back(row, before)
    if path == ["tools"] and isinstance(before, dict) and set(before) == {"functions"}:
        row.pop("tools", None)
        row["extra"] = {**row.get("extra", {}), **before}
        return True
    return _set(row, path, before)


def _messages_back(row: dict[str, Any], before: Any) -> bool:
    """Put back messages that were no list: the record then has none, and its `raw` says what there was."""
    if isinstance(before, list):
        row["messages"] = before
        return True
    row["messages"], row["raw"] = None, {"messages": before}
    row["problems"] = [*row["problems"], "missing_messages"]
    return True


def _set(holder: Any, path: list[str], before: Any) -> bool:
    """Set or remove one place of nested values; False where the place is no longer there."""
    for key in path[:-1]:
        holder = _step(holder, key)
    last = path[-1]
    if isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        if before is _NOTHING:
            del holder[int(last)]
        else:
            holder[int(last)] = before
        return True
    if not isinstance(holder, dict) or last not in holder:
        return False
    if before is _NOTHING:
        del holder[last]
    else:
        holder[last] = before
    return True


def _step(holder: Any, key: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(key)
    if isinstance(holder, list) and key.isdigit() and int(key) < len(holder):
        return holder[int(key)]
    return None
