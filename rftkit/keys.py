"""Keys by which a prompt is known again: 16 bytes each, the same on every machine and with every version of polars.

`exact_key` is of the messages and tools as they are; `content_key` of the same after NFKC, case folding and folding of
white space. Neither sees ids of records, outputs, the order of keys in an object or blanks between JSON's marks.
Most text is ASCII and has single blanks: polars folds it in whole columns, and only the rest is touched by Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
import polars as pl
import xxhash

from rftkit.messages import load

# Between the fields of a message, and between messages; no chat has these control characters.
FIELD: Final = "\x01"
MESSAGE: Final = "\x02"

_BLANKS: Final = r"[\t-\r\x1c-\x20]+"
# White space that folding changes: other than single blanks, or blanks at an edge. One search for each of these is
# several times faster than one search for all.
_UNUSUAL: Final = r"[\t-\r\x1c-\x1f]"
_UNUSUAL_BLANKS: Final = ("  ", "\x01 ", " \x01", "\x02 ", " \x02")
_EDGES: Final = r" ?([\x01\x02]) ?"
_sorted: Final = msgspec.json.Encoder(order="deterministic").encode


def with_keys(frame: pl.DataFrame, texts: pl.Series | None = None) -> pl.DataFrame:
    """Return the frame with `content_key` and `exact_key`.

    Parameters
    ----------
    frame
        Has `messages` and maybe `tools` and `raw`.
    texts
        What `text_of` gives for each record, where it is known already.

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
    texts = _texts(frame) if texts is None else texts
    return frame.with_columns(digests(normalise(texts)).alias("content_key"), digests(texts).alias("exact_key"))


def text_of(said: Iterable[tuple[str | None, ...]], tools: str | None) -> str:
    r"""Return the text that the keys of one record are made of, from fields of its messages.

    Parameters
    ----------
    said
        Of each message: role, content, name, tool calls in one way of writing, tool call id, what is beside the text.
    tools
        Tools in one way of writing, None without.

    Examples
    --------
    >>> text_of([("user", "Hi", None, None, None, None)], None)
    'user\x01Hi\x01\x01\x01\x01\x02[]'
    """
    messages = MESSAGE.join([FIELD.join([field or "" for field in fields]) for fields in said])
    return f"{messages}{MESSAGE}{tools or '[]'}"


def canonical(value: Any) -> str:
    """Return a value as JSON text in one way of writing.

    Examples
    --------
    >>> canonical({"b": 1, "a": 2})
    '{"a":2,"b":1}'
    """
    return _sorted(value).decode()


def one_way(text: str) -> str:
    """Return JSON text in one way of writing: keys sorted, no blanks.

    Examples
    --------
    >>> one_way('{"b": 1, "a": 2}')
    '{"a":2,"b":1}'
    """
    try:
        return canonical(load(text))
    except RecursionError:  # nested deeper than a parser can take: equal only where its text is
        return text


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
    lower = _patched(lower, ascii_only & _is_unusual(lower), _blanks_folded)
    return _patched(lower, ~ascii_only, lambda _: texts.filter(~ascii_only).map_elements(normalise_text, pl.String))


def normalise_text(text: str) -> str:
    r"""Return one text after NFKC, case folding and folding of white space.

    Examples
    --------
    >>> normalise_text("  Ｈｅｌｌｏ\tWORLD ")
    'hello world'
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = " ".join(folded.split())
    for mark in (FIELD, MESSAGE):
        folded = folded.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    return folded


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


def _is_unusual(texts: pl.Series) -> pl.Series:
    found = texts.str.contains(_UNUSUAL) | texts.str.starts_with(" ") | texts.str.ends_with(" ")
    for blanks in _UNUSUAL_BLANKS:
        found |= texts.str.contains(blanks, literal=True)
    return found


def _blanks_folded(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(_BLANKS, " ").str.replace_all(_EDGES, "$1").str.strip_chars(" ")


def _patched(texts: pl.Series, where: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Change only the texts at these places."""
    where = where.fill_null(value=False)
    if not where.any():
        return texts
    return texts.scatter(where.arg_true(), change(texts.filter(where)))


def _texts(frame: pl.DataFrame) -> pl.Series:
    """Return what `text_of` gives for each record; null where there is no prompt."""
    lists = frame.select(pl.int_range(pl.len()).alias("at"), "messages").filter(pl.col("messages").list.len() > 0)
    parts = lists.explode("messages").unnest("messages")
    calls, raw = parts["tool_calls"], parts["raw"]
    columns = [
        parts["role"],
        parts["content"],
        parts["name"],
        _patched(calls, calls.is_not_null(), _canonical),
        parts["tool_call_id"],
        _patched(raw, raw.is_not_null(), _beside_text),
    ]
    text = pl.concat_str([column.fill_null("") for column in columns], separator=FIELD)
    said = pl.DataFrame([parts["at"], pl.select(text.alias("text")).to_series()])
    whole = said.group_by("at", maintain_order=True).agg(pl.col("text").str.join(MESSAGE))
    rows = pl.DataFrame({"at": pl.int_range(frame.height, eager=True)})
    every = rows.join(whole, on="at", how="left", maintain_order="left")["text"]
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    tools = frame["tools"] if "tools" in frame.columns else nothing
    declared = _patched(tools, tools.is_not_null(), _canonical).fill_null("[]")
    held = every.fill_null(frame["raw"] if "raw" in frame.columns else nothing)
    return pl.select(pl.concat_str([held, declared], separator=MESSAGE)).to_series()


def _canonical(texts: pl.Series) -> pl.Series:
    """Write JSON texts in one way. Equal texts, as tools often are, are parsed once."""
    known = {text: one_way(text) for text in texts.unique().to_list()}
    return pl.Series(texts.name, [known[text] for text in texts.to_list()], dtype=pl.String)


def _beside_text(raws: pl.Series) -> pl.Series:
    return pl.Series(raws.name, [beside_of(load(raw)) for raw in raws.to_list()], dtype=pl.String)


def beside_of(message: Any) -> str | None:
    """Return what a message says beside its fields, as JSON text: media and other parts, content that is no content.

    Examples
    --------
    >>> beside_of({"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "file"}]})
    '[{"type":"file"}]'
    """
    if not isinstance(message, dict):
        return _sorted([message]).decode()
    content = message.get("content")
    if isinstance(content, str) or content is None:
        return None
    parts = content if isinstance(content, list) else [content]
    others = [part for part in parts if not _is_text(part)]
    return _sorted(others).decode() if others else None


def _is_text(part: Any) -> bool:
    if isinstance(part, str):
        return True
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
