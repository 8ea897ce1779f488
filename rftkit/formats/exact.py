"""JSON text that survives: integers of any length, values nested deeper than a parser can take, exact slices.

`msgspec` parses and writes everything quickly but nests only as deep as Python's recursion allows. What is deeper
stays text (`msgspec.Raw`).
"""

from __future__ import annotations

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def dump(value: Any) -> str:
    """Return the JSON text of a value, compact, keys in their order, `msgspec.Raw` as it is.

    Examples
    --------
    >>> dump({"big": 10**30, "as it is": msgspec.Raw(b"[ 1 ]")})
    '{"big":1000000000000000000000000000000,"as it is":[ 1 ]}'
    """
    return _encode(value).decode()
