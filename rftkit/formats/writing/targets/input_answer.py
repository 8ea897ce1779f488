"""`input` and `answer`, as CSV or JSON lines: the last user turn and what the answer should be.

The answer is the source's reference answer; where there is none, what the assistant said in the stored output; else
nothing. Values are written unchanged. What `input` cannot hold (system message, earlier turns, tools) is counted.
"""

from __future__ import annotations

import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing import text
from rftkit.formats.writing.flat import plain_text, references
from rftkit.formats.writing.prompts import offered_tools, output_text
from rftkit.formats.writing.target import Notes, Options, Target

#: What a spreadsheet runs: these first characters, unless the cell is a plain number.
FORMULA = r"^[=+\-@\t\r]"
NUMBER = r"^[+\-]?[0-9][0-9.,]*%?$"


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    """Return one line of JSON per record; an answer that is no text keeps its JSON value.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        Unused: the format has exactly two columns.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"messages": [{"role": "user", "content": "3 * 4"}], "extra": '{"reference_answer":12}'}
    >>> lines(complete(pl.DataFrame([row])), Options(), Notes()).item()
    '{"input":"3 * 4","answer":12}'
    """
    pairs = _pairs(frame, notes)
    values = {"input": text.quoted(pl.col("input")), "answer": pl.col("answer").fill_null("null")}
    return pairs.select(text.braced(text.members(values)).alias("line")).to_series()


def table(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.DataFrame:
    """Return the two columns as text; an answer that is no text is its JSON.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        `excel_safe` puts an apostrophe before cells that a spreadsheet would run.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> frame = complete(pl.DataFrame({"messages": [[{"role": "user", "content": "=1+1"}]]}))
    >>> table(frame, Options(excel_safe=True), Notes()).rows()
    [("'=1+1", '')]
    """
    pairs = _pairs(frame, notes).with_columns(pl.col("input").fill_null(""))
    pairs = pairs.with_columns(plain_text(pairs["answer"]).fill_null(""))
    runs = pairs.select(pl.all().str.contains(FORMULA) & ~pl.all().str.contains(NUMBER))
    notes["formula_made_safe" if options.excel_safe else "formula"] += sum(runs.sum().row(0)) if runs.height else 0
    if not options.excel_safe:
        return pairs
    return pairs.select(
        pl.when(pl.lit(runs[name])).then(pl.concat_str(pl.lit("'"), name)).otherwise(name).alias(name)
        for name in pairs.columns
    )


def _pairs(frame: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    reference = references(frame)
    missing = reference.is_null()
    spoken = [output_text(output) if wanted else None for output, wanted in zip(frame["output"], missing, strict=True)]
    answer = reference.fill_null(pl.Series(spoken, dtype=pl.String)).alias("answer")
    notes["answer_from_output"] += int(missing.sum()) - answer.null_count()
    notes["no_answer"] += answer.null_count()
    more = (pl.col("messages").list.len() > 1) | offered_tools().is_not_null()
    notes["context_dropped"] += int(frame.select(more.sum()).item())
    return frame.select(chat.last_user_text().alias("input"), pl.lit(answer))


JSONL = Target("jsonl", "JSON lines with exactly `input` and `answer`", lines=lines, columns=False)
CSV = Target("csv", "CSV with exactly `input` and `answer`", table=table, suffix=".csv", columns=False)
