"""From facts to verdicts: which records are valid, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rftkit.errors import InputError
from rftkit.sanitize import codes, duplicates, near
from rftkit.sanitize.codes import findings
from rftkit.sanitize.near import FLOOR, THRESHOLD, near_pairs
from rftkit.sanitize.report import SanitizeReport
from rftkit.sanitize.single import MAX_TOKENS, complete, facts, uncounted
from rftkit.sanitize.tokens import DEFAULT_ENCODING, encoding_for


def sanitize(
    frame: pl.DataFrame,
    *,
    max_tokens: int = MAX_TOKENS,
    near_duplicates: float = THRESHOLD,
    model: str | None = None,
) -> SanitizeReport:
    """Flag what is wrong with records; nothing is deleted and nothing is changed.

    Parameters
    ----------
    frame
        Records in the order of their file: `messages` and, where there are any, the other columns of
        `rftkit.schema.FRAME`. A missing `row` or `id` is the position.
    max_tokens
        Prompts with more tokens, tools counted, are invalid.
    near_duplicates
        From this Jaccard similarity of the character 5-grams of its user text with an earlier valid record's on, a
        record gets the warning `near_duplicate`; 0.2 to 1.
    model
        Tokens are counted by this model's tokenizer where that is known, else by o200k.

    Returns
    -------
    SanitizeReport
        The verdict of every record, counts by code, and advice.

    Raises
    ------
    InputError
        The frame has no messages, or an option is out of its range.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> chats = [[{"role": "user", "content": text}] for text in ("Where is my order?", "where is  my order?", " ")]
    >>> sanitize(pl.DataFrame([pack(chats)]))
    <SanitizeReport: 1 of 3 valid, empty_user_message 1, duplicate 1>
    """
    options(max_tokens, near_duplicates)
    whole = complete(frame)
    encoding = encoding_for(model)
    known = facts(whole, count_tokens_over=max_tokens, encoding=encoding)
    ids = whole["id"] if "id" in whole.columns else whole["row"].cast(pl.String).alias("id")
    narrow = whole.select("row", ids)
    floor = min(FLOOR, near_duplicates)
    return judge(
        narrow,
        known,
        near_pairs(known, floor=floor),
        max_tokens=max_tokens,
        near_duplicates=near_duplicates,
        encoding=encoding,
        floor=floor,
    )


def options(max_tokens: int, near_duplicates: float, floor: float = near.LEAST) -> None:
    """Raise `InputError` where an option is out of its range.

    Parameters
    ----------
    max_tokens, near_duplicates
        As `judge` takes them.
    floor
        The similarity from which on pairs are known.

    Examples
    --------
    >>> options(32_000, 0.7)
    """
    if max_tokens < 1:
        raise InputError(f"max_tokens is {max_tokens}; it must be at least 1, for example --max-tokens 32000")
    near.checked(near_duplicates, floor)


def judge(
    records: pl.DataFrame,
    facts: pl.DataFrame,
    pairs: pl.DataFrame,
    *,
    max_tokens: int = MAX_TOKENS,
    near_duplicates: float = THRESHOLD,
    encoding: str = DEFAULT_ENCODING,
    floor: float = FLOOR,
) -> SanitizeReport:
    """Return the verdict of every record from what was computed before.

    Parameters
    ----------
    records
        `row` and `id` of every record, and `source_id` where the id as it came differs from the one in use.
    facts
        What `rftkit.sanitize.facts` returned for at least these rows.
    pairs
        What `rftkit.sanitize.near_pairs` returned for them; pairs of other rows do not matter.
    max_tokens
        Prompts with more tokens are invalid.
    near_duplicates
        The threshold; not below the floor that the pairs were made with.
    encoding
        The tokenizer that the limit means.
    floor
        The similarity that the pairs were made from on.

    Returns
    -------
    SanitizeReport
        The verdicts.

    Raises
    ------
    InputError
        An option is out of its range, or a row has no facts, or its tokens were not counted.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> known = facts(pl.DataFrame([pack([[{"role": "user", "content": "Where is my order?"}]])]))
    >>> judge(pl.DataFrame({"row": [0], "id": ["a"]}), known, near_pairs(known)).valid
    1
    """
    options(max_tokens, near_duplicates, floor)
    base = _joined(records, facts)
    late = uncounted(base, max_tokens, encoding)
    if late.len():
        raise InputError(
            f"{late.len()} records have no exact token count by {encoding}, so the limit of {max_tokens} cannot be "
            "judged; count them with rftkit.sanitize.count_tokens(facts, frame, over=max_tokens)"
        )
    over = (pl.col("tokens") > max_tokens).fill_null(value=False)
    own = pl.col("errors").list.len() > 0
    base = base.with_columns(over=over).with_columns(sound=~(own | pl.col("over")))
    found = codes.fold(_found(base, pairs, max_tokens, near_duplicates))
    labels = _labels(base, found)
    return SanitizeReport(labels, max_tokens, near_duplicates, encoding, records, facts, pairs, floor)


def _joined(records: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    came = "source_id" if "source_id" in records.columns else "id"
    own = records.select(
        pl.col("row").cast(pl.Int64), pl.col("id").cast(pl.String), source_id=pl.col(came).cast(pl.String)
    ).sort("row")
    joined = own.join(facts.drop("text", strict=False), on="row", how="left", maintain_order="left")
    missing = joined["errors"].null_count()
    if missing:
        raise InputError(
            f"{missing} of {joined.height} records have no facts; compute them with rftkit.sanitize.facts(frame)"
        )
    return joined


def _found(base: pl.DataFrame, pairs: pl.DataFrame, max_tokens: int, threshold: float) -> list[pl.LazyFrame]:
    """Return what depends on other records or on settings."""
    over = findings(
        base.filter("over"), "exceeds_max_tokens", "the prompt has ", pl.col("tokens").cast(pl.String),
        f" tokens, more than {max_tokens}",
    )  # fmt: skip
    copies = list(duplicates.rules(base))
    copied = copies[0].select("row").collect()
    valid = base.filter("sound").join(copied, on="row", how="anti", maintain_order="left")
    return [over, *copies, *_near(valid, pairs, threshold)]


def _near(valid: pl.DataFrame, pairs: pl.DataFrame, threshold: float) -> Iterator[pl.LazyFrame]:
    hits = near.nearest_earlier(valid.select("row", "text_key"), pairs, threshold)
    named = hits.join(valid.select(earlier="row", first="id"), on="earlier", how="left", maintain_order="left")
    percent = (pl.col("jaccard") * 100).floor().cast(pl.Int64).cast(pl.String)
    yield findings(
        named,
        "near_duplicate",
        "its user text is ",
        percent,
        " % the same as that of record ",
        duplicates.escaped("first"),
    )


def _labels(base: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return the labels: what was known of each record by itself, and what was found now."""
    columns = ["row", "id", "errors", "warnings", "details"]
    own = base.select(columns).lazy()
    hit = own.join(found.lazy(), on="row", suffix="_found")
    old, new = pl.col("details"), pl.col("details_found")
    merged = hit.select(
        "row",
        "id",
        pl.col("errors").list.concat("errors_found"),
        pl.col("warnings").list.concat("warnings_found"),
        pl.when(old.is_null())
        .then(new)
        .otherwise(pl.concat_str(old.str.head(-1), pl.lit(","), new.str.slice(1)))
        .alias("details"),
    )
    rest = own.join(found.lazy(), on="row", how="anti")  # most records: nothing has to be put together for them
    every = pl.concat([rest, merged]).sort("row")
    valid = (pl.col("errors").list.len() == 0).alias("valid")
    return every.select("row", "id", valid, "errors", "warnings", "details").collect()
