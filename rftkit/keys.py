"""Keys by which a prompt is known again: 16 bytes each, the same on every machine and with every version of polars.

`exact_key` is of the messages and tools as they are; `content_key` of the same after NFKC, case folding and folding of
white space. Neither sees ids of records, outputs, the order of keys in an object or blanks between JSON's marks.
Most text is ASCII and has single blanks: polars folds it in whole columns, and only the rest is touched by Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

import msgspec
import polars as pl
import xxhash

from rftkit.messages import load

# Between the fields of a message, and between messages: white space to `normalise`, so it stands in no folded text.
_FIELD: Final = "\x1f"
_MESSAGE: Final = "\x1e"

_BLANKS: Final = re.compile(r"[\t-\r\x1c-\x20]+")
_FOLDED: Final = r"[\t-\r\x1c-\x1f]|  |^ | $"
_sorted: Final = msgspec.json.Encoder(order="deterministic").encode


def with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with `content_key` and `exact_key`.

    Parameters
    ----------
    frame
        Has `messages` and maybe `tools` and `raw`.

    Returns
    -------
    polars.DataFrame
        With both keys as `Binary` of 16 bytes; they are null for records without messages and without `raw`.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> said = [[{"role": "user", "content": text}] for text in ("Hi there", " hi  THERE", "Hello")]
    >>> keyed = with_keys(pl.DataFrame([pack(said)]))
    >>> keyed["content_key"].n_unique(), keyed["exact_key"].n_unique()
    (2, 3)
    """
    parts = _parts(frame)
    exact = _joined(parts, frame, lambda column: column)
    folded = _joined(parts, frame, normalise)
    keys = {"content_key": digests(folded), "exact_key": digests(exact)}
    return frame.with_columns([key.alias(name) for name, key in keys.items()])


def normalise(texts: pl.Series) -> pl.Series:
    r"""Return the texts after NFKC, case folding and folding of white space.

    Parameters
    ----------
    texts
        Strings and nulls.

    Examples
    --------
    >>> normalise(pl.Series([" Straße\u00a0 ﬁn\n", "A  b", None])).to_list()
    ['strasse fin', 'a b', None]
    """
    lower = texts.str.to_lowercase()
    ascii_only = texts.str.len_bytes() == texts.str.len_chars()
    lower = _patched(lower, ascii_only & lower.str.contains(_FOLDED), _blanks_folded)
    return _patched(lower, ~ascii_only, lambda _: texts.filter(~ascii_only).map_elements(normalise_text, pl.String))


def normalise_text(text: str) -> str:
    r"""Return one text after NFKC, case folding and folding of white space.

    Examples
    --------
    >>> normalise_text("  Ｈｅｌｌｏ\tWORLD ")
    'hello world'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def digests(texts: pl.Series) -> pl.Series:
    """Return the 16 bytes of xxh3 of each text; null for null.

    Examples
    --------
    >>> digests(pl.Series(["a", None])).to_list()[1] is None
    True
    """
    digest = xxhash.xxh3_128_digest
    keys = [None if text is None else digest(text) for text in texts.cast(pl.Binary).to_list()]
    return pl.Series(texts.name, keys, dtype=pl.Binary)


def _blanks_folded(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(_BLANKS.pattern, " ").str.strip_chars(" ")


def _patched(texts: pl.Series, where: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Change only the texts at these places."""
    where = where.fill_null(value=False)
    if not where.any():
        return texts
    return texts.scatter(where.arg_true(), change(texts.filter(where)))


def _parts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row per message: the number of its record and the fields that count, JSON in one way of writing it."""
    lists = frame.select(pl.int_range(pl.len()).alias("at"), "messages").filter(pl.col("messages").list.len() > 0)
    parts = lists.explode("messages").unnest("messages")
    calls = parts["tool_calls"]
    media = parts["raw"].is_not_null()
    return parts.with_columns(
        _patched(calls, calls.is_not_null(), _canonical).alias("tool_calls"),
        _patched(parts["raw"], media, _beside_text).alias("raw"),
    )


def _canonical(texts: pl.Series) -> pl.Series:
    """Write JSON texts in one way: keys sorted, no blanks. Equal texts, as tools often are, are parsed once."""
    known: dict[str, str] = {}
    for text in texts.to_list():
        if text not in known:
            known[text] = _one_way(text)
    return pl.Series(texts.name, [known[text] for text in texts.to_list()], dtype=pl.String)


def _one_way(text: str) -> str:
    try:
        return _sorted(load(text)).decode()
    except RecursionError:  # nested deeper than a parser can take: equal only where its text is
        return text


def _beside_text(raws: pl.Series) -> pl.Series:
    beside = [_odd(load(raw)) for raw in raws.to_list()]
    return pl.Series(raws.name, [None if odd is None else _sorted(odd).decode() for odd in beside], dtype=pl.String)


def _odd(message: Any) -> Any:
    """Return what a message says beside its fields: media and parts that are no text, content that is no content."""
    if not isinstance(message, dict):
        return [message]
    content = message.get("content")
    if isinstance(content, str) or content is None:
        return None
    parts = content if isinstance(content, list) else [content]
    texts = [part for part in parts if isinstance(part, str) or (isinstance(part, dict) and _is_text(part))]
    return [part for part in parts if part not in texts] or None


def _is_text(part: dict[str, Any]) -> bool:
    return part.get("type") == "text" and isinstance(part.get("text"), str)


def _joined(parts: pl.DataFrame, frame: pl.DataFrame, fold: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return one text per record: the fields of its messages, and its tools."""
    columns = [
        fold(parts[name]).fill_null("") for name in ("role", "content", "name", "tool_calls", "tool_call_id", "raw")
    ]
    said = pl.DataFrame([parts["at"], pl.select(pl.concat_str(columns, separator=_FIELD).alias("text")).to_series()])
    whole = said.group_by("at", maintain_order=True).agg(pl.col("text").str.join(_MESSAGE))
    every = pl.DataFrame({"at": pl.int_range(frame.height, eager=True)}).join(
        whole, on="at", how="left", maintain_order="left"
    )["text"]
    raw = frame["raw"] if "raw" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
    tools = frame["tools"] if "tools" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
    declared = fold(_patched(tools, tools.is_not_null() & (tools != "[]"), _canonical)).fill_null("[]")
    held = every.fill_null(raw) if frame.height else every
    return pl.select(pl.concat_str([held, declared], separator=_MESSAGE)).to_series()
