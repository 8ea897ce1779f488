"""A real-sized dirty export, judged line by line against its ground truth.

`WANTED` says what rftkit decides on each defect (and, where they differ, on each variant of it): the errors that a
record must have, or `None` for a valid one, and the warnings that must be there. Nothing here knows an id or a line,
so another file made the same way with another seed must pass too (`RFTKIT_DIRTY` names one: a path without `.jsonl.gz`).
"""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit.formats import read
from rftkit.sanitize import SanitizeReport, sanitize

UNREADABLE = "unreadable"

#: defect, or (defect, variant) -> (errors of an invalid record, None for a valid one, or UNREADABLE; warnings)
WANTED: dict[str | tuple[str, str], tuple[set[str] | str | None, set[str]]] = {
    "none": (None, set()),
    "crlf": (None, {"repaired"}),
    "bom": (None, {"repaired"}),
    "invalid_utf8": (None, {"repaired"}),
    "lone_surrogate": (None, {"repaired"}),
    "nul_char": (None, {"repaired"}),
    "nan_literal": (None, {"repaired"}),
    "bad_id": (None, {"repaired"}),
    "arguments_as_object": (None, {"repaired"}),
    "legacy_function_call": (None, {"repaired"}),
    "ctl_short": (None, {"user_message_too_short"}),
    "duplicate_id": (None, {"duplicate_id"}),
    "duplicate_tool_call_id": (None, {"duplicate_tool_call_id"}),
    "called_tool_not_declared": (None, {"undeclared_tool"}),
    # The last of two keys counts, as in every JSON reader: then the role is a sound one or it is not.
    ("duplicate_keys", "role"): (None, {"duplicate_key"}),
    ("duplicate_keys", "role_last_bad"): ({"no_user_message", "last_not_user"}, {"duplicate_key"}),
    # How deep a value must be to stay text depends on its depth alone; both are kept, byte for byte.
    ("deep_nesting", "metadata_object"): (None, set()),
    ("deep_nesting", "metadata"): (None, {"deep_json"}),
    ("deep_nesting", "content"): ({"invalid_content"}, {"deep_json"}),
    ("content_parts", "text"): (None, set()),
    ("content_parts", "text_multi"): (None, set()),
    ("content_parts", "strings"): (None, {"repaired"}),
    ("content_parts", "image_url"): (None, {"has_media"}),
    ("content_parts", "image_data"): (None, {"has_media"}),
    ("content_parts", "input_audio"): (None, {"has_media"}),
    ("content_parts", "file"): (None, {"has_media"}),
    # The generator puts one image into many records, so the later ones may be copies.
    ("content_parts", "image_only"): ({"duplicate?"}, {"has_media"}),
    ("content_parts", "unknown_type"): ({"invalid_content"}, set()),
    ("content_parts", "wrong_key"): ({"invalid_content"}, set()),
    ("content_parts", "empty_list"): ({"empty_user_message"}, set()),
    "integer_content": ({"invalid_content"}, set()),
    "non_string_content": ({"invalid_content"}, set()),
    "missing_content": ({"missing_content"}, set()),
    "null_content": ({"null_content"}, set()),
    "empty_message": ({"empty_user_message"}, set()),
    "empty_messages": ({"empty_messages"}, set()),
    "missing_messages": ({"missing_messages"}, set()),
    "messages_not_list": ({"missing_messages"}, set()),
    ("messages_not_list", "json_string"): (None, {"repaired"}),
    "message_not_object": ({"invalid_message"}, set()),
    "missing_role": ({"invalid_role"}, set()),
    "unknown_role": ({"invalid_role"}, set()),
    ("unknown_role", "'USER'"): (None, {"repaired"}),
    ("unknown_role", "'User'"): (None, {"repaired"}),
    ("unknown_role", "'user '"): (None, {"repaired"}),
    "last_not_user": ({"last_not_user"}, set()),
    ("last_not_user", "assistant_tool_call"): ({"last_not_user", "tool_call_without_result"}, set()),
    "tool_call_without_result": ({"tool_call_without_result"}, set()),
    "tool_result_without_call": ({"orphan_tool_result"}, set()),
    ("tool_result_without_call", "missing_id"): ({"missing_tool_call_id"}, set()),
    ("tool_result_without_call", "wrong_id"): ({"orphan_tool_result", "tool_call_without_result"}, set()),
    "invalid_json_arguments": ({"invalid_tool_arguments"}, set()),
    "exact_duplicate": ({"duplicate"}, set()),
    "case_ws_duplicate": ({"duplicate"}, set()),
    "over_long": ({"exceeds_max_tokens"}, set()),
    "huge_line": ({"exceeds_max_tokens"}, set()),
    ("input_not_object", "list"): ({"invalid_data_structure"}, set()),
    ("input_not_object", "string"): ({"invalid_data_structure"}, set()),
    ("input_not_object", "null"): ({"missing_input"}, set()),
    ("input_not_object", "absent"): ({"missing_input"}, set()),
    # A line of another shape is read by the file's shape and reported; `--mixed` reads it by its own.
    "openai_ft_shape": ({"missing_input"}, set()),
    "not_a_record": ({"invalid_data_structure"}, set()),
    ("not_a_record", "{}"): ({"missing_input"}, {"repaired"}),
    "truncated_json": (UNREADABLE, set()),
    "two_objects_on_line": (UNREADABLE, set()),
    "trailing_comma": (UNREADABLE, set()),
    "python_repr": (UNREADABLE, set()),
    "plain_text_line": (UNREADABLE, set()),
}

#: Warnings that a line may have beside those of its defect: they were in the clean records too, or come from a copy.
NATURAL = {
    "personal_data",
    "user_message_too_short",
    "conflicting_output",
    "near_duplicate",
    "duplicate_id",
    "undeclared_tool",
}


@pytest.fixture(scope="module")
def stem(shared_data: Path) -> Path:
    return Path(os.environ.get("RFTKIT_DIRTY", shared_data / "dirty-1"))


@pytest.fixture(scope="module")
def truth(stem: Path) -> list[dict[str, Any]]:
    lines = gzip.decompress(stem.with_name(stem.name + ".truth.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def came(stem: Path) -> tuple[pl.DataFrame, set[int]]:
    reading = read(stem.with_name(stem.name + ".jsonl.gz"))
    frame = pl.concat(list(reading))
    return frame, set(reading.unreadable["line"])


@pytest.fixture(scope="module")
def report(came: tuple[pl.DataFrame, set[int]]) -> SanitizeReport:
    return sanitize(came[0])


@pytest.fixture(scope="module")
def verdicts(came: tuple[pl.DataFrame, set[int]], report: SanitizeReport) -> dict[int, tuple[set[str], set[str]]]:
    """Return errors and warnings by line."""
    lines = came[0]["origin"].struct.field("line")
    both = report.labels.select("errors", "warnings").iter_rows()
    return {line: (set(errors), set(warnings)) for line, (errors, warnings) in zip(lines, both, strict=True)}


def wanted(entry: dict[str, Any]) -> tuple[set[str] | str | None, set[str]]:
    defect, variant = entry["defect"], str(entry["variant"])
    fallback = (None, set()) if defect.startswith("ctl_") else None
    found = WANTED.get((defect, variant), WANTED.get(defect, fallback))
    assert found is not None, f"nothing is decided on {defect} {variant}"
    return found


def test_every_line_gets_the_verdict_that_is_decided_for_its_defect(
    truth: list[dict[str, Any]], verdicts: dict[int, tuple[set[str], set[str]]], came: tuple[pl.DataFrame, set[int]]
) -> None:
    wrong = defaultdict(list)
    for entry in truth:
        if entry["defect"] in ("blank_line", "near_duplicate"):
            continue
        errors, warnings = wanted(entry)
        line, name = entry["line"], (entry["defect"], entry["variant"])
        if errors == UNREADABLE:
            if line not in came[1]:
                wrong[name].append(line)
            continue
        got = verdicts.get(line)
        if got is None or not _agrees(got, errors, warnings, name[0] == "deep_nesting"):
            wrong[name].append((line, got))
    assert not wrong


def _agrees(got: tuple[set[str], set[str]], errors: set[str] | str | None, warnings: set[str], deep: bool) -> bool:
    allowed = [set() if errors is None else errors]
    if errors == {"duplicate?"}:
        allowed = [set(), {"duplicate"}]
    # A line that is hit twice by chance (a near copy of a short or of an over-long one, say) may have one more warning.
    return (
        got[0] in allowed and warnings <= got[1] and got[1] - warnings <= NATURAL | ({"deep_json"} if deep else set())
    )


@pytest.mark.parametrize(
    ("expect", "holds"),
    [
        ("keep", lambda errors, warnings: not errors),
        ("dedupe", lambda errors, warnings: "duplicate" in errors),
        ("warn", lambda errors, warnings: bool(warnings)),
        ("repair_or_reject", lambda errors, warnings: bool(errors) or bool(warnings)),
    ],
)
def test_the_proposals_of_the_ground_truth_hold(
    truth: list[dict[str, Any]], verdicts: dict[int, tuple[set[str], set[str]]], expect: str, holds: Any
) -> None:
    lines = [entry["line"] for entry in truth if entry["expect"] == expect]
    assert [line for line in lines if line not in verdicts or not holds(*verdicts[line])] == []


def test_rejected_lines_are_invalid_or_unreadable(
    truth: list[dict[str, Any]], verdicts: dict[int, tuple[set[str], set[str]]], came: tuple[pl.DataFrame, set[int]]
) -> None:
    lines = [entry["line"] for entry in truth if entry["expect"] == "reject"]
    assert [line for line in lines if line not in came[1] and not verdicts[line][0]] == []


def test_a_copy_names_the_record_that_stays(
    truth: list[dict[str, Any]], came: tuple[pl.DataFrame, set[int]], report: SanitizeReport
) -> None:
    by_line = dict(zip(came[0]["origin"].struct.field("line"), report.labels.iter_rows(named=True), strict=True))
    for entry in truth:
        if entry["expect"] == "dedupe":
            kept = by_line[entry["dup_of_line"]]
            assert kept["valid"]
            assert kept["id"] in json.loads(by_line[entry["line"]]["details"])["duplicate"]


def test_injected_near_duplicates_are_flagged_exactly_where_their_similarity_says(
    truth: list[dict[str, Any]], verdicts: dict[int, tuple[set[str], set[str]]]
) -> None:
    injected = [entry for entry in truth if entry["defect"] == "near_duplicate"]
    similar = [entry for entry in injected if entry["detail"]["jaccard5_user_text"] >= 0.705]
    flagged = [entry for entry in similar if "near_duplicate" in verdicts[entry["line"]][1]]
    assert len(flagged) >= 0.98 * len(similar) > 100
    clean = [entry["line"] for entry in truth if entry["defect"] == "none"]
    assert sum("near_duplicate" in verdicts[line][1] for line in clean if line in verdicts) <= 5


def test_conflicting_outputs_are_found(
    truth: list[dict[str, Any]], verdicts: dict[int, tuple[set[str], set[str]]]
) -> None:
    first = {entry["dup_of_line"] for entry in truth if entry["variant"] == "other_output"}
    assert first == {line for line, (_, warnings) in verdicts.items() if "conflicting_output" in warnings}


def test_nothing_looks_like_a_secret(report: SanitizeReport) -> None:
    assert "secret" not in report.warnings_by_code
