"""The vocabulary: names and types of every column that rftkit stores or returns.

A record is kept in two tables that are joined on `row`: the wide `records` table holds the prompt as
it came or was made and is only ever appended to; the narrow `labels` table holds what rftkit and the
person say about it and is rewritten often. A record whose `labels` row is gone is deleted; an edited
record has a new `records` row that its `labels` row points to. So undo never copies a prompt.

Text that must survive exactly (tools, call arguments, content parts, outputs, free metadata) is JSON
text and never an Arrow struct, because Arrow would pad missing keys with nulls.
"""

from __future__ import annotations

from typing import Final

import polars as pl

TIME: Final = pl.Datetime("us", "UTC")

#: One message. `content` is the text (the text parts joined by a newline where the content is a list of parts; null
#: where there is none), `tool_calls` the JSON text of the list. `raw` is the JSON text of the whole
#: message and is set only where the other fields cannot rebuild it exactly (parts, odd keys, odd order).
MESSAGE: Final = pl.Struct(
    {
        "role": pl.String,
        "content": pl.String,
        "name": pl.String,
        "tool_calls": pl.String,
        "tool_call_id": pl.String,
        "raw": pl.String,
    }
)

#: Where a record came from. `line` counts from 1; `turn` is the index of the assistant turn it was cut at.
ORIGIN: Final = pl.Struct(
    {
        "file": pl.String,
        "line": pl.Int64,
        "span_id": pl.String,
        "trace_id": pl.String,
        "turn": pl.Int64,
    }
)

#: What a reader of `rftkit.formats` yields and what a generator adds: a prompt and where it came from.
DRAFT: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "messages": pl.List(MESSAGE),
    "tools": pl.String(),  # JSON text of the list as it came, null when absent
    "tool_choice": pl.String(),  # JSON text, null when absent
    "output": pl.String(),  # JSON text, null when absent; kept for looking at, never trained on
    "metadata": pl.String(),  # JSON text of an object, null when absent
    "extra": pl.String(),  # JSON text of an object: every other top-level key of the source row, in order
    "generated": pl.Boolean(),
    "source_record_id": pl.String(),
    "strategy": pl.String(),
    "model": pl.String(),  # who wrote a generated record
    "origin": ORIGIN,
    "raw": pl.String(),  # JSON text of the source's `input` where `messages` cannot hold it
    "problems": pl.List(pl.String),  # structural codes that only the reader could see
    "repairs": pl.String(),  # JSON text of a list [{"code", "where", "before"}], null when none
    "row_key": pl.Binary(),  # 16 bytes, xxh3 of the whole source row: "imported before"
    "content_key": pl.Binary(),  # 16 bytes, xxh3 of the normalised messages and tools: "duplicate"
    "exact_key": pl.Binary(),  # 16 bytes, xxh3 of the messages and tools as they are
}

#: `records/`: a draft with its place in the dataset.
RECORDS: Final[dict[str, pl.DataType]] = {"row": pl.Int64(), **DRAFT, "created_at": TIME}

#: `labels/`: one narrow row per living record.
LABELS: Final[dict[str, pl.DataType]] = {
    "row": pl.Int64(),
    "id": pl.String(),  # unique; `records.id` is the id as it came
    "position": pl.Int64(),  # the order of the records; an edited record keeps its place
    "valid": pl.Boolean(),  # null until the record was sanitized
    "errors": pl.List(pl.String),
    "warnings": pl.List(pl.String),
    "details": pl.String(),  # JSON text {code: sentence}, null when nothing was found
    "topic": pl.String(),  # id of the topic in the store; its path in what a person gets
    "topic_confidence": pl.Float64(),
    "topic_method": pl.String(),
    "secondary_topics": pl.List(pl.String),
    "quality": pl.Float64(),  # stars, 1 to 5
    "split": pl.String(),  # train, validation, or null
    "updated_at": TIME,
}

#: What `Dataset.records()` returns: the join, with topics as paths.
FRAME: Final[dict[str, pl.DataType]] = {
    **{name: dtype for name, dtype in RECORDS.items() if name != "row_key"},
    **{name: dtype for name, dtype in LABELS.items() if name not in ("row", "id")},
}

#: `candidates/`: generated records waiting for decisions.
CANDIDATES: Final[dict[str, pl.DataType]] = {
    "candidate_id": pl.String(),
    "run": pl.String(),  # the generation run that made it
    "position": pl.Int64(),  # its place in the plan: candidates are judged in this order
    "topic": pl.String(),  # path
    "source_record_id": pl.String(),
    "strategy": pl.String(),
    "model": pl.String(),
    "messages": pl.List(MESSAGE),
    "tools": pl.String(),
    "tool_choice": pl.String(),
    "facets": pl.String(),  # JSON text of an object: difficulty, phrasing, ... that the plan asked for
    "valid": pl.Boolean(),
    "reasons": pl.List(pl.String),
    "details": pl.String(),  # JSON text {reason: sentence}
    "quality": pl.Float64(),  # stars, 1 to 5
    "quality_parts": pl.String(),  # JSON text {part: 0 to 1}
    "created_at": TIME,
}

#: `decisions/`: what a person said about a candidate; the latest row of a candidate counts.
DECISIONS: Final[dict[str, pl.DataType]] = {
    "candidate_id": pl.String(),
    "decision": pl.String(),  # accept, reject, edit, or added
    "messages": pl.List(MESSAGE),  # the edited messages of an `edit`, else null
    "when": TIME,
}

#: `replacements/`: which rejected candidate a later one was made in place of, and what its writer was told of it.
REPLACEMENTS: Final[dict[str, pl.DataType]] = {
    "candidate_id": pl.String(),
    "replaces": pl.String(),
    "reason": pl.String(),
}

#: `verdicts/`: what validation says of an edited candidate; the latest row of a candidate counts while its edit does.
VERDICTS: Final[dict[str, pl.DataType]] = {
    "candidate_id": pl.String(),
    "valid": pl.Boolean(),
    "reasons": pl.List(pl.String),
    "details": pl.String(),
    "quality": pl.Float64(),
    "quality_parts": pl.String(),
    "when": TIME,
}

#: `rollouts/`: what models answered to prompts; where a question was asked again after a failure, the last row counts.
ROLLOUTS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),  # of the record
    "sample": pl.Int64(),  # number of the answer to this prompt, from 0
    "model": pl.String(),
    "settings": pl.String(),  # short hash of temperature, longest answer and other parameters
    "prompt_key": pl.Binary(),  # `exact_key` of the record when it was asked: an edited prompt is another question
    "output_text": pl.String(),
    "output_tools": pl.String(),  # JSON text of the tool calls, null when there are none
    "refusal": pl.String(),  # the model's own words where its server marks a refusal
    "finish_reason": pl.String(),
    "input_tokens": pl.Int64(),
    "output_tokens": pl.Int64(),
    "error": pl.String(),  # why there is no answer, null where there is one
    "run": pl.String(),  # what collected it
    "when": TIME,
}

#: `dry_runs/`: what a grader said of each answer of a dry run; `dry_runs.json` says with which options.
DRY_RUNS: Final[dict[str, pl.DataType]] = {
    "run": pl.String(),
    "id": pl.String(),
    "sample": pl.Int64(),
    "topic": pl.String(),  # path, as it was
    "prompt_key": pl.Binary(),  # names the rollout together with id, sample, and the model and settings of the run
    "reward": pl.Float64(),  # null where there is none
    "sub_rewards": pl.String(),  # JSON text {part: reward}
    "grader_error": pl.String(),
    "warnings": pl.List(pl.String),  # of the record, as they were
    "known": pl.Float64(),  # reward of the record's known answer, where there is one
    "empty": pl.Float64(),  # reward of an empty answer
}

#: `splits/`: who is in validation, and with which prompt, as the last split left it.
SPLITS: Final[dict[str, pl.DataType]] = {"id": pl.String(), "content_key": pl.Binary()}

#: Lines that could not be read, kept with their bytes.
UNREADABLE: Final[dict[str, pl.DataType]] = {
    "file": pl.String(),
    "line": pl.Int64(),
    "reason": pl.String(),
    "raw": pl.Binary(),
}

ROLES: Final = ("system", "developer", "user", "assistant", "tool")

ERROR_CODES: Final = (
    "unreadable_line",
    "invalid_data_structure",
    "missing_input",
    "missing_messages",
    "empty_messages",
    "invalid_message",
    "invalid_role",
    "missing_content",
    "invalid_content",
    "null_content",
    "no_user_message",
    "empty_user_message",
    "last_not_user",
    "missing_tool_call_id",
    "orphan_tool_result",
    "tool_call_without_result",
    "invalid_tool_arguments",
    "exceeds_max_tokens",
    "duplicate",
)

WARNING_CODES: Final = (
    "user_message_too_short",
    "near_duplicate",
    "conflicting_output",
    "duplicate_id",
    "duplicate_tool_call_id",
    "undeclared_tool",
    "duplicate_key",
    "secret",
    "personal_data",
    "has_media",
    "repaired",
    "deep_json",
)

STRATEGIES: Final = (
    "message_variation",
    "few_shot",
    "topic_description",
    "scenario_expansion",
    "tool_chain",
)

#: How a topic was assigned.
TOPIC_METHODS: Final = ("manual", "imported", "discovered", "keyword", "embedding", "llm", "generated")

#: The methods that no step overwrites, and that count as labels to learn from.
HAND_MADE: Final = ("manual", "imported")


def empty(schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Return a frame with these columns and no row.

    Examples
    --------
    >>> empty(UNREADABLE).columns
    ['file', 'line', 'reason', 'raw']
    """
    return pl.DataFrame(schema=schema)
