"""Python values as JSON text: rows that were handed over, or that this package made from columns."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from rftkit.errors import FormatError
from rftkit.formats.exact import Constant, dump


def text_of(row: Any, number: int) -> bytes:
    """Return a row of Python values as JSON text.

    Parameters
    ----------
    row
        Dictionaries, lists, strings, numbers; dates, decimals, arrays, models and data classes are turned into such.
    number
        Number of the row, for the message of an error.

    Raises
    ------
    FormatError
        A value has no meaning in JSON.

    Examples
    --------
    >>> text_of({"at": dt.date(2026, 1, 2), "x": float("nan")}, 1)
    b'{"at": "2026-01-02", "x": NaN}'
    """
    try:
        text = json.dumps(row, ensure_ascii=False, default=_plain)
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(row, default=_plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        try:
            return dump(_thawed(row)).encode()
        except (TypeError, ValueError, RecursionError):
            raise FormatError(f"row {number:,} holds what JSON cannot hold: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    for method in ("model_dump", "to_dict", "tolist", "to_list", "_asdict"):
        if callable(getattr(value, method, None)):
            return getattr(value, method)()
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    if isinstance(value, Mapping):
        return dict(value)
    return msgspec.to_builtins(value)


def _thawed(value: Any) -> Any:
    """Write out words that stand for numbers; texts that are nested too deeply are left to `dump`."""
    if isinstance(value, Constant):
        return msgspec.Raw(value.encode())
    if isinstance(value, float) and not math.isfinite(value):
        return msgspec.Raw(json.dumps(value).encode())
    if isinstance(value, dict):
        return {key: _thawed(item) for key, item in value.items()}
    return [_thawed(item) for item in value] if isinstance(value, list) else value
