"""Topics with nearly the same name lend each other prompts, and only what fits."""

from __future__ import annotations

import pytest

from rftkit.offline.analogy import Kindred, kin

TRANSFER = [
    "Why is my transfer still pending?",
    "How long will the transfer stay pending?",
    "I want to transfer money but it says pending.",
    "My transfer has been pending since the branch in Leeds took it.",
    "Is the transfer pending?",
]
TOP_UP = [
    "My top up is pending.",
    "Is the top up still pending?",
    "How long will my top up take, and will it stay pending?",
]


@pytest.fixture
def lent() -> list[str]:
    return Kindred({"Bank/pending_transfer": TRANSFER, "Bank/pending_top_up": TOP_UP}).lent("Bank/pending_top_up")


def test_a_prompt_is_lent_with_the_phrase_of_the_borrowing_topic(lent: list[str]) -> None:
    assert "Why is my top up still pending?" in lent
    assert not any("transfer" in text for text in lent)


def test_a_phrase_that_is_a_verb_is_not_replaced(lent: list[str]) -> None:
    assert not any("to top up money" in text for text in lent)


def test_what_only_the_other_topic_says_is_not_lent(lent: list[str]) -> None:
    assert not any("Leeds" in text for text in lent)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("age_limit", "pending_transfer"),
        ("card_lost", "card_lost"),
        ("cash_or_cheque_fee", "card_fee"),
        ("fee_of_card", "of_x"),
    ],
)
def test_names_that_differ_in_more_than_a_phrase_are_not_kindred(one: str, other: str) -> None:
    assert kin(one, other) is None


@pytest.mark.parametrize(
    ("text", "said"), [("I need a hotel", "I need an apartment"), ("Any hotels?", "Any apartments?")]
)
def test_articles_and_number_follow_the_new_phrase(text: str, said: str) -> None:
    prompts = {
        "FindHotel": [text, "Find me the hotel there", "Can you find my hotel?"],
        "FindApartment": ["Find me the apartment there", "Can you find my apartment?", "Any one? I need one"],
    }
    assert said in Kindred(prompts).lent("FindApartment")
