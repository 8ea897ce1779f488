"""What is typed into the generation modal: kept over a change of mode, checked before it is used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.errors import InputError
from rftkit.widgets._choices import MODES, Choices


def test_naming_a_topic_chooses_its_mode_and_ids_choose_theirs() -> None:
    assert Choices().but({"topic": "Cards", "count": 5}).mode == "topic"
    assert Choices().but({"from_ids": ["a", "a", "b"]}).ids == ("a", "b")
    assert Choices().but({"from_ids": ["a"]}).mode == "records"
    assert Choices().but({"topic": "Cards"}).but({"fill_gaps": True}).mode == "gaps"


@given(st.lists(st.sampled_from(MODES), max_size=6))
def test_switching_the_mode_keeps_what_was_typed(modes: list[str]) -> None:
    before = Choices().but({"topic": "Cards", "count": 7, "from_ids": ["a"], "temperature": 0.5})
    after = before
    for mode in modes:
        after = after.but({"mode": mode})
    assert after.but({"mode": before.mode}) == before


def test_only_the_mode_that_is_chosen_reaches_the_plan() -> None:
    chosen = Choices().but({"topic": "Cards", "count": 7, "from_ids": ["a"], "mode": "records"})
    assert chosen.wanted() == {"from_ids": ["a"]}
    assert chosen.but({"mode": "topic"}).wanted() == {"topic": "Cards", "count": 7}


def test_false_and_zero_are_values_and_none_gives_the_default_back() -> None:
    chosen = Choices().but({"preserve_intent": False, "temperature": 0, "retries": 0})
    assert chosen.wanted() | {"fill_gaps": True} == {
        "fill_gaps": True,
        "grow": None,
        "level": None,
        "preserve_intent": False,
        "temperature": 0,
        "retries": 0,
    }
    assert chosen.but({"preserve_intent": None, "temperature": None, "retries": None}) == Choices()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strategie": "few_shot"}, "'strategie' cannot be set"),
        ({"strategy": "magic"}, "'magic' is not known"),
        ({"mode": "all"}, "mode='all' is not known"),
        ({"temperature": 3}, "give 0 to 2"),
        ({"temperature": "warm"}, "'warm' is no number"),
        ({"variations": "many"}, "of the wrong kind"),
        ({"similarity": 1.2}, "similarity"),
        ({"count": 0}, "too small"),
        ({"budget_usd": "x"}, "no number"),
        ({"price_per_million": [1]}, "no pair"),
        ({"overrides": {"Cards": {"strategy": "magic"}}}, "for the topic 'Cards'"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_what_can(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Choices().but(options)


def test_what_is_missing_is_said_before_anything_is_planned() -> None:
    assert Choices().missing() == ""
    assert "Choose a topic" in Choices().but({"mode": "topic"}).missing()
    assert "how many" in Choices().but({"topic": "Cards"}).missing()
    assert "Add the records" in Choices().but({"mode": "records"}).missing()


def test_the_python_line_does_the_same() -> None:
    chosen = Choices().but({"topic": "Cards", "count": 7, "strategy": "few_shot", "budget_usd": 1})
    assert chosen.python() == (
        "plan = ds.plan(topic='Cards', count=7, strategy='few_shot')\njob = ds.generate(plan, budget_usd=1.0)"
    )
    assert "from_ids=ids" in Choices().but({"from_ids": list("abcd")}).python()
