"""Answers in the manner of different models, each with the number that a careful reader calls its final one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rftkit.grade import Grader, sample
from rftkit.grade.presets.sources.numeric_answer import final, grade

ANSWERS = [
    json.loads(line)
    for line in Path(__file__).with_name("final_numbers.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]
#: How GSM8K itself reads an answer.
STRICT = re.compile(r"#### (\-?[0-9\.\,]+)")


def agrees(answer: dict[str, object]) -> bool:
    """Return whether the number is found, and none of those that stand beside it is taken for it."""
    given = {"output_text": answer["text"]}
    found = (
        grade(given, {"reference_answer": answer["final"]}) == 1.0
        if answer["final"]
        else not final(str(answer["text"]))
    )
    return found and not any(grade(given, {"reference_answer": other}) for other in answer["not"])  # type: ignore[attr-defined]


def test_the_final_number_is_that_of_a_careful_reader() -> None:
    wrong = [answer["text"] for answer in ANSWERS if not agrees(answer) and not answer.get("known_fault")]
    assert wrong == []


def test_what_is_not_understood_is_a_small_part_and_is_written_down() -> None:
    assert sum(bool(answer.get("known_fault")) for answer in ANSWERS) / len(ANSWERS) < 0.02


def test_where_gsm8k_finds_a_number_ours_is_the_same() -> None:
    """Except where the line goes on: 20% is also .2, 3/4 is .75, and what follows = is the result."""
    for answer in ANSWERS:
        found = STRICT.search(answer["text"])
        if found and not re.match(r"\s*[/%=+*]", answer["text"][found.end() :]):
            assert grade({"output_text": answer["text"]}, {"reference_answer": found[1].rstrip(".,")}) == 1.0, answer


@pytest.mark.parametrize(
    "text", ["#### 72", "\\boxed{72}", "<answer>72</answer>", "It is 5. The answer is 72.", "Answer: 72"]
)
def test_with_announced_only_a_number_that_is_called_the_answer_counts(text: str) -> None:
    strict = Grader.preset("numeric_answer", announced=True)
    given = [sample(text), sample("48 + 24 = 72"), sample("She sold **72** clips")]
    assert [one.reward for one in strict.grade(given, [{"reference_answer": "72"}] * 3)] == [1.0, 0.0, 0.0]


def test_what_a_model_makes_up_after_its_answer_is_not_the_answer() -> None:
    text = "48 + 24 = 72\n#### 72\n\nQuestion: Tom has 3 pens.\nAnswer: 3 + 0 = 3\n#### 3"
    assert grade({"output_text": text}, {"reference_answer": "72"}) == 1.0
    assert grade({"output_text": text}, {"reference_answer": "3"}) == 0.0
