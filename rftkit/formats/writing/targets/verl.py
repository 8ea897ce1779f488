"""verl: a Parquet table of data_source, prompt, ability, reward_model and extra_info.

`prompt` has only the fields that some record needs, because Arrow fills what a message lacks with nulls; call
arguments and tools stay JSON text.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing.flat import beside, plain_text, references
from rftkit.formats.writing.prompts import offered_tools
from rftkit.formats.writing.target import Notes, Options, Target

_CALLS = pl.List(
    pl.Struct({"id": pl.String, "type": pl.String, "function": pl.Struct({"name": pl.String, "arguments": pl.String})})
)


def table(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.DataFrame:
    """Return one row per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        `split` and `columns` go to `extra_info`.
    notes
        Counts what the person should know.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> row = {"messages": [{"role": "user", "content": "Hi"}], "extra": '{"reference_answer":"4"}', "topic": "a/b"}
    >>> made = table(complete(pl.DataFrame([row])), Options(), Notes())
    >>> made["reward_model"].item(), made["data_source"].item(), made["prompt"].to_list()
    ({'style': 'rule', 'ground_truth': '4'}, 'rftkit/a', [[{'role': 'user', 'content': 'Hi'}]])
    """
    truth = plain_text(references(frame))
    notes["no_reference"] += truth.null_count()
    topic = pl.col("topic").fill_null("unassigned")
    others = pl.concat_str(pl.lit("{"), pl.lit(beside(frame, (), options, notes)).str.strip_prefix(","), pl.lit("}"))
    return frame.select(
        pl.concat_str(pl.lit("rftkit/"), topic.str.split("/").list.first()).alias("data_source"),
        pl.lit(_prompts(frame["messages"])).alias("prompt"),
        topic.alias("ability"),
        pl.struct(pl.lit("rule").alias("style"), pl.lit(truth).alias("ground_truth")).alias("reward_model"),
        pl.struct(
            pl.int_range(pl.len()).alias("index"),
            pl.lit(options.split or "train").alias("split"),
            pl.col("id"),
            offered_tools().alias("tools"),
            others.alias("columns"),
        ).alias("extra_info"),
    )


def _prompts(column: pl.Series) -> pl.Series:
    """Return messages with role and content, and with the fields of tool calls where any record has them."""
    flat = column.explode().struct.unnest()
    named = [name for name in ("name", "tool_call_id") if flat[name].null_count() < flat.height]
    if flat["tool_calls"].null_count() < flat.height:
        flat = flat.with_columns(pl.Series("tool_calls", [_calls(text) for text in flat["tool_calls"]], dtype=_CALLS))
        named = [*named, "tool_calls"]
    rows = pl.int_range(column.len(), eager=True).repeat_by(column.list.len()).explode().alias("row")
    turns = flat.select("role", "content", *named).to_struct("prompt")
    return pl.DataFrame([rows, turns]).group_by("row", maintain_order=True).agg("prompt")["prompt"]


def _calls(text: str | None) -> list[dict[str, Any]] | None:
    return None if text is None else list(chat.load(text))


TARGET = Target(
    "verl", "verl Parquet: data_source, prompt, ability, reward_model, extra_info", table=table, suffix=".parquet"
)
