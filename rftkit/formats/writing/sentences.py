"""What a count of the writers means, in words."""

from __future__ import annotations

from collections.abc import Mapping

_SENTENCES = {
    "unchecked": "Wrote {records} that nobody sanitized; run sanitize to know which of them are valid.",
    "few": "Wrote {records}, and the service wants at least {minimum}.",
    "system_role": "Found a system message in {records}; Azure wants role developer in RFT files.",
    "no_reference": "Found no reference answer in {records}; a grader that needs one cannot score them.",
    "no_answer": "Left the answer of {records} empty: there is neither a reference answer nor an output.",
    "answer_from_output": "Took the stored output as the answer of {records} without a reference answer.",
    "context_dropped": "Wrote only the last user turn of {records} with a system message, earlier turns or tools.",
    "no_output": "Found no output in {records}; they end with the user's turn.",
    "output_no_message": "Left out the output of {records}: it is no chat message.",
    "nested_metadata": "Left out nested metadata of {records}; ask for its keys by name to have them.",
    "deep_value": "Left out values of {records} nested more deeply than readers of JSON take; --format records has them.",
    "taken_key": "Left out keys of {records} that are named like a key of this format.",
    "formula": "Found {cells} that a spreadsheet would run as formulas; --excel-safe alters them.",
    "formula_made_safe": "Put an apostrophe before {cells} that a spreadsheet would run as formulas.",
}

_REASONS = {
    "invalid": "Skipped {records}: invalid.",
    "no_messages": "Skipped {records}: no messages.",
    "last_not_user": "Skipped {records}: the last message is not the user's.",
    "has_media": "Skipped {records}: images, audio or files, and this format takes none of that kind.",
}


def warnings(notes: Mapping[str, int], *, minimum: int = 0) -> list[str]:
    """Return one sentence per thing that was counted.

    Parameters
    ----------
    notes
        Counts by code.
    minimum
        Fewest records that the service takes.

    Examples
    --------
    >>> warnings({"formula": 1})
    ['Found 1 cell that a spreadsheet would run as formulas; --excel-safe alters them.']
    """
    return [_filled(_SENTENCES[code], n, minimum) for code, n in notes.items() if n]


def skipped(reasons: Mapping[str, int]) -> list[str]:
    """Return one sentence per reason for skipping.

    Examples
    --------
    >>> skipped({"invalid": 3})
    ['Skipped 3 records: invalid.']
    """
    return [_filled(_REASONS[reason], n, 0) for reason, n in reasons.items() if n]


def _filled(sentence: str, n: int, minimum: int) -> str:
    end = "" if n == 1 else "s"
    return sentence.format(records=f"{n:,} record{end}", cells=f"{n:,} cell{end}", minimum=minimum)
