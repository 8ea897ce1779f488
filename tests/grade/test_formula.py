"""The formula of a multi: its signs, its functions, and a name for everything that can go wrong."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.grade.formula import FUNCTIONS, FormulaError, parsed

REWARDS = {"a": 0.5, "b": 2.0, "c": 0.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("8 / 4 / 2", 1),
        ("8 - 4 - 2", 2),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("(-2) ^ 2", 4),
        ("2 ^ -1", 0.5),
        ("--a", 0.5),
        ("+a", 0.5),
        ("2 * -a", -1),
        (".5 + 1e-1 + 2.", 2.6),
        ("min(a, b)", 0.5),
        ("max(a, b, 7)", 7),
        ("min(b)", 2),
        ("abs(-b)", 2),
        ("floor(-a)", -1),
        ("ceil(a)", 1),
        ("exp(c)", 1),
        ("sqrt(b * b)", 2),
        ("log(exp(b))", 2),
        ("0.2*a+0.8*b", 1.7),
    ],
)
def test_the_formula_has_the_value_that_it_reads_like(text: str, value: float) -> None:
    assert parsed(text).value(REWARDS) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "a +",
        "* a",
        "(a",
        "a)",
        "a b",
        "min()",
        "min(a,)",
        "abs(a, b)",
        "min",
        "a ** b",
        "a // b",
        "a % b",
        "1.2.3",
    ],
)
def test_what_is_no_formula_is_refused_and_says_where(text: str) -> None:
    _refused(text)


@pytest.mark.parametrize(
    "text", ["a.b", "a[0]", "f(a)", "a if b else c", "a; b", "lambda: 1", "'a'", "a == b", "__import__('os')", "٣", "²"]
)
def test_what_other_languages_have_is_no_formula(text: str) -> None:
    _refused(text)


def _refused(text: str) -> None:
    with pytest.raises(FormulaError, match="cannot be read at sign") as caught:
        parsed(text)
    assert caught.value.error == "formula_parse_error"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1 / c", "formula_division_by_zero"),
        ("c ^ -1", "formula_division_by_zero"),
        ("exp(1000)", "formula_overflow"),
        ("10 ^ 400", "formula_overflow"),
        ("1e308 * 10", "formula_overflow"),
        ("1e308 * 10 - 1e308 * 10", "formula_overflow"),
        ("sqrt(-1)", "formula_domain_error"),
        ("log(c)", "formula_domain_error"),
        ("(-1) ^ 0.5", "formula_domain_error"),
    ],
)
def test_what_has_no_value_is_an_error_with_a_name(text: str, error: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parsed(text).value(REWARDS)
    assert caught.value.error == error


def test_a_formula_of_any_length_is_read_and_one_that_is_nested_too_deeply_is_refused() -> None:
    assert parsed(" + ".join(["a"] * 20_000)).value(REWARDS) == 10_000
    with pytest.raises(FormulaError, match="nested more than"):
        parsed("(" * 5_000 + "a" + ")" * 5_000)
    with pytest.raises(FormulaError, match="nested more than"):
        parsed("-" * 5_000 + "a")


def test_names_are_told_once_in_their_order() -> None:
    assert parsed("b + a * b").names == ("b", "a")


def _leaf() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(sorted(REWARDS)), st.floats(0, 100, width=16).map(lambda number: f"{number:.4f}"))


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda part: f"({part[0]} {part[1]} {part[2]})")
    plain = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda part: f"{part[0]} {part[1]} {part[2]}")
    one = st.tuples(st.sampled_from(sorted(FUNCTIONS)), inner).map(lambda part: f"{part[0]}({part[1]})")
    return st.one_of(two, plain, one, inner.map(lambda part: f"-{part}"))


def _by_python(text: str) -> float:
    """Return what Python's own arithmetic makes of it: the reference of these formulas."""
    known = {"min": lambda *v: min(v), "max": lambda *v: max(v), "abs": abs, "floor": math.floor, "ceil": math.ceil}
    names = {**known, "exp": math.exp, "sqrt": math.sqrt, "log": math.log, **REWARDS}
    value = eval(text.replace("^", "**"), {"__builtins__": {}}, names)
    if isinstance(value, complex):
        raise ValueError
    return float(value)


def _tried(text: str, rewards: dict[str, float]) -> float | FormulaError:
    try:
        return parsed(text).value(rewards)
    except FormulaError as wrong:
        return wrong


@given(st.recursive(_leaf(), _larger, max_leaves=12))
def test_every_formula_has_the_value_of_pythons_arithmetic_or_a_named_error(text: str) -> None:
    try:
        expected = _by_python(text)
    except (ArithmeticError, ValueError, TypeError):
        expected = math.nan
    value = _tried(text, REWARDS)
    if isinstance(value, FormulaError):
        assert value.error.startswith("formula_")
        assert not math.isfinite(expected)
    else:
        assert value == expected


@given(st.text(alphabet="ab01.+-*/^(), minmaxlogsqrt", max_size=30))
def test_any_text_is_a_formula_or_refused_with_a_sentence(text: str) -> None:
    names = dict.fromkeys(re.findall("[a-z][a-z0-9]*", text), 0.7)
    value = _tried(text, names)
    assert str(value) if isinstance(value, FormulaError) else math.isfinite(value)
