"""A grader is tried with answers that deserve nothing, with known ones, again, and against people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.dataset import Dataset
from rftkit.errors import InputError, NotFoundError
from rftkit.grade import Grader, weighted
from rftkit.grade.agreement import agreement
from rftkit.grade.difference import difference
from rftkit.grade.probes import PROBES
from rftkit.grade.reliability import repeatability


@pytest.fixture
def ds(tmp_path: Path) -> Dataset:
    """Questions of arithmetic with a solution each."""
    made = rftkit.open(tmp_path / "sums.rft")
    rows = [
        {
            "id": f"r{n}",
            "messages": [{"role": "user", "content": f"What is {n} plus {2 * n + 100}, and why?"}],
            "output": {"role": "assistant", "content": f"{n} + {2 * n + 100} = {3 * n + 100}\n#### {3 * n + 100}"},
            "reference_answer": str(3 * n + 100),
        }
        for n in range(1, 21)
    ]
    made.import_(rows)
    return made


def python(body: str) -> Grader:
    return Grader.from_dict({"type": "python", "name": "g", "source": f"def grade(sample, item):\n    {body}"})


def test_a_sound_grader_passes_every_probe(ds: Dataset) -> None:
    report = Grader.preset("numeric_answer").probe(ds)
    assert [probe.name for probe in report.probes] == list(PROBES)
    assert report.passed, report.to_dict()
    assert report.probes[-1].reward == 1.0


EXPLOITS = {
    "empty": "return 1.0 if not sample['output_text'] else 0.0",
    "padding": "return min(1.0, len(sample['output_text']) / 1500)",
    "echo": "return float('What is' in sample['output_text'])",
    "format_only": "return float('boxed' in sample['output_text'])",
    "flattery": "return float('verified' in sample['output_text'])",
    "keyword_stuffing": "return float(sample['output_text'].count('plus') >= 3)",
    "reference": "return 0.5",
}


@pytest.mark.parametrize("name", EXPLOITS)
def test_every_probe_finds_the_fault_it_is_for(ds: Dataset, name: str) -> None:
    report = python(EXPLOITS[name]).probe(ds, prompts=4)
    failed = {probe.name: probe for probe in report.probes if probe.passed is False}
    assert name in failed
    assert not report.passed
    assert f"{failed[name].reward:.2f}" in failed[name].why
    assert name in repr(report)


def test_an_error_is_no_passed_probe(ds: Dataset) -> None:
    report = python("return 1.0 / len(sample['output_text']) * 0").probe(ds, prompts=3)
    empty = report.probes[0]
    assert (empty.name, empty.reward, empty.passed, empty.errors) == ("empty", None, False, 3)
    assert "ZeroDivisionError" in empty.why


def test_where_nothing_is_right_the_reference_is_not_tried(tmp_path: Path) -> None:
    made = rftkit.open(tmp_path / "a.rft")
    made.import_([{"messages": [{"role": "user", "content": "Tell me a story about a fox."}]}])
    reference = python("return 0.0").probe(made).probes[-1]
    assert (reference.reward, reference.passed, reference.records) == (None, None, 0)


def test_a_grader_of_calls_is_tried_where_a_call_is_expected(tmp_path: Path) -> None:
    made = rftkit.open(tmp_path / "a.rft")
    tool = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": '{"x": 1}'}}
    words, calling = (
        {"role": "assistant", "content": "Hello"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
    )
    rows = [
        {
            "messages": [{"role": "user", "content": f"Find number {n}"}],
            "tools": [tool],
            "output": calling if n % 5 == 0 else words,
        }
        for n in range(20)
    ]
    made.import_(rows)
    report = Grader.preset("tool_call_match").probe(made)
    assert report.passed, report
    assert {probe.records for probe in report.probes} == {4}


def test_the_form_of_a_json_reference_is_its_keys(tmp_path: Path) -> None:
    made = rftkit.open(tmp_path / "a.rft")
    rows = [{"messages": [{"role": "user", "content": "Extract the name."}], "reference_answer": '{"name": "Ann"}'}]
    made.import_(rows)
    probes = {probe.name: probe for probe in Grader.preset("format_compliance").probe(made).probes}
    assert probes["format_only"].reward == 0.5
    assert probes["reference"].passed


def test_the_same_seed_tries_the_same_records(ds: Dataset) -> None:
    grader = python("return int(item['reference_answer']) / 1000")
    first, again, other = (grader.probe(ds, prompts=5, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first.probes[0].reward != other.probes[0].reward


def test_known_answers_get_what_they_should_and_in_order(ds: Dataset) -> None:
    known = [
        {"id": "r1", "output_text": "103", "level": "perfect"},
        {"id": "r1", "output_text": "no idea", "level": "terrible"},
        {"id": "r2", "output_text": "106", "expected": 1},
    ]
    report = ds.known_answers(Grader.preset("numeric_answer"), known)
    assert report.passed
    assert report.frame["reward"].to_list() == [1.0, 0.0, 1.0]
    upside_down = ds.known_answers(python("return float('no' in sample['output_text'])"), known)
    assert not upside_down.passed
    assert not upside_down.in_order


def test_a_known_answer_needs_a_record_and_a_level(ds: Dataset) -> None:
    with pytest.raises(NotFoundError, match="no record has the id 'r99'"):
        ds.known_answers(Grader.preset("numeric_answer"), [{"id": "r99", "output_text": "1", "level": "perfect"}])
    with pytest.raises(InputError, match="give perfect, mediocre, terrible"):
        ds.known_answers(Grader.preset("numeric_answer"), [{"id": "r1", "output_text": "1", "level": "great"}])


def test_a_grader_that_rolls_dice_is_not_steady(ds: Dataset) -> None:
    assert ds.judge_again(Grader.preset("numeric_answer"), times=3, prompts=4).identical == 1.0
    dice = ds.judge_again(python("import random; return random.random()"), times=4, prompts=4)
    assert not dice.steady
    assert dice.identical == 0.0


def test_repeatability_is_counted_by_hand() -> None:
    found = repeatability([[1.0, 1.0, 1.0], [0.0, 0.5, 1.0], [None, 1.0, 1.0]])
    assert (found.answers, found.times, found.identical, found.widest, found.errors) == (3, 3, 0.5, 1.0, 1)
    assert found.spread == pytest.approx((1 / 6) ** 0.5 / 2)
    assert repeatability([[None, None]]).spread is None


def test_agreement_is_that_of_the_textbook() -> None:
    """Two raters of 50 answers: 20 both good, 15 both bad, 5 and 10 mixed: kappa is .4."""
    rewards = [1.0] * 25 + [0.0] * 25
    labels = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    found = agreement(rewards, labels)
    assert found.accuracy is not None
    assert found.kappa is not None
    assert found.accuracy[0] == pytest.approx(0.7)
    assert found.kappa[0] == pytest.approx(0.4)
    assert found.kappa[1] < 0.4 < found.kappa[2]
    assert found.spearman == pytest.approx(found.pearson)


def test_agreement_says_when_there_is_nothing_to_agree_about() -> None:
    found = agreement([1.0, 1.0, None], [1, 0, 1])
    assert (found.answers, found.errors, found.pearson, found.kappa) == (2, 1, None, (0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="label at least 2"):
        agreement([None], [1])


def test_a_grader_is_compared_with_hand_labels(ds: Dataset) -> None:
    labelled: list[dict[str, Any]] = [
        {"id": f"r{n}", "output_text": str(3 * n + 100 + n % 2), "label": 1 - n % 2} for n in range(1, 21)
    ]
    found = ds.hand_labels(Grader.preset("numeric_answer"), labelled)
    assert found.accuracy == (1.0, 1.0, 1.0)
    assert found.to_dict()["kappa"]["value"] == 1.0


def test_graders_are_kept_in_versions_with_a_reason(ds: Dataset) -> None:
    first, second = Grader.preset("numeric_answer"), Grader.preset("numeric_answer", tolerance=0.01)
    assert ds.save_grader(first, reason="the answer is a number") == 1
    assert ds.save_grader(first, reason="again") == 1
    assert ds.save_grader(second, reason="answers are rounded") == 2
    assert ds.grader("numeric_answer") == second
    assert ds.grader("numeric_answer", 1) == first
    told = ds.graders()
    assert told.select("version", "reason", "changes").rows() == [
        (1, "the answer is a number", 0),
        (2, "answers are rounded", 1),
    ]
    [change] = ds.grader_diff("numeric_answer")
    assert change.path == "source"
    assert change.lines == ("-TOLERANCE = 0.0  # option", "+TOLERANCE = 0.01  # option")
    ds.undo()
    assert ds.grader("numeric_answer") == first
    assert (ds.path / "graders" / "numeric_answer.json").exists()


def test_a_grader_that_is_not_kept_is_named_with_those_that_are(ds: Dataset) -> None:
    with pytest.raises(NotFoundError, match="keep one with"):
        ds.grader("mine")
    ds.save_grader(Grader.preset("exact_match"), reason="first", name="../odd name")
    assert ds.grader("../odd name").name == "exact_match"
    with pytest.raises(NotFoundError, match=re.escape("there are ../odd name")):
        ds.grader("mine")
    with pytest.raises(NotFoundError, match="versions 1 to 1, not 7"):
        ds.grader("../odd name", 7)
    with pytest.raises(InputError, match="a name and a reason"):
        ds.save_grader(Grader.preset("exact_match"), reason=" ")
    assert {file.parent.name for file in ds.path.rglob("*odd*")} <= {"graders", "versions"}


def test_a_difference_names_every_place() -> None:
    before = weighted({"a": (Grader.preset("exact_match"), 0.5), "b": (Grader.preset("numeric_answer"), 0.5)}).to_dict()
    after = weighted(
        {"a": (Grader.preset("exact_match", reference="x"), 0.7), "c": (Grader.preset("numeric_answer"), 0.3)}
    ).to_dict()
    assert [change.path for change in difference(before, after)] == [
        "graders.a.reference",
        "graders.b",
        "graders.c",
        "calculate_output",
    ]
