"""The final number of an answer decides, however it is written."""

from __future__ import annotations

import gzip
import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.grade import Grader, sample
from rftkit.grade.presets.sources.numeric_answer import final, grade

DATA = Path(os.environ.get("RFTKIT_SHARED", "/nowhere")) / "data" / "gsm8k-1k.jsonl.gz"

RIGHT = [
    # announced
    ("48 / 2 = 24\n#### 72", "72"),
    ("####72", "72"),
    ("#### $72", "72"),
    ("#### **72**", "72"),
    ("#### 1,234", "1234"),
    ("#### 72 clips in 2 months", "72"),
    ("#### 10 + 5 = 15", "15"),
    ("#### The answer is 8", "8"),
    ("#### 5\n\nExplanation: 3 + 2 = 5, over 7 days", "5"),
    ("#### Step 1: 5 + 5\n#### Step 2: less 2\nThe total is 8", "8"),
    (r"So \boxed{72} clips in 2 months", "72"),
    (r"\boxed{\frac{3}{4}}", "3/4"),
    (r"\boxed{72\text{ cm}^2}", "72"),
    (r"$\boxed{1{,}234}$", "1234"),
    (r"\boxed{x = 5}", "5"),
    (r"first \boxed{1}, then \boxed{2}", "2"),
    ("The answer is $1,234.50.", "1234.5"),
    ("The answer is 72. That means 48 in April.", "72"),
    ("The answer is 5 + 3 = 8.", "8"),
    ("The answer is 72 = 48 + 24.", "72"),
    ("The answer is x = 8.", "8"),
    ("The answer is -3.", "-3"),
    ("The answer to the question is 12.", "12"),
    ("So the answer is:\n\n**72 clips**", "72"),
    ("**Final Answer:** 72", "72"),
    ("Final answer\n\n72", "72"),
    ("A: 72", "72"),
    ("answer=72", "72"),
    ('{"answer": "72", "steps": 3}', "72"),
    ("To give the answer as a percentage: 6/20 = 30%, 40% - 30% = 10%", "10"),
    # in bold, calculated, or simply last
    ("She sold **72** clips in 2 months", "72"),
    ("**Step 1:** 40 + 2 = 42\n\nIt comes to 42", "42"),
    ("48 + 24 = 72", "72"),
    ("He needs 5*3 = 15 hours to read 3 books.", "15"),
    ("It takes 20 - 5 = $15 for the 2 of them.", "15"),
    ("Step 1: 48\nStep 2: 24\nTotal: 72", "72"),
    ("1. apples\n2. 72", "72"),
    ("She sold 72 clips (48 in April and 24 in May).", "72"),
    ("He has 72 left on the 3rd day", "72"),
    ("seventy-two (72)", "72"),
    ("Thus, 1/4 of 20 is 5", "5"),
    # ways to write a number
    ("72 dollars", "72"),
    ("72kg", "72"),
    ("072", "72"),
    ("72.00", "72"),
    ("It costs 72.", "72"),
    (".5", "0.5"),
    ("1,234,567", "1234567"),
    ("1,00,000", "100000"),
    ("1\u202f234\u202f567", "1234567"),
    ("650 000 cars", "650000"),
    ("1'000", "1000"),
    ("$-5", "-5"),
    ("-$5.00", "-5"),
    ("−5", "-5"),
    ("–5", "-5"),
    ("10-15 = -5", "-5"),
    ("She paid 10 - 3 = 7 dollars", "7"),
    ("US$72", "72"),
    ("Rs.500", "500"),
    ("3/4", "0.75"),
    ("1 1/2", "1.5"),
    ("1½ cups", "1.5"),
    (r"$x = -\frac{1}{2}$", "-0.5"),
    ("50%", "50"),
    ("50 percent", "0.5"),
    (r"50\%", "50"),
    ("0.5", "50%"),
    ("1.5 million", "1500000"),
    ("5 million", "5"),
    ("2.5e3", "2500"),
    (r"2.5 \times 10^3", "2500"),
    ("2^5", "32"),
    ("72 m^2", "72"),
    ("72 m²", "72"),
    ("72 cm2", "72"),
    ("`72`", "72"),
    ("$72$", "72"),
    (r"\(72\)", "72"),
    ("９", "9"),
    ("twelve", "12"),
    ("one hundred and twenty-three apples", "123"),
    ("two thousand five hundred", "2500"),
]

WRONG = [
    ("", "0"),
    ("I do not know.", "7"),
    ("####", "0"),
    ("It is 15.\n#### ", "15"),
    ("#### 73", "72"),
    ("72, no: 73", "72"),
    ("#### 72.01", "72"),
    ("#### -72", "72"),
    ("#### 720", "72"),
    ("#### 7,200", "72"),
    ("72 is what she had; 24 are left", "72"),
    ("The answer is not known", "0"),
    ("1/3", "0.33"),
    ("[1, 2, 72, 3]", "72"),
]


@pytest.mark.parametrize(("text", "reference"), RIGHT)
def test_the_final_number_is_found_and_compared_as_a_number(text: str, reference: str) -> None:
    assert grade({"output_text": text}, {"reference_answer": reference}) == 1.0, [str(value) for value in final(text)]


@pytest.mark.parametrize(("text", "reference"), WRONG)
def test_another_final_number_or_none_is_wrong(text: str, reference: str) -> None:
    assert grade({"output_text": text}, {"reference_answer": reference}) == 0.0


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(["{}", "{:,}", "{}.00", "{:,}.", "${:,}", "#### {:,}", "\\boxed{{{}}}"]),
)
def test_every_integer_is_read_back_from_every_way_to_write_it(number: int, form: str) -> None:
    assert final("In 3 steps: " + form.format(number))[0] == number


@given(st.fractions(min_value=0, max_value=1000, max_denominator=999))
def test_a_fraction_is_its_value(value: Fraction) -> None:
    assert final(f"The answer is {value.numerator}/{value.denominator}.")[0] == value


@given(st.text(max_size=300))
def test_no_text_is_an_error(text: str) -> None:
    assert grade({"output_text": text}, {"reference_answer": "1"}) in (0.0, 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 100_000,
        "1," * 50_000,
        "#" * 100_000,
        "(" * 50_000,
        "1+" * 50_000,
        "\\frac{" * 20_000,
        "-" * 100_000,
        "**1" * 30_000,
        "\n" * 100_000 + "1",
        "1 in " * 30_000,
    ],
)
def test_long_and_odd_answers_are_read_in_time(text: str) -> None:
    assert grade({"output_text": text}, {"reference_answer": "2"}) == 0.0


def test_numbers_may_be_off_by_the_tolerance() -> None:
    grader = Grader.preset("numeric_answer", tolerance=0.01)
    rewards = grader.grade([sample("3.33"), sample("3.3")], [{"reference_answer": "10/3"}] * 2)
    assert [one.reward for one in rewards] == [1.0, 0.0]


@pytest.mark.parametrize("item", [{}, {"reference_answer": None}, {"reference_answer": "blue"}])
def test_a_reference_without_a_number_is_an_error_and_not_a_zero(item: dict[str, object]) -> None:
    [graded] = Grader.preset("numeric_answer").grade([sample("72")], [item])
    assert graded.reward is None
    assert "reference" in (graded.detail or "")


def test_the_reference_may_be_a_number_or_a_whole_solution() -> None:
    for reference in (72, 72.0, "48 + 24 = 72\n#### 72"):
        assert grade({"output_text": "#### 72"}, {"reference_answer": reference}) == 1.0


@pytest.mark.skipif(not DATA.exists(), reason="needs gsm8k-1k in $RFTKIT_SHARED/data")
def test_every_reference_solution_of_gsm8k_is_right_and_its_neighbour_is_not() -> None:
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    samples = [sample(row["output"]["content"]) for row in rows]
    items = [{"reference_answer": row["reference_answer"]} for row in rows]
    graded = Grader.preset("numeric_answer").grade(samples, items)
    assert [one.reward for one in graded] == [1.0] * len(rows)
    off = [{"reference_answer": str(int(item["reference_answer"].replace(",", "")) + 1)} for item in items]
    assert {one.reward for one in Grader.preset("numeric_answer").grade(samples, off)} == {0.0}
