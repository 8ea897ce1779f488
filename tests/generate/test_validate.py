"""Every reason is given where it is due, and no person's message is taken for a model's."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rftkit import messages
from rftkit.generate import artefacts, stars, validate_candidates
from tests.generate.conftest import CARDS, LOANS

PEOPLE = [
    "Why is finance listed as null and void in my contract?",
    "Add 'call the bank' to my todo list, please.",
    "In my template {{name}} shows up as text. What is wrong with my code?",
    "I can't log in to my account, what can I do?",
    "I'm sorry, but I lost my card again.",
    "Sorry, I cannot find my reservation number.",
    "As an AI researcher I want to know which model you run on.",
    "Is undefined the same as null in JavaScript?",
    "To reset my PIN, do I have to visit a branch?",
    "Here are my details: Jane Roe, born 1990. Can you open an account?",
    "Thank you, that was helpful. One more question about fees?",
    "Unfortunately I can't travel any more and want my money back.",
    "You can just cancel it in the app? I thought I had to call.",
    "I can't help thinking that this charge is wrong.",
    "Why does the app say [OK] when nothing was saved?",
    "Sure, book the one at 7 pm.",
]
MACHINES = {
    "artefact": [
        "I'm sorry, but I can't assist with that request.",
        "As an AI language model, I do not have a card.",
        "I cannot provide that information.",
        "Here are 5 variations of the user message:",
        "Sure! Here is a prompt about blocked cards.",
        "Hello, my name is [Your Name] and my card is lost.",
        "Please send it to {{customer_address}} by Friday.",
        "Lorem ipsum dolor sit amet, block my card.",
        "Sample input 1 for the card topic"[:14],
        "Variation 2: How do I block my card quickly?",
        "User: how do I block my card at night?",
        "Thank you for contacting support. How can I help you today?",
        "I'd be happy to help you with blocking your card!",
        "To block your card, open the app and tap on Cards.",
        '{"prompts": ["How do I block my card at night"]}',
        "I'm an AI assistant and have no bank account.",
        "Great question! Blocking a card takes a minute.",
        "Please let me know if you have any other questions.",
    ],
    "too_short": ["Block it"],
    "duplicate_of_data": [CARDS[0], "how do i  BLOCK my card in the app?"],
    "too_similar": [
        "How do I block my card in the app? "[:-2] + "??",
        "My card was stolen yesterday, what should I do now",
    ],
    "language_switch": ["Wie kann ich meine Karte sperren? Ich habe sie verloren und weiß nicht, wo sie ist."],
    "off_topic": ["What interest do you charge for a loan application that is repaid early?"],
}


def _judged(texts: Sequence[str], *, topic: str = "Cards", **options: object) -> list[list[str]]:
    known = messages.pack([[{"role": "user", "content": text}] for text in (*CARDS, *LOANS)])
    frame = pl.DataFrame(
        [pl.Series("id", list("abcdefghijkl")), known, pl.Series("topic", ["Cards"] * 6 + ["Loans"] * 6)]
    )
    said = messages.pack([[{"role": "user", "content": text}] for text in texts])
    candidates = pl.DataFrame([said, pl.Series("topic", [topic] * len(texts))])
    return validate_candidates(candidates, frame, **options).frame["reasons"].to_list()  # type: ignore[arg-type]


@pytest.mark.parametrize("text", PEOPLE)
def test_what_people_write_is_no_artefact(text: str) -> None:
    assert artefacts.find(text) is None


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in MACHINES.items() for text in texts])
def test_every_reason_is_given(reason: str, text: str) -> None:
    assert reason in _judged([text])[0]


@pytest.mark.parametrize(
    "name", ["banking77-train", "banking77-test", "sgd-intents", "sgd-tools", "tau-airline-tools", "gsm8k-1k"]
)
def test_fewer_than_one_in_a_thousand_real_prompts_is_taken_for_a_models(shared_data: Path, name: str) -> None:
    texts = []
    with gzip.open(shared_data / f"{name}.jsonl.gz") as lines:
        for line in lines:
            said = json.loads(line)["input"]["messages"]
            texts.append((said[-1]["content"], sum(turn["role"] == "user" for turn in said) > 1))
    told = [(text, artefacts.find(text, reply=reply)) for text, reply in texts]
    found = [one for one in told if one[1]]
    assert len(found) < max(1, len(texts)) / 1000, found[:5]


def test_a_candidate_is_compared_with_those_before_it() -> None:
    text = "Could you block the card of my daughter as well?"
    assert _judged([text, text.upper(), f"{text[:-1]}??"]) == [[], ["duplicate_candidate"], ["too_similar"]]


def test_low_strictness_looks_at_structure_length_and_exact_duplicates_only() -> None:
    texts = ["As an AI language model, I do not have a card.", CARDS[0], "Hi"]
    assert _judged(texts, strictness="low") == [[], ["duplicate_of_data"], ["too_short"]]


def test_high_strictness_looks_at_meaning() -> None:
    class Same:
        def embed(self, texts: Sequence[str]) -> np.ndarray:
            return np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(texts), 1))

    text = "Somebody else has my card, make it useless at once."
    assert _judged([text], embedder=Same()) == [[]]
    assert _judged([text], strictness="high", embedder=Same()) == [["too_similar"]]


def test_a_judge_has_a_say_at_high_strictness() -> None:
    text = "Somebody else has my card, make it useless at once."
    assert _judged([text], strictness="high", judge=lambda texts, _: [0.1] * len(texts)) == [["low_quality"]]


def test_a_short_reply_is_fine_within_a_conversation_and_no_duplicate_in_another_one() -> None:
    def said(number: int, reply: str) -> list[dict[str, str]]:
        asked = {"role": "assistant", "content": f"Shall I book number {number}?"}
        return [{"role": "user", "content": "Book a bus."}, asked, {"role": "user", "content": reply}]

    frame = pl.DataFrame([pl.Series("id", ["a", "b"]), messages.pack([said(1, "Yes please."), said(2, "No.")])])
    candidates = messages.pack([said(2, "Yes please."), said(1, "yes  PLEASE."), said(1, "?")]).to_frame()
    found = validate_candidates(candidates, frame).frame["reasons"].to_list()
    assert found == [[], ["duplicate_of_data"], ["too_short"]]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "structure"),
        ([{"role": "system", "content": "S"}], "no_user_message"),
        ([{"role": "user", "content": "  "}], "no_user_message"),
        ([{"role": "user", "content": "How do I pay?"}, {"role": "assistant", "content": "So."}], "structure"),
        ([{"role": "human", "content": "How do I pay?"}], "structure"),
    ],
)
def test_structure(said: list[dict[str, str]], reason: str) -> None:
    found = validate_candidates(
        messages.pack([said]).to_frame(), pl.DataFrame({"id": []}).with_columns(messages.pack([]))
    )
    assert found.frame["reasons"].to_list() == [[reason]]


def test_an_answer_of_the_source_must_not_be_in_a_candidate() -> None:
    said = messages.pack([[{"role": "user", "content": "Tom has 12 boxes of 3,500 nails each. How many nails?"}]])
    extra = pl.Series("extra", ['{"reference_answer":"42000"}'])
    frame = pl.DataFrame([pl.Series("id", ["a"]), said, extra])
    texts = [
        "Ann has 42000 nails in boxes of 3,500. How many boxes are there?",
        "Ann has 9 boxes of 420001 nails each. How many?",
    ]
    made = messages.pack([[{"role": "user", "content": text}] for text in texts])
    candidates = pl.DataFrame([made, pl.Series("source_record_id", ["a", "a"])])
    assert validate_candidates(candidates, frame).frame["reasons"].to_list() == [["leaked_answer"], []]


def test_stars_have_visible_parts_and_prefer_the_better_prompt() -> None:
    known = messages.pack([[{"role": "user", "content": text}] for text in (*CARDS, *LOANS)])
    frame = pl.DataFrame(
        [pl.Series("id", list("abcdefghijkl")), known, pl.Series("topic", ["Cards"] * 6 + ["Loans"] * 6)]
    )
    said = messages.pack(
        [
            [{"role": "user", "content": "My card was stolen in Rome on May 3rd, can I block it in the app?"}],
            [{"role": "user", "content": "loan the of is card how"}],
        ]
    )
    asked = pl.DataFrame([pl.Series("id", ["good", "bad"]), said, pl.Series("topic", ["Cards"] * 2)])
    found = stars(asked, among=frame)
    good, bad = found["quality"].to_list()
    assert 1 <= bad < good <= 5
    assert set(json.loads(found["quality_parts"][0])) == {"specificity", "naturalness", "novelty", "on_topic"}
