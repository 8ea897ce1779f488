"""The playground: any answer to any record is graded at once, and answers of known quality are kept in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets import GraderPlayground
from tests.widgets.test_widgets import ask


@pytest.fixture
def sums(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "sums.rft")
    rows: list[dict[str, Any]] = [
        {
            "id": f"s{n}",
            "messages": [{"role": "user", "content": f"What is {n} plus {n}?"}],
            "reference_answer": str(2 * n),
            "output": {"role": "assistant", "content": f"It is {2 * n}."},
        }
        for n in range(5)
    ]
    ds.import_(rows)
    return ds


def playground(ds: rftkit.Dataset) -> GraderPlayground:
    return GraderPlayground(ds, rftkit.Grader.preset("numeric_answer"))


def test_a_record_is_shown_with_the_fields_that_a_grader_sees_and_its_stored_answer(sums: rftkit.Dataset) -> None:
    shown = playground(sums)
    assert (shown.record["id"], shown.record["at"], shown.record["of"]) == ("s0", 1, 5)
    assert {"name": "reference_answer", "value": "0"} in shown.record["fields"]
    assert shown.record["answers"] == [{"name": "stored output", "text": "It is 0.", "calls": ""}]


def test_records_are_walked_round_and_opened_by_id(sums: rftkit.Dataset) -> None:
    shown = playground(sums)
    ask(shown, "go", step=-1)
    assert shown.record["id"] == "s4"
    ask(shown, "go", step=1)
    assert shown.record["id"] == "s0"
    ask(shown, "open_record", id="s3")
    assert shown.record["id"] == "s3"
    assert "no valid record 'x'" in str(ask(shown, "open_record", id="x")["error"])
    ask(shown, "any_record", seed=1)
    drawn = shown.record["id"]
    ask(shown, "any_record", seed=1)
    assert shown.record["id"] == drawn


def test_an_answer_gets_its_reward_and_an_error_is_no_zero(sums: rftkit.Dataset) -> None:
    shown = playground(sums)
    shown.open_record("s3")
    ask(shown, "grade", text="I think 6")
    shown.wait()
    assert shown.graded["reward"] == 1.0
    ask(shown, "grade", text="I think 7")
    shown.wait()
    assert shown.graded["reward"] == 0.0
    shown.use(
        rftkit.Grader.from_dict(
            {"type": "python", "name": "bad", "source": "def grade(sample, item):\n    return 1 / 0"}
        )
    )
    assert shown.graded is None
    ask(shown, "grade", text="6")
    shown.wait()
    assert shown.graded["reward"] is None
    assert "division by zero" in shown.graded["detail"]


def test_tool_calls_that_are_no_json_are_refused(sums: rftkit.Dataset) -> None:
    assert "no JSON list" in str(ask(playground(sums), "grade", text="", calls="{oops")["error"])


def test_without_a_grader_it_says_what_to_choose(sums: rftkit.Dataset) -> None:
    assert "Choose a grader first" in str(ask(GraderPlayground(sums), "grade", text="6")["error"])


def test_known_answers_are_checked_in_order(sums: rftkit.Dataset) -> None:
    shown = playground(sums)
    shown.open_record("s2")
    ask(shown, "add_case", level="perfect", text="4")
    ask(shown, "add_case", level="terrible", text="5")
    ask(shown, "check_cases")
    shown.wait()
    assert shown.checked["passed"]
    assert shown.checked["in_order"]
    ask(shown, "add_case", level="terrible", text="It is 4.")
    ask(shown, "check_cases")
    shown.wait()
    assert not shown.checked["passed"]
    ask(shown, "remove_case", at=2)
    assert [case["level"] for case in shown.cases] == ["perfect", "terrible"]
    assert shown.checked is None


def test_an_empty_dataset_says_what_to_do(tmp_path: Path) -> None:
    shown = GraderPlayground(rftkit.open(tmp_path / "none.rft"))
    assert shown.record is None
    assert "import some" in shown.to_html()
