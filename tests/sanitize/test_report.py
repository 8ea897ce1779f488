"""The report: counts that agree, a threshold that moves, advice, pages that are safe."""

from __future__ import annotations

import json

import pytest

from rftkit.errors import InputError
from rftkit.sanitize import SanitizeReport, judge, near, sanitize
from rftkit.sanitize.advice import advice
from tests.sanitize.frames import frame, judged, user

TEXTS = ["I want to return my blue shoes", "I want to return my blue shoe", "I want to return the shoes", "Hi", " "]


def report() -> SanitizeReport:
    return judged(*[[user(text)] for text in TEXTS])


def test_to_dict_has_the_keys_of_the_contract_and_is_json() -> None:
    told = json.loads(json.dumps(report().to_dict()))
    assert {"total", "valid", "invalid", "duplicates", "errors_by_code", "warnings_by_code", "repaired"} <= set(told)
    assert told["total"] == told["valid"] + told["invalid"] == 5


def test_moving_the_threshold_computes_no_pair_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found, lower = report(), sanitize(found_frame(), near_duplicates=0.5)
    monkeypatch.setattr(near, "near_pairs", None)
    monkeypatch.setattr(near, "_similar", None)
    counts = [found.at(near_duplicates=T).warnings_by_code.get("near_duplicate", 0) for T in (0.5, 0.7, 0.99)]
    assert counts == [2, 1, 0]
    assert found.at(near_duplicates=0.5).labels.equals(lower.labels)


def found_frame():
    return frame(*[[user(text)] for text in TEXTS])


def test_the_limit_moves_too() -> None:
    assert report().at(max_tokens=64_000).valid == 4


@pytest.mark.parametrize("threshold", [0.19, 1.01, -1])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match=r"from 0\.2 to 1"):
        sanitize(found_frame(), near_duplicates=threshold)


def test_a_limit_below_one_token_and_a_frame_without_messages_are_refused() -> None:
    with pytest.raises(InputError, match="at least 1"):
        sanitize(found_frame(), max_tokens=0)
    with pytest.raises(InputError, match="needs the column messages"):
        sanitize(found_frame().drop("messages"))


def test_records_without_facts_are_refused() -> None:
    found = report()
    with pytest.raises(InputError, match="1 of 5 records have no facts"):
        judge(found.records, found.facts.head(4), found.pairs)


def test_invalid_records_are_a_frame_with_their_codes() -> None:
    assert report().invalid_records.select("id", "errors").rows() == [("r4", ["empty_user_message"])]


def test_the_page_has_no_script_and_escapes() -> None:
    page = report()._repr_html_()
    assert "empty_user_message" in page
    assert "<script" not in page


def test_advice_fires_by_share_and_speaks_of_one_record_in_the_singular() -> None:
    assert [entry["code"] for entry in advice({"no_user_message": 5}, 100)] == []
    assert [entry["code"] for entry in advice({"no_user_message": 6}, 100)] == ["no_user_message"]
    assert [entry["code"] for entry in advice({"user_message_too_short": 11, "secret": 1}, 100)] == [
        "secret",
        "user_message_too_short",
    ]
    assert advice({"invalid_tool_arguments": 1}, 300)[0]["sentence"].startswith("1 of 300 records (under 1 %) has tool")


def test_a_report_refuses_a_threshold_below_what_its_pairs_know() -> None:
    with pytest.raises(InputError, match="sanitize again with a lower one"):
        report().at(0.3)


def test_a_low_threshold_is_compared_from_there_on() -> None:
    assert sanitize(found_frame(), near_duplicates=0.3).floor == 0.3
