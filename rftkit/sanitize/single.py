"""What can be said about a record by looking at that record alone.

A row of `records` never changes (an edit makes a new row), so its facts are computed once and kept; only what depends
on other records (duplicates, near duplicates, repeated ids) and on settings (the token limit, the threshold) is left
to `rftkit.sanitize.verdict`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from rftkit import schema
from rftkit.errors import InputError
from rftkit.sanitize import codes, credentials, personal, structure, tokens, toolcalls

#: Columns of `facts`; all of them can stand in a Delta table.
FACTS: Final[dict[str, pl.DataType]] = {
    "row": pl.Int64(),
    "errors": pl.List(pl.String),  # structural codes, in the order of schema.ERROR_CODES
    "warnings": pl.List(pl.String),
    "details": pl.String(),  # JSON text {code: sentence}, null when nothing was found
    "size": pl.Int64(),  # UTF-8 bytes of contents, tool calls and tools
    "tokens": pl.Int64(),  # exact, null where half of `size` is within the limit that was asked for
    "encoding": pl.String(),  # the tokenizer that counted them
    "content_key": pl.Binary(),
    "exact_key": pl.Binary(),
    "output_key": pl.Binary(),  # of the output as a value (order of keys does not matter), null when absent
    "text_key": pl.Binary(),  # of `text`
    "text": pl.String(),  # all user text, normalised; null when there is none
}

#: The default of `max_tokens`.
MAX_TOKENS: Final = 32_000


def facts(
    frame: pl.DataFrame,
    *,
    count_tokens_over: int = MAX_TOKENS,
    encoding: str = tokens.DEFAULT_ENCODING,
) -> pl.DataFrame:
    """Return what each record says by itself: structural codes, secrets, personal data, size, keys, user text.

    Parameters
    ----------
    frame
        Records: `messages` and, where there are any, `row`, `tools`, `output`, `raw`, `problems`, `repairs`,
        `content_key`, `exact_key`. Missing columns are taken as empty, a missing `row` is the position.
    count_tokens_over
        Tokens are counted exactly where half of a prompt's bytes exceed this.
    encoding
        Name of the tokenizer; see `rftkit.sanitize.tokens.encoding_for`.

    Returns
    -------
    polars.DataFrame
        One row per record in the same order; columns of `FACTS`.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> facts(pl.DataFrame([pack([[{"role": "user", "content": "Where is my order?"}], []])]))["errors"].to_list()
    [[], ['empty_messages']]
    """
    from rftkit.keys import digests

    frame = complete(frame)
    messages = structure.flat(frame)
    found = [
        *structure.rules(frame, messages),
        *toolcalls.rules(frame, messages),
        credentials.find(messages),
        personal.find(messages),
    ]
    base = tokens.sizes(frame, messages).with_columns(
        frame["content_key"], frame["exact_key"], output_key=_output_keys(frame["output"])
    )
    joined = (
        base.lazy()
        .join(codes.fold(found).lazy(), on="row", how="left", maintain_order="left")
        .join(_user_text(messages), on="row", how="left", maintain_order="left")
        .with_columns(pl.col("errors", "warnings").fill_null([]))
        .collect()
    )
    keyed = joined.with_columns(digests(joined["text"]).alias("text_key"))
    return count_tokens(keyed, frame, over=count_tokens_over, encoding=encoding).select(list(FACTS))


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every column that facts need; see `facts` for what missing ones become.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> complete(pl.DataFrame([pack([[{"role": "user", "content": "Hi"}]])])).select("row", "tools").rows()
    [(0, None)]
    """
    from rftkit.keys import with_keys

    if "messages" not in frame.columns:
        raise InputError(
            f"a frame of records needs the column messages, and this one has {', '.join(frame.columns) or 'none'}; "
            "make it with rftkit.messages.pack(list_of_message_lists)"
        )
    if "row" not in frame.columns:
        frame = frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"))
    untyped = [pl.col(name).cast(dtype) for name, dtype in schema.DRAFT.items() if frame.schema.get(name) == pl.Null()]
    frame = frame.with_columns(untyped)  # a column of nothing but None
    wanted = ("tools", "output", "raw", "problems", "repairs")
    missing = [pl.lit(None, dtype=schema.DRAFT[name]).alias(name) for name in wanted if name not in frame.columns]
    frame = frame.with_columns(pl.col("row").cast(pl.Int64), *missing)
    keys = ("content_key", "exact_key")
    known = all(name in frame.columns and not frame[name].null_count() for name in keys)
    return frame if known else with_keys(frame)


def count_tokens(
    facts: pl.DataFrame, frame: pl.DataFrame, *, over: int, encoding: str = tokens.DEFAULT_ENCODING
) -> pl.DataFrame:
    """Return the facts with tokens counted wherever a limit needs them; what is counted already stays.

    Parameters
    ----------
    facts
        Has `row`, `size` and, where they were counted before, `tokens` and `encoding`.
    frame
        Has `row`, `messages`, `tools`; at least the rows that `uncounted` names.
    over
        The limit.
    encoding
        Name of the tokenizer.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> frame = complete(pl.DataFrame([pack([[{"role": "user", "content": "Where is my order?"}]])]))
    >>> count_tokens(facts(frame), frame, over=5)["tokens"].to_list()
    [13]
    """
    if "tokens" not in facts.columns:
        facts = facts.with_columns(tokens=pl.lit(None, dtype=pl.Int64), encoding=pl.lit(None, dtype=pl.String))
    rows = uncounted(facts, over, encoding)
    if rows.is_empty():
        return facts
    some = frame.filter(pl.col("row").is_in(rows.implode()))
    counted = some.select("row", tokens.counts(some, encoding), encoding=pl.lit(encoding))
    return facts.update(counted, on="row")


def uncounted(facts: pl.DataFrame, over: int, encoding: str = tokens.DEFAULT_ENCODING) -> pl.Series:
    """Return the rows whose tokens must be counted to judge a limit, and were not with this tokenizer.

    Examples
    --------
    >>> one = {"row": [7], "size": [100], "tokens": [None], "encoding": [None]}
    >>> uncounted(pl.DataFrame(one), over=10).to_list(), uncounted(pl.DataFrame(one), over=90).to_list()
    ([7], [])
    """
    needed = (pl.col("size") > 2 * over) & (pl.col("encoding").fill_null("") != encoding)
    return facts.filter(needed)["row"]


def _user_text(messages: pl.DataFrame) -> pl.LazyFrame:
    """Return all user text of each record, normalised as `content_key` is."""
    from rftkit.keys import normalise

    said = messages.lazy().filter((pl.col("role") == "user") & pl.col("content").is_not_null())
    joined = said.group_by("row", maintain_order=True).agg(pl.col("content").str.join(" ").alias("text")).collect()
    folded = joined.with_columns(normalise(joined["text"]).alias("text"))
    return folded.lazy().filter(pl.col("text") != "")


def _output_keys(outputs: pl.Series) -> pl.Series:
    """Return a digest of each output as a value: the same for another order of keys and other white space."""
    import msgspec
    from xxhash import xxh3_128_digest

    encode = msgspec.json.Encoder(order="sorted").encode
    decode = msgspec.json.Decoder().decode

    def key(text: str | None) -> bytes | None:
        if text is None or text == "null":
            return None
        try:
            return xxh3_128_digest(encode(decode(text)))
        except (msgspec.DecodeError, RecursionError):
            return xxh3_128_digest(text.encode())  # beyond what can be parsed: compared as text

    return pl.Series("output_key", [key(text) for text in outputs], dtype=pl.Binary)
