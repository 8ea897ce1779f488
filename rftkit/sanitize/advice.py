"""Sentences that say what to do about what was found, the most pressing first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: From which share of all records on a code is worth advice, and what to do. 0: from the first record on.
_ADVICE: Final[tuple[tuple[str, float, str], ...]] = (
    (
        "secret", 0.0,
        "look like they hold a key or a password: take them out and replace the key where it is used, before anything "
        "is exported",
    ),
    (
        "exceeds_max_tokens", 0.0,
        "are longer than the token limit: shorten their context, or raise the limit if the model to be trained takes "
        "longer prompts",
    ),
    (
        "tool_call_without_result", 0.0,
        "call a tool that is never answered: export the trace with its tool results, or cut the prompt before the call",
    ),
    (
        "orphan_tool_result", 0.0,
        "hold a tool result without its call: the call was lost on the way, export the trace whole",
    ),
    ("missing_tool_call_id", 0.0, "lack an id of a tool call or result: export tool calls with their ids"),
    (
        "invalid_tool_arguments", 0.0,
        "have tool arguments that are no JSON object: they were cut or re-written on the way",
    ),
    (
        "duplicate", 0.2,
        "are copies of an earlier record: the first of each stays valid; if the source logs every retry, filter there",
    ),
    (
        "last_not_user", 0.05,
        "do not end with a user turn: import them as finished conversations, so that the answer becomes the output",
    ),
    (
        "no_user_message", 0.05,
        "have no user turn: they are probably internal calls of the application, filter them at the source",
    ),
    ("empty_user_message", 0.05, "have a blank user turn: check how the source logs attachments and voice"),
    (
        "invalid_role", 0.0,
        "have roles of another format: name the format when importing, for example --format sharegpt",
    ),
    ("missing_messages", 0.05, "have no messages: check the mapping of the import with --map FIELD=COLUMN"),
    (
        "user_message_too_short", 0.1,
        "end with a very short user turn: keep those that the context explains, drop the rest",
    ),
    (
        "near_duplicate", 0.1,
        "are almost the same as an earlier record: a split keeps them together, but they add little; drop some, or "
        "raise the threshold if they are meant",
    ),
    (
        "conflicting_output", 0.0,
        "have copies with another output: decide which is right before outputs are graded or trained on",
    ),
    (
        "personal_data", 0.0,
        "look like they hold personal data: replace it, or be sure that it may be used for training",
    ),
    (
        "undeclared_tool", 0.0,
        "call tools that they do not declare: the model to be trained could not have known them",
    ),
    ("has_media", 0.05, "hold images, audio or files: targets that take text only will skip them"),
    ("repaired", 0.05, "were repaired while they were read: look at some of them; the repairs can be undone"),
)  # fmt: skip


def advice(counts: Mapping[str, int], total: int) -> list[dict[str, Any]]:
    """Return what to do about the codes that are frequent enough.

    Parameters
    ----------
    counts
        Number of records by code, errors and warnings.
    total
        Number of records.

    Returns
    -------
    list of dict
        ``{"code", "share", "sentence"}``, most pressing first.

    Examples
    --------
    >>> advice({"secret": 1}, 4)[0]["sentence"]
    '1 of 4 records (25 %) looks like it holds a key or a password: ...'
    """
    found = [(code, text) for code, least, text in _ADVICE if counts.get(code, 0) > least * total]
    return [
        {"code": code, "share": counts[code] / total, "sentence": _sentence(counts[code], total, text)}
        for code, text in found
    ]


_ONE: Final = (
    ("look like they hold", "looks like it holds"),
    ("are ", "is "),
    ("call ", "calls "),
    ("hold ", "holds "),
    ("lack ", "lacks "),
    ("have ", "has "),
    ("do not ", "does not "),
    ("end ", "ends "),
    ("were ", "was "),
)


def _sentence(count: int, total: int, text: str) -> str:
    if count == 1:
        many, one = next(pair for pair in _ONE if text.startswith(pair[0]))
        text = one + text[len(many) :]
    return f"{count:,} of {total:,} records ({_percent(count / total)}) {text}"


def _percent(share: float) -> str:
    if share and share < 0.01:
        return "under 1 %"
    return f"{share:.0%}".replace("%", " %")
