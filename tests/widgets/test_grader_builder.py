"""The grader builder: presets, weights, JSON, what is wrong, cheats, versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rftkit
from rftkit.errors import InputError
from rftkit.widgets import GraderBuilder
from rftkit.widgets._grader_parts import shares
from tests.widgets.test_widgets import ask


@pytest.fixture
def sums(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "sums.rft")
    rows = [
        {"messages": [{"role": "user", "content": f"What is {n} plus {n}?"}], "reference_answer": str(2 * n)}
        for n in range(12)
    ]
    ds.import_(rows)
    return ds


def test_before_anything_is_chosen_it_says_how_to_begin(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    assert builder.grader is None
    assert "take a preset" in builder.to_html()
    assert {row["name"] for row in builder.presets} >= {"numeric_answer", "tool_call_match", "python"}
    assert "no grader yet" in str(ask(builder, "keep", reason="why")["error"])


def test_a_preset_with_options_is_the_grader_that_python_makes(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    ask(builder, "use_preset", preset="numeric_answer")
    ask(builder, "set_option", name="numeric_answer", option="tolerance", value=0.5)
    assert builder.grader == rftkit.Grader.preset("numeric_answer", tolerance=0.5)
    assert builder.python == 'grader = rftkit.Grader.preset("numeric_answer", tolerance=0.5)'
    assert builder.problems == []


def test_parts_count_by_their_weights_which_always_sum_to_one(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    for preset in ("numeric_answer", "exact_match", "exact_match"):
        ask(builder, "add_part", preset=preset)
    ask(builder, "weigh", name="numeric_answer", weight=2)
    assert (
        builder.grader.to_dict()["calculate_output"]
        == "0.5 * numeric_answer + 0.25 * exact_match + 0.25 * exact_match_2"
    )
    ask(builder, "remove_part", name="exact_match_2")
    assert [part["name"] for part in builder.parts] == ["numeric_answer", "exact_match"]
    assert "above 0" in str(ask(builder, "weigh", name="exact_match", weight=0)["error"])


@pytest.mark.parametrize("weights", [[1], [1, 2, 4], [0.1] * 7, [3, 1e-3, 5]])
def test_shares_sum_to_one_exactly(weights: list[float]) -> None:
    assert sum(round(share * 10_000) for share in shares(weights)) == 10_000


def test_json_that_is_none_changes_nothing_and_says_what_is_wrong(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    builder.use_preset("exact_match")
    before = builder.text
    assert "no JSON of a grader" in str(ask(builder, "edit", text="{not json")["error"])
    assert builder.text == before
    wrong = {**json.loads(before), "operation": "neq"}
    ask(builder, "edit", text=json.dumps(wrong))
    assert [one["severity"] for one in builder.problems] == ["error"]
    assert "ne" in builder.problems[0]["fix"]


def test_a_field_that_no_record_has_is_named(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    builder.use_preset("exact_match", reference="answr")
    assert any("answr" in one["message"] for one in builder.problems)


def test_cheats_are_tried_on_records_and_a_bad_grader_is_found_out(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    builder.edit(json.dumps({"type": "python", "name": "any", "source": "def grade(sample, item):\n    return 1.0\n"}))
    ask(builder, "try_cheats")
    builder.wait()
    assert builder.probes["passed"] is False
    builder.use_preset("numeric_answer")
    assert builder.probes is None
    ask(builder, "try_cheats")
    builder.wait()
    assert builder.probes["passed"] is True


def test_a_grader_is_kept_with_a_reason_and_found_again(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    builder.use_preset("numeric_answer")
    assert "reason" in str(ask(builder, "keep", reason=" ")["error"])
    ask(builder, "keep", reason="numbers decide")
    assert builder.kept == {"name": "numeric_answer", "version": 1}
    ask(builder, "set_option", name="numeric_answer", option="tolerance", value=0.5)
    assert builder.kept is None
    ask(builder, "keep", reason="half a unit does not matter")
    again = GraderBuilder(rftkit.open(sums.path))
    assert again.grader == builder.grader
    assert again.kept == {"name": "numeric_answer", "version": 2}
    ask(again, "open_version", name="numeric_answer", version=1)
    assert again.kept["version"] == 1
    ask(builder, "undo")
    assert sums.graders()["version"].to_list() == [1]


def test_what_cannot_be_one_grader_is_refused(sums: rftkit.Dataset) -> None:
    builder = GraderBuilder(sums)
    with pytest.raises(InputError, match="no preset 'nothing'"):
        builder.add_part("nothing")
    assert builder.parts == []
