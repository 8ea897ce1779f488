"""What each code means, in one sentence, and how findings become the labels of a record.

A finding is one row `(row, code, detail)`: the rules of this package make frames of findings, this module folds them
into the lists and the JSON text that a record carries. `detail` is already JSON text of a sentence, so that folding
a million records is string concatenation and never Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from rftkit import schema
from rftkit.messages import dump

#: Columns of a frame of findings. `detail` is the JSON text of a sentence, null for the code's own sentence.
FINDINGS: Final[dict[str, pl.DataType]] = {"row": pl.Int64(), "code": pl.String(), "detail": pl.String()}

#: Every code in the order in which a record lists them.
CODES: Final = (*schema.ERROR_CODES, *schema.WARNING_CODES)

SENTENCES: Final[dict[str, str]] = {
    "unreadable_line": "the line could not be read; it is kept with its bytes",
    "invalid_data_structure": "the row is not an object with a prompt",
    "missing_input": "the row has no input",
    "missing_messages": "there is no list of messages",
    "empty_messages": "the list of messages is empty",
    "invalid_message": "a message is not an object with a role and content",
    "invalid_role": f"a role is none of {', '.join(schema.ROLES)}",
    "missing_content": "a message has no content",
    "invalid_content": "the content of a message is neither text nor a list of parts",
    "null_content": "the content of a message is null, which only an assistant that calls a tool may have",
    "no_user_message": "there is no user turn",
    "empty_user_message": "a user turn is blank",
    "last_not_user": "the last message is not a user turn, so there is nothing to answer",
    "missing_tool_call_id": "a tool call or a tool result has no id",
    "orphan_tool_result": "a tool result answers no earlier tool call",
    "tool_call_without_result": "a tool call is never answered",
    "invalid_tool_arguments": "the arguments of a tool call are not JSON text of an object",
    "exceeds_max_tokens": "the prompt has more tokens than allowed",
    "duplicate": "an earlier valid record has the same messages and tools",
    "user_message_too_short": "the last user turn has fewer than 10 characters",
    "near_duplicate": "an earlier valid record has almost the same user text",
    "conflicting_output": "a copy of this prompt has another output",
    "duplicate_id": "an earlier record has the same id",
    "duplicate_tool_call_id": "a tool call id is used more than once",
    "undeclared_tool": "a tool is called that the record does not declare",
    "duplicate_key": "an object of the source row has the same key twice; the last one counts",
    "secret": "a message holds what looks like a key or a password",
    "personal_data": "a message holds what looks like personal data",
    "has_media": "a message holds an image, audio or a file; targets that take text only skip the record",
    "repaired": "the row was repaired while it was read; the repair can be undone",
    "deep_json": "a value is nested so deeply that it is kept as text",
}

_ERRORS: Final = list(schema.ERROR_CODES)
_DEFAULTS: Final = {code: dump(sentence) for code, sentence in SENTENCES.items()}


def place(position: str = "position", role: str = "role") -> pl.Expr:
    """Return the expression of where a message stands, for a detail: ``message 3 (user)``.

    Examples
    --------
    >>> pl.DataFrame({"position": [2], "role": ["user"]}).select(place()).item()
    'message 3 (user)'
    """
    # concat_str and not format: in polars 2.1, format panics on a frame that a filter has emptied.
    known = pl.when(pl.col(role).is_in(schema.ROLES)).then(pl.concat_str(pl.lit(" ("), role, pl.lit(")")))
    number = (pl.col(position) + 1).cast(pl.String)
    return pl.concat_str(pl.lit("message "), number, known.otherwise(pl.lit("")))


def findings(frame: pl.DataFrame | pl.LazyFrame, code: str, *parts: str | pl.Expr) -> pl.LazyFrame:
    """Return one finding per row of the frame.

    Parameters
    ----------
    frame
        The rows that a rule hit; has `row` and what `parts` use.
    code
        The code of the rule.
    *parts
        What the detail consists of: text, and expressions that give text without quotes, backslashes or control
        characters. None: the code's own sentence.

    Examples
    --------
    >>> findings(pl.DataFrame({"row": [4]}), "last_not_user").collect().rows()
    [(4, 'last_not_user', None)]
    """
    if not parts:
        detail: pl.Expr = pl.lit(None, dtype=pl.String)
    else:
        pieces = [pl.lit(part) if isinstance(part, str) else part for part in parts]
        detail = pl.concat_str([pl.lit('"'), *pieces, pl.lit('"')])
    return frame.lazy().select(pl.col("row").cast(pl.Int64), pl.lit(code).alias("code"), detail.alias("detail"))


def listed(rows: Sequence[tuple[int, str, str | None]]) -> pl.LazyFrame:
    r"""Return findings made in Python: row, code, sentence (plain text, None for the code's own).

    Examples
    --------
    >>> listed([(1, "secret", 'a "key"')]).collect()["detail"].item()
    '"a \\"key\\""'
    """
    texts = [(row, code, None if text is None else dump(text)) for row, code, text in rows]
    return pl.LazyFrame(texts, schema=FINDINGS, orient="row")


def fold(found: Iterable[pl.LazyFrame]) -> pl.DataFrame:
    """Fold findings into one row per record that has any.

    Parameters
    ----------
    found
        Frames of findings. Where a record has a code more than once, the first finding's detail stays.

    Returns
    -------
    polars.DataFrame
        `row, errors, warnings, details`, codes in the order of `CODES`; `details` is JSON text ``{code: sentence}``.

    Examples
    --------
    >>> fold([findings(pl.DataFrame({"row": [1]}), "last_not_user")]).select("row", "errors", "warnings").rows()
    [(1, ['last_not_user'], [])]
    """
    frames = list(found) or [pl.LazyFrame(schema=FINDINGS)]
    codes = pl.Enum(CODES)
    every = pl.concat(frames).with_columns(pl.col("code").cast(codes))
    once = every.unique(["row", "code"], keep="first", maintain_order=True).sort("row", "code", maintain_order=True)
    name = pl.col("code").cast(pl.String)
    own = name.replace_strict(_DEFAULTS, return_dtype=pl.String)
    return (
        once.with_columns(
            name.alias("name"),
            name.is_in(_ERRORS).alias("error"),
            pl.concat_str([pl.lit('"'), name, pl.lit('":'), pl.col("detail").fill_null(own)]).alias("entry"),
        )
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("name").filter("error").alias("errors"),
            pl.col("name").filter(~pl.col("error")).alias("warnings"),
            pl.col("entry").str.join(",").alias("entry"),
        )
        .select("row", "errors", "warnings", pl.concat_str([pl.lit("{"), "entry", pl.lit("}")]).alias("details"))
        .collect()
    )


def unfold(folded: pl.DataFrame) -> pl.LazyFrame:
    """Return the findings that were folded, without their details: one row per record and code.

    Examples
    --------
    >>> unfold(fold([findings(pl.DataFrame({"row": [1]}), "secret")])).collect().rows()
    [(1, 'secret')]
    """
    both = pl.concat_list("errors", "warnings").alias("code")
    return folded.lazy().select("row", both).explode("code").drop_nulls("code")
